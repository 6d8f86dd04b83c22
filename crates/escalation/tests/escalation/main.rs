//! The courier against a server of this machine that speaks both protocols, well and badly.

mod faults;
mod sending;
mod server;
