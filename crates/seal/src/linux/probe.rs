//! Trying each forbidden thing, live, and saying what happened.
//!
//! A probe changes nothing: a socket that can be made is closed at once and never sent through, `io_uring` is
//! asked for with arguments that the kernel must reject, and the rest is reading.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{DumpableBehavior, Resource};

use super::{harden, network};
use crate::{SealCheck, SealMode, SealReport};

/// Tries what the seal forbids and reports each outcome. Takes about a millisecond; may be called at any time,
/// from any thread, sealed or not.
pub fn probe() -> SealReport {
    let sockets = network_checks();
    let sealed = sockets.iter().all(|check| check.refused);
    let mut checks = sockets;
    checks.extend([
        sockets_already_open(),
        memory_closed(),
        no_dumps(),
        no_new_rights(),
        reader_files(),
    ]);
    SealReport {
        sealed,
        summary: summary(sealed),
        checks,
    }
}

/// Everything that must be refused for the process to count as sealed.
fn network_checks() -> Vec<SealCheck> {
    const TRIED: [(&str, AddressFamily, SocketType); 7] = [
        ("IPv4 connections (TCP)", AddressFamily::INET, SocketType::STREAM),
        ("IPv4 datagrams (UDP)", AddressFamily::INET, SocketType::DGRAM),
        ("IPv6 connections (TCP)", AddressFamily::INET6, SocketType::STREAM),
        ("IPv6 datagrams (UDP)", AddressFamily::INET6, SocketType::DGRAM),
        (
            "Kernel network settings (netlink)",
            AddressFamily::NETLINK,
            SocketType::RAW,
        ),
        ("Raw network packets", AddressFamily::PACKET, SocketType::RAW),
        (
            "Sockets to a virtual machine's host (vsock)",
            AddressFamily::VSOCK,
            SocketType::STREAM,
        ),
    ];
    let mut checks: Vec<SealCheck> = TRIED
        .into_iter()
        .map(|(name, family, kind)| socket_refused(name, family, kind))
        .collect();
    let known_families_refused = checks.iter().all(|check| check.refused);
    checks.push(other_families(known_families_refused));
    checks.push(rings());
    checks.push(every_thread());
    checks
}

fn check(name: &str, refused: bool, detail: impl Into<String>) -> SealCheck {
    SealCheck {
        name: name.to_owned(),
        refused,
        detail: detail.into(),
    }
}

fn socket_refused(name: &str, family: AddressFamily, kind: SocketType) -> SealCheck {
    match rustix::net::socket(family, kind, None) {
        Ok(_closed_at_once) => check(
            name,
            false,
            inspector_port().unwrap_or_else(|| "A socket could be made.".to_owned()),
        ),
        Err(e) => check(
            name,
            true,
            format!("The kernel refused the socket: {}.", reason(e)),
        ),
    }
}

/// Named only where the process was started for end-to-end tests.
fn inspector_port() -> Option<String> {
    match network::sealed_as()? {
        SealMode::Full => None,
        #[cfg(feature = "inspectable")]
        SealMode::Inspectable { port } => Some(format!(
            "Test build: a socket could be made; it reaches TCP port {port} and no other."
        )),
    }
}

/// Every family number but the local one. Tried only when the well-known ones are refused: on an open system the
/// attempt alone can make the kernel load a module.
fn other_families(try_them: bool) -> SealCheck {
    const NAME: &str = "Every other kind of network socket";
    const NUMBERS: u16 = 64;
    if !try_them {
        return check(
            NAME,
            false,
            "Not tried, because the well-known kinds are open already.",
        );
    }
    let open = (0..NUMBERS)
        .map(AddressFamily::from_raw)
        .filter(|family| *family != AddressFamily::UNIX)
        .filter(|family| {
            [
                SocketType::STREAM,
                SocketType::DGRAM,
                SocketType::RAW,
                SocketType::SEQPACKET,
            ]
            .into_iter()
            .any(|kind| rustix::net::socket(*family, kind, None).is_ok())
        })
        .count();
    match open {
        0 => check(
            NAME,
            true,
            "The kernel refused all of them; only sockets within this machine are left.",
        ),
        n => check(NAME, false, format!("{n} kinds could be opened.")),
    }
}

#[expect(
    unsafe_code,
    reason = "no crate offers io_uring_setup without also being able to make a ring"
)]
fn rings() -> SealCheck {
    const NAME: &str = "Going round the filter (io_uring)";
    let nowhere = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: the kernel reads its second argument with copy_from_user, which answers EFAULT for a null pointer
    // before anything is made; no memory of ours is passed.
    let answer = unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, nowhere) };
    let error = std::io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::ENOSYS | libc::EPERM) if answer < 0 => {
            check(NAME, true, "The kernel refused to make a ring.")
        }
        _ => check(NAME, false, "A ring could be made."),
    }
}

/// A filter belongs to a thread: one that was left out would be a hole.
fn every_thread() -> SealCheck {
    const NAME: &str = "No thread left out";
    let filtered = |task: &Path| -> Option<bool> {
        // A thread that ended meanwhile cannot open anything.
        let status = fs::read_to_string(task.join("status")).ok()?;
        let mode = status.lines().find_map(|line| line.strip_prefix("Seccomp:"))?;
        Some(mode.trim() == "2")
    };
    let Ok(tasks) = fs::read_dir("/proc/self/task") else {
        return check(NAME, false, "The list of threads could not be read.");
    };
    let threads: Vec<bool> = tasks
        .flatten()
        .filter_map(|task| filtered(&task.path()))
        .collect();
    let open = threads.iter().filter(|filtered| !**filtered).count();
    match (threads.len(), open) {
        (0, _) => check(NAME, false, "The list of threads could not be read."),
        (all, 0) => check(
            NAME,
            true,
            format!("Every thread is under the filter ({all} looked at)."),
        ),
        (all, open) => check(NAME, false, format!("{open} of {all} threads have no filter.")),
    }
}

/// Sockets opened before the seal outlive it. Those that the kernel does not list as local are counted.
fn sockets_already_open() -> SealCheck {
    const NAME: &str = "Network sockets opened earlier";
    // A local socket can be made by another thread between the two readings; only what stays foreign counts.
    let foreign = foreign_sockets().and_then(|first| {
        let second = foreign_sockets()?;
        Some(first.intersection(&second).count())
    });
    match foreign {
        Some(0) => check(NAME, true, "There is none."),
        Some(n) => check(
            NAME,
            false,
            format!("{n} sockets that are not local were open before the seal."),
        ),
        None => check(NAME, false, "The list of open sockets could not be read."),
    }
}

/// Inode numbers of this process's sockets that are not Unix domain sockets.
fn foreign_sockets() -> Option<HashSet<u64>> {
    let mut open = HashSet::new();
    for entry in fs::read_dir("/proc/self/fd").ok()?.flatten() {
        let Ok(target) = fs::read_link(entry.path()) else {
            continue;
        };
        let inode: Option<u64> = target
            .to_str()
            .and_then(|text| text.strip_prefix("socket:["))
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|number| number.parse().ok());
        open.extend(inode);
    }
    // Columns: address, references, protocol, flags, type, state, inode, name.
    let listed = fs::read_to_string("/proc/self/net/unix").ok()?;
    let local: HashSet<u64> = listed
        .lines()
        .skip(1)
        .filter_map(|line| line.split_ascii_whitespace().nth(6)?.parse().ok())
        .collect();
    open.retain(|inode| !local.contains(inode));
    Some(open)
}

fn memory_closed() -> SealCheck {
    const NAME: &str = "Other programs reading this one's memory";
    match rustix::process::dumpable_behavior() {
        Ok(DumpableBehavior::NotDumpable) => check(
            NAME,
            true,
            "The kernel lets only the administrator attach to this process.",
        ),
        _ => check(
            NAME,
            false,
            "Programs of the same user may attach to this process.",
        ),
    }
}

fn no_dumps() -> SealCheck {
    const NAME: &str = "Memory written to disk after a crash";
    let limited = rustix::process::getrlimit(Resource::Core)
        .maximum
        .is_some_and(|bytes| bytes <= harden::CORE_LIMIT);
    match (limited, rustix::process::dumpable_behavior()) {
        (true, Ok(DumpableBehavior::NotDumpable)) => check(
            NAME,
            true,
            "The kernel writes no memory dump of this process or its children.",
        ),
        _ => check(NAME, false, "A memory dump could be written after a crash."),
    }
}

fn no_new_rights() -> SealCheck {
    const NAME: &str = "Gaining rights by starting a program";
    match rustix::thread::no_new_privs() {
        Ok(true) => check(
            NAME,
            true,
            "Programs started from here get no more rights than this one has.",
        ),
        _ => check(NAME, false, "A program started from here could gain rights."),
    }
}

/// Whether the kernel has the second wall around the reader's files: a ruleset is made, not taken.
fn reader_files() -> SealCheck {
    const NAME: &str = "Files, for the reader of documents (Landlock)";
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create);
    match ruleset {
        Ok(_) => check(
            NAME,
            true,
            "The kernel can close the file system to the reader, and does when it starts.",
        ),
        Err(_) => check(
            NAME,
            false,
            "This kernel has no Landlock; the reader has the system call filter alone.",
        ),
    }
}

/// The kernel's answer in words, without leaning on the C library's translations.
fn reason(e: rustix::io::Errno) -> &'static str {
    match e {
        rustix::io::Errno::AFNOSUPPORT => "to this program there is no such kind",
        rustix::io::Errno::PERM | rustix::io::Errno::ACCESS => "not permitted",
        _ => "it failed",
    }
}

fn summary(sealed: bool) -> String {
    let text = match (sealed, network::sealed_as()) {
        #[cfg(feature = "inspectable")]
        (_, Some(SealMode::Inspectable { .. })) => {
            "Test build: the Linux kernel leaves one port of this machine open to this program and refuses every \
             other network connection."
        }
        (true, _) => {
            "Sealed: the Linux kernel refuses every network connection to this program and all it starts."
        }
        (false, None) => "Not sealed: this program could open a network connection.",
        (false, Some(_)) => {
            "Not fully sealed: something that should be refused is possible; see the list below."
        }
    };
    text.to_owned()
}
