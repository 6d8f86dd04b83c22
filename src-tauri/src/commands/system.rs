//! Privacy, audit, models, settings.

use tauri::State;

use super::Answer;
use crate::error::{self, ui};
use crate::state::App;
use crate::wire::{AuditEntry, ModelRow, PrivacyReport, Settings};

/// What the kernel refuses, tried now; where the data lies.
#[tauri::command]
#[specta::specta]
pub async fn privacy(app: State<'_, App>) -> Answer<PrivacyReport> {
    let home = app.home.clone();
    let bytes = tokio::task::spawn_blocking(move || size_of(&home))
        .await
        .map_err(|_| error::internal())?;
    Ok(PrivacyReport {
        checks: cabinet_seal::probe().checks.into_iter().map(Into::into).collect(),
        home: app.home.to_string_lossy().into_owned(),
        bytes,
        // There is no code in this version that could send anything.
        sent: 0,
    })
}

/// The audit log, newest first.
#[tauri::command]
#[specta::specta]
pub async fn audit(app: State<'_, App>, before: Option<u32>, limit: u32) -> Answer<Vec<AuditEntry>> {
    let entries = app
        .open()?
        .library()
        .audit(before, limit.min(1000))
        .await
        .map_err(ui)?;
    Ok(entries.into_iter().map(Into::into).collect())
}

/// The models and how they are.
#[tauri::command]
#[specta::specta]
pub async fn models(app: State<'_, App>) -> Answer<Vec<ModelRow>> {
    let dir = app.models.clone();
    tokio::task::spawn_blocking(move || cabinet_desk::installed(&dir))
        .await
        .map_err(|_| error::internal())?
        .map(|models| models.into_iter().map(Into::into).collect())
        .map_err(|e| error::model(&e))
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
