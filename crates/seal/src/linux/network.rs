//! Sealing the network off, for every thread and every child.

use std::sync::{Mutex, PoisonError};

use seccompiler::BpfProgram;

use super::filter;
use crate::{SealError, SealMode};

/// The form in which this process was sealed, if it was.
static SEALED: Mutex<Option<SealMode>> = Mutex::new(None);

/// Lets the kernel refuse every socket but local (Unix domain) ones, and every way round that, to all threads of
/// this process and to everything it starts from now on. There is no way back.
///
/// Refused are `socket` and `socketpair` of every other family (`EAFNOSUPPORT`, as on a kernel without them),
/// `io_uring` (`ENOSYS`), and reaching into other processes (`EPERM`). Sockets that are already open stay open:
/// [`probe`](crate::probe) counts them.
///
/// A second call with the same mode does nothing.
///
/// # Errors
/// When a filter could not be laid over every thread. The process must then not open documents.
pub fn seal_network(mode: SealMode) -> Result<(), SealError> {
    let mut sealed = SEALED.lock().unwrap_or_else(PoisonError::into_inner);
    match *sealed {
        Some(earlier) if earlier == mode => return Ok(()),
        Some(_) => return Err(SealError::SealedOtherwise),
        None => {}
    }
    #[cfg(feature = "inspectable")]
    if let SealMode::Inspectable { port } = mode {
        only_port(port)?;
    }
    for program in filter::network(mode)? {
        lay(&program)?;
    }
    *sealed = Some(mode);
    Ok(())
}

/// The form in which this process was sealed.
pub(super) fn sealed_as() -> Option<SealMode> {
    *SEALED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lays a filter over all threads at once.
pub(super) fn lay(program: &BpfProgram) -> Result<(), SealError> {
    seccompiler::apply_filter_all_threads(program).map_err(|e| match e {
        seccompiler::Error::Prctl(source) | seccompiler::Error::Seccomp(source) => SealError::Kernel {
            doing: "laying a system call filter",
            source,
        },
        seccompiler::Error::ThreadSync(_) => SealError::ThreadWithOwnFilter,
        _ => SealError::Filter { what: "empty" },
    })
}

/// Landlock's part of the inspectable seal: TCP may be bound and connected on one port only.
///
/// Landlock reaches the calling thread and those it starts, so there must be no other yet.
#[cfg(feature = "inspectable")]
fn only_port(port: u16) -> Result<(), SealError> {
    use landlock::{
        ABI, Access, AccessNet, CompatLevel, Compatible, NetPort, Ruleset, RulesetAttr, RulesetCreatedAttr,
    };

    super::alone()?;
    let ports = AccessNet::from_all(ABI::V4);
    let restrict = || -> Result<(), landlock::RulesetError> {
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(ports)?
            .create()?
            .add_rule(NetPort::new(port, ports))?
            .restrict_self()?;
        Ok(())
    };
    restrict().map_err(|_| SealError::NoPortRules)
}
