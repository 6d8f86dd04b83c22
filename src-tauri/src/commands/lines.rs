//! Rows of a log as a file of lines, written where the user says.

use cabinet_library::Action;
use serde::Serialize;
use tauri::AppHandle;

use super::Answer;
use crate::error::{self, ui};
use crate::state::App;

/// What the dialog says, and what the audit log will.
pub struct LinesFile {
    pub title: &'static str,
    pub name: &'static str,
    pub subject: &'static str,
}

/// Writes one JSON object a line to a file the user chooses; gives its name, none when they thought better of it.
pub async fn export_lines<T: Serialize>(
    handle: &AppHandle,
    app: &App,
    file: LinesFile,
    rows: impl Iterator<Item = T>,
) -> Answer<Option<String>> {
    let mut lines = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut lines, &row).map_err(|_| error::internal())?;
        lines.push(b'\n');
    }
    let dialog = app
        .dialogs
        .save(handle, file.title, file.name, "JSON lines", "jsonl");
    let Some(path) = dialog.await else {
        return Ok(None);
    };
    let written = path.file_name().map(|name| name.to_string_lossy().into_owned());
    tokio::task::spawn_blocking(move || cabinet_desk::write_whole(&path, &lines))
        .await
        .map_err(|_| error::internal())?
        .map_err(|e| error::write(&e))?;
    app.open()?
        .library()
        .record(Action::Exported, Some(file.subject.to_owned()), None)
        .await
        .map_err(ui)?;
    Ok(written)
}
