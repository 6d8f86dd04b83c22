//! Notes: writing, history and export.

use cabinet_library::Action;
use tauri::{AppHandle, State};

use super::Answer;
use crate::error::{self, ui};
use crate::export;
use crate::state::App;
use crate::wire::{ExportFormat, Note, NoteRow, NoteVersion};

/// A note with nothing in it, as the editor keeps it.
const EMPTY: &str = r#"{"type":"doc","content":[{"type":"paragraph"}]}"#;

/// Notes of one folder or of all.
#[tauri::command]
#[specta::specta]
pub async fn notes(app: State<'_, App>, folder_id: Option<String>) -> Answer<Vec<NoteRow>> {
    let folder = folder_id.map(|id| id.parse()).transpose().map_err(ui)?;
    let notes = app.open()?.library().notes(folder).await.map_err(ui)?;
    Ok(notes.into_iter().map(Into::into).collect())
}

/// Makes an empty note.
#[tauri::command]
#[specta::specta]
pub async fn create_note(app: State<'_, App>, folder_id: String, title: String) -> Answer<Note> {
    let session = app.open()?;
    let note = session
        .library()
        .create_note(folder_id.parse().map_err(ui)?, &title, EMPTY)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(note.into())
}

/// A note.
#[tauri::command]
#[specta::specta]
pub async fn note(app: State<'_, App>, id: String) -> Answer<Note> {
    app.open()?
        .library()
        .note(id.parse().map_err(ui)?)
        .await
        .map(Into::into)
        .map_err(ui)
}

/// Saves a note that was at `version`; returns the version it has now.
#[tauri::command]
#[specta::specta]
pub async fn save_note(
    app: State<'_, App>,
    id: String,
    title: String,
    body: String,
    version: u32,
) -> Answer<u32> {
    let session = app.open()?;
    let now = session
        .library()
        .save_note(id.parse().map_err(ui)?, &title, &body, version)
        .await
        .map_err(ui)?;
    if now != version {
        session.library_changed();
    }
    Ok(now)
}

/// Earlier states of a note.
#[tauri::command]
#[specta::specta]
pub async fn note_versions(app: State<'_, App>, id: String) -> Answer<Vec<NoteVersion>> {
    let versions = app
        .open()?
        .library()
        .note_versions(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    Ok(versions.into_iter().map(Into::into).collect())
}

/// A note as it was at an earlier version.
#[tauri::command]
#[specta::specta]
pub async fn note_version(app: State<'_, App>, id: String, version: u32) -> Answer<Note> {
    let session = app.open()?;
    let id = id.parse().map_err(ui)?;
    let mut note = session.library().note(id).await.map_err(ui)?;
    let versions = session.library().note_versions(id).await.map_err(ui)?;
    let earlier = versions
        .into_iter()
        .find(|v| v.version == version)
        .ok_or_else(error::version_missing)?;
    note.title = earlier.title;
    note.body = earlier.body;
    note.version = earlier.version;
    note.updated_at = earlier.saved_at;
    Ok(note.into())
}

/// Makes an earlier state the present one.
#[tauri::command]
#[specta::specta]
pub async fn restore_note_version(app: State<'_, App>, id: String, version: u32) -> Answer<Note> {
    let session = app.open()?;
    let note = session
        .library()
        .restore_note_version(id.parse().map_err(ui)?, version)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(note.into())
}

/// Puts a note into the trash.
#[tauri::command]
#[specta::specta]
pub async fn trash_note(app: State<'_, App>, id: String) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .set_note_trashed(id.parse().map_err(ui)?, true)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Takes a note out of the trash.
#[tauri::command]
#[specta::specta]
pub async fn restore_note(app: State<'_, App>, id: String) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .set_note_trashed(id.parse().map_err(ui)?, false)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Writes a note as a file where the user says in the system's dialog; answers the file's name, or nothing where they
/// thought better of it. The path never comes from the window: it could be talked into writing anywhere.
#[tauri::command]
#[specta::specta]
pub async fn export_note(
    handle: AppHandle,
    app: State<'_, App>,
    id: String,
    format: ExportFormat,
) -> Answer<Option<String>> {
    let session = app.open()?;
    let note = session
        .library()
        .note(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    let bytes = export::render(&note, format).map_err(|e| error::export(&e))?;
    let suggested = export::file_name(&note.title, format);
    let Some(path) = app
        .dialogs
        .save(
            &handle,
            "Export the note",
            &suggested,
            format.kind(),
            format.ending(),
        )
        .await
    else {
        return Ok(None);
    };
    let written = path.file_name().map(|name| name.to_string_lossy().into_owned());
    tokio::task::spawn_blocking(move || cabinet_desk::write_whole(&path, &bytes))
        .await
        .map_err(|_| error::internal())?
        .map_err(|e| error::write(&e))?;
    session
        .library()
        .record(Action::Exported, Some(id), None)
        .await
        .map_err(ui)?;
    Ok(written)
}
