//! The bytes of one file, read once.
//!
//! Owns the passage from a path to bytes: what is refused before reading, how much is read, and the
//! hash. A file that changes while it is read is read again and at last refused, because half of one
//! state and half of the next is nobody's document. The hash, the sealed original and the parsed
//! text are all taken from one [`Source`], so they always speak of the same bytes. The bytes live in
//! memory alone: nothing is copied to a temporary file.

use crate::error::{Excess, IntakeError, Refusal, Special};
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The largest file taken unless the caller says otherwise.
pub const DEFAULT_FILE_LIMIT: u64 = 512 << 20;

/// How often a file is read that changes meanwhile.
const TRIES: u32 = 3;

/// The bytes of one file and their hash.
pub struct Source {
    bytes: Vec<u8>,
    sha256: [u8; 32],
}

impl Source {
    /// Reads a file whole. Blocks; call it off the async threads.
    ///
    /// Links are followed. Folders, pipes, sockets and devices are refused without being opened for
    /// reading, so none of them can hang the caller.
    ///
    /// # Errors
    /// `not_a_file`, `unreadable` (also where it changes all the time), `empty`, or `too_large` above `limit` bytes.
    pub fn open(path: &Path, limit: u64) -> Result<Self, IntakeError> {
        let about = std::fs::metadata(path).map_err(refused)?;
        if about.is_dir() {
            // One that may not be looked into is refused for that, not for being a folder.
            std::fs::read_dir(path).map_err(refused)?;
        }
        check(&about, limit)?;
        let mut file = open_file(path).map_err(refused)?;
        Self::from_bytes(settled(&mut file, limit, read_whole)?)
    }

    /// Takes bytes that are already in memory, such as a sealed original opened again.
    ///
    /// # Errors
    /// `empty` when there are none.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, IntakeError> {
        if bytes.is_empty() {
            return Err(IntakeError::Empty);
        }
        let sha256 = Sha256::digest(&bytes).into();
        Ok(Self { bytes, sha256 })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, without the hash.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes there are; never 0.
    #[expect(clippy::len_without_is_empty, reason = "a source is never empty")]
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// SHA-256 of exactly these bytes.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("len", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

fn check(about: &Metadata, limit: u64) -> Result<(), IntakeError> {
    if about.is_dir() {
        Err(IntakeError::NotAFile(Special::Folder))
    } else if !about.is_file() {
        Err(IntakeError::NotAFile(Special::Device))
    } else if about.len() > limit {
        Err(IntakeError::TooLarge(Excess::Bytes { limit }))
    } else {
        Ok(())
    }
}

/// The bytes of an open file as they stood at one moment, as far as the system's notes on it tell.
fn settled(
    file: &mut File,
    limit: u64,
    mut read: impl FnMut(&mut File, u64) -> std::io::Result<Vec<u8>>,
) -> Result<Vec<u8>, IntakeError> {
    for _ in 0..TRIES {
        // Looked at through the open file: the path may have been exchanged since the first look.
        let before = file.metadata().map_err(refused)?;
        check(&before, limit)?;
        let bytes = read(file, limit).map_err(|error| match error.kind() {
            std::io::ErrorKind::OutOfMemory => IntakeError::TooLarge(Excess::Memory),
            _ => refused(error),
        })?;
        let after = file.metadata().map_err(refused)?;
        if bytes.len() as u64 > limit {
            return Err(IntakeError::TooLarge(Excess::Bytes { limit }));
        }
        let changed = before.len() != after.len() || before.modified().ok() != after.modified().ok();
        if !changed {
            return Ok(bytes);
        }
    }
    Err(IntakeError::Unreadable(Refusal::Changing))
}

fn read_whole(file: &mut File, limit: u64) -> std::io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(length).unwrap_or(usize::MAX).saturating_add(1))?;
    file.seek(SeekFrom::Start(0))?;
    // One byte beyond the limit tells a file that grew while it was read.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(unix)]
fn open_file(path: &Path) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    // Not blocking: a pipe put in the file's place after the first look must not hang the caller.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open_file(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

pub(crate) fn refused(error: std::io::Error) -> IntakeError {
    #[cfg(unix)]
    if rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::LOOP) {
        return IntakeError::Unreadable(Refusal::LinkLoop);
    }
    IntakeError::Unreadable(match error.kind() {
        std::io::ErrorKind::PermissionDenied => Refusal::NoPermission,
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Refusal::Missing,
        _ => Refusal::Device,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(path: &Path, limit: u64) -> &'static str {
        Source::open(path, limit).map_or_else(|error| error.code(), |_| "ok")
    }

    #[test]
    fn hash_and_bytes_are_of_the_same_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter.txt");
        std::fs::write(&path, "abc").unwrap();
        let source = Source::open(&path, 3).unwrap();
        std::fs::write(&path, "changed").unwrap();
        assert_eq!(source.bytes(), b"abc");
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let hex: String = source.sha256().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, known, "SHA-256 of abc as FIPS 180-2 gives it");
    }

    /// What a program does to a file it writes to while we read it.
    fn written_to(path: &Path, text: &str) {
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter.txt");
        std::fs::write(&path, "first ").unwrap();
        let mut times = 0;
        let bytes = settled(&mut open_file(&path).unwrap(), 100, |file, limit| {
            let bytes = read_whole(file, limit);
            times += 1;
            if times == 1 {
                written_to(&path, "and last");
            }
            bytes
        });
        assert_eq!(bytes, Ok(b"first and last".to_vec()));
        assert_eq!(times, 2);
    }

    #[test]
    fn rejects_a_file_that_changes_all_the_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        std::fs::write(&path, "line\n").unwrap();
        let bytes = settled(&mut open_file(&path).unwrap(), 100, |file, limit| {
            let bytes = read_whole(file, limit);
            written_to(&path, "line\n");
            bytes
        });
        assert_eq!(bytes, Err(IntakeError::Unreadable(Refusal::Changing)));
    }

    #[test]
    fn rejects_what_is_too_large_or_empty_or_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter.txt");
        std::fs::write(&path, "abcd").unwrap();
        assert_eq!(code(&path, 3), "too_large");
        std::fs::write(&path, "").unwrap();
        assert_eq!(code(&path, 3), "empty");
        assert_eq!(code(&dir.path().join("none.txt"), 3), "unreadable");
        assert_eq!(code(&path.join("below-a-file"), 3), "unreadable");
        assert_eq!(code(dir.path(), 3), "not_a_file");
    }

    #[cfg(unix)]
    #[test]
    fn rejects_pipes_devices_and_loops_without_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        assert_eq!(code(&pipe, 10), "not_a_file");
        assert_eq!(code(Path::new("/dev/zero"), 10), "not_a_file");
        let one = dir.path().join("one");
        let two = dir.path().join("two");
        std::os::unix::fs::symlink(&one, &two).unwrap();
        std::os::unix::fs::symlink(&two, &one).unwrap();
        assert_eq!(
            Source::open(&one, 10).unwrap_err(),
            IntakeError::Unreadable(Refusal::LinkLoop)
        );
    }

    #[cfg(unix)]
    #[test]
    fn follows_a_link_to_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter.txt");
        std::fs::write(&path, "abc").unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(Source::open(&link, 10).unwrap().bytes(), b"abc");
    }

    #[cfg(unix)]
    #[test]
    fn rejects_a_file_without_permission() {
        use std::os::unix::fs::PermissionsExt;
        if rustix::process::geteuid().is_root() {
            return; // root may read everything, so there is nothing to see
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("letter.txt");
        std::fs::write(&path, "abc").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        assert_eq!(code(&path, 10), "unreadable");
    }
}
