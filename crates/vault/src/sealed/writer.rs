//! Sealing content that arrives in pieces.

use zeroize::Zeroizing;

use super::key::{Name, ObjectKey};
use super::layout::{CHUNK, HEADER, TAG, encode_prefix, sealed_size};
use crate::VaultError;
use crate::keys;

/// Seals one object from front to back, holding back at most one chunk: only at the end is it known which is the
/// last.
pub(crate) struct Sealer {
    key: ObjectKey,
    header: Option<[u8; HEADER]>,
    held: Zeroizing<Vec<u8>>,
    next: u64,
}

impl Sealer {
    /// Begins a writing of the object of that name, with a salt of its own.
    pub(crate) fn new(purpose: &[u8; 32], name: Name<'_>) -> Result<Self, VaultError> {
        let salt = keys::random()?;
        let prefix = encode_prefix(&salt);
        let key = ObjectKey::derive(purpose, &salt, prefix, name);
        let mut header = [0; HEADER];
        header[..prefix.len()].copy_from_slice(&prefix);
        header[prefix.len()..].copy_from_slice(&key.header_tag());
        Ok(Self {
            key,
            header: Some(header),
            held: Zeroizing::new(Vec::with_capacity(CHUNK)),
            next: 0,
        })
    }

    /// Seals a whole object at once.
    pub(crate) fn seal_all<'a>(mut self, size: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let capacity = usize::try_from(sealed_size(size as u64)).unwrap_or(size);
        let mut out = Vec::with_capacity(capacity);
        for piece in pieces {
            self.push(piece, &mut out);
        }
        self.finish(&mut out);
        out
    }

    /// Takes more content and appends to `out` what can be sealed for certain.
    pub(crate) fn push(&mut self, mut content: &[u8], out: &mut Vec<u8>) {
        if let Some(header) = self.header.take() {
            out.extend_from_slice(&header);
        }
        // A full chunk is sealed only when more follows it.
        while self.held.len() + content.len() > CHUNK {
            let (rest_of_chunk, after) = content.split_at(CHUNK - self.held.len());
            let begin = out.len();
            out.extend_from_slice(&self.held);
            out.extend_from_slice(rest_of_chunk);
            self.seal_tail(false, begin, out);
            self.held.clear();
            content = after;
        }
        self.held.extend_from_slice(content);
    }

    /// Appends the last chunk.
    pub(crate) fn finish(mut self, out: &mut Vec<u8>) {
        self.push(&[], out);
        let begin = out.len();
        out.extend_from_slice(&self.held);
        self.seal_tail(true, begin, out);
    }

    fn seal_tail(&mut self, last: bool, begin: usize, out: &mut Vec<u8>) {
        let tag: [u8; TAG] = self.key.seal_chunk(self.next, last, &mut out[begin..]);
        out.extend_from_slice(&tag);
        self.next += 1;
    }
}
