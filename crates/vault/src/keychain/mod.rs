//! The operating system's keychain as a third way in, where the user wants one.
//!
//! What lies there is a random key that means nothing by itself: the master key is wrapped by it in a slot of the header.
//! So the keychain alone opens nothing, a copy of the cabinet alone opens nothing by it, and without the slot the entry
//! is worthless. Whoever may ask the keychain and read the cabinet gets in; that is what switching it on means.

#[cfg(any(target_os = "macos", target_os = "windows"))]
mod native;
#[cfg(target_os = "linux")]
mod secret_service;
#[cfg(target_os = "linux")]
mod session;

use secrecy::ExposeSecretMut;
use uuid::Uuid;

use crate::keys::KeptKey;

/// Why the keychain does not open a cabinet. The passphrase does in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    /// The cabinet has no slot for it.
    #[error("Opening by the keychain is off for this cabinet.")]
    Off,
    /// There is no keychain, or it does not answer.
    #[error("The system's keychain cannot be reached.")]
    Unreachable,
    /// It is locked, and was not unlocked when the system asked.
    #[error("The system's keychain is locked.")]
    Locked,
    /// It does not let this program have the entry.
    #[error("The system's keychain refused.")]
    Refused,
    /// It holds nothing for this cabinet.
    #[error("The system's keychain holds no key for this cabinet.")]
    EntryMissing,
    /// What it holds is not the key that the slot was made with.
    #[error("The key in the system's keychain does not fit this cabinet.")]
    EntryWrong,
}

impl KeychainError {
    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Off => {
                "Use the passphrase. The settings, or `cabinet keychain on`, let the keychain open it from then on."
            }
            Self::Unreachable => {
                "Use the passphrase. A keychain comes with the desktop (GNOME Keyring, KWallet) and runs in its session."
            }
            Self::Locked => "Unlock it when the system asks, or use the passphrase.",
            Self::Refused => "Look at what the system lets Cabinet have, or use the passphrase.",
            Self::EntryMissing | Self::EntryWrong => {
                "Use the passphrase. Then let the keychain open the cabinet anew, in the settings or by `cabinet keychain on`."
            }
        }
    }
}

/// Where the key of a cabinet is kept. One entry for each cabinet.
pub(crate) trait Keychain {
    /// Keeps a key, in place of the one before.
    fn keep(&self, cabinet: Uuid, key: &[u8; 32]) -> Result<(), KeychainError>;

    /// Gives the key. The system may ask the user first, for as long as they take.
    fn fetch(&self, cabinet: Uuid) -> Result<KeptKey, KeychainError>;

    /// Removes the entry; nothing where there is none.
    fn forget(&self, cabinet: Uuid) -> Result<(), KeychainError>;

    /// Whether there is an entry, without asking the user for anything.
    fn holds(&self, cabinet: Uuid) -> Result<bool, KeychainError>;
}

/// The keychain of this user's session: the Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
pub(crate) struct SystemKeychain;

#[cfg(any(target_os = "linux", target_os = "macos", target_os = "windows"))]
impl Keychain for SystemKeychain {
    fn keep(&self, cabinet: Uuid, key: &[u8; 32]) -> Result<(), KeychainError> {
        system::keep(cabinet, key)
    }

    fn fetch(&self, cabinet: Uuid) -> Result<KeptKey, KeychainError> {
        to_key(&system::fetch(cabinet)?)
    }

    fn forget(&self, cabinet: Uuid) -> Result<(), KeychainError> {
        system::forget(cabinet)
    }

    fn holds(&self, cabinet: Uuid) -> Result<bool, KeychainError> {
        system::holds(cabinet)
    }
}

#[cfg(any(target_os = "macos", target_os = "windows"))]
use native as system;
#[cfg(target_os = "linux")]
use secret_service as system;

/// An entry of another length was made by something else.
fn to_key(bytes: &[u8]) -> Result<KeptKey, KeychainError> {
    let bytes: &[u8; 32] = bytes.try_into().map_err(|_| KeychainError::EntryWrong)?;
    let mut key = KeptKey::default();
    key.expose_secret_mut().copy_from_slice(bytes);
    Ok(key)
}

/// Names the entries among those of other programs.
const PROGRAM: &str = "app.cabinet.desktop";

#[cfg(test)]
#[path = "tests.rs"]
pub(crate) mod tests;
