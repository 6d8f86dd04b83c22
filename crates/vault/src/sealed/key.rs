//! The key of one sealed object, and the nonces under it.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use secrecy::ExposeSecret;

use super::layout::{PREFIX, TAG};
use crate::keys::{self, Key};

pub(crate) const SALT_BYTES: usize = 32;

/// What an object is called. Part of its key, so that one object cannot stand in for another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Name<'a> {
    /// An original.
    Original(&'a uuid::Uuid),
    /// A path within a store.
    Path(&'a str),
}

/// A key for one writing of one object.
pub(crate) struct ObjectKey {
    key: LessSafeKey,
    prefix: [u8; PREFIX],
}

/// Which sealing under an object's key a nonce is for.
#[derive(Clone, Copy)]
enum Part {
    Header,
    Chunk { number: u64, last: bool },
}

impl Part {
    fn nonce(self) -> Nonce {
        let (kind, number) = match self {
            Self::Chunk { number, last: false } => (0, number),
            Self::Chunk { number, last: true } => (1, number),
            Self::Header => (2, 0),
        };
        let mut nonce = [0; 12];
        nonce[0] = kind;
        nonce[4..].copy_from_slice(&u64::to_be_bytes(number));
        Nonce::assume_unique_for_key(nonce)
    }
}

impl ObjectKey {
    /// Derives the key for an object of this name with this header.
    pub(crate) fn derive(
        purpose: &[u8; 32],
        salt: &[u8; SALT_BYTES],
        prefix: [u8; PREFIX],
        name: Name<'_>,
    ) -> Self {
        let (kind, name): (&[u8], &[u8]) = match name {
            Name::Original(id) => (b"cabinet/1/object original ", id.as_bytes()),
            Name::Path(path) => (b"cabinet/1/object path ", path.as_bytes()),
        };
        let key: Key = keys::hkdf(purpose, salt, &[kind, name]);
        let key = UnboundKey::new(&AES_256_GCM, key.expose_secret()).expect("AES-256 takes 32 bytes");
        Self {
            key: LessSafeKey::new(key),
            prefix,
        }
    }

    /// The tag over the header.
    pub(crate) fn header_tag(&self) -> [u8; TAG] {
        self.seal(Part::Header, &mut [])
    }

    /// True where the header carries its tag.
    pub(crate) fn header_matches(&self, tag: &[u8; TAG]) -> bool {
        let mut tag = *tag;
        self.key
            .open_in_place(Part::Header.nonce(), Aad::from(&self.prefix), &mut tag)
            .is_ok()
    }

    /// Encrypts a chunk where it lies and gives its tag.
    pub(crate) fn seal_chunk(&self, number: u64, last: bool, content: &mut [u8]) -> [u8; TAG] {
        self.seal(Part::Chunk { number, last }, content)
    }

    /// Opens a chunk that lies at `from` in `buffer` with its tag at the end, moving its content to the front.
    /// False when it does not authenticate; the buffer then holds nothing of use.
    pub(crate) fn open_chunk(&self, number: u64, last: bool, buffer: &mut [u8], from: usize) -> bool {
        let nonce = Part::Chunk { number, last }.nonce();
        self.key
            .open_within(nonce, Aad::from(&self.prefix), buffer, from..)
            .is_ok()
    }

    fn seal(&self, part: Part, content: &mut [u8]) -> [u8; TAG] {
        let tag = self
            .key
            .seal_in_place_separate_tag(part.nonce(), Aad::from(&self.prefix), content)
            .expect("a chunk is within AES-GCM's limits");
        let mut bytes = [0; TAG];
        bytes.copy_from_slice(tag.as_ref());
        bytes
    }
}

impl Drop for ObjectKey {
    fn drop(&mut self) {
        // ring does not wipe its keys; writing another over it does.
        let nothing = UnboundKey::new(&AES_256_GCM, &[0; 32]).expect("AES-256 takes 32 bytes");
        self.key = LessSafeKey::new(nothing);
        zeroize::optimization_barrier(&self.key);
    }
}
