//! Where a cabinet lies, and what lies where in it.

use std::path::{Path, PathBuf};

use crate::VaultError;
use crate::files;

pub(crate) fn header(home: &Path) -> PathBuf {
    home.join("vault.json")
}

pub(crate) fn lock(home: &Path) -> PathBuf {
    home.join("lock")
}

pub(crate) fn database(home: &Path) -> PathBuf {
    home.join("cabinet.db")
}

/// What was committed and is not yet in the database.
pub(crate) fn log(home: &Path) -> PathBuf {
    home.join("cabinet.db-wal")
}

/// A fresh folder for what is damaged or replaced.
pub(crate) fn fresh_aside(home: &Path) -> Result<PathBuf, VaultError> {
    let folder = home.join("set-aside").join(uuid::Uuid::now_v7().to_string());
    files::make_private_folder(&folder)?;
    files::sync_folder_of(&folder)?;
    Ok(folder)
}

/// Sealed originals, one file each, named by their identifier. Made after the database, so that its presence says
/// that there was one.
pub(crate) fn objects(home: &Path) -> PathBuf {
    home.join("objects")
}

/// The vector store's tables, sealed.
pub(crate) fn vectors(home: &Path) -> PathBuf {
    home.join("vectors")
}

/// True where a cabinet's data lies, whatever became of its header.
pub(crate) fn has_data(home: &Path) -> Result<bool, VaultError> {
    Ok(exists(&database(home))? || has_other_data(home)?)
}

/// True where originals or vectors lie.
pub(crate) fn has_other_data(home: &Path) -> Result<bool, VaultError> {
    for folder in [objects(home), vectors(home)] {
        if files::entries(&folder)?.next().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether something is there; unlike [`Path::exists`] it does not take "may not look" for "no".
pub(crate) fn exists(path: &Path) -> Result<bool, VaultError> {
    path.try_exists()
        .map_err(VaultError::io("looking for the cabinet's files"))
}

/// The folder of this user's cabinet when none is named: the system's place for a program's data.
pub fn default_home() -> PathBuf {
    let variable = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let user = || std::env::home_dir().unwrap_or_default();
    if cfg!(target_os = "windows") {
        variable("LOCALAPPDATA")
            .unwrap_or_else(|| user().join("AppData/Local"))
            .join("Cabinet")
    } else if cfg!(target_os = "macos") {
        user().join("Library/Application Support/Cabinet")
    } else {
        variable("XDG_DATA_HOME")
            .unwrap_or_else(|| user().join(".local/share"))
            .join("cabinet")
    }
}
