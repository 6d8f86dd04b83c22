//! Keychain on macOS and Credential Manager on Windows, through `keyring-core`. Written for, never tried (see README).

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{KeychainError, PROGRAM};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(target_os = "windows")]
use windows_native_keyring_store::Store;

pub(super) fn keep(cabinet: Uuid, key: &[u8; 32]) -> Result<(), KeychainError> {
    entry(cabinet)?.set_secret(key).map_err(told)
}

pub(super) fn fetch(cabinet: Uuid) -> Result<Zeroizing<Vec<u8>>, KeychainError> {
    entry(cabinet)?.get_secret().map(Zeroizing::new).map_err(told)
}

pub(super) fn forget(cabinet: Uuid) -> Result<(), KeychainError> {
    match entry(cabinet)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(e) => Err(told(e)),
    }
}

pub(super) fn holds(cabinet: Uuid) -> Result<bool, KeychainError> {
    match entry(cabinet)?.get_credential() {
        Ok(_) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(e) => Err(told(e)),
    }
}

fn entry(cabinet: Uuid) -> Result<Entry, KeychainError> {
    let store = Store::new().map_err(told)?;
    store.build(PROGRAM, &cabinet.to_string(), None).map_err(told)
}

fn told(e: Error) -> KeychainError {
    match e {
        Error::NoEntry => KeychainError::EntryMissing,
        Error::NoStorageAccess(_) => KeychainError::Refused,
        _ => KeychainError::Unreachable,
    }
}
