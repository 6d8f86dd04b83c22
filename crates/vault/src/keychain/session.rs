//! How a secret is encrypted between the keychain and us, so that it does not lie in the memory of the bus.
//!
//! `dh-ietf1024-sha256-aes128-cbc-pkcs7`, the one algorithm of the Secret Service specification: Diffie-Hellman in the
//! second Oakley group (RFC 2409, 6.2), HKDF-SHA-256 without salt or info, AES-128-CBC. It authenticates nobody; that the
//! name on the bus is the keychain's is for the bus to say.

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use num_bigint::BigUint;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::KeychainError;
use crate::keys::{self, KeptKey};

/// Its name on the bus.
pub(super) const ALGORITHM: &str = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

const PRIME: &[u8; 256] = b"\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
    020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
    4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";
const PRIME_BYTES: usize = 128;
const BLOCK: usize = 16;

/// Our half of an exchange.
pub(super) struct Offer {
    secret: Zeroizing<[u8; PRIME_BYTES]>,
}

impl Offer {
    /// A fresh half.
    pub(super) fn new() -> Result<Self, KeychainError> {
        let mut secret = Zeroizing::new([0; PRIME_BYTES]);
        keys::fill_random(secret.as_mut_slice()).map_err(|_| KeychainError::Unreachable)?;
        Ok(Self { secret })
    }

    /// What the other side is told.
    pub(super) fn public(&self) -> Vec<u8> {
        padded(&self.power_of(&BigUint::from(2_u32))).to_vec()
    }

    /// The key of both, by what the other side told.
    ///
    /// # Errors
    /// [`KeychainError::Unreachable`] for a number that would make the key known to anybody.
    pub(super) fn agree(&self, theirs: &[u8]) -> Result<Transport, KeychainError> {
        let theirs = BigUint::from_bytes_be(theirs);
        let one = BigUint::from(1_u32);
        if theirs <= one || theirs >= prime() - one {
            return Err(KeychainError::Unreachable);
        }
        let shared = padded(&self.power_of(&theirs));
        Ok(Transport(keys::hkdf(shared.as_slice(), b"", &[])))
    }

    fn power_of(&self, base: &BigUint) -> BigUint {
        base.modpow(&BigUint::from_bytes_be(self.secret.as_slice()), &prime())
    }
}

/// Encrypts and decrypts in one session. Only the first half of the key is used.
pub(super) struct Transport(KeptKey);

impl Transport {
    /// The initial vector and the encrypted secret.
    pub(super) fn encrypt(&self, secret: &[u8]) -> Result<(Vec<u8>, Vec<u8>), KeychainError> {
        let iv: [u8; BLOCK] = keys::random().map_err(|_| KeychainError::Unreachable)?;
        let mut buffer = Zeroizing::new(vec![0; secret.len() + BLOCK]);
        buffer[..secret.len()].copy_from_slice(secret);
        let encrypted = cbc::Encryptor::<Aes128>::new(self.key().into(), &iv.into())
            .encrypt_padded_mut::<Pkcs7>(&mut buffer, secret.len())
            .map_err(|_| KeychainError::Unreachable)?;
        Ok((iv.to_vec(), encrypted.to_vec()))
    }

    /// The secret.
    pub(super) fn decrypt(&self, iv: &[u8], encrypted: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, KeychainError> {
        let iv: [u8; BLOCK] = iv.try_into().map_err(|_| KeychainError::EntryWrong)?;
        let mut buffer = Zeroizing::new(encrypted);
        let length = cbc::Decryptor::<Aes128>::new(self.key().into(), &iv.into())
            .decrypt_padded_mut::<Pkcs7>(&mut buffer)
            .map_err(|_| KeychainError::EntryWrong)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }

    fn key(&self) -> &[u8; BLOCK] {
        self.0.expose_secret().first_chunk().expect("a key is 32 bytes")
    }
}

fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME, 16).expect("it is written in hexadecimal")
}

/// Both sides derive from the number at its full length.
fn padded(number: &BigUint) -> Zeroizing<[u8; PRIME_BYTES]> {
    let bytes = Zeroizing::new(number.to_bytes_be());
    let mut padded = Zeroizing::new([0; PRIME_BYTES]);
    padded[PRIME_BYTES - bytes.len()..].copy_from_slice(&bytes);
    padded
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::{BLOCK, Offer, PRIME_BYTES, padded, prime};
    use crate::keychain::KeychainError;

    #[test]
    fn both_sides_agree_and_nobody_else_reads() {
        let (ours, theirs) = (Offer::new().unwrap(), Offer::new().unwrap());
        let here = ours.agree(&theirs.public()).unwrap();
        let there = theirs.agree(&ours.public()).unwrap();
        let secret = [7; 32];
        let (iv, encrypted) = here.encrypt(&secret).unwrap();
        assert_eq!(encrypted.len(), 32 + BLOCK);
        assert!(!encrypted.windows(8).any(|part| part == [7; 8]));
        assert_eq!(there.decrypt(&iv, encrypted.clone()).unwrap().as_slice(), secret);
        let other = Offer::new().unwrap().agree(&theirs.public()).unwrap();
        assert!(
            other
                .decrypt(&iv, encrypted)
                .map_or(true, |read| read.as_slice() != secret)
        );
    }

    #[test]
    fn rejects_numbers_that_make_the_key_known() {
        let ours = Offer::new().unwrap();
        let one = BigUint::from(1_u32);
        for weak in [BigUint::ZERO, one.clone(), prime() - one, prime()] {
            let refused = ours.agree(&weak.to_bytes_be());
            assert!(matches!(refused, Err(KeychainError::Unreachable)), "{weak}");
        }
    }

    #[test]
    fn rejects_what_was_not_encrypted_so() {
        let transport = Offer::new()
            .unwrap()
            .agree(&Offer::new().unwrap().public())
            .unwrap();
        for (iv, encrypted) in [
            (&[0; 15][..], vec![0; 48]),
            (&[0; 16][..], vec![]),
            (&[0; 16][..], vec![0; 17]),
        ] {
            assert!(matches!(
                transport.decrypt(iv, encrypted),
                Err(KeychainError::EntryWrong)
            ));
        }
    }

    #[test]
    fn a_short_number_is_derived_from_at_full_length() {
        let padded = padded(&BigUint::from(258_u32));
        assert_eq!(padded[PRIME_BYTES - 2..], [1, 2]);
        assert!(padded[..PRIME_BYTES - 2].iter().all(|byte| *byte == 0));
    }
}
