//! `vault.json`: how to get from a passphrase, or the recovery code, to the master key.
//!
//! The master key is random and never changes; the header holds it wrapped once per way in. Nothing in the header
//! is secret by itself. It is protected three times over:
//!
//! * a checksum over every byte before it tells damage from a wrong passphrase, without any key;
//! * each wrapping authenticates its own parameters, so they cannot be swapped or weakened;
//! * a MAC under a subkey of the master key authenticates the whole, once it is open.
//!
//! A header with a slot for the keychain is of the second version, one without of the first, so that an older program
//! names what it lacks and reads what it can.
//!
//! What this cannot stop is an old header put back: whoever has it, and the passphrase of its time, gets in.
//!
//! The text ends in two lines that are not part of what they protect:
//! `"mac"` covers every byte before its line, `"checksum"` every byte before its own.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use secrecy::{ExposeSecret, ExposeSecretMut};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::keys::{self, KeptKey, Purpose};
use crate::{KdfCost, KeychainError, Passphrase, RecoveryCode, VaultError, hex};

const FORMAT: &str = "cabinet-vault";
/// Without a slot for the keychain. Wrappings are of this version in either.
const FIRST: u32 = 1;
/// With one.
const WITH_KEYCHAIN: u32 = 2;
const KDF: &str = "argon2id";
const SALT_BYTES: usize = 32;
const WRAPPED_BYTES: usize = NONCE_LEN + 32 + 16;
const MAC_BEGINS: &str = ",\n  \"mac\": \"";
pub(crate) const CHECKSUM_BEGINS: &str = "\",\n  \"checksum\": \"";
pub(crate) const END: &str = "\"\n}\n";

/// Longer than any header, so that a wrong file in its place is not read into memory.
pub(crate) const MOST_BYTES: u64 = 64 * 1024;

/// The parsed header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    format: String,
    version: u32,
    cabinet: Uuid,
    passphrase: PassphraseSlot,
    recovery: RandomSlot,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keychain: Option<RandomSlot>,
}

/// The master key, wrapped by a key derived from the passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PassphraseSlot {
    kdf: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    wrapped: String,
}

/// The master key, wrapped by a key derived from the recovery code, or from what the keychain holds. Neither needs a
/// dear derivation: they are random.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RandomSlot {
    salt: String,
    wrapped: String,
}

impl Header {
    /// A header for a fresh master key.
    pub(crate) fn new(
        master: &KeptKey,
        passphrase: &Passphrase,
        cost: KdfCost,
        recovery: &RecoveryCode,
    ) -> Result<Self, VaultError> {
        let cabinet = Uuid::new_v4();
        Ok(Self {
            format: FORMAT.to_owned(),
            version: FIRST,
            cabinet,
            passphrase: PassphraseSlot::seal(cabinet, master, passphrase, cost)?,
            recovery: RandomSlot::seal(cabinet, master, recovery.bytes(), Way::Recovery)?,
            keychain: None,
        })
    }

    /// The same header with another passphrase, at the cost it has.
    pub(crate) fn with_passphrase(
        &self,
        master: &KeptKey,
        passphrase: &Passphrase,
    ) -> Result<Self, VaultError> {
        let passphrase = PassphraseSlot::seal(self.cabinet, master, passphrase, self.cost()?)?;
        Ok(Self {
            passphrase,
            ..self.clone()
        })
    }

    /// The same header with another recovery code; the one before opens nothing from then on.
    pub(crate) fn with_code(&self, master: &KeptKey, code: &RecoveryCode) -> Result<Self, VaultError> {
        Ok(Self {
            recovery: RandomSlot::seal(self.cabinet, master, code.bytes(), Way::Recovery)?,
            ..self.clone()
        })
    }

    /// The same header with a slot for this key, which the keychain holds, in place of the one it may have.
    pub(crate) fn with_keychain(&self, master: &KeptKey, key: &KeptKey) -> Result<Self, VaultError> {
        let key = &**key.expose_secret();
        Ok(Self {
            version: WITH_KEYCHAIN,
            keychain: Some(RandomSlot::seal(self.cabinet, master, key, Way::Keychain)?),
            ..self.clone()
        })
    }

    /// The same header without a slot for the keychain.
    pub(crate) fn without_keychain(&self) -> Self {
        Self {
            version: FIRST,
            keychain: None,
            ..self.clone()
        }
    }

    /// True where the keychain opens it.
    pub(crate) fn has_keychain(&self) -> bool {
        self.keychain.is_some()
    }

    /// Tells this cabinet from every other.
    pub(crate) fn cabinet(&self) -> Uuid {
        self.cabinet
    }

    /// How dear deriving the passphrase's key is; within bounds, or damage.
    pub(crate) fn cost(&self) -> Result<KdfCost, VaultError> {
        self.passphrase.cost()
    }

    /// The master key, by the passphrase.
    pub(crate) fn open(&self, passphrase: &Passphrase) -> Result<KeptKey, VaultError> {
        let slot = &self.passphrase;
        let key = slot.cost()?.derive(passphrase.bytes()?, &salt(&slot.salt)?)?;
        unwrap(&key, &slot.bound_to(self.cabinet), &slot.wrapped)?.ok_or(VaultError::WrongPassphrase)
    }

    /// The master key, by the recovery code.
    pub(crate) fn open_by_code(&self, code: &RecoveryCode) -> Result<KeptKey, VaultError> {
        self.recovery
            .open(self.cabinet, code.bytes(), Way::Recovery)?
            .ok_or(VaultError::WrongRecoveryCode)
    }

    /// The master key, by what the keychain holds.
    pub(crate) fn open_by_keychain(&self, key: &KeptKey) -> Result<KeptKey, VaultError> {
        let slot = self.keychain.as_ref().ok_or(KeychainError::Off)?;
        let opened = slot.open(self.cabinet, &**key.expose_secret(), Way::Keychain)?;
        Ok(opened.ok_or(KeychainError::EntryWrong)?)
    }

    /// The text to be written, authenticated under the master key.
    pub(crate) fn to_text(&self, master: &KeptKey) -> Result<String, VaultError> {
        self.to_text_under(keys::subkey(master, Purpose::Header).expose_secret())
    }

    /// As [`to_text`](Self::to_text), for whoever holds the subkey alone.
    pub(crate) fn to_text_under(&self, key: &[u8; 32]) -> Result<String, VaultError> {
        let body = serde_json::to_string_pretty(self).map_err(|_| damaged("it cannot be written"))?;
        let body = body
            .strip_suffix("\n}")
            .ok_or_else(|| damaged("it cannot be written"))?;
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), body.as_bytes());
        let protected = format!("{body}{MAC_BEGINS}{}", hex::encode(mac.as_ref()).as_str());
        let checksum = hex::encode(&Sha256::digest(protected.as_bytes()));
        Ok(format!("{protected}{CHECKSUM_BEGINS}{}{END}", checksum.as_str()))
    }
}

/// A header as read: whole and within bounds, but authenticated only by [`ReadHeader::verify`].
#[derive(Debug)]
pub(crate) struct ReadHeader {
    pub(crate) header: Header,
    body: String,
    mac: [u8; 32],
}

impl ReadHeader {
    /// Reads a header's text. Accepts only what [`Header::to_text`] writes: any other byte anywhere is damage.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, VaultError> {
        let text = std::str::from_utf8(text).map_err(|_| damaged("it is not text"))?;
        let rest = text
            .strip_suffix(END)
            .ok_or_else(|| damaged("its end is missing"))?;
        let (protected, checksum) = rest
            .rsplit_once(CHECKSUM_BEGINS)
            .ok_or_else(|| damaged("its checksum is missing"))?;
        let checksum: [u8; 32] =
            hex::decode(checksum).ok_or_else(|| damaged("its checksum is unreadable"))?;
        if Sha256::digest(protected.as_bytes()).as_slice() != checksum {
            return Err(damaged("its checksum does not match"));
        }
        let (body, mac) = protected
            .rsplit_once(MAC_BEGINS)
            .ok_or_else(|| damaged("its seal is missing"))?;
        let mac = hex::decode(mac).ok_or_else(|| damaged("its seal is unreadable"))?;

        let whole = format!("{body}\n}}");
        check_version(&whole)?;
        let header: Header =
            serde_json::from_str(&whole).map_err(|_| damaged("a field is missing or foreign"))?;
        if header.has_keychain() != (header.version == WITH_KEYCHAIN) {
            return Err(damaged("a field is missing or foreign"));
        }
        // Refused before the first derivation, and even for somebody who only has the recovery code.
        header.cost()?;
        Ok(Self {
            header,
            body: body.to_owned(),
            mac,
        })
    }

    /// Authenticates the whole text, now that the master key is known.
    pub(crate) fn verify(&self, master: &KeptKey) -> Result<(), VaultError> {
        hmac::verify(&mac_key(master), self.body.as_bytes(), &self.mac)
            .map_err(|_| damaged("it was altered after it was written"))
    }
}

/// A newer header may look different, so its version is read before the rest.
fn check_version(text: &str) -> Result<(), VaultError> {
    #[derive(Deserialize)]
    struct Versioned {
        format: String,
        version: u32,
    }
    let found: Versioned = serde_json::from_str(text).map_err(|_| damaged("it has no format and version"))?;
    match found {
        Versioned { format, .. } if format != FORMAT => Err(damaged("it is not a cabinet's")),
        Versioned {
            version: FIRST | WITH_KEYCHAIN,
            ..
        } => Ok(()),
        Versioned { version, .. } if version > WITH_KEYCHAIN => Err(VaultError::UnsupportedVersion {
            found: version,
            known: WITH_KEYCHAIN,
        }),
        Versioned { .. } => Err(damaged("its version never existed")),
    }
}

impl PassphraseSlot {
    fn seal(
        cabinet: Uuid,
        master: &KeptKey,
        passphrase: &Passphrase,
        cost: KdfCost,
    ) -> Result<Self, VaultError> {
        let salt = keys::random::<SALT_BYTES>()?;
        let mut slot = Self {
            kdf: KDF.to_owned(),
            memory_kib: cost.memory_kib(),
            passes: cost.passes(),
            salt: hex::encode(&salt).to_string(),
            wrapped: String::new(),
        };
        let key = cost.derive(passphrase.bytes()?, &salt)?;
        slot.wrapped = wrap(&key, &slot.bound_to(cabinet), master)?;
        Ok(slot)
    }

    fn cost(&self) -> Result<KdfCost, VaultError> {
        if self.kdf != KDF {
            return Err(damaged("its key derivation is unknown"));
        }
        KdfCost::new(self.memory_kib, self.passes)
            .map_err(|_| damaged("it asks for more memory or time than any cabinet does"))
    }

    /// What the wrapping authenticates besides the key: everything that led to it.
    fn bound_to(&self, cabinet: Uuid) -> Vec<u8> {
        let Self {
            kdf,
            memory_kib,
            passes,
            salt,
            wrapped: _,
        } = self;
        format!("{FORMAT} {FIRST} {cabinet} passphrase {kdf} {memory_kib} {passes} {salt}").into_bytes()
    }
}

/// What holds the secret of a [`RandomSlot`].
#[derive(Clone, Copy)]
enum Way {
    Recovery,
    Keychain,
}

impl Way {
    /// Part of the format: never changed.
    fn name(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Keychain => "keychain",
        }
    }
}

impl RandomSlot {
    fn seal(cabinet: Uuid, master: &KeptKey, secret: &[u8], way: Way) -> Result<Self, VaultError> {
        let salt = keys::random::<SALT_BYTES>()?;
        let mut slot = Self {
            salt: hex::encode(&salt).to_string(),
            wrapped: String::new(),
        };
        slot.wrapped = wrap(
            &Self::key(secret, &salt, way),
            &slot.bound_to(cabinet, way),
            master,
        )?;
        Ok(slot)
    }

    /// The master key; `None` when `secret` is not what it was wrapped with.
    fn open(&self, cabinet: Uuid, secret: &[u8], way: Way) -> Result<Option<KeptKey>, VaultError> {
        let key = Self::key(secret, &salt(&self.salt)?, way);
        unwrap(&key, &self.bound_to(cabinet, way), &self.wrapped)
    }

    fn key(secret: &[u8], salt: &[u8; SALT_BYTES], way: Way) -> KeptKey {
        keys::hkdf(secret, salt, &[b"cabinet/1/", way.name().as_bytes()])
    }

    fn bound_to(&self, cabinet: Uuid, way: Way) -> Vec<u8> {
        format!("{FORMAT} {FIRST} {cabinet} {} {}", way.name(), self.salt).into_bytes()
    }
}

fn salt(text: &str) -> Result<[u8; SALT_BYTES], VaultError> {
    hex::decode(text).ok_or_else(|| damaged("a salt is unreadable"))
}

fn wrap(key: &KeptKey, bound_to: &[u8], master: &KeptKey) -> Result<String, VaultError> {
    let nonce = keys::random::<NONCE_LEN>()?;
    let mut wrapped = Zeroizing::new(Vec::with_capacity(WRAPPED_BYTES));
    wrapped.extend_from_slice(&nonce);
    wrapped.extend_from_slice(&**master.expose_secret());
    let tag = aead(key)
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound_to),
            &mut wrapped[NONCE_LEN..],
        )
        .expect("32 bytes are within AES-GCM's limits");
    wrapped.extend_from_slice(tag.as_ref());
    Ok(hex::encode(&wrapped).to_string())
}

/// The wrapped key; `None` when `key` is not the one it was wrapped by.
fn unwrap(key: &KeptKey, bound_to: &[u8], wrapped: &str) -> Result<Option<KeptKey>, VaultError> {
    let wrapped: [u8; WRAPPED_BYTES] =
        hex::decode(wrapped).ok_or_else(|| damaged("a wrapped key is unreadable"))?;
    let mut wrapped = Zeroizing::new(wrapped);
    let (nonce, sealed) = wrapped.split_at_mut(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(nonce).expect("it was split at a nonce's length");
    let Ok(opened) = aead(key).open_in_place(nonce, Aad::from(bound_to), sealed) else {
        return Ok(None);
    };
    let mut master = KeptKey::default();
    master.expose_secret_mut().copy_from_slice(opened);
    Ok(Some(master))
}

fn aead(key: &KeptKey) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, &**key.expose_secret()).expect("AES-256 takes 32 bytes");
    LessSafeKey::new(key)
}

fn mac_key(master: &KeptKey) -> hmac::Key {
    hmac::Key::new(
        hmac::HMAC_SHA256,
        keys::subkey(master, Purpose::Header).expose_secret(),
    )
}

fn damaged(what: &'static str) -> VaultError {
    VaultError::DamagedHeader { what }
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
