//! Folders.

use tauri::State;

use super::Answer;
use crate::error::ui;
use crate::state::App;
use crate::wire::Folder;

/// All folders by name.
#[tauri::command]
#[specta::specta]
pub async fn folders(app: State<'_, App>) -> Answer<Vec<Folder>> {
    let folders = app.open()?.library().folders().await.map_err(ui)?;
    Ok(folders.into_iter().map(Into::into).collect())
}

/// Makes a folder.
#[tauri::command]
#[specta::specta]
pub async fn create_folder(app: State<'_, App>, name: String) -> Answer<Folder> {
    let session = app.open()?;
    let id = session.library().create_folder(&name).await.map_err(ui)?;
    session.library_changed();
    Ok(Folder {
        id: id.to_string(),
        name: name.trim().to_string(),
        documents: 0,
        notes: 0,
    })
}

/// Renames a folder.
#[tauri::command]
#[specta::specta]
pub async fn rename_folder(app: State<'_, App>, id: String, name: String) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .rename_folder(id.parse().map_err(ui)?, &name)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Deletes an empty folder.
#[tauri::command]
#[specta::specta]
pub async fn delete_folder(app: State<'_, App>, id: String) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .delete_folder(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}
