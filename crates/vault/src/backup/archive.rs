//! Archives as they are read: entry by entry, hashed, and compared with the list at the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{DATABASE, NOTES, Notes, OBJECTS, SUMS, VAULT, damaged};
use crate::age::{Header, Identity, Opener};
use crate::{VaultError, hex};

/// Hashes of an archive's entries by their names.
pub(super) type Sums = BTreeMap<String, [u8; 32]>;

/// An entry's place, of those that a backup may hold: nothing else is taken from an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Vault,
    Database,
    Original(Uuid),
}

/// An open backup file.
pub(super) struct BackupFile {
    pub(super) header: Header,
    file: File,
    content_from: u64,
    /// Bytes of the file.
    pub(super) length: u64,
}

impl BackupFile {
    pub(super) fn open(place: &Path) -> Result<Self, VaultError> {
        let doing = "opening a backup";
        let file = File::open(place).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => VaultError::BackupMissing,
            _ => VaultError::io(doing)(e),
        })?;
        let metadata = file.metadata().map_err(VaultError::io(doing))?;
        if !metadata.is_file() {
            return Err(VaultError::BackupMissing);
        }
        let mut source = BufReader::new(&file);
        let header = Header::read(&mut source)?;
        let content_from = source.stream_position().map_err(VaultError::io(doing))?;
        drop(source);
        Ok(Self {
            header,
            file,
            content_from,
            length: metadata.len(),
        })
    }

    fn content(&self, identity: &Identity) -> Result<Opener<BufReader<&File>>, VaultError> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.content_from))
            .map_err(VaultError::io("reading a backup"))?;
        self.header
            .open(identity, BufReader::with_capacity(1 << 20, file))
    }

    /// What it says it is. Reads no further than that.
    pub(super) fn notes(&self, identity: &Identity) -> Result<Notes, VaultError> {
        let mut archive = tar::Archive::new(self.content(identity)?);
        let mut entries = archive.entries().map_err(failed)?;
        let mut first = entries
            .next()
            .ok_or_else(|| damaged("it is empty"))?
            .map_err(failed)?;
        notes_of(&mut first)
    }

    /// Goes through all entries. `take` reads each, as far as it likes; the rest is read here. Refuses what is not as
    /// it was written, in names, order or content.
    pub(super) fn walk(
        &self,
        identity: &Identity,
        take: &mut dyn FnMut(Entry, &mut dyn Read) -> Result<(), VaultError>,
    ) -> Result<(Notes, Sums), VaultError> {
        let mut archive = tar::Archive::new(self.content(identity)?);
        let mut notes = None;
        let mut sums = Sums::new();
        let mut listed = None;
        for entry in archive.entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            if listed.is_some() || !entry.header().entry_type().is_file() {
                return Err(damaged("it holds something foreign"));
            }
            let name = String::from_utf8(entry.path_bytes().into_owned())
                .map_err(|_| damaged("it holds something foreign"))?;
            if name == SUMS {
                listed = Some(parse_sums(&mut entry)?);
                continue;
            }
            let mut hashing = Hashing::new(&mut entry);
            if notes.is_none() {
                if name != NOTES {
                    return Err(damaged("its description is missing"));
                }
                notes = Some(notes_of(&mut hashing)?);
            } else {
                take(kind_of(&name)?, &mut hashing)?;
            }
            io::copy(&mut hashing, &mut io::sink()).map_err(failed)?;
            if sums.insert(name, hashing.finish()).is_some() {
                return Err(damaged("it holds something twice"));
            }
        }
        // The end of the archive is not the end of the file.
        io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(failed)?;
        if listed.as_ref() != Some(&sums) {
            return Err(damaged("what it holds is not what it lists"));
        }
        Ok((notes.ok_or_else(|| damaged("it is empty"))?, sums))
    }
}

fn kind_of(name: &str) -> Result<Entry, VaultError> {
    match name {
        VAULT => Ok(Entry::Vault),
        DATABASE => Ok(Entry::Database),
        _ => name
            .strip_prefix(OBJECTS)
            .and_then(|id| Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id))
            .map(Entry::Original)
            .ok_or_else(|| damaged("it holds something foreign")),
    }
}

fn notes_of(entry: &mut impl Read) -> Result<Notes, VaultError> {
    // A million documents fit.
    const MOST: u64 = 64 << 20;
    let mut text = Vec::new();
    entry.take(MOST).read_to_end(&mut text).map_err(failed)?;
    Notes::parse(&text)
}

fn parse_sums(entry: &mut impl Read) -> Result<Sums, VaultError> {
    let unreadable = || damaged("its list of hashes is unreadable");
    let mut text = String::new();
    entry.read_to_string(&mut text).map_err(failed)?;
    text.lines()
        .map(|line| {
            let (hash, name) = line.split_once("  ").ok_or_else(unreadable)?;
            Ok((name.to_owned(), hex::decode(hash).ok_or_else(unreadable)?))
        })
        .collect()
}

/// The list as `sha256sum --check` reads it.
pub(super) fn sums_text(sums: &Sums) -> String {
    sums.iter()
        .map(|(name, hash)| format!("{}  {name}\n", hex::encode(hash).as_str()))
        .collect()
}

/// An altered file is damage; anything else the system's failure.
pub(super) fn failed(e: io::Error) -> VaultError {
    match e.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other => {
            damaged("it was altered or cut off")
        }
        _ => VaultError::io("reading a backup")(e),
    }
}

/// Hashes what is read through it.
pub(super) struct Hashing<R> {
    source: R,
    hash: Sha256,
}

impl<R: Read> Hashing<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            hash: Sha256::new(),
        }
    }

    pub(super) fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}
