//! Files that appear whole or not at all, readable by their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::VaultError;

/// Ends the names of files that are being written. What still has it after a crash is nobody's.
const UNFINISHED: &str = ".unfinished";

/// Writes a file so that a reader, or a crash at any moment, finds the old content or the new, never a part.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), VaultError> {
    let mut pending = PendingFile::create(path)?;
    pending
        .file
        .write_all(content)
        .map_err(VaultError::io("writing a file"))?;
    pending.publish()
}

/// A file under a temporary name beside its place. Dropped unpublished, it is deleted.
pub(crate) struct PendingFile {
    /// Where the content goes.
    pub(crate) file: File,
    temporary: PathBuf,
    place: PathBuf,
    published: bool,
}

impl PendingFile {
    /// Begins a file that will stand at `place`.
    pub(crate) fn create(place: &Path) -> Result<Self, VaultError> {
        // Two writers of one place must not write into one file.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let mut name = place.as_os_str().to_owned();
        name.push(format!(".{}{UNFINISHED}", NEXT.fetch_add(1, Ordering::Relaxed)));
        let temporary = PathBuf::from(name);
        let file = private().write(true).create(true).truncate(true).open(&temporary);
        let file = file.map_err(VaultError::io("making a file"))?;
        Ok(Self {
            file,
            temporary,
            place: place.to_owned(),
            published: false,
        })
    }

    /// Where it is until it is published.
    pub(crate) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// Makes the content durable, then puts it in its place, replacing what was there, and makes that durable too.
    pub(crate) fn publish(mut self) -> Result<(), VaultError> {
        self.file
            .sync_all()
            .map_err(VaultError::io("writing a file to disk"))?;
        fs::rename(&self.temporary, &self.place).map_err(VaultError::io("putting a file in its place"))?;
        self.published = true;
        sync_folder_of(&self.place)
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.published {
            // Nothing to report to: the next opening sweeps what stays.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Deletes what a crash left half written in a folder. Only for the holder of the lock.
pub(crate) fn sweep_unfinished(folder: &Path) -> Result<(), VaultError> {
    let doing = "clearing unfinished files";
    for entry in entries(folder)? {
        let path = entry.map_err(VaultError::io(doing))?.path();
        if path
            .as_os_str()
            .as_encoded_bytes()
            .ends_with(UNFINISHED.as_bytes())
        {
            fs::remove_file(&path).map_err(VaultError::io(doing))?;
        }
    }
    Ok(())
}

/// The entries of a folder; none where there is no folder.
pub(crate) fn entries(
    folder: &Path,
) -> Result<impl Iterator<Item = std::io::Result<fs::DirEntry>> + use<>, VaultError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(Some(entries).into_iter().flatten()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        Err(e) => Err(VaultError::io("listing a folder")(e)),
    }
}

/// Makes a folder, and those above it, for the owner alone. One that exists is left as it is.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), VaultError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(VaultError::io("making a folder"))
}

/// Options for files that only their owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The folder a path lies in: the one where the program runs, if it names none.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the adding, renaming or removing of a file durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), VaultError> {
    // Elsewhere folders cannot be opened as files, and the file system orders such changes itself.
    #[cfg(unix)]
    {
        let synced = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
        synced.map_err(VaultError::io("writing a folder to disk"))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::{PendingFile, sweep_unfinished, write_whole};
    use crate::VaultError;

    #[test]
    fn replaces_the_old_content_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        write_whole(&place, b"a longer first content").unwrap();
        write_whole(&place, b"second").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"second");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing else stays"
        );
    }

    #[test]
    fn an_abandoned_file_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        write_whole(&place, b"old").unwrap();
        let mut pending = PendingFile::create(&place).unwrap();
        pending.file.write_all(b"half").unwrap();
        drop(pending);
        assert_eq!(fs::read(&place).unwrap(), b"old");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "the half is gone"
        );
    }

    #[test]
    fn sweeps_only_what_a_crash_left() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kept"), b"").unwrap();
        fs::write(folder.path().join("half.unfinished"), b"").unwrap();
        sweep_unfinished(folder.path()).unwrap();
        assert!(folder.path().join("kept").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        sweep_unfinished(&folder.path().join("absent")).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("made/inside");
        super::make_private_folder(&inner).unwrap();
        write_whole(&inner.join("file"), b"").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(inner.clone()), 0o700);
        assert_eq!(mode(inner.join("file")), 0o600);
    }

    #[test]
    fn a_full_disk_is_its_own_error() {
        use std::io::{Error, ErrorKind};
        assert!(matches!(
            VaultError::io("x")(Error::from(ErrorKind::StorageFull)),
            VaultError::DiskFull
        ));
        assert!(matches!(
            VaultError::io("x")(Error::from(ErrorKind::QuotaExceeded)),
            VaultError::DiskFull
        ));
        assert!(matches!(
            VaultError::io("x")(Error::from(ErrorKind::Other)),
            VaultError::Io { doing: "x", .. }
        ));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_that_is_always_full_says_so() {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let refused = (&full).write_all(b"x").map_err(VaultError::io("writing a file"));
        assert!(matches!(refused, Err(VaultError::DiskFull)));
    }
}
