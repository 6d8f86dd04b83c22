//! From what the user dropped to the files to read.
//!
//! Owns the order (the same tree always gives the same list), the safety against links that lead
//! back, and what is passed over. Opens no file. Hidden files and the droppings of other programs
//! inside a folder are passed over in silence; a path the user named himself never is.

use crate::error::{IntakeError, Special};
use crate::source::refused;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// One outcome of a walk.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// A file to read.
    File(PathBuf),
    /// Something that cannot be looked into, or is neither file nor folder.
    Failed {
        /// Where it is.
        path: PathBuf,
        /// Why it was left.
        error: IntakeError,
    },
}

impl Found {
    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Found::File(path) | Found::Failed { path, .. } => path,
        }
    }
}

/// Lists the files under the given paths. Blocks; call it off the async threads.
///
/// The order is that of the paths given, and by name within a folder. Every file and folder comes
/// once, however many links lead to it; a real place goes before a link to it. A folder that cannot
/// be listed is an outcome of its own and does not end the walk.
pub fn walk(paths: &[PathBuf]) -> Vec<Found> {
    let mut walk = Walk::default();
    for (root, path) in paths.iter().enumerate() {
        walk.visit(root, path, true);
    }
    // Linked folders last, so that their content is found under its real path where it has one.
    let mut next = 0;
    while let Some((root, path)) = walk.linked.get(next).cloned() {
        walk.list(root, &path);
        next += 1;
    }
    walk.found
        .sort_by(|a, b| (a.0, a.1.path()).cmp(&(b.0, b.1.path())));
    walk.found.into_iter().map(|(_, found)| found).collect()
}

#[derive(Default)]
struct Walk {
    found: Vec<(usize, Found)>,
    linked: Vec<(usize, PathBuf)>,
    seen: HashSet<PathBuf>,
}

impl Walk {
    fn visit(&mut self, root: usize, path: &Path, named: bool) {
        let link = !named && std::fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
        match std::fs::metadata(path) {
            Err(error) => self.fail(root, path, refused(error)),
            Ok(about) if about.is_dir() && link => self.linked.push((root, path.to_owned())),
            Ok(about) if about.is_dir() => self.list(root, path),
            Ok(about) if about.is_file() => {
                if self.first_time(path) {
                    self.found.push((root, Found::File(path.to_owned())));
                }
            }
            Ok(_) => {
                if self.first_time(path) {
                    self.fail(root, path, IntakeError::NotAFile(Special::Device));
                }
            }
        }
    }

    fn list(&mut self, root: usize, start: &Path) {
        let mut folders = vec![start.to_owned()];
        while let Some(folder) = folders.pop() {
            if !self.first_time(&folder) {
                continue;
            }
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.fail(root, &folder, refused(error));
                    continue;
                }
            };
            for entry in entries {
                match entry {
                    Ok(entry) if passed_over(&entry.path()) => {}
                    // Real folders go on the list rather than the stack: a path may be very deep.
                    Ok(entry) if entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
                        folders.push(entry.path())
                    }
                    Ok(entry) => self.visit(root, &entry.path(), false),
                    Err(error) => self.fail(root, &folder, refused(error)),
                }
            }
        }
    }

    fn first_time(&mut self, path: &Path) -> bool {
        self.seen
            .insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }

    fn fail(&mut self, root: usize, path: &Path, error: IntakeError) {
        self.found.push((
            root,
            Found::Failed {
                path: path.to_owned(),
                error,
            },
        ));
    }
}

/// Hidden by the dot, or left behind by Windows, macOS or an office program at work (`~$letter.docx`).
fn passed_over(path: &Path) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    let name = name.to_string_lossy();
    name.starts_with('.')
        || name.starts_with("~$")
        || ["Thumbs.db", "desktop.ini", "__MACOSX"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, found: &[Found]) -> Vec<String> {
        let name = |path: &Path| {
            path.strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/")
        };
        found
            .iter()
            .map(|found| match found {
                Found::File(path) => name(path),
                Found::Failed { path, error } => format!("{}: {}", name(path), error.code()),
            })
            .collect()
    }

    #[test]
    fn lists_files_by_name_and_passes_hidden_ones_over() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("b/deeper")).unwrap();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        for name in [
            "c.txt",
            "b/2.txt",
            "b/1.txt",
            "b/deeper/0.txt",
            "a.txt",
            ".hidden",
            ".git/x",
            "~$a.docx",
        ] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        let found = walk(&[root.to_owned()]);
        assert_eq!(
            names(root, &found),
            ["a.txt", "b/1.txt", "b/2.txt", "b/deeper/0.txt", "c.txt"]
        );
        let named = walk(&[root.join("c.txt"), root.join(".hidden"), root.join("c.txt")]);
        assert_eq!(
            names(root, &named),
            ["c.txt", ".hidden"],
            "named paths keep their order and come once"
        );
    }

    #[test]
    fn reports_what_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let found = walk(&[dir.path().join("gone")]);
        assert_eq!(names(dir.path(), &found), ["gone: unreadable"]);
    }

    #[cfg(unix)]
    #[test]
    fn survives_link_loops_and_lists_every_file_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("matter")).unwrap();
        std::fs::write(root.join("matter/1.txt"), "x").unwrap();
        std::os::unix::fs::symlink(root, root.join("matter/up")).unwrap();
        std::os::unix::fs::symlink(root.join("matter"), root.join("a-link")).unwrap();
        std::os::unix::fs::symlink(root.join("self"), root.join("self")).unwrap();
        std::os::unix::fs::symlink(root.join("nowhere"), root.join("dangling")).unwrap();
        let found = walk(&[root.to_owned()]);
        assert_eq!(
            names(root, &found),
            ["dangling: unreadable", "matter/1.txt", "self: unreadable"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn reports_devices_and_unreadable_folders() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.join("pipe"),
            rustix::fs::FileType::Fifo,
            mode,
            0,
        )
        .unwrap();
        let shut = root.join("shut");
        std::fs::create_dir(&shut).unwrap();
        std::fs::write(root.join("z.txt"), "x").unwrap();
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o000)).unwrap();
        // The pipe is named, and lies in the folder too.
        let found = walk(&[root.join("pipe"), root.to_owned()]);
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o700)).unwrap();
        if rustix::process::geteuid().is_root() {
            assert_eq!(names(root, &found), ["pipe: not_a_file", "z.txt"]);
        } else {
            assert_eq!(
                names(root, &found),
                ["pipe: not_a_file", "shut: unreadable", "z.txt"]
            );
        }
    }
}
