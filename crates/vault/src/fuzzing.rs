//! Doors for the fuzz targets. Not part of the crate's interface, and there only with the feature `fuzzing`.
//!
//! Nothing here decides anything: keys are fixed, so that what is sealed can be built, altered and tried again.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret, ExposeSecretMut};
use sha2::{Digest, Sha256};

use crate::age;
use crate::header::{CHECKSUM_BEGINS, END, Header, ReadHeader};
use crate::keys::{self, KeptKey, KeyRing, Purpose};
use crate::{KdfCost, Passphrase, RecoveryCode, SealedObjects, VaultError, hex};

/// A recovery code that is always the same.
pub const CODE: &str = "0000-0000-0000-0000-0000-0000-0000-0000-QKBM";

fn master() -> KeptKey {
    let mut key = KeptKey::default();
    key.expose_secret_mut().fill(0x5a);
    key
}

/// The originals below `folder`, under a fixed key.
#[must_use]
pub fn objects(folder: PathBuf) -> SealedObjects {
    SealedObjects::new(folder, Arc::new(KeyRing::new(&master())))
}

/// The text of a `vault.json` that [`CODE`] and `passphrase` open.
///
/// # Errors
/// None that a fuzz target would see.
pub fn vault_json(passphrase: &str) -> Result<String, VaultError> {
    let passphrase = Passphrase::new(passphrase.to_owned());
    Header::new(
        &master(),
        &passphrase,
        KdfCost::LOWEST,
        &RecoveryCode::parse(CODE)?,
    )?
    .to_text(&master())
}

/// The text with the checksum that it would have if it were whole.
#[must_use]
pub fn with_checksum(protected: &str) -> String {
    let checksum = hex::encode(&Sha256::digest(protected.as_bytes()));
    format!("{protected}{CHECKSUM_BEGINS}{}{END}", checksum.as_str())
}

/// What [`with_checksum`] takes, of a whole text.
#[must_use]
pub fn without_checksum(text: &str) -> &str {
    text.rsplit_once(CHECKSUM_BEGINS)
        .map_or(text, |(protected, _)| protected)
}

/// What a header asks of whoever opens it.
///
/// # Errors
/// [`VaultError`]: why it is no header.
pub fn cost(text: &[u8]) -> Result<KdfCost, VaultError> {
    ReadHeader::parse(text)?.header.cost()
}

/// Opens a header by the passphrase, or else by [`CODE`], and authenticates it, as opening a cabinet does.
///
/// # Errors
/// [`VaultError`]: why it does not open.
pub fn open_header(text: &[u8], passphrase: Option<&str>) -> Result<(), VaultError> {
    let read = ReadHeader::parse(text)?;
    let master = match passphrase {
        Some(passphrase) => read.header.open(&Passphrase::new(passphrase.to_owned()))?,
        None => read.header.open_by_code(&RecoveryCode::parse(CODE)?)?,
    };
    read.verify(&master)
}

/// Whether a write-ahead log has lost committed changes.
///
/// # Errors
/// None of its own: what the source answers.
pub fn log_lost_frames(log: impl Read) -> std::io::Result<bool> {
    crate::log::lost_frames(log)
}

/// A backup whose archive is `archive`, that [`CODE`] opens.
///
/// # Errors
/// None that a fuzz target would see.
pub fn backup(vault_json: &str, archive: &[u8]) -> Result<Vec<u8>, VaultError> {
    let key = keys::subkey(&master(), Purpose::Backups);
    let identity = age::Identity::new(key.expose_secret());
    let mut sealer = age::seal(Vec::new(), &identity, vault_json)?;
    sealer
        .write_all(archive)
        .and_then(|()| sealer.finish())
        .map_err(VaultError::io("writing a backup"))
}

/// A hash as backups list it.
#[must_use]
pub fn sha256(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)).to_string()
}
