//! Sealed originals: the files that were put in, each under its identifier.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::VaultError;
use crate::error::Damage;
use crate::files::{self, PendingFile};
use crate::keys::{KeyRing, Purpose};
use crate::read_at::ReadAt;
use crate::sealed::{CHUNK, HEADER, Layout, Name, Opened, SEALED_CHUNK, Sealer, open_chunks};

/// Content that is read or written between two file operations.
const STEP_CHUNKS: usize = 16;

/// The originals of an open vault. Cheap to clone.
///
/// Every call reads or writes files and waits for the disk: from asynchronous code, call from
/// `tokio::task::spawn_blocking`. After the vault was dropped every call answers [`VaultError::Locked`].
#[derive(Clone)]
pub struct SealedObjects {
    folder: PathBuf,
    keys: Arc<KeyRing>,
}

impl SealedObjects {
    pub(crate) fn new(folder: PathBuf, keys: Arc<KeyRing>) -> Self {
        Self { folder, keys }
    }

    /// Seals an original, whole or not at all: when this returns it is on disk, and a crash before leaves what was
    /// there. One of the same identifier is replaced. Memory stays bounded whatever the size. Gives the number of
    /// bytes taken from `source`.
    ///
    /// # Errors
    /// [`VaultError::DiskFull`] and [`VaultError::Io`], of the disk as of `source`.
    pub fn put(&self, id: Uuid, mut source: impl Read) -> Result<u64, VaultError> {
        let mut sealer = self
            .keys
            .with(Purpose::Objects, |key| Sealer::new(key, Name::Original(&id)))??;
        files::make_private_folder(&self.folder)?;
        let mut pending = PendingFile::create(&self.place(id))?;
        let mut content = Zeroizing::new(vec![0; STEP_CHUNKS * CHUNK]);
        let mut sealed = Vec::with_capacity(HEADER + (STEP_CHUNKS + 1) * SEALED_CHUNK);
        let mut taken = 0;
        loop {
            let count = match source.read(&mut content) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => return Err(VaultError::io("reading what is to be sealed")(e)),
            };
            taken += count as u64;
            sealer.push(&content[..count], &mut sealed);
            pending
                .file
                .write_all(&sealed)
                .map_err(VaultError::io("writing an original"))?;
            sealed.clear();
        }
        sealer.finish(&mut sealed);
        pending
            .file
            .write_all(&sealed)
            .map_err(VaultError::io("writing an original"))?;
        pending.publish()?;
        Ok(taken)
    }

    /// The whole original.
    ///
    /// # Errors
    /// [`VaultError::ObjectMissing`], [`VaultError::ObjectDamaged`].
    pub fn get(&self, id: Uuid) -> Result<Vec<u8>, VaultError> {
        let object = self.open(id)?;
        object.read_chunks(0..object.opened.layout.chunks)
    }

    /// A part of an original; empty ranges within it are allowed.
    ///
    /// # Errors
    /// As [`get`](Self::get), and [`VaultError::OutOfRange`] for a part beyond the end.
    pub fn read_range(&self, id: Uuid, range: Range<u64>) -> Result<Vec<u8>, VaultError> {
        let object = self.open(id)?;
        let layout = object.opened.layout;
        if range.start > range.end || range.end > layout.plain {
            return Err(VaultError::OutOfRange);
        }
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let chunks = layout.holding(&range);
        let begin = layout.content(chunks.clone()).start;
        let content = Zeroizing::new(object.read_chunks(chunks)?);
        // A part of the content of a run that is in memory.
        let within = |at: u64| usize::try_from(at - begin).map_err(|_| VaultError::OutOfRange);
        Ok(content[within(range.start)?..within(range.end)?].to_vec())
    }

    /// Writes an original to `sink`, a mebibyte at a time; each part was authenticated before it is written.
    /// Gives the number of bytes. With `std::io::sink()` it verifies the object.
    ///
    /// # Errors
    /// As [`get`](Self::get), and what `sink` answers.
    pub fn copy_to(&self, id: Uuid, sink: &mut impl Write) -> Result<u64, VaultError> {
        self.open(id)?.copy_to(sink)
    }

    /// The size of an original, authenticated.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn size(&self, id: Uuid) -> Result<u64, VaultError> {
        Ok(self.open(id)?.opened.layout.plain)
    }

    /// Deletes an original. The file is gone from the file system; what a solid-state disk keeps of it underneath
    /// is unreadable without the cabinet's keys.
    ///
    /// # Errors
    /// [`VaultError::ObjectMissing`] when there is none.
    pub fn delete(&self, id: Uuid) -> Result<(), VaultError> {
        self.keys.with(Purpose::Objects, |_| ())?;
        let place = self.place(id);
        match fs::remove_file(&place) {
            Ok(()) => files::sync_folder_of(&place),
            Err(e) if e.kind() == ErrorKind::NotFound => Err(VaultError::ObjectMissing),
            Err(e) => Err(VaultError::io("deleting an original")(e)),
        }
    }

    /// True where an original of that identifier is stored.
    ///
    /// # Errors
    /// When the folder cannot be looked into.
    pub fn exists(&self, id: Uuid) -> Result<bool, VaultError> {
        self.keys.with(Purpose::Objects, |_| ())?;
        self.place(id)
            .try_exists()
            .map_err(VaultError::io("looking for an original"))
    }

    /// The identifiers of all originals, in no order. Files that are not named by one are passed over.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn list(&self) -> Result<Vec<Uuid>, VaultError> {
        self.keys.with(Purpose::Objects, |_| ())?;
        let mut found = Vec::new();
        for entry in files::entries(&self.folder)? {
            let name = entry.map_err(VaultError::io("listing originals"))?.file_name();
            let id = name.to_str().and_then(|name| Uuid::try_parse(name).ok());
            // One spelling only: another would name a file that `place` does not.
            found.extend(id.filter(|id| *name == *id.to_string()));
        }
        Ok(found)
    }

    fn place(&self, id: Uuid) -> PathBuf {
        self.folder.join(id.to_string())
    }

    fn open(&self, id: Uuid) -> Result<OpenObject, VaultError> {
        // Before the file is touched: a locked vault tells nothing, not even what is there.
        self.keys.with(Purpose::Objects, |_| ())?;
        let file = File::open(self.place(id)).map_err(|e| match e.kind() {
            ErrorKind::NotFound => VaultError::ObjectMissing,
            _ => VaultError::io("opening an original")(e),
        })?;
        let sealed = file
            .metadata()
            .map_err(VaultError::io("measuring an original"))?
            .len();
        let layout = Layout::of_sealed(sealed)?;
        let mut header = [0; HEADER];
        file.read_exact_from(&mut header, 0).map_err(unreadable)?;
        let mut last = Zeroizing::new(read(&file, layout.place(layout.last()..layout.chunks))?);
        let name = Name::Original(&id);
        let opened = self.keys.with(Purpose::Objects, |key| {
            Opened::new(key, name, sealed, &header, &mut last)
        })??;
        Ok(OpenObject { file, opened })
    }
}

/// An original whose header and last chunk have been authenticated.
struct OpenObject {
    file: File,
    opened: Opened,
}

impl OpenObject {
    fn read_chunks(&self, chunks: Range<u64>) -> Result<Vec<u8>, VaultError> {
        let mut content = read(&self.file, self.opened.layout.place(chunks.clone()))?;
        open_chunks(&self.opened, chunks, &mut content, 0)?;
        Ok(content)
    }

    fn copy_to(&self, sink: &mut impl Write) -> Result<u64, VaultError> {
        let layout = self.opened.layout;
        for begin in (0..layout.chunks).step_by(STEP_CHUNKS) {
            let chunks = begin..(begin + STEP_CHUNKS as u64).min(layout.chunks);
            let content = Zeroizing::new(self.read_chunks(chunks)?);
            sink.write_all(&content)
                .map_err(VaultError::io("writing out an original"))?;
        }
        Ok(layout.plain)
    }
}

fn read(file: &File, place: Range<u64>) -> Result<Vec<u8>, VaultError> {
    let length = usize::try_from(place.end - place.start).map_err(|_| VaultError::OutOfRange)?;
    let mut bytes = vec![0; length];
    file.read_exact_from(&mut bytes, place.start)
        .map_err(unreadable)?;
    Ok(bytes)
}

/// A file that became shorter while it was read is damaged, not unreadable.
fn unreadable(e: std::io::Error) -> VaultError {
    match e.kind() {
        ErrorKind::UnexpectedEof => Damage::Length.into(),
        _ => VaultError::io("reading an original")(e),
    }
}
