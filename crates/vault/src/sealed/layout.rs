//! Where things lie in a sealed object; arithmetic only.

use std::ops::Range;

use super::key::SALT_BYTES;
use crate::error::Damage;

/// Bytes of content in every chunk but the last.
pub(crate) const CHUNK: usize = 64 * 1024;
/// Bytes of an authentication tag.
pub(crate) const TAG: usize = 16;
/// Bytes of a full chunk as stored.
pub(crate) const SEALED_CHUNK: usize = CHUNK + TAG;
/// Bytes of the header that are authenticated.
pub(crate) const PREFIX: usize = 16 + SALT_BYTES;
/// Bytes of the header with its tag.
pub(crate) const HEADER: usize = PREFIX + TAG;

const MAGIC: [u8; 8] = *b"CABSEAL\0";
const VERSION: u16 = 1;

/// The authenticated part of a header.
pub(crate) fn encode_prefix(salt: &[u8; SALT_BYTES]) -> [u8; PREFIX] {
    let mut prefix = [0; PREFIX];
    prefix[..8].copy_from_slice(&MAGIC);
    prefix[8..10].copy_from_slice(&VERSION.to_le_bytes());
    prefix[12..16].copy_from_slice(&(CHUNK as u32).to_le_bytes());
    prefix[16..].copy_from_slice(salt);
    prefix
}

/// The salt of a header this version reads.
pub(crate) fn decode_prefix(prefix: &[u8; PREFIX]) -> Result<[u8; SALT_BYTES], Damage> {
    if prefix[..8] != MAGIC {
        return Err(Damage::NotSealed);
    }
    let version = u16::from_le_bytes([prefix[8], prefix[9]]);
    if version != VERSION {
        return Err(Damage::Version(version));
    }
    let mut salt = [0; SALT_BYTES];
    salt.copy_from_slice(&prefix[16..]);
    // There is one chunk size in version 1, and the two bytes before it are zero.
    if encode_prefix(&salt) == *prefix {
        Ok(salt)
    } else {
        Err(Damage::Header)
    }
}

/// How long an object of `plain` bytes is when sealed.
pub(crate) fn sealed_size(plain: u64) -> u64 {
    let chunks = plain.div_ceil(CHUNK as u64).max(1);
    HEADER as u64 + plain + chunks * TAG as u64
}

/// What follows from a sealed object's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Bytes of content.
    pub(crate) plain: u64,
    /// Number of chunks, at least one.
    pub(crate) chunks: u64,
    sealed: u64,
}

impl Layout {
    /// The layout of a sealed object of that many bytes.
    pub(crate) fn of_sealed(sealed: u64) -> Result<Self, Damage> {
        let body = sealed.checked_sub(HEADER as u64).ok_or(Damage::Length)?;
        let chunks = body.div_ceil(SEALED_CHUNK as u64);
        let plain = body.checked_sub(chunks * TAG as u64).ok_or(Damage::Length)?;
        // Also refuses an empty last chunk after a full one, and a body of nothing.
        if sealed_size(plain) == sealed {
            Ok(Self {
                plain,
                chunks,
                sealed,
            })
        } else {
            Err(Damage::Length)
        }
    }

    /// Number of the last chunk.
    pub(crate) fn last(&self) -> u64 {
        self.chunks - 1
    }

    /// Where chunks lie in the sealed object.
    pub(crate) fn place(&self, chunks: Range<u64>) -> Range<u64> {
        let begin = |chunk: u64| HEADER as u64 + chunk * SEALED_CHUNK as u64;
        begin(chunks.start)..begin(chunks.end).min(self.sealed)
    }

    /// Where chunks lie in the content.
    pub(crate) fn content(&self, chunks: Range<u64>) -> Range<u64> {
        chunks.start * CHUNK as u64..(chunks.end * CHUNK as u64).min(self.plain)
    }

    /// The chunks that hold a part of the content; `range` is not empty and lies within it.
    pub(crate) fn holding(&self, range: &Range<u64>) -> Range<u64> {
        range.start / CHUNK as u64..range.end.div_ceil(CHUNK as u64)
    }
}
