//! Whether the system's keychain may open the cabinet, and opening it so.

use cabinet_desk::KEYCHAIN_CONSEQUENCES;
use cabinet_library::Action;
use cabinet_vault::{Passphrase, Vault};
use tauri::{AppHandle, State};

use super::Answer;
use super::session::{blocking, open};
use crate::error::{self, ui};
use crate::state::App;
use crate::wire::{KeychainView, UiError};

/// Whether it may, and what allowing it means.
#[tauri::command]
#[specta::specta]
pub async fn keychain_view(app: State<'_, App>) -> Answer<KeychainView> {
    Ok(KeychainView {
        on: Vault::keychain_is_on(&app.home),
        consequences: KEYCHAIN_CONSEQUENCES.map(str::to_string).to_vec(),
    })
}

/// Unlocks the cabinet by the keychain. Called when the user presses for it, never by itself.
#[tauri::command]
#[specta::specta]
pub async fn unlock_by_keychain(handle: AppHandle, app: State<'_, App>) -> Answer<()> {
    let home = app.home.clone();
    let opened = blocking(move || Vault::open_by_keychain(&home)).await?;
    open(handle, &app, opened).await
}

/// Lets the keychain open the cabinet from now on.
#[tauri::command]
#[specta::specta]
pub async fn keychain_on(app: State<'_, App>, passphrase: String) -> Answer<()> {
    let session = app.open()?;
    let library = session.library().clone();
    blocking(move || library.vault().keep_in_keychain(&Passphrase::new(passphrase))).await?;
    session
        .library()
        .record(Action::KeychainOn, None, None)
        .await
        .map_err(ui)
}

/// Lets it no longer; gives why the key could not be taken out of it, if so.
#[tauri::command]
#[specta::specta]
pub async fn keychain_off(app: State<'_, App>) -> Answer<Option<UiError>> {
    let session = app.open()?;
    let library = session.library().clone();
    let left = blocking(move || library.vault().forget_in_keychain()).await?;
    session
        .library()
        .record(Action::KeychainOff, None, None)
        .await
        .map_err(ui)?;
    Ok(left.map(|why| error::vault(&why.into())))
}
