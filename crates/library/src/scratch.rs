//! Temporary files of the libraries beneath: in memory, never on a disk.
//!
//! LanceDB writes vectors into temporary files in plain while it builds an index (`lance::index::vector::builder`), and
//! DataFusion when a sort does not fit into memory. Both ask the `tempfile` crate where, and that can be told, once for
//! the whole process. What is told here is a folder in a file system that lives in memory; where there is none, nothing
//! may be built that needs one.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Begins the names of our folders; the number of the process follows.
const NAME: &str = "cabinet-scratch-";

/// Sends temporary files into memory. Gives the folder; none where this system has no such place.
pub(crate) fn in_memory() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = places().into_iter().find_map(|place| make(&place))?;
            // Refused where somebody told it another place before.
            tempfile::env::override_temp_dir(&folder).ok()?;
            Some(folder)
        })
        .as_deref()
}

#[cfg(target_os = "linux")]
fn places() -> Vec<PathBuf> {
    use rustix::fs::statfs;
    const TMPFS: i64 = 0x0102_1994;
    const RAMFS: i64 = 0x8584_58f6;
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    [Some(PathBuf::from("/dev/shm")), runtime]
        .into_iter()
        .flatten()
        .filter(|place| {
            #[expect(
                clippy::allow_attributes,
                reason = "the type of the number differs between systems"
            )]
            #[allow(clippy::unnecessary_cast)]
            statfs(place).is_ok_and(|found| matches!(found.f_type as i64, TMPFS | RAMFS))
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn places() -> Vec<PathBuf> {
    Vec::new()
}

fn make(place: &Path) -> Option<PathBuf> {
    clear_after_the_dead(place);
    let folder = place.join(format!("{NAME}{}", std::process::id()));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).ok()?;
    Some(folder)
}

/// Removes folders of processes that are no more, and were killed before they could.
fn clear_after_the_dead(place: &Path) {
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(NAME));
        if process
            .is_some_and(|id| !Path::new("/proc").join(id).exists() || id == std::process::id().to_string())
        {
            // Another user's cannot be removed, and need not be.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_memory;

    #[cfg(target_os = "linux")]
    #[test]
    fn temporary_files_lie_in_memory_and_are_their_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = in_memory().expect("this system has a file system in memory");
        let made = tempfile::tempdir().unwrap();
        assert!(made.path().starts_with(folder), "{}", made.path().display());
        // As the system lists it, not as this module looked it up.
        let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
        let below = |line: &&str| {
            let place = line.split(' ').nth(1).unwrap_or_default();
            made.path().starts_with(place)
        };
        let place = mounts
            .lines()
            .filter(below)
            .max_by_key(|line| line.split(' ').nth(1).map(str::len));
        let kind = place.and_then(|line| line.split(' ').nth(2)).unwrap_or_default();
        assert!(
            matches!(kind, "tmpfs" | "ramfs"),
            "{} lies on {kind}",
            made.path().display()
        );
        let mode = std::fs::metadata(folder).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
    }
}
