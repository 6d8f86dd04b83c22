//! Privacy, audit, settings.

use tauri::{AppHandle, State};

use super::Answer;
use super::lines::{LinesFile, export_lines};
use crate::error::{self, ui};
use crate::state::App;
use crate::wire::{AuditEntry, AuditFilter, PrivacyReport, Settings};

/// What the kernel refuses, tried now; where the data lies.
#[tauri::command]
#[specta::specta]
pub async fn privacy(handle: AppHandle, app: State<'_, App>) -> Answer<PrivacyReport> {
    let home = app.home.clone();
    let bytes = tokio::task::spawn_blocking(move || size_of(&home))
        .await
        .map_err(|_| error::internal())?;
    let heard = crate::desktop::heard();
    let mut checks = cabinet_seal::probe().checks;
    checks.push(crate::walls::check(&handle, &app.home).await);
    checks.push(cabinet_desk::keys_check());
    let (sent, never_left) = match app.open() {
        Ok(session) => {
            let library = session.library();
            (
                library.sent().await.map_err(ui)?,
                library.never_left().await.map_err(ui)?,
            )
        }
        Err(_) => (0, 0),
    };
    Ok(PrivacyReport {
        locks_with_screen: heard.screen,
        locks_before_sleep: heard.sleep,
        checks: checks.into_iter().map(Into::into).collect(),
        home: app.home.to_string_lossy().into_owned(),
        bytes,
        sent,
        never_left,
    })
}

/// The audit log, newest first.
#[tauri::command]
#[specta::specta]
pub async fn audit(app: State<'_, App>, filter: AuditFilter, limit: u32) -> Answer<Vec<AuditEntry>> {
    let entries = app
        .open()?
        .library()
        .audit(&filter.into(), limit.min(1000))
        .await
        .map_err(ui)?;
    Ok(entries.into_iter().map(Into::into).collect())
}

/// Walks the whole audit log; gives the number of entries that hold together.
#[tauri::command]
#[specta::specta]
pub async fn verify_audit(app: State<'_, App>) -> Answer<u32> {
    app.open()?.library().verify_audit().await.map_err(ui)
}

/// Writes the entries that the filter lets through to a file the user chooses, one JSON object a line, oldest first;
/// none when they thought better of it.
#[tauri::command]
#[specta::specta]
pub async fn export_audit(
    handle: AppHandle,
    app: State<'_, App>,
    filter: AuditFilter,
) -> Answer<Option<String>> {
    let session = app.open()?;
    let mut entries = session
        .library()
        .audit(&filter.into(), u32::MAX)
        .await
        .map_err(ui)?;
    entries.reverse();
    let file = LinesFile {
        title: "Export the audit log",
        name: "Cabinet audit log.jsonl",
        subject: "audit",
    };
    export_lines(&handle, &app, file, entries.into_iter().map(AuditEntry::from)).await
}

/// The user's settings.
#[tauri::command]
#[specta::specta]
pub async fn settings(app: State<'_, App>) -> Answer<Settings> {
    app.open()?.settings().await
}

/// Stores the user's settings.
#[tauri::command]
#[specta::specta]
pub async fn save_settings(app: State<'_, App>, settings: Settings) -> Answer<()> {
    let json = serde_json::to_string(&settings).map_err(|_| error::internal())?;
    app.open()?.library().set_setting("app", &json).await.map_err(ui)
}

fn size_of(folder: &std::path::Path) -> f64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0.0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size_of(&entry.path()),
            #[expect(clippy::cast_precision_loss, reason = "sizes on disk are shown rounded")]
            Ok(meta) => meta.len() as f64,
            Err(_) => 0.0,
        })
        .sum()
}
