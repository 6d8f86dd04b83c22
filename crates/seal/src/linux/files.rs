//! Walls around files: what a thread, and everything it starts from then on, may open.
//!
//! Landlock reaches the calling thread, later threads of it and the programs they start, not the threads that are there
//! already. So a program can do what a person asks for at run time, such as opening the files they chose, on threads
//! that it started before, while a tool kit on the confined one, and its processes, keep to their places.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, BitFlags, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    path_beneath_rules,
};
use rustix::fs::{Mode, OFlags};

use crate::{FilePlaces, SealCheck, SealError};

/// The newest rights that this crate knows; on an older kernel those are left out that it does not know.
const KNOWN: ABI = ABI::V5;

/// Confines the calling thread, and every thread and program it starts from now on, to these places and to the system's
/// own (programs, libraries, settings, devices). There is no way back. Threads that run already are not reached.
///
/// `false` where the kernel has no Landlock (before 5.13, or switched off): nothing is enforced then.
///
/// # Errors
/// When the kernel has it and refused. The thread must then be taken as not confined.
pub fn confine_files(places: &FilePlaces) -> Result<bool, SealError> {
    confine(places).map_err(|e| SealError::Kernel {
        doing: "confining files",
        source: io::Error::other(e),
    })
}

fn confine(places: &FilePlaces) -> Result<bool, RulesetError> {
    let all = AccessFs::from_all(KNOWN);
    let read: BitFlags<AccessFs> = AccessFs::from_read(KNOWN);
    let status = Ruleset::default()
        .handle_access(all)?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, read))?
        .add_rules(path_beneath_rules(
            devices(),
            read | AccessFs::WriteFile | AccessFs::IoctlDev,
        ))?
        .add_rules(path_beneath_rules(&places.read, read))?
        .add_rules(path_beneath_rules(&places.write, all))?
        .add_rules(path_beneath_rules(
            &places.list,
            AccessFs::ReadDir | AccessFs::MakeDir,
        ))?
        .restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// What programs of every kind read, on the distributions that Cabinet is packaged for. Nobody's documents.
const SYSTEM: [&str; 23] = [
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/sbin",
    "/opt",
    "/etc",
    "/proc",
    "/sys",
    "/app",
    "/gnu",
    "/nix",
    "/snap",
    "/run/dbus",
    "/run/host",
    "/run/opengl-driver",
    "/run/systemd",
    "/run/udev",
    "/var/cache/fontconfig",
    "/var/lib/dbus",
    "/var/lib/flatpak",
    "/var/lib/snapd",
];

/// All of `/dev` but the memory that programs share there, because Cabinet's own scratch lies in it, and links, which
/// lead to what is named elsewhere or to pipes, which no rule can name.
fn devices() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("/dev").into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name() != OsStr::new("shm"))
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .map(|entry| entry.path())
        .collect()
}

/// Tries, on the calling thread, to open `own` (a file that only unconfined threads have any business with) and to make
/// a file in the user's folder. Changes nothing: the file has no name and is gone at once.
pub fn probe_files(name: &str, own: Option<&Path>) -> SealCheck {
    let read = own.map(|own| File::open(own).map(drop));
    let user = std::env::home_dir().unwrap_or_default();
    let nameless = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let written = rustix::fs::open(&user, nameless, Mode::RUSR | Mode::WUSR)
        .map(drop)
        .map_err(io::Error::from);
    let (refused, detail) = match (read, written) {
        (Some(Ok(())), _) => (false, "The cabinet's own file could be opened."),
        (_, Ok(())) => (false, "A file could be made in your folder."),
        (Some(Err(e)), _) if !is_refusal(&e) && e.kind() != ErrorKind::NotFound => {
            (false, "It could not be tried.")
        }
        (_, Err(e)) if is_refusal(&e) => (
            true,
            "The kernel refused to open the cabinet, and to make a file in your folder.",
        ),
        (_, Err(_)) => (false, "It could not be tried."),
    };
    SealCheck {
        name: name.to_owned(),
        refused,
        detail: detail.to_owned(),
    }
}

fn is_refusal(e: &io::Error) -> bool {
    e.kind() == ErrorKind::PermissionDenied
}
