//! Keeping the process's memory to itself.

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};

use crate::SealError;

/// One byte, not zero: a limit of zero keeps the kernel from writing a dump file, but it still hands the whole
/// memory to a crash reporter where `core_pattern` names a program. A limit of one stops both (core(5)).
pub(super) const CORE_LIMIT: u64 = 1;

/// Makes this process not dumpable (no core file, no attaching debugger, `/proc/PID/mem` closed to other
/// processes of the user), stops memory dumps of its children too, and gives up gaining rights by `execve`.
///
/// Call it first of all, before other threads are started: what the process may gain is a property of threads.
/// Files that it makes are its owner's alone from then on, whatever library makes them.
///
/// It is separate from [`seal_network`](crate::seal_network) because it does not reach programs started later:
/// a program that is executed becomes dumpable again (its core limit stays).
///
/// # Errors
/// When the kernel refuses one of the three; the others may already be in force.
pub fn harden_process() -> Result<(), SealError> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    not_dumpable()?;
    rustix::process::setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(CORE_LIMIT),
            maximum: Some(CORE_LIMIT),
        },
    )
    .map_err(|e| SealError::Kernel {
        doing: "limiting core dumps",
        source: e.into(),
    })?;
    rustix::thread::set_no_new_privs(true).map_err(|e| SealError::Kernel {
        doing: "giving up gaining rights",
        source: e.into(),
    })
}

pub(super) fn not_dumpable() -> Result<(), SealError> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|e| SealError::Kernel {
        doing: "making the process not dumpable",
        source: e.into(),
    })
}
