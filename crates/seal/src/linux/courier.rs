//! The cell of the courier: a process that can speak to the network and read nothing.

use landlock::{
    ABI, Access, AccessFs, AccessNet, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::process::Resource;

use super::cell::{limit, mapped_bytes};
use super::{filter, harden, network};
use crate::SealError;

/// What the system's resolver reads to turn a host's name into addresses. Nothing else can be opened.
const RESOLVER: [&str; 5] = [
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
];
/// Beyond what is mapped at the start: certificates, buffers, one answer.
const MEMORY_BYTES: u64 = 256 << 20;
/// One connection, the line to the application, and what the resolver opens on the way.
const FILES: u64 = 32;
/// DNS over TCP, for answers that do not fit a datagram.
const DNS: u16 = 53;

/// Locks this process in for good, as the one that may speak to the network: it opens no file but the resolver's
/// configuration, starts no process and no thread, listens on no socket, reaches no other process and no local socket,
/// and has little memory. What it needs of files (certificates) it must have read before, and what runs on it must
/// exist before.
///
/// On a kernel without Landlock no file can be opened at all; names of hosts are not resolved then.
///
/// # Errors
/// When there is a second thread or the kernel refused a part; the process must then end.
pub fn enter_courier_cell() -> Result<(), SealError> {
    super::alone()?;
    limit(Resource::As, mapped_bytes()?.saturating_add(MEMORY_BYTES), 0)?;
    limit(Resource::Nproc, 0, 0)?;
    limit(Resource::Fsize, 0, 0)?;
    limit(Resource::Nofile, FILES, 0)?;
    limit(Resource::Core, harden::CORE_LIMIT, 0)?;
    harden::not_dumpable()?;

    let files_closed = only_the_resolver_s_files().map_err(|_| refused("closing the file system"))?;
    let [hostile, others] = filter::courier(std::process::id(), files_closed)?;
    network::lay(&hostile)?;
    network::lay(&others)
}

/// From here on this process connects to no TCP port but this one, and to that of name servers. Can be said once more
/// only to the same effect or a narrower one. Does nothing on kernels before 6.7. To be called in the courier's cell,
/// which has no second thread that this would not reach.
///
/// # Errors
/// When the kernel refused.
pub fn only_to_port(port: u16) -> Result<(), SealError> {
    let connect = AccessNet::ConnectTcp;
    let restrict = || -> Result<(), RulesetError> {
        Ruleset::default()
            .handle_access(AccessNet::from_all(ABI::V4))?
            .create()?
            .add_rule(NetPort::new(port, connect))?
            .add_rule(NetPort::new(DNS, connect))?
            .restrict_self()?;
        Ok(())
    };
    restrict().map_err(|_| refused("closing all ports but one"))
}

/// Whether Landlock is in force.
fn only_the_resolver_s_files() -> Result<bool, RulesetError> {
    let mut rules: RulesetCreated = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V6))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    for path in RESOLVER {
        // One that is not there needs no right.
        if let Ok(file) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(file, AccessFs::ReadFile))?;
        }
    }
    Ok(rules.restrict_self()?.ruleset != RulesetStatus::NotEnforced)
}

fn refused(doing: &'static str) -> SealError {
    SealError::Kernel {
        doing,
        source: std::io::Error::other("Landlock"),
    }
}
