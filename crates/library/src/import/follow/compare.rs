//! What happened to a folder, from what was seen in it before and what is there now.
//!
//! Nothing is told by names alone: a file that went and another of the same size and time that came is one that was
//! renamed. What cannot be looked into is taken to be as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cabinet_intake::{Found, walk};

/// A file that changed within this time may still be written.
const SETTLED: Duration = Duration::from_secs(2);

/// What a file is told from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub bytes: i64,
    /// Nanoseconds since the Unix epoch.
    pub modified: i64,
}

/// The files of a folder and of those below it.
pub(super) type Files = BTreeMap<PathBuf, Stamp>;

/// What is there now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    pub files: Files,
    /// What is there and cannot be looked into.
    pub hidden: Vec<PathBuf>,
    /// Which folder of which file system this is, where the system tells.
    pub identity: Option<String>,
    /// What may still be written.
    pub unsettled: BTreeSet<PathBuf>,
}

/// Why nothing can be said of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowTrouble {
    /// It is not there, or cannot be listed: a drive that is not connected, a share that is away.
    Unreachable,
    /// It held files, and what lies there now is another folder without any: a drive that is not connected.
    Empty,
}

/// Looks at a folder; what lies in `home` is left out. Blocks.
pub(super) fn look(root: &Path, home: &Path, now: SystemTime) -> Result<Sight, FollowTrouble> {
    if std::fs::read_dir(root).is_err() {
        return Err(FollowTrouble::Unreachable);
    }
    let mut sight = Sight {
        identity: identity(root),
        ..Sight::default()
    };
    for found in walk(&[root.to_owned()]) {
        match found {
            Found::File(path) if path.starts_with(home) => {}
            Found::File(path) => {
                match std::fs::metadata(&path).and_then(|about| Ok((about.len(), about.modified()?))) {
                    Ok((bytes, modified)) => {
                        // A time in the future is another clock's; it says nothing of whether the file is finished.
                        if now.duration_since(modified).is_ok_and(|age| age < SETTLED) {
                            sight.unsettled.insert(path.clone());
                        }
                        sight.files.insert(path, stamp(bytes, modified));
                    }
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                    Err(_) => sight.hidden.push(path),
                }
            }
            Found::Failed { path, .. } => sight.hidden.push(path),
        }
    }
    Ok(sight)
}

#[cfg(unix)]
fn identity(root: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata(root).ok()?;
    Some(format!("{}:{}", about.dev(), about.ino()))
}

/// Not told; an empty folder is then always taken for another one.
#[cfg(not(unix))]
fn identity(_root: &Path) -> Option<String> {
    None
}

fn stamp(bytes: u64, modified: SystemTime) -> Stamp {
    let nanos = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    };
    Stamp {
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        modified: nanos,
    }
}

/// What happened.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// New or changed: to be read.
    pub read: Vec<PathBuf>,
    /// Under another name now: from, to.
    pub renamed: Vec<(PathBuf, PathBuf)>,
    /// No longer there.
    pub removed: Vec<PathBuf>,
}

/// Compares what was seen before, in the folder of that identity, with what is there now.
pub(super) fn compare(
    before: &Files,
    identity: Option<&str>,
    now: &Sight,
) -> Result<Differences, FollowTrouble> {
    let the_same = identity.is_some() && identity == now.identity.as_deref();
    if now.files.is_empty() && now.hidden.is_empty() && !before.is_empty() && !the_same {
        return Err(FollowTrouble::Empty);
    }
    let mut differences = Differences::default();
    let mut writing = false;
    let mut gone: BTreeMap<Stamp, Vec<&PathBuf>> = BTreeMap::new();
    for (path, stamp) in before {
        let there = now.files.contains_key(path) || now.hidden.iter().any(|hidden| path.starts_with(hidden));
        if !there {
            gone.entry(*stamp).or_default().push(path);
        }
    }
    for (path, stamp) in &now.files {
        if before.get(path) == Some(stamp) {
            continue;
        }
        if now.unsettled.contains(path) {
            // A file that was there before is none that went, whatever is written to it.
            writing |= !before.contains_key(path);
            continue;
        }
        let from = match before.contains_key(path) {
            true => None,
            false => gone.get_mut(stamp).and_then(|paths| take_nearest(paths, path)),
        };
        match from {
            Some(from) => differences.renamed.push((from.clone(), path.clone())),
            None => differences.read.push(path.clone()),
        }
    }
    // While a new file is being written, what went may be what comes: it waits for the next look.
    if !writing {
        differences.removed = gone.into_values().flatten().cloned().collect();
        differences.removed.sort();
    }
    Ok(differences)
}

/// Of several files of the same size and time the one with the same name, else the first.
fn take_nearest<'a>(paths: &mut Vec<&'a PathBuf>, to: &Path) -> Option<&'a PathBuf> {
    let named = paths.iter().position(|path| path.file_name() == to.file_name());
    match paths.is_empty() {
        true => None,
        false => Some(paths.remove(named.unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, i64)]) -> Files {
        of.iter()
            .map(|(path, modified)| {
                let stamp = Stamp {
                    bytes: 10,
                    modified: *modified,
                };
                (PathBuf::from(path), stamp)
            })
            .collect()
    }

    fn sight(of: &[(&str, i64)]) -> Sight {
        Sight {
            files: files(of),
            ..Sight::default()
        }
    }

    fn paths(of: &[&str]) -> Vec<PathBuf> {
        of.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn each_change_is_told_from_the_others() {
        let before = files(&[("/m/a", 1), ("/m/b", 2), ("/m/c", 3), ("/m/d", 4)]);
        let found = compare(
            &before,
            None,
            &sight(&[("/m/a", 1), ("/m/b", 9), ("/m/sub/c", 3), ("/m/e", 5)]),
        )
        .unwrap();
        assert_eq!(found.read, paths(&["/m/b", "/m/e"]));
        assert_eq!(
            found.renamed,
            [(PathBuf::from("/m/c"), PathBuf::from("/m/sub/c"))]
        );
        assert_eq!(found.removed, paths(&["/m/d"]));
    }

    #[test]
    fn a_drive_that_is_away_removes_nothing() {
        assert_eq!(
            compare(&files(&[("/m/a", 1)]), Some("1:2"), &Sight::default()),
            Err(FollowTrouble::Empty)
        );
        let emptied = Sight {
            identity: Some("1:2".to_owned()),
            ..Sight::default()
        };
        let found = compare(&files(&[("/m/a", 1)]), Some("1:2"), &emptied).unwrap();
        assert_eq!(found.removed, paths(&["/m/a"]), "the very folder was emptied");
        assert_eq!(
            look(
                Path::new("/nowhere/at/all"),
                Path::new("/home"),
                SystemTime::now()
            ),
            Err(FollowTrouble::Unreachable)
        );
    }

    #[test]
    fn what_cannot_be_looked_into_is_as_it_was() {
        let before = files(&[("/m/locked/a", 1), ("/m/b", 2)]);
        let now = Sight {
            hidden: paths(&["/m/locked"]),
            ..sight(&[("/m/b", 2)])
        };
        assert_eq!(compare(&before, None, &now).unwrap(), Differences::default());
    }

    #[test]
    fn what_is_still_being_written_waits_and_so_does_what_went() {
        let before = files(&[("/m/a", 1)]);
        let now = Sight {
            unsettled: BTreeSet::from([PathBuf::from("/m/b")]),
            ..sight(&[("/m/b", 2)])
        };
        let found = compare(&before, None, &now).unwrap();
        assert_eq!(found, Differences::default());
    }

    #[test]
    fn a_file_that_is_written_all_the_time_keeps_nothing_else_from_going() {
        let before = files(&[("/m/a", 1), ("/m/log", 2)]);
        let now = Sight {
            unsettled: BTreeSet::from([PathBuf::from("/m/log")]),
            ..sight(&[("/m/log", 3)])
        };
        let found = compare(&before, None, &now).unwrap();
        assert_eq!(found.removed, paths(&["/m/a"]));
        assert!(found.read.is_empty());
    }

    #[test]
    fn of_two_alike_the_one_of_the_same_name_was_moved() {
        let before = files(&[("/m/x/one", 1), ("/m/x/two", 1)]);
        let found = compare(&before, None, &sight(&[("/m/y/two", 1)])).unwrap();
        assert_eq!(
            found.renamed,
            [(PathBuf::from("/m/x/two"), PathBuf::from("/m/y/two"))]
        );
        assert_eq!(found.removed, paths(&["/m/x/one"]));
    }

    #[test]
    fn a_look_sees_the_files_below_and_not_the_cabinet_itself() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("cabinet");
        std::fs::create_dir_all(folder.path().join("sub")).unwrap();
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(folder.path().join("sub/letter.txt"), "Dear Ms Arkwright").unwrap();
        std::fs::write(home.join("vault.json"), "{}").unwrap();
        let seen = look(folder.path(), &home, SystemTime::now()).unwrap();
        let letter = folder.path().join("sub/letter.txt");
        assert_eq!(seen.files.keys().collect::<Vec<_>>(), [&letter]);
        assert_eq!(seen.unsettled, BTreeSet::from([letter]));
        let later = look(folder.path(), &home, SystemTime::now() + SETTLED).unwrap();
        assert!(later.unsettled.is_empty());
    }
}
