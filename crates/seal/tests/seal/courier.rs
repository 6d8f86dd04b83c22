//! The courier's cell: what a process that speaks to the network can do besides.

#![expect(
    clippy::disallowed_types,
    reason = "the one door out is tried here, on this machine alone"
)]

use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::Command;

use cabinet_seal::{enter_courier_cell, only_to_port};
use rustix::net::{AddressFamily, SocketType, socket};

use crate::{Case, Ends, case};

const SIGSYS: i32 = 31;
const MEBIBYTE: usize = 1 << 20;

pub fn cases() -> Vec<Case> {
    vec![
        case("courier_reaches_its_server", reaches_its_server, Ends::Well),
        case("courier_reads_no_file", reads_no_file, Ends::Well),
        case("courier_writes_no_file", writes_no_file, Ends::Well),
        case("courier_starts_no_process", starts_no_process, Ends::Well),
        case("courier_ends_at_exec", ends_at_exec, Ends::BySignal(SIGSYS)),
        case(
            "courier_ends_at_listening",
            ends_at_listening,
            Ends::BySignal(SIGSYS),
        ),
        case("courier_reaches_no_other_port", reaches_no_other_port, Ends::Well),
        case(
            "courier_reaches_no_local_socket",
            reaches_no_local_socket,
            Ends::Well,
        ),
        case("courier_limits_memory", limits_memory, Ends::Well),
    ]
}

fn enter() {
    enter_courier_cell().expect("this kernel has what a cell needs");
}

/// A listener of this process, bound before it is locked in; connections wait in its queue.
fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    (listener, port)
}

fn reaches_its_server() {
    let (_listener, port) = listener();
    enter();
    only_to_port(port).expect("said once");
    let mut there = TcpStream::connect(("127.0.0.1", port)).expect("the one port is open");
    there.write_all(b"approved").expect("sent");
}

fn reads_no_file() {
    let own = std::env::current_exe().expect("a program");
    enter();
    for path in [own.as_path(), std::path::Path::new("/etc/passwd")] {
        assert!(File::open(path).is_err(), "{} was opened", path.display());
    }
    assert!(std::fs::read_dir("/").is_err());
}

fn ends_at_listening() {
    let (listener, _) = listener();
    // Not ended, it must fail and not wait for somebody to call.
    listener.set_nonblocking(true).expect("it need not wait");
    enter();
    let accepted = listener.accept();
    panic!("still here: {}", accepted.is_ok());
}

fn writes_no_file() {
    enter();
    let path = std::env::temp_dir().join("cabinet-courier-was-here");
    assert!(File::create(&path).is_err());
}

fn starts_no_process() {
    enter();
    assert!(
        std::thread::Builder::new().spawn(|| ()).is_err(),
        "no thread or process may begin"
    );
}

fn ends_at_exec() {
    enter();
    let error = Command::new("/bin/true").exec();
    panic!("still here: {error}");
}

fn reaches_no_other_port() {
    let (_one, port) = listener();
    let (_other, elsewhere) = listener();
    enter();
    only_to_port(port).expect("said once");
    // Kernels before 6.7 cannot tell ports apart; the endpoint is pinned by the courier's own code there.
    if kernel() >= (6, 7) {
        assert!(TcpStream::connect(("127.0.0.1", elsewhere)).is_err());
    }
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
}

fn kernel() -> (u32, u32) {
    let uname = rustix::system::uname();
    let release = uname.release().to_string_lossy().into_owned();
    let mut parts = release.split(['.', '-']).map_while(|part| part.parse().ok());
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn reaches_no_local_socket() {
    enter();
    for kind in [SocketType::STREAM, SocketType::DGRAM] {
        if let Ok(fd) = socket(AddressFamily::UNIX, kind, None) {
            let bus = rustix::net::SocketAddrUnix::new("/run/dbus/system_bus_socket").expect("an address");
            assert!(rustix::net::connect(&fd, &bus).is_err());
        }
    }
}

fn limits_memory() {
    enter();
    let mut much: Vec<u8> = Vec::new();
    assert!(much.try_reserve_exact(2048 * MEBIBYTE).is_err());
}
