//! Keys: one random master key, and one subkey for each purpose.
//!
//! The master key is in memory only while a vault is made, opened or re-keyed. What stays is the subkeys, in one
//! place that can be emptied at once, whoever still holds a store or a handle.

use std::sync::{PoisonError, RwLock};

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};

use crate::VaultError;

/// 256 bits that cannot be printed, copied or serialised and are wiped when dropped.
pub(crate) type Key = SecretBox<[u8; 32]>;

/// Fills with the system's random numbers.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), VaultError> {
    SystemRandom::new()
        .fill(bytes)
        .map_err(|_| VaultError::NoRandomness)
}

/// Random bytes that are no secret: salts, nonces.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// HKDF-SHA-256 (RFC 5869) to one key. The parts of `info` are joined; callers keep them unambiguous.
pub(crate) fn hkdf(secret: &[u8], salt: &[u8], info: &[&[u8]]) -> Key {
    let mut key: Key = SecretBox::default();
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, OneKey)
        .and_then(|okm| okm.fill(key.expose_secret_mut()))
        .expect("HKDF-SHA-256 can always give one key of 32 bytes");
    key
}

struct OneKey;

impl KeyType for OneKey {
    fn len(&self) -> usize {
        32
    }
}

/// What a subkey is for. A key is used for one purpose only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Authenticating the header.
    Header,
    /// SQLCipher's raw key.
    Database,
    /// Originals.
    Objects,
    /// The vector store's files.
    Vectors,
    /// Small sealed values.
    Values,
}

impl Purpose {
    const ALL: [Self; 5] = [
        Self::Header,
        Self::Database,
        Self::Objects,
        Self::Vectors,
        Self::Values,
    ];

    /// Part of the format: never changed.
    fn label(self) -> &'static [u8] {
        match self {
            Self::Header => b"cabinet/1/header",
            Self::Database => b"cabinet/1/database",
            Self::Objects => b"cabinet/1/objects",
            Self::Vectors => b"cabinet/1/vectors",
            Self::Values => b"cabinet/1/values",
        }
    }
}

/// The subkey of a master key for one purpose.
pub(crate) fn subkey(master: &Key, purpose: Purpose) -> Key {
    hkdf(master.expose_secret(), b"", &[purpose.label()])
}

/// The subkeys of an open vault, until it is locked.
pub(crate) struct KeyRing {
    keys: RwLock<Option<[Key; Purpose::ALL.len()]>>,
}

impl KeyRing {
    /// All subkeys of a master key.
    pub(crate) fn new(master: &Key) -> Self {
        Self {
            keys: RwLock::new(Some(Purpose::ALL.map(|purpose| subkey(master, purpose)))),
        }
    }

    /// Lends a subkey.
    ///
    /// # Errors
    /// [`VaultError::Locked`] once the ring has been emptied.
    pub(crate) fn with<T>(
        &self,
        purpose: Purpose,
        use_it: impl FnOnce(&[u8; 32]) -> T,
    ) -> Result<T, VaultError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let ring = keys.as_ref().ok_or(VaultError::Locked)?;
        Ok(use_it(ring[purpose as usize].expose_secret()))
    }

    /// Wipes every subkey; whoever asks from now on is refused.
    pub(crate) fn empty(&self) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret, SecretBox};

    use super::{Key, KeyRing, Purpose, hkdf, subkey};
    use crate::VaultError;

    fn master() -> Key {
        SecretBox::new(Box::new([7; 32]))
    }

    #[test]
    fn hkdf_gives_the_rfc_s_first_vector() {
        let salt: Vec<u8> = (0x00..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        // RFC 5869, A.1: the first 32 of its 42 bytes.
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf";
        let key = hkdf(&[0x0b; 22], &salt, &[&info]);
        assert_eq!(crate::hex::encode(key.expose_secret()).as_str(), expected);
    }

    #[test]
    fn every_purpose_has_its_own_key_in_its_own_place() {
        let ring = KeyRing::new(&master());
        for (at, purpose) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(at, purpose as usize);
            let held = ring.with(purpose, |key| *key).unwrap();
            assert_eq!(&held, subkey(&master(), purpose).expose_secret());
            for other in Purpose::ALL.into_iter().filter(|other| *other != purpose) {
                assert_ne!(
                    held,
                    ring.with(other, |key| *key).unwrap(),
                    "{purpose:?} and {other:?}"
                );
            }
        }
    }

    #[test]
    fn an_emptied_ring_lends_nothing() {
        let ring = KeyRing::new(&master());
        ring.empty();
        assert!(matches!(
            ring.with(Purpose::Objects, |_| ()),
            Err(VaultError::Locked)
        ));
    }
}
