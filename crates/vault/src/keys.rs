//! Keys: one random master key, and one subkey for each purpose.
//!
//! The master key is in memory only while a vault is made, opened or re-keyed. What stays is the subkeys, in one
//! place that can be emptied at once, whoever still holds a store or a handle. Both lie in memory that the system keeps
//! out of its swap space, where it grants that.

use std::sync::{PoisonError, RwLock};

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use zeroize::Zeroize;

use crate::VaultError;

/// 256 bits that cannot be printed, copied or serialised and are wiped when dropped.
pub(crate) type Key = SecretBox<[u8; 32]>;

/// A [`Key`] in memory that is kept out of swap: the master key, and what it is wrapped by. Each takes a page.
pub(crate) type KeptKey = SecretBox<Kept>;

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

/// HKDF-SHA-256 (RFC 5869) to one key, kept or not. The parts of `info` are joined; callers keep them unambiguous.
pub(crate) fn hkdf<K>(secret: &[u8], salt: &[u8], info: &[&[u8]]) -> SecretBox<K>
where
    K: Zeroize + Default + AsMut<[u8]>,
{
    let mut key: SecretBox<K> = SecretBox::default();
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, OneKey)
        .and_then(|okm| okm.fill(key.expose_secret_mut().as_mut()))
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
    /// The key pair of backups.
    Backups,
}

impl Purpose {
    const ALL: [Self; 6] = [
        Self::Header,
        Self::Database,
        Self::Objects,
        Self::Vectors,
        Self::Values,
        Self::Backups,
    ];

    /// Part of the format: never changed.
    fn label(self) -> &'static [u8] {
        match self {
            Self::Header => b"cabinet/1/header",
            Self::Database => b"cabinet/1/database",
            Self::Objects => b"cabinet/1/objects",
            Self::Vectors => b"cabinet/1/vectors",
            Self::Values => b"cabinet/1/values",
            Self::Backups => b"cabinet/1/backups",
        }
    }
}

/// The subkey of a master key for one purpose.
pub(crate) fn subkey(master: &KeptKey, purpose: Purpose) -> Key {
    hkdf(&**master.expose_secret(), b"", &[purpose.label()])
}

/// The subkeys of an open vault, until it is locked.
pub(crate) struct KeyRing {
    keys: RwLock<Option<KeptPage>>,
}

impl KeyRing {
    /// All subkeys of a master key.
    pub(crate) fn new(master: &KeptKey) -> Self {
        let mut page = KeptPage::blank();
        for purpose in Purpose::ALL {
            page.keys[purpose as usize] = *subkey(master, purpose).expose_secret();
        }
        Self {
            keys: RwLock::new(Some(page)),
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
        let page = keys.as_ref().ok_or(VaultError::Locked)?;
        Ok(use_it(&page.keys[purpose as usize]))
    }

    /// Wipes every subkey; whoever asks from now on is refused.
    pub(crate) fn empty(&self) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// True where the system promised never to write the keys' memory to disk.
    pub(crate) fn kept_from_swap(&self) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.as_ref().is_some_and(|page| page.kept.is_some())
    }
}

/// Keys in memory of their own that the system keeps from being swapped to disk, where it grants that (Linux gives each
/// user at least some dozens of kibibytes of such memory). Wiped when dropped.
struct KeptPage {
    // Let go of last, after the keys are wiped.
    keys: Box<Page>,
    kept: Option<region::LockGuard>,
}

/// As large and aligned as the largest page of the systems that Cabinet runs on: keeping a page is not counted, so two
/// rings in one page would undo each other's.
#[repr(C, align(16384))]
struct Page([[u8; 32]; 512]);

impl KeptPage {
    fn blank() -> Self {
        let keys = Box::new(Page([[0; 32]; 512]));
        let kept = region::lock(keys.0.as_ptr(), size_of::<Page>()).ok();
        Self { keys, kept }
    }
}

impl std::ops::Deref for Page {
    type Target = [[u8; 32]; 512];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Page {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Zeroize for KeptPage {
    fn zeroize(&mut self) {
        self.keys.iter_mut().for_each(Zeroize::zeroize);
    }
}

impl Drop for KeptPage {
    fn drop(&mut self) {
        self.zeroize();
        self.kept = None;
    }
}

/// One key in a page of its own.
pub(crate) struct Kept(KeptPage);

impl Default for Kept {
    fn default() -> Self {
        Self(KeptPage::blank())
    }
}

impl Zeroize for Kept {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl AsMut<[u8]> for Kept {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0.keys[0]
    }
}

impl std::ops::Deref for Kept {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0.keys[0]
    }
}

impl std::ops::DerefMut for Kept {
    fn deref_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0.keys[0]
    }
}

/// Tries whether the system would keep a page with keys out of its swap space just now.
pub fn keys_can_be_kept() -> bool {
    KeptPage::blank().kept.is_some()
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret, ExposeSecretMut};

    use super::{KeptKey, Key, KeyRing, Purpose, hkdf, keys_can_be_kept, subkey};
    use crate::VaultError;

    fn master() -> KeptKey {
        let mut master = KeptKey::default();
        master.expose_secret_mut().fill(7);
        master
    }

    #[test]
    fn hkdf_gives_the_rfc_s_first_vector() {
        let salt: Vec<u8> = (0x00..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        // RFC 5869, A.1: the first 32 of its 42 bytes.
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf";
        let key: Key = hkdf(&[0x0b; 22], &salt, &[&info]);
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

    /// Kibibytes of this process's memory that the system keeps out of swap, from `at` on for one page.
    #[cfg(target_os = "linux")]
    fn kept_kib(at: *const u8) -> u64 {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut holds = false;
        for line in maps.lines() {
            let range = line.split_once(' ').and_then(|(range, _)| range.split_once('-'));
            let bounds = range.and_then(|(from, to)| {
                Some((
                    usize::from_str_radix(from, 16).ok()?,
                    usize::from_str_radix(to, 16).ok()?,
                ))
            });
            if let Some((from, to)) = bounds {
                holds = (from..to).contains(&at.addr());
            } else if holds && let Some(kib) = line.strip_prefix("Locked:") {
                return kib.trim().trim_end_matches(" kB").parse().unwrap();
            }
        }
        panic!("the page is in no mapping");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_ring_and_the_master_key_are_kept_out_of_swap() {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock).current;
        let granted = keys_can_be_kept();
        // Where the user may keep next to nothing, all say so.
        assert!(
            granted || limit.is_some_and(|bytes| bytes < 1 << 20),
            "{limit:?} bytes may be kept"
        );
        let master = master();
        let ring = KeyRing::new(&master);
        assert_eq!(ring.kept_from_swap(), granted);
        let place = ring.with(Purpose::Header, |key| key.as_ptr()).unwrap();
        assert_eq!(kept_kib(place) >= 16, granted, "the ring");
        assert_eq!(
            kept_kib(master.expose_secret().as_ptr()) >= 16,
            granted,
            "the master key"
        );
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
