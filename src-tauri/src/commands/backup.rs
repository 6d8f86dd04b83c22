//! Backups, the check of everything stored, and the recovery code.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cabinet_library::{Action, BackupWatch};
use cabinet_vault::Passphrase;
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tokio_util::sync::CancellationToken;

use super::Answer;
use super::assistant::Work;
use crate::error::{self, ui, vault};
use crate::state::App;
use crate::wire::{BackupMade, BackupProgress, BackupRow, RecoveryCode, VerifyReport, backup_made};

/// Backups that were made of this cabinet, newest first.
#[tauri::command]
#[specta::specta]
pub async fn backups(app: State<'_, App>) -> Answer<Vec<BackupRow>> {
    let records = app.open()?.library().backups(20).await.map_err(ui)?;
    Ok(records.into_iter().map(Into::into).collect())
}

/// Writes a backup to where the user chooses and reads it back; none when they thought better of it. One of additions
/// adds to the newest whole one that is still there.
#[tauri::command]
#[specta::specta]
pub async fn back_up(
    handle: AppHandle,
    app: State<'_, App>,
    additions: bool,
    name: String,
    request: String,
    on_progress: Channel<BackupProgress>,
) -> Answer<Option<BackupMade>> {
    let session = app.open()?;
    let base = if additions {
        newest_whole(&app).await?
    } else {
        None
    };
    let Some(place) = app
        .dialogs
        .save(&handle, "Back up the cabinet", &name, "Backup", "age")
        .await
    else {
        return Ok(None);
    };
    let work = Work::begin(&session, &request);
    let watch = watch(told(on_progress), work.cancel.clone());
    let made = session
        .library()
        .back_up(place.clone(), base, watch)
        .await
        .map_err(ui)?;
    Ok(Some(backup_made(&made, &place)))
}

/// Reads a backup that the user chooses and compares every hash; none when they thought better of it.
#[tauri::command]
#[specta::specta]
pub async fn check_backup(
    handle: AppHandle,
    app: State<'_, App>,
    request: String,
    on_progress: Channel<BackupProgress>,
) -> Answer<Option<BackupMade>> {
    let session = app.open()?;
    let Some(place) = app.dialogs.backup(&handle, "Check a backup").await else {
        return Ok(None);
    };
    let work = Work::begin(&session, &request);
    let watch = watch(told(on_progress), work.cancel.clone());
    let found = session
        .library()
        .check_backup(place.clone(), watch)
        .await
        .map_err(ui)?;
    Ok(Some(backup_made(&found, &place)))
}

/// Checks everything stored against its seal and hash, and makes anew what is derived and wrong.
#[tauri::command]
#[specta::specta]
pub async fn verify(app: State<'_, App>) -> Answer<VerifyReport> {
    let found = app.open()?.library().verify().await.map_err(ui)?;
    Ok(found.into())
}

/// Replaces the recovery code; the new one is shown this once.
#[tauri::command]
#[specta::specta]
pub async fn new_recovery_code(app: State<'_, App>, passphrase: String) -> Answer<RecoveryCode> {
    let session = app.open()?;
    let library = session.library().clone();
    let made =
        tokio::task::spawn_blocking(move || library.vault().new_recovery_code(&Passphrase::new(passphrase)))
            .await
            .map_err(|_| error::internal())?
            .map_err(|e| vault(&e))?;
    session
        .library()
        .record(Action::CodeReplaced, None, None)
        .await
        .map_err(ui)?;
    Ok(RecoveryCode {
        groups: made.groups(),
    })
}

async fn newest_whole(app: &App) -> Answer<Option<PathBuf>> {
    let records = app.open()?.library().backups(1000).await.map_err(ui)?;
    Ok(records
        .into_iter()
        .find(|record| record.whole && record.place.is_file())
        .map(|record| record.place))
}

/// Tells the window some times a second.
pub fn told(on_progress: Channel<BackupProgress>) -> impl FnMut(cabinet_vault::BackupProgress) + Send {
    const EVERY: Duration = Duration::from_millis(150);
    let mut told: Option<Instant> = None;
    move |progress| {
        if told.is_none_or(|at| at.elapsed() >= EVERY) {
            told = Some(Instant::now());
            #[expect(clippy::cast_precision_loss, reason = "a share is shown rounded")]
            let share = progress.done as f64 / progress.total.max(1) as f64;
            // A window that went away needs no news.
            let _ = on_progress.send(BackupProgress {
                share: share.min(1.0),
                checking: progress.checking,
            });
        }
    }
}

/// Goes on until cancelled.
pub fn watch(
    mut tell: impl FnMut(cabinet_vault::BackupProgress) + Send + 'static,
    cancel: CancellationToken,
) -> BackupWatch {
    Box::new(move |progress| {
        tell(progress);
        !cancel.is_cancelled()
    })
}
