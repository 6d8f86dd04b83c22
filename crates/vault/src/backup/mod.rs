//! Backups: one file in the age format, with a tar archive in it.
//!
//! ```text
//! backup.json        what this is: which cabinet, when, which originals belong to it
//! vault.json         the key file of that day (also in the clear part of the file, see `crate::age`)
//! cabinet.db         the database, as encrypted on disk
//! objects/<id>       originals, as sealed on disk
//! SHA256SUMS         the hash of each, as `sha256sum --check` reads it
//! ```
//!
//! What is sealed stays sealed, so nothing is opened to be backed up and no plaintext is anywhere on the way; the age
//! layer hides names, numbers and sizes, and binds it all together. Vectors are left out: they are derived, made again
//! after a restore, and rewritten as a whole by the store that holds them.
//!
//! Originals never change once written, so a daily backup need not read them again: one of [`BackupKind::Additions`]
//! holds the database and those originals that a whole backup before it does not. It refers to one whole backup, never
//! to a chain.

mod archive;
mod restore;
mod write;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use restore::{Contents, Restored, WayIn, preview, restore};
pub use write::{Backup, BackupPlan};

use crate::VaultError;

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackupKind {
    /// Database and all originals.
    Whole,
    /// Database, and the originals that a whole backup before it does not hold.
    Additions,
    /// The database alone: made before it is changed in shape.
    Database,
}

/// How far a backup or a restore is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupProgress {
    /// Bytes done in this part of the work.
    pub done: u64,
    /// Bytes of this part.
    pub total: u64,
    /// True while what was written is read back.
    pub checking: bool,
}

/// Told of progress; answers whether to go on.
pub type Watch<'w> = &'w mut (dyn FnMut(BackupProgress) -> bool + Send);

const FORMAT: &str = "cabinet-backup";
const VERSION: u32 = 1;
const NOTES: &str = "backup.json";
const VAULT: &str = "vault.json";
const DATABASE: &str = "cabinet.db";
const OBJECTS: &str = "objects/";
const SUMS: &str = "SHA256SUMS";

/// The first thing in every archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notes {
    format: String,
    version: u32,
    pub(crate) id: Uuid,
    pub(crate) cabinet: Uuid,
    /// Milliseconds since the Unix epoch.
    pub(crate) made_at: u64,
    pub(crate) kind: BackupKind,
    /// The whole backup that this one adds to.
    pub(crate) base: Option<Uuid>,
    /// All originals that the database knows, wherever they are.
    pub(crate) originals: Vec<Uuid>,
}

impl Notes {
    fn parse(text: &[u8]) -> Result<Self, VaultError> {
        let notes: Self =
            serde_json::from_slice(text).map_err(|_| damaged("its description is unreadable"))?;
        match notes.version {
            _ if notes.format != FORMAT => Err(damaged("it is not a backup of a cabinet")),
            VERSION => Ok(notes),
            found => Err(VaultError::UnsupportedVersion {
                found,
                known: VERSION,
            }),
        }
    }
}

fn damaged(what: &'static str) -> VaultError {
    VaultError::BackupDamaged { what }
}
