//! The Linux kernel's refusals: seccomp, Landlock, resource limits, process attributes.

mod cell;
mod filter;
mod harden;
mod network;
mod probe;

pub use cell::enter_reader_cell;
pub use harden::harden_process;
pub use network::seal_network;
pub use probe::probe;
