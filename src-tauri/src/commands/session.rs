//! Making, unlocking and locking the cabinet.

use std::sync::Arc;

use cabinet_desk::Desk;
use cabinet_library::Action;
use cabinet_vault::{KdfCost, Passphrase, RecoveryCode as Code, Vault};
use tauri::{AppHandle, State};
use zeroize::Zeroizing;

use super::Answer;
use crate::error::{self, ui, vault};
use crate::state::{App, Session};
use crate::wire::{AppState, LockReason, RecoveryCode, Stage, Strength};

/// What the window needs before anything else.
#[tauri::command]
#[specta::specta]
pub async fn app_state(app: State<'_, App>) -> Answer<AppState> {
    let report = cabinet_seal::probe();
    Ok(AppState {
        stage: match (app.open().is_ok(), Vault::exists(&app.home)) {
            (true, _) => Stage::Open,
            (false, true) => Stage::Locked,
            (false, false) => Stage::Welcome,
        },
        version: env!("CARGO_PKG_VERSION").to_string(),
        sealed: report.sealed,
        seal_summary: report.summary,
        home: app.home.to_string_lossy().into_owned(),
        courier: app.has_courier(),
        keychain: Vault::keychain_is_on(&app.home),
    })
}

/// How hard a passphrase is to guess.
#[tauri::command]
#[specta::specta]
pub async fn passphrase_strength(passphrase: String) -> Answer<Strength> {
    Ok(cabinet_vault::strength(&passphrase).into())
}

/// Makes a cabinet and opens it; the recovery code is shown this once.
#[tauri::command]
#[specta::specta]
pub async fn create_cabinet(
    handle: AppHandle,
    app: State<'_, App>,
    passphrase: String,
) -> Answer<RecoveryCode> {
    let home = app.home.clone();
    let (made, code) =
        blocking(move || Vault::create(&home, &Passphrase::new(passphrase), KdfCost::default())).await?;
    open(handle, &app, made).await?;
    Ok(RecoveryCode {
        groups: code.groups(),
    })
}

/// Writes the recovery code as a text file where the user says; gives the file's name, none when they thought better of
/// it. Only what is shaped like a code is written.
#[tauri::command]
#[specta::specta]
pub async fn save_recovery_code(
    handle: AppHandle,
    app: State<'_, App>,
    groups: Vec<String>,
) -> Answer<Option<String>> {
    let code = Zeroizing::new(groups.join("-"));
    Code::parse(&code).map_err(|e| vault(&e))?;
    let dialog = app.dialogs.save(
        &handle,
        "Save the recovery code",
        "Cabinet recovery code.txt",
        "Text",
        "txt",
    );
    let Some(path) = dialog.await else {
        return Ok(None);
    };
    let text = Zeroizing::new(format!(
        "Cabinet: recovery code\n\n{}\n\nWho has this code and a copy of the cabinet can read everything in it. Keep the two apart.\n",
        &*code
    ));
    let written = path.file_name().map(|name| name.to_string_lossy().into_owned());
    tokio::task::spawn_blocking(move || cabinet_desk::write_whole(&path, text.as_bytes()))
        .await
        .map_err(|_| error::internal())?
        .map_err(|e| error::write(&e))?;
    app.open()?
        .library()
        .record(Action::Exported, Some("recovery code".to_string()), None)
        .await
        .map_err(ui)?;
    Ok(written)
}

/// Unlocks the cabinet.
#[tauri::command]
#[specta::specta]
pub async fn unlock(handle: AppHandle, app: State<'_, App>, passphrase: String) -> Answer<()> {
    let home = app.home.clone();
    let opened = blocking(move || Vault::open(&home, &Passphrase::new(passphrase))).await?;
    open(handle, &app, opened).await
}

/// Opens the cabinet with its recovery code and gives it a new passphrase.
#[tauri::command]
#[specta::specta]
pub async fn recover(
    handle: AppHandle,
    app: State<'_, App>,
    code: String,
    new_passphrase: String,
) -> Answer<()> {
    let home = app.home.clone();
    let opened =
        blocking(move || Vault::recover(&home, &Code::parse(&code)?, &Passphrase::new(new_passphrase)))
            .await?;
    open(handle, &app, opened).await
}

/// Locks the cabinet.
#[tauri::command]
#[specta::specta]
pub async fn lock(handle: AppHandle, app: State<'_, App>) -> Answer<()> {
    app.lock(&handle, LockReason::Asked).await;
    Ok(())
}

/// Gives the cabinet a new passphrase.
#[tauri::command]
#[specta::specta]
pub async fn change_passphrase(app: State<'_, App>, current: String, new_passphrase: String) -> Answer<()> {
    let session = app.open()?;
    let library = session.library().clone();
    blocking(move || {
        library
            .vault()
            .change_passphrase(&Passphrase::new(current), &Passphrase::new(new_passphrase))
    })
    .await?;
    session
        .library()
        .record(Action::Rekeyed, None, None)
        .await
        .map_err(ui)
}

/// The user did something: the idle lock waits again.
#[tauri::command]
#[specta::specta]
pub async fn activity(app: State<'_, App>) -> Answer<()> {
    if let Ok(session) = app.open() {
        session.touch();
    }
    Ok(())
}

pub(super) async fn open(handle: AppHandle, app: &App, opened: Vault) -> Answer<()> {
    let desk = Desk::open(Arc::new(opened), &app.models).await.map_err(ui)?;
    // What the vault says is compared with what was started: a courier that it does not want ends here.
    if let Err(e) = desk.admit(app.courier()).await {
        desk.close().await;
        return Err(error::escalation(&e));
    }
    app.put(Session::start(desk, &app.models, handle).await?);
    Ok(())
}

/// Deriving a key takes half a second and must not hold up the window.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, cabinet_vault::VaultError> + Send + 'static,
) -> Answer<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| error::internal())?
        .map_err(|e| vault(&e))
}
