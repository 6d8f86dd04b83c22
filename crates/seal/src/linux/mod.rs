//! The Linux kernel's refusals: seccomp, Landlock, resource limits, process attributes.

mod cell;
mod courier;
mod files;
mod filter;
mod harden;
mod network;
mod probe;

pub use cell::enter_reader_cell;
pub use courier::{enter_courier_cell, only_to_port};
pub use files::{confine_files, probe_files};
pub use harden::harden_process;
pub use network::seal_network;
pub use probe::probe;

/// Refuses where the process has a second thread: Landlock would not reach it.
fn alone() -> Result<(), crate::SealError> {
    let threads = std::fs::read_dir("/proc/self/task").map_err(|source| crate::SealError::Kernel {
        doing: "counting threads",
        source,
    })?;
    match threads.count() {
        1 => Ok(()),
        _ => Err(crate::SealError::ThreadsAlreadyRunning),
    }
}
