//! Opening sealed objects and runs of their chunks.

use std::ops::Range;

use super::key::{Name, ObjectKey};
use super::layout::{HEADER, Layout, PREFIX, SEALED_CHUNK, TAG, decode_prefix};
use crate::error::Damage;

/// A sealed object whose header and last chunk have been authenticated, and with them its name and its length.
pub(crate) struct Opened {
    /// Where its chunks lie.
    pub(crate) layout: Layout,
    /// Tells this writing of the object from every other: half of its salt.
    pub(crate) id: u128,
    key: ObjectKey,
}

impl Opened {
    /// Opens an object of `sealed` bytes from its header and its last chunk. The last chunk's content is left in
    /// `last`, cut to its length.
    pub(crate) fn new(
        purpose: &[u8; 32],
        name: Name<'_>,
        sealed: u64,
        header: &[u8; HEADER],
        last: &mut Vec<u8>,
    ) -> Result<Self, Damage> {
        let layout = Layout::of_sealed(sealed)?;
        let (prefix, tag) = header.split_at(PREFIX);
        let prefix: [u8; PREFIX] = prefix.try_into().expect("it was split there");
        let tag: [u8; TAG] = tag.try_into().expect("the rest of a header is its tag");
        let salt = decode_prefix(&prefix)?;
        let key = ObjectKey::derive(purpose, &salt, prefix, name);
        if !key.header_matches(&tag) {
            return Err(Damage::Header);
        }
        if !key.open_chunk(layout.last(), true, last, 0) {
            return Err(Damage::End);
        }
        last.truncate(last.len() - TAG);
        let id = u128::from_be_bytes(salt[..16].try_into().expect("a salt has 32 bytes"));
        Ok(Self { layout, id, key })
    }
}

/// Opens a run of sealed chunks that begins at `from` in `buffer` and reaches to its end. Their content is left
/// there without gaps; the buffer is cut after it. On damage the buffer holds nothing of use.
pub(crate) fn open_chunks(
    object: &Opened,
    chunks: Range<u64>,
    buffer: &mut Vec<u8>,
    from: usize,
) -> Result<(), Damage> {
    let mut read = from;
    let mut written = from;
    for number in chunks {
        let end = (read + SEALED_CHUNK).min(buffer.len());
        let last = number == object.layout.last();
        let stretch = buffer.get_mut(written..end).ok_or(Damage::Length)?;
        if stretch.len() < read - written + TAG
            || !object.key.open_chunk(number, last, stretch, read - written)
        {
            return Err(Damage::Chunk(number));
        }
        written += (end - read).saturating_sub(TAG);
        read = end;
    }
    buffer.truncate(written);
    Ok(())
}
