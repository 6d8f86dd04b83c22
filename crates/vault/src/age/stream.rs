//! The content of an age file: chunks of 64 KiB, each sealed under its number and whether it is the last.

use std::io::{self, Read, Write};

use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce};
use secrecy::ExposeSecret;
use zeroize::{Zeroize, Zeroizing};

use super::{FileKey, cipher, cut_off};
use crate::VaultError;
use crate::keys::{self, Key};

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const SALT: usize = 16;

struct Chunks {
    key: LessSafeKey,
    next: u64,
}

impl Chunks {
    fn new(file_key: &FileKey, salt: &[u8; SALT]) -> Self {
        let key: Key = keys::hkdf(file_key.expose_secret(), salt, &[b"payload"]);
        Self {
            key: cipher(&key),
            next: 0,
        }
    }

    /// Eleven bytes count, the twelfth says whether it is the last.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[3..11].copy_from_slice(&self.next.to_be_bytes());
        nonce[11] = u8::from(last);
        self.next += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Seals what is written to it. [`finish`](Self::finish) must be called, else the file has no end.
pub(crate) struct Sealer<W> {
    sink: W,
    chunks: Chunks,
    pending: Zeroizing<Vec<u8>>,
}

impl<W: Write> Sealer<W> {
    pub(super) fn begin(mut sink: W, file_key: &FileKey) -> Result<Self, VaultError> {
        let salt = keys::random::<SALT>()?;
        sink.write_all(&salt)
            .map_err(VaultError::io("writing a backup"))?;
        Ok(Self {
            sink,
            chunks: Chunks::new(file_key, &salt),
            pending: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
        })
    }

    /// Seals the rest and gives the sink back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.emit(true)?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn emit(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.chunks.nonce(last);
        self.chunks
            .key
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut *self.pending)
            .expect("a chunk is within the cipher's limits");
        let written = self.sink.write_all(&self.pending);
        self.pending.clear();
        written
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        // Only now that there is more: a chunk that stays full is the last one.
        if self.pending.len() == CHUNK && !content.is_empty() {
            self.emit(false)?;
        }
        let taken = content.len().min(CHUNK - self.pending.len());
        self.pending.extend_from_slice(&content[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens what a [`Sealer`] sealed. Gives out only what was authenticated, and its end only when it is the end.
pub(crate) struct Opener<R> {
    source: R,
    chunks: Chunks,
    /// The next chunk as stored, read ahead to know whether it is the last.
    ahead: Vec<u8>,
    content: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Opener<R> {
    pub(super) fn begin(mut source: R, file_key: &FileKey) -> Result<Self, VaultError> {
        let mut salt = [0; SALT];
        source.read_exact(&mut salt).map_err(cut_off)?;
        let mut opener = Self {
            source,
            chunks: Chunks::new(file_key, &salt),
            ahead: Vec::new(),
            content: Vec::new(),
            given: 0,
            ended: false,
        };
        opener.ahead = opener.read_chunk().map_err(VaultError::io("reading a backup"))?;
        Ok(opener)
    }

    fn read_chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        (&mut self.source)
            .take((CHUNK + TAG) as u64)
            .read_to_end(&mut chunk)?;
        Ok(chunk)
    }

    fn advance(&mut self) -> io::Result<()> {
        let after = self.read_chunk()?;
        let last = after.is_empty();
        let first = self.chunks.next == 0;
        self.content.zeroize();
        self.content = std::mem::replace(&mut self.ahead, after);
        self.given = 0;
        self.ended = last;
        let nonce = self.chunks.nonce(last);
        let opened = self
            .chunks
            .key
            .open_in_place(nonce, Aad::empty(), &mut self.content)
            .map(|content| content.len());
        match opened {
            // Only an empty file has an empty chunk.
            Ok(0) if !first => Err(altered()),
            Ok(length) => {
                self.content.truncate(length);
                Ok(())
            }
            Err(_) => {
                self.content.zeroize();
                Err(altered())
            }
        }
    }
}

fn altered() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Altered)
}

/// The cause of a read that failed because the file is not as it was written.
#[derive(Debug, thiserror::Error)]
#[error("the file was altered or cut off")]
pub(crate) struct Altered;

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.content.len() && !self.ended {
            self.advance()?;
        }
        let count = buffer.len().min(self.content.len() - self.given);
        buffer[..count].copy_from_slice(&self.content[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

impl<R> Drop for Opener<R> {
    fn drop(&mut self) {
        self.content.zeroize();
    }
}
