//! The lock that keeps other processes out of a cabinet.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::{VaultError, files, home};

/// How long taking waits for a lock that may be given up at once: another process that only looks.
const PATIENCE: Duration = Duration::from_millis(300);

/// The lock of one cabinet. Given up when it is dropped, and by the system when this process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock of the cabinet in a folder. `fresh` where its file is to outlast a loss of power.
    ///
    /// # Errors
    /// [`VaultError::InUse`] where another has it.
    pub(crate) fn take(home: &Path, fresh: bool) -> Result<Self, VaultError> {
        let doing = "taking the cabinet's lock";
        let lock = files::private()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(home::lock(home));
        let lock = lock.map_err(VaultError::io(doing))?;
        if fresh {
            files::sync_folder_of(&home::lock(home))?;
        }
        let begun = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self(lock)),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Err(VaultError::InUse),
                Err(TryLockError::Error(e)) => return Err(VaultError::io(doing)(e)),
            }
        }
    }

    /// True where a process, this one included, has it.
    pub(crate) fn is_taken(home: &Path) -> bool {
        let looked = File::open(home::lock(home)).map(Self);
        looked.is_ok_and(|lock| matches!(lock.0.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl Drop for Lock {
    /// Closing the file would not be enough: a child that another thread has just started holds it open too until the
    /// child's own program begins, and the lock is the open file's.
    fn drop(&mut self) {
        // What cannot be given up goes with the file.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_has_not_begun_yet_keeps_nobody_out() {
        let home = tempfile::TempDir::new().expect("a folder");
        let lock = Lock::take(home.path(), false).expect("it is free");
        // What a child has between its beginning and that of its program.
        let inherited = lock.0.try_clone().expect("a second handle");
        assert!(Lock::is_taken(home.path()));
        assert!(matches!(Lock::take(home.path(), false), Err(VaultError::InUse)));
        drop(lock);
        assert!(!Lock::is_taken(home.path()));
        Lock::take(home.path(), false).expect("it was given up");
        drop(inherited);
    }
}
