//! The cell of the reader: a process that can read what it holds, write its answer, and nothing else.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, Scope};
use rustix::process::{Resource, Rlimit};

use super::{filter, harden, network};
use crate::{CellLimits, SealError};

/// Locks this process in for good. Order of calls in the reader:
///
/// 1. start as a fresh process; have the input and the output open as file descriptors (standard input and a
///    pipe will do), take the input's size if it is needed, allocate lazily built tables if they open files;
/// 2. be on the thread that will parse, with no other thread running: threads cannot be started inside;
/// 3. `enter_reader_cell`;
/// 4. read the first byte of untrusted input.
///
/// Inside, the process can read, write and seek in what is open, allocate up to the limit, tell the time, draw
/// random numbers and end. Opening or naming a file, starting a thread, looking up a file's size by `stat`,
/// duplicating descriptors, making memory executable and the like fail with `EPERM`; starting a program, making
/// a socket or reaching into another process ends it with `SIGSYS`. Memory above the limit is not given
/// (allocation fails, which in Rust aborts); processor time above the limit ends it with `SIGXCPU`; writing to
/// a regular file fails (`SIGXFSZ`), so the output must be a pipe.
///
/// On a kernel without Landlock (before 5.13, or switched off) the files are kept out by the filter alone.
///
/// # Errors
/// When there is a second thread or the kernel refused a part; the reader must then end without reading its input.
pub fn enter_reader_cell(limits: &CellLimits) -> Result<(), SealError> {
    super::alone()?;
    // Before the file system is out of reach: the limit counts what is mapped, libraries included.
    let mapped = mapped_bytes()?;
    limit(Resource::As, mapped.saturating_add(limits.memory_bytes), 0)?;
    limit(Resource::Nproc, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    limit(Resource::Core, harden::CORE_LIMIT, 0)?;
    // The soft limit sends a signal with a name of its own; the hard one, a second later, kills.
    limit(Resource::Cpu, limits.cpu_seconds, 1)?;
    harden::not_dumpable()?;

    let [hostile, parser] = filter::cell(std::process::id())?;
    no_paths().map_err(|_| SealError::Kernel {
        doing: "closing the file system",
        source: std::io::Error::other("Landlock"),
    })?;
    // Not before: a Landlock ruleset is a file descriptor.
    limit(Resource::Nofile, 0, 0)?;
    network::lay(&hostile)?;
    network::lay(&parser)
}

/// Landlock with every right handled and none given: no file, no port, no abstract socket, no foreign process.
fn no_paths() -> Result<(), landlock::RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V6))?
        .handle_access(AccessNet::from_all(ABI::V6))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .restrict_self()?;
    Ok(())
}

/// Sets a soft limit and a hard one `slack` above it, never above what the process was started with.
pub(super) fn limit(resource: Resource, soft: u64, slack: u64) -> Result<(), SealError> {
    let ceiling = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let hard = soft.saturating_add(slack).min(ceiling);
    rustix::process::setrlimit(
        resource,
        Rlimit {
            current: Some(soft.min(hard)),
            maximum: Some(hard),
        },
    )
    .map_err(|e| SealError::Kernel {
        doing: "limiting resources",
        source: e.into(),
    })
}

/// `VmSize` of this process.
pub(super) fn mapped_bytes() -> Result<u64, SealError> {
    let doing = "reading the size of this process";
    let status =
        std::fs::read_to_string("/proc/self/status").map_err(|source| SealError::Kernel { doing, source })?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmSize:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok())
        .map(|kib| kib.saturating_mul(1024))
        .ok_or_else(|| SealError::Kernel {
            doing,
            source: std::io::ErrorKind::InvalidData.into(),
        })
}
