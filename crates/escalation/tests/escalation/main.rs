//! The courier against a server of this machine that speaks both protocols, well and badly.

mod faults;
mod proxy;
mod sending;
mod server;
