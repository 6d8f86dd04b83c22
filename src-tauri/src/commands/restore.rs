//! Bringing a cabinet back from a backup: into this program's own place where there is none yet, or into a new folder
//! beside an open one. A cabinet that is there is never written over.

use std::path::PathBuf;

use cabinet_vault::{Passphrase, RecoveryCode, VaultError, WayIn};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::Answer;
use super::backup::{told, watch};
use crate::error::{self, vault};
use crate::state::App;
use crate::wire::{BackupContents, BackupProgress, CabinetRestored};

/// What a person typed to open a backup: the passphrase of its day, or the recovery code.
enum Secret {
    Passphrase(Passphrase),
    Code(RecoveryCode),
}

impl Secret {
    fn of(text: String, by_code: bool) -> Result<Self, VaultError> {
        Ok(match by_code {
            true => Self::Code(RecoveryCode::parse(&text)?),
            false => Self::Passphrase(Passphrase::new(text)),
        })
    }

    fn way_in(&self) -> WayIn<'_> {
        match self {
            Self::Passphrase(passphrase) => WayIn::Passphrase(passphrase),
            Self::Code(code) => WayIn::Code(code),
        }
    }
}

/// Asks for a backup to bring a cabinet back from and gives its name; none when they thought better of it.
#[tauri::command]
#[specta::specta]
pub async fn choose_backup(handle: AppHandle, app: State<'_, App>) -> Answer<Option<String>> {
    let place = app.dialogs.backup(&handle, "Restore a backup").await;
    let name = place
        .as_deref()
        .and_then(|place| place.file_name())
        .map(|name| name.to_string_lossy().into_owned());
    app.restoring().choose(place);
    Ok(name)
}

/// Opens the chosen backup and says what it holds; nothing is written.
#[tauri::command]
#[specta::specta]
pub async fn preview_backup(app: State<'_, App>, secret: String, by_code: bool) -> Answer<BackupContents> {
    let place = chosen(&app)?;
    let found =
        blocking(move || cabinet_vault::preview(&place, &Secret::of(secret, by_code)?.way_in())).await?;
    Ok(found.into())
}

/// Brings the cabinet of the chosen backup back: to where this program looks for its cabinet, if there is none, else
/// into a new folder within one that the user chooses; none when they thought better of that.
#[tauri::command]
#[specta::specta]
pub async fn restore_backup(
    handle: AppHandle,
    app: State<'_, App>,
    secret: String,
    by_code: bool,
    on_progress: Channel<BackupProgress>,
) -> Answer<Option<CabinetRestored>> {
    let place = chosen(&app)?;
    let here = !cabinet_vault::Vault::exists(&app.home);
    let home = match here {
        true => app.home.clone(),
        false => match app.dialogs.folder(&handle, "Restore into").await {
            Some(folder) => fresh(folder),
            None => return Ok(None),
        },
    };
    let cancel = app.restoring().begin();
    let mut watch = watch(told(on_progress), cancel);
    let to = home.clone();
    let restored = blocking(move || {
        let secret = Secret::of(secret, by_code)?;
        cabinet_vault::restore(&place, None, &to, &secret.way_in(), &mut *watch)
    })
    .await?;
    Ok(Some(CabinetRestored {
        folder: home.to_string_lossy().into_owned(),
        here,
        originals: u32::try_from(restored.originals).unwrap_or(u32::MAX),
        missing: u32::try_from(restored.missing.len()).unwrap_or(u32::MAX),
    }))
}

/// Stops a restore; what it wrote is removed again.
#[tauri::command]
#[specta::specta]
pub async fn stop_restoring(app: State<'_, App>) -> Answer<()> {
    app.restoring().stop();
    Ok(())
}

/// A folder that is not there yet, so that nothing is written over or mixed up.
fn fresh(within: PathBuf) -> PathBuf {
    let numbered = (2..).map(|number| format!("Cabinet restored {number}"));
    std::iter::once("Cabinet restored".to_owned())
        .chain(numbered)
        .map(|name| within.join(name))
        .find(|folder| !folder.exists())
        .unwrap_or(within)
}

fn chosen(app: &App) -> Answer<PathBuf> {
    app.restoring()
        .chosen()
        .ok_or_else(|| vault(&VaultError::BackupMissing))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Answer<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| error::internal())?
        .map_err(|e| vault(&e))
}

#[cfg(test)]
mod tests {
    use super::fresh;

    #[test]
    fn a_restored_cabinet_gets_a_folder_of_its_own() {
        let within = std::env::temp_dir().join(format!("cabinet-fresh-{}", std::process::id()));
        assert_eq!(fresh(within.clone()), within.join("Cabinet restored"));
        std::fs::create_dir_all(within.join("Cabinet restored")).unwrap();
        assert_eq!(fresh(within.clone()), within.join("Cabinet restored 2"));
        std::fs::remove_dir_all(&within).unwrap();
    }
}
