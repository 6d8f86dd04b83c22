//! Folders of this machine that are followed.

use tauri::{AppHandle, State};

use super::Answer;
use crate::error::{self, ui};
use crate::state::App;
use crate::wire::FollowedRow;

/// Folders that are followed, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn followed(app: State<'_, App>) -> Answer<Vec<FollowedRow>> {
    let session = app.open()?;
    let all = session.library().followed().await.map_err(ui)?;
    Ok(all
        .into_iter()
        .map(|one| {
            let trouble = session.queue().follow_trouble(one.id);
            FollowedRow::new(&one, trouble)
        })
        .collect())
}

/// Asks for a folder of this machine and follows it from now on; false when the user thought better of it.
#[tauri::command]
#[specta::specta]
pub async fn follow_folder(handle: AppHandle, app: State<'_, App>, folder_id: String) -> Answer<bool> {
    let session = app.open()?;
    let folder = folder_id.parse().map_err(ui)?;
    let Some(path) = app.dialogs.folder(&handle, "Follow a folder").await else {
        return Ok(false);
    };
    let path = tokio::task::spawn_blocking(move || std::fs::canonicalize(path))
        .await
        .map_err(|_| error::internal())?
        .map_err(|_| error::no_such_place())?;
    session.library().follow(&path, folder).await.map_err(ui)?;
    Ok(true)
}

/// Follows a folder no longer; its documents stay.
#[tauri::command]
#[specta::specta]
pub async fn unfollow(app: State<'_, App>, id: String) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .unfollow(id.parse().map_err(ui)?)
        .await
        .map_err(ui)
}
