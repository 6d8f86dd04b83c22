//! Small sealed values: settings, audit heads, whatever a crate keeps outside the database.
//!
//! ```text
//! 1 version, 24 salt (random for each value), the value encrypted, 16 tag
//! ```
//!
//! AES-256-GCM under a key made for this one value by HKDF with its salt and its label; the label says what the
//! value is, and a value does not open under another. What is not stopped is an older value with the same label.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::VaultError;
use crate::keys;

const VERSION: u8 = 1;
const SALT_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const OVERHEAD: usize = 1 + SALT_BYTES + TAG_BYTES;

/// Seals a value under a label.
pub(crate) fn seal(purpose: &[u8; 32], label: &str, value: &[u8]) -> Result<Vec<u8>, VaultError> {
    let salt = keys::random::<SALT_BYTES>()?;
    let mut sealed = Vec::with_capacity(OVERHEAD + value.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(value);
    let (head, content) = sealed.split_at_mut(1 + SALT_BYTES);
    let tag = key(purpose, &salt, label)
        .seal_in_place_separate_tag(nonce(), Aad::from(&*head), content)
        // Above some sixty gibibytes; such a value is not small.
        .map_err(|_| VaultError::OutOfRange)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Opens a value that was sealed under this label.
pub(crate) fn open(purpose: &[u8; 32], label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    if sealed.len() < OVERHEAD || sealed[0] != VERSION {
        return Err(VaultError::ValueDamaged);
    }
    let (head, content) = sealed.split_at(1 + SALT_BYTES);
    let salt: &[u8; SALT_BYTES] = head[1..].try_into().expect("it was split after the salt");
    let mut value = Zeroizing::new(content.to_vec());
    let length = key(purpose, salt, label)
        .open_in_place(nonce(), Aad::from(head), &mut value)
        .map_err(|_| VaultError::ValueDamaged)?
        .len();
    value.truncate(length);
    Ok(value)
}

fn key(purpose: &[u8; 32], salt: &[u8; SALT_BYTES], label: &str) -> LessSafeKey {
    let key: keys::Key = keys::hkdf(purpose, salt, &[b"cabinet/1/value ", label.as_bytes()]);
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose_secret()).expect("AES-256 takes 32 bytes"))
}

/// One nonce is enough: every value has a key of its own.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::{OVERHEAD, open, seal};

    const KEY: [u8; 32] = [9; 32];

    #[test]
    fn opens_under_its_label_only() {
        let sealed = seal(&KEY, "audit head", b"left knee").unwrap();
        assert_eq!(
            open(&KEY, "audit head", &sealed).unwrap().as_slice(),
            b"left knee"
        );
        assert!(open(&KEY, "audit tail", &sealed).is_err());
        assert!(open(&[8; 32], "audit head", &sealed).is_err());
        assert_ne!(
            seal(&KEY, "audit head", b"left knee").unwrap(),
            sealed,
            "fresh each time"
        );
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let sealed = seal(&KEY, "x", b"").unwrap();
        assert_eq!(sealed.len(), OVERHEAD);
        assert!(open(&KEY, "x", &sealed).unwrap().is_empty());
    }

    #[test]
    fn rejects_every_flipped_bit_and_every_cut() {
        let mut sealed = seal(&KEY, "x", b"left knee").unwrap();
        for at in 0..sealed.len() {
            assert!(open(&KEY, "x", &sealed[..at]).is_err(), "cut to {at} bytes");
            for bit in 0..8 {
                sealed[at] ^= 1 << bit;
                assert!(open(&KEY, "x", &sealed).is_err(), "byte {at}, bit {bit}");
                sealed[at] ^= 1 << bit;
            }
        }
        sealed.push(0);
        assert!(open(&KEY, "x", &sealed).is_err(), "one byte more");
    }

    proptest! {
        #[test]
        fn anything_else_is_refused(bytes in any::<Vec<u8>>()) {
            prop_assert!(open(&KEY, "x", &bytes).is_err());
        }
    }
}
