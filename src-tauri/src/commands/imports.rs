//! Bringing files in, and the queue they wait in.

use std::path::PathBuf;

use cabinet_library::Action;
use secrecy::SecretString;
use tauri::{AppHandle, Manager, State};

use super::Answer;
use crate::error::{self, ui};
use crate::report;
use crate::state::App;
use crate::wire::{ImportReport, JobsView};

/// The system's dialog for choosing files.
#[tauri::command]
#[specta::specta]
pub async fn pick_files(handle: AppHandle, app: State<'_, App>) -> Answer<Vec<String>> {
    Ok(text(app.dialogs.files(&handle).await))
}

/// The system's dialog for choosing a folder.
#[tauri::command]
#[specta::specta]
pub async fn pick_directory(handle: AppHandle, app: State<'_, App>) -> Answer<Vec<String>> {
    Ok(text(
        app.dialogs
            .folder(&handle, "Add a folder")
            .await
            .into_iter()
            .collect(),
    ))
}

fn text(paths: Vec<PathBuf>) -> Vec<String> {
    paths
        .into_iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// Queues files and whole folders; returns how many files that are.
#[tauri::command]
#[specta::specta]
pub async fn import_paths(
    app: State<'_, App>,
    paths: Vec<String>,
    folder_id: String,
    password: Option<String>,
) -> Answer<u32> {
    let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
    let folder = folder_id.parse().map_err(ui)?;
    app.open()?
        .import(paths, folder, password.map(SecretString::from))
        .await
}

/// Queues the sample documents that come with Cabinet.
#[tauri::command]
#[specta::specta]
pub async fn import_samples(handle: AppHandle, app: State<'_, App>, folder_id: String) -> Answer<u32> {
    let samples = handle
        .path()
        .resolve("samples", tauri::path::BaseDirectory::Resource)
        .map_err(|_| error::samples_missing())?;
    if !samples.is_dir() {
        return Err(error::samples_missing());
    }
    app.open()?
        .import(vec![samples], folder_id.parse().map_err(ui)?, None)
        .await
}

/// The queue.
#[tauri::command]
#[specta::specta]
pub async fn jobs(app: State<'_, App>) -> Answer<JobsView> {
    app.open()?.queue().view().await.map(Into::into).map_err(ui)
}

/// What came of the files that are done, in numbers.
#[tauri::command]
#[specta::specta]
pub async fn import_report(app: State<'_, App>) -> Answer<ImportReport> {
    app.open()?
        .library()
        .import_report()
        .await
        .map(Into::into)
        .map_err(ui)
}

/// Cancels one file.
#[tauri::command]
#[specta::specta]
pub async fn cancel_job(app: State<'_, App>, id: String) -> Answer<()> {
    app.open()?
        .queue()
        .cancel(Some(id.parse().map_err(ui)?))
        .await
        .map_err(ui)
}

/// Cancels all files that are not done.
#[tauri::command]
#[specta::specta]
pub async fn cancel_jobs(app: State<'_, App>) -> Answer<()> {
    app.open()?.queue().cancel(None).await.map_err(ui)
}

/// Tries a file again.
#[tauri::command]
#[specta::specta]
pub async fn retry_job(app: State<'_, App>, id: String, password: Option<String>) -> Answer<()> {
    app.open()?
        .queue()
        .retry(id.parse().map_err(ui)?, password.map(SecretString::from))
        .await
        .map_err(ui)
}

/// Holds the queue, or lets it go on.
#[tauri::command]
#[specta::specta]
pub async fn pause_jobs(app: State<'_, App>, paused: bool) -> Answer<()> {
    app.open()?.queue().pause(paused).await.map_err(ui)
}

/// Forgets finished files.
#[tauri::command]
#[specta::specta]
pub async fn clear_jobs(app: State<'_, App>) -> Answer<()> {
    let session = app.open()?;
    session.library().clear_jobs().await.map_err(ui)?;
    session.jobs_changed();
    Ok(())
}

/// Writes what came of each file as a table where the user says; returns the file's name, none when they thought better
/// of it.
#[tauri::command]
#[specta::specta]
pub async fn export_jobs(handle: AppHandle, app: State<'_, App>) -> Answer<Option<String>> {
    let session = app.open()?;
    let Some(path) = app
        .dialogs
        .save(
            &handle,
            "Export the import report",
            "Import report.csv",
            "Table",
            "csv",
        )
        .await
    else {
        return Ok(None);
    };
    let library = session.library();
    let table = report::table(&library.import_lines(u32::MAX).await.map_err(ui)?);
    let written = path.file_name().map(|name| name.to_string_lossy().into_owned());
    tokio::task::spawn_blocking(move || cabinet_desk::write_whole(&path, &table))
        .await
        .map_err(|_| error::internal())?
        .map_err(|e| error::write(&e))?;
    library
        .record(Action::Exported, Some("imports".to_string()), None)
        .await
        .map_err(ui)?;
    Ok(written)
}
