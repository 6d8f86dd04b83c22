//! Sealed objects: files in encrypted, authenticated chunks, readable from any place.
//!
//! ```text
//! header   8 magic  "CABSEAL\0"
//!          2 version, 2 zero, 4 chunk size (all little endian)
//!         32 salt, random for each writing
//!         16 tag over the above
//! chunk 0  65536 bytes encrypted, 16 tag
//! chunk 1  ...
//! last     0 to 65536 bytes encrypted, 16 tag; empty only in an empty object
//! ```
//!
//! AES-256-GCM under a key that is made for this one writing: HKDF-SHA-256 of the purpose's key with the salt, for
//! the object's *name* (an original's identifier, a store's path). A nonce is the chunk's number and whether it is
//! the last, so it never repeats under a key; the header is associated data of every chunk. From this follows:
//!
//! * a flipped bit anywhere is found when that chunk is read, one in the header or the last chunk on opening;
//! * chunks moved, repeated or taken from another object do not open;
//! * an object put under another's name does not open;
//! * cut off or added to, the last chunk is not marked as the last, or is not there;
//! * the length is derived from the file's, and is *authenticated once the last chunk has opened*, which
//!   [`Opened::new`] does before anything is read. Lengths in listings are derived only.
//!
//! What it does not stop: an older writing of the same name put back, or a whole object deleted.

mod chunks;
mod key;
mod layout;
mod writer;

pub(crate) use chunks::{Opened, open_chunks};
pub(crate) use key::Name;
pub(crate) use layout::{CHUNK, HEADER, Layout, SEALED_CHUNK};
pub(crate) use writer::Sealer;

#[cfg(test)]
mod tests;
