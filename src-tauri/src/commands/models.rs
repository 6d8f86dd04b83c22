//! The models: what there is, how fast it is here, and files that the user brings. Nothing is ever fetched.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::Answer;
use super::assistant::Work;
use crate::error::{self, model};
use crate::state::App;
use crate::wire::{KnownModelRow, ModelProgress, ModelRow, WriterSpeedRow, WritingTask, model_progress};

/// The models and how they are.
#[tauri::command]
#[specta::specta]
pub async fn models(app: State<'_, App>) -> Answer<Vec<ModelRow>> {
    let dir = app.models.clone();
    let rows = apart(move || cabinet_desk::installed(&dir)).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Files for writing that Cabinet knows by their SHA-256.
#[tauri::command]
#[specta::specta]
pub async fn known_models(app: State<'_, App>) -> Answer<Vec<KnownModelRow>> {
    let dir = app.models.clone();
    let rows = apart(move || cabinet_desk::known_models(&dir)).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Takes a GGUF file in: the one that was dropped, or one that the user chooses; none when they thought better of it.
#[tauri::command]
#[specta::specta]
pub async fn import_model(
    handle: AppHandle,
    app: State<'_, App>,
    path: Option<String>,
    request: String,
    on_progress: Channel<ModelProgress>,
) -> Answer<Option<ModelRow>> {
    /// Several a second are enough to see it move.
    const OFTEN: Duration = Duration::from_millis(150);
    let session = app.open()?;
    let file = match path {
        Some(path) => PathBuf::from(path),
        None => match app.dialogs.model(&handle).await {
            Some(file) => file,
            None => return Ok(None),
        },
    };
    let work = Work::begin(&session, &request);
    let (dir, cancel) = (app.models.clone(), work.cancel.clone());
    let row = apart(move || {
        let mut told: Option<Instant> = None;
        let mut progress = |done: u64, all: u64| {
            if done == all || told.is_none_or(|told| told.elapsed() >= OFTEN) {
                told = Some(Instant::now());
                // A window that is gone needs no progress.
                let _ = on_progress.send(model_progress(done, all));
            }
            match cancel.is_cancelled() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        cabinet_desk::import_model(&dir, &file, &mut progress)
    });
    Ok(Some(row.await?.into()))
}

/// Writes with a model from the next opening of the cabinet on.
#[tauri::command]
#[specta::specta]
pub async fn use_model(app: State<'_, App>, id: String, task: WritingTask) -> Answer<()> {
    let dir = app.models.clone();
    apart(move || cabinet_desk::use_model(&dir, &id, task.into())).await
}

/// Removes a model that was imported.
#[tauri::command]
#[specta::specta]
pub async fn remove_model(app: State<'_, App>, id: String) -> Answer<()> {
    let dir = app.models.clone();
    apart(move || cabinet_desk::remove_model(&dir, &id)).await
}

/// Has the model that writes now read and write a little invented text.
#[tauri::command]
#[specta::specta]
pub async fn measure_model(app: State<'_, App>) -> Answer<WriterSpeedRow> {
    let session = app.open()?;
    let speed = cabinet_desk::measure_writer(session.desk().engine()).await;
    speed.map(Into::into).map_err(|e| model(&e))
}

/// Files are hashed and copied beside the async threads.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, cabinet_slm::SlmError> + Send + 'static,
) -> Answer<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| error::internal())?.map_err(|e| model(&e))
}
