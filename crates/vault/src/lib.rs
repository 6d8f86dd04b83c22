//! The vault: passphrase, keys, sealed files, and opening the encrypted database.
//!
//! The only crate that sees key bytes. It owns the format of `vault.json` (how a passphrase or a recovery code leads
//! to the master key), the format of sealed objects (originals, the vector store's files), the lock that lets one
//! process in at a time, and the way the database is opened. It deliberately knows nothing of documents, tables or
//! searches, and judges no content.
//!
//! What always holds:
//!
//! * nothing is written in plain text, and nothing that was read is given out before it was authenticated;
//! * keys cannot be printed, copied or serialised, and are wiped when the [`Vault`] is dropped, whoever still holds
//!   a store or a handle made from it;
//! * where data lies without its key file, or without its database, that is an error, never a fresh start;
//! * no error carries a path, a passphrase, a key or any content.
//!
//! ```text
//! home/vault.json   the master key, wrapped by the passphrase, by the recovery code, and if the user wants for the keychain
//! home/lock         held by the process that has the cabinet open
//! home/cabinet.db   SQLCipher, raw key (and -wal, -shm beside it)
//! home/objects/     originals, one sealed file each, named by identifier
//! home/vectors/     the vector store's files, sealed
//! home/set-aside/   what was damaged or replaced and is kept, sealed
//! home/backups/     the database before it was last changed in shape, in the age format
//! ```
//!
//! ```
//! # fn main() -> Result<(), cabinet_vault::VaultError> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let home = folder.path().join("cabinet");
//! use cabinet_vault::{KdfCost, Passphrase, Vault};
//! use uuid::Uuid;
//!
//! let passphrase = Passphrase::new("walnut orbit cellar mist".to_owned());
//! // `KdfCost::default()` outside of examples.
//! let (vault, code) = Vault::create(&home, &passphrase, KdfCost::LOWEST)?;
//! assert_eq!(code.groups().len(), 9); // to be written down
//!
//! let id = Uuid::new_v4();
//! vault.objects().put(id, "left knee, 12 March".as_bytes())?;
//! drop(vault); // locked
//!
//! let vault = Vault::open(&home, &passphrase)?;
//! assert_eq!(vault.objects().get(id)?, b"left knee, 12 March");
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod age;
mod backup;
mod database;
mod error;
mod files;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod header;
mod hex;
mod home;
mod kdf;
mod keychain;
mod keys;
mod lock;
mod log;
mod objects;
mod passphrase;
mod read_at;
mod recovery;
mod sealed;
mod store;
mod value;
mod vault;

pub use backup::{
    Backup, BackupKind, BackupPlan, BackupProgress, Contents, Restored, Watch, WayIn, preview, restore,
};
pub use database::{is_damaged, is_disk_full};
pub use error::{Damage, VaultError};
pub use home::default_home;
pub use kdf::KdfCost;
pub use keychain::KeychainError;
pub use keys::keys_can_be_kept;
pub use objects::SealedObjects;
pub use passphrase::{Passphrase, Strength, strength};
pub use recovery::RecoveryCode;
pub use store::{DEFAULT_CACHE_BYTES, StoreSealer};
pub use vault::Vault;
