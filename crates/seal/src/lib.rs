//! What the kernel refuses this process.
//!
//! Cabinet promises that the process which reads documents cannot open a network socket. That promise is not
//! kept by careful code but by the kernel, and this crate is where the kernel is asked:
//!
//! * [`harden_process`]: no memory dumps, no tracing by other processes, no gaining of rights;
//! * [`seal_network`]: no socket but local ones, for every thread and every child, for good;
//! * [`enter_reader_cell`]: for the child that parses untrusted files: no files, no sockets, no new processes,
//!   limits on memory and time;
//! * [`enter_courier_cell`], [`only_to_port`]: for the child that carries what the user approved: no files, no
//!   listening, one port;
//! * [`confine_files`]: for a thread and all it starts: no files but those named;
//! * [`probe`], [`probe_files`]: try each forbidden thing and report what really happened.
//!
//! One thing beside it belongs to a program's first steps as well: [`keep_little_memory`].
//!
//! It deliberately does not decide *when* to do so (the programs do, as early as they can), does not know
//! documents or keys, and does not pretend: on systems other than Linux the functions compile and do nothing,
//! and [`probe`] says plainly that nothing is enforced.
//!
//! What always holds: a restriction once taken is never loosened, it reaches threads and children, and an `Err`
//! means the restriction must be taken as missing.
//!
//! What the seal does not stop: local (Unix domain) sockets stay open because the window needs them, so another
//! program of the same user that listens on one could act for this process; sockets handed over by another
//! program are usable; and root stays root.

use serde::Serialize;

mod allocator;
pub use allocator::keep_little_memory;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::{
    confine_files, enter_courier_cell, enter_reader_cell, harden_process, only_to_port, probe, probe_files,
    seal_network,
};

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{
    confine_files, enter_courier_cell, enter_reader_cell, harden_process, only_to_port, probe, probe_files,
    seal_network,
};

/// How tightly the network is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealMode {
    /// Local sockets only. The one form that packages hold.
    Full,
    /// As `Full`, but one TCP port of this machine can be bound and connected to, for the inspector that drives
    /// the window in end-to-end runs.
    #[cfg(feature = "inspectable")]
    Inspectable {
        /// The one port, from `WEBKIT_INSPECTOR_SERVER`.
        port: u16,
    },
}

/// What the reader may use up.
#[derive(Debug, Clone, Copy)]
pub struct CellLimits {
    /// Bytes of memory on top of what the process has mapped when it enters.
    pub memory_bytes: u64,
    /// Seconds of processor time; the kernel ends the process after that.
    pub cpu_seconds: u64,
}

impl Default for CellLimits {
    /// One gibibyte and one minute: room for a thousand-page PDF, not for a bomb.
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            cpu_seconds: 60,
        }
    }
}

/// What a confined thread may still reach in the file system, each with all that is below it. Places that are not there
/// are passed over.
#[derive(Debug, Clone, Default)]
pub struct FilePlaces {
    /// Files that may be read and started.
    pub read: Vec<std::path::PathBuf>,
    /// Files that may be made, changed and removed as well.
    pub write: Vec<std::path::PathBuf>,
    /// Folders whose files may be listed by name, and not opened, and in which folders may be made: what a dialog does.
    pub list: Vec<std::path::PathBuf>,
}

/// One thing the system was asked to refuse, and whether it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealCheck {
    /// What was tried: "IPv4 connections (TCP)".
    pub name: String,
    /// True where it was refused just now.
    pub refused: bool,
    /// By what, or why not.
    pub detail: String,
}

/// What [`probe`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealReport {
    /// True where no thread of this process can open a network socket.
    pub sealed: bool,
    /// One plain sentence for the window.
    pub summary: String,
    /// Each thing that was tried.
    pub checks: Vec<SealCheck>,
}

/// A restriction that could not be taken. The process must not go on as if it had been.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The filter language knows no such processor.
    #[error("this processor architecture has no system call filter")]
    UnsupportedArchitecture,
    /// The filter did not translate; a fault in this crate.
    #[error("the system call filter could not be built ({what})")]
    Filter {
        /// Which of the filters.
        what: &'static str,
    },
    /// The kernel refused the restriction.
    #[error("the kernel refused: {doing}")]
    Kernel {
        /// What it was asked for.
        doing: &'static str,
        /// Its answer.
        #[source]
        source: std::io::Error,
    },
    /// A thread of this process has filters of its own, so the seal cannot be laid over all of them.
    #[error(
        "another thread already has a system call filter of its own, so the seal cannot cover every thread"
    )]
    ThreadWithOwnFilter,
    /// The restriction reaches only threads that do not exist yet, and there are others already.
    #[error("this must be done before a second thread is started")]
    ThreadsAlreadyRunning,
    /// The kernel has no Landlock rules for network ports (Linux 6.7 and later do).
    #[error("the kernel has no Landlock rules for network ports")]
    NoPortRules,
    /// The seal was asked for twice, in two forms.
    #[error("this process is already sealed in another form")]
    SealedOtherwise,
}
