//! The network seal: which sockets are refused, and to whom.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;

use cabinet_seal::{SealMode, SealReport, probe, seal_network};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, socket};

use crate::{Case, Ends, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("an_open_process_says_so", an_open_process_says_so, Ends::Well),
        case("refuses_every_family", refuses_every_family, Ends::Well),
        case(
            "reaches_threads_started_before",
            reaches_threads_started_before,
            Ends::Well,
        ),
        case("reaches_started_programs", reaches_started_programs, Ends::Well),
        case("local_sockets_still_work", local_sockets_still_work, Ends::Well),
        case("refuses_io_uring", refuses_io_uring, Ends::Well),
        case(
            "refuses_reaching_into_other_processes",
            refuses_reaching_into_other_processes,
            Ends::Well,
        ),
        case(
            "counts_sockets_opened_before",
            counts_sockets_opened_before,
            Ends::Well,
        ),
        case("sealing_twice_is_harmless", sealing_twice_is_harmless, Ends::Well),
        case("helper_finds_itself_sealed", assert_no_network, Ends::BySignal(0)),
    ]
    .into_iter()
    // Only started by another case, in a process that is sealed already.
    .filter(|case| !case.name.starts_with("helper") || std::env::var_os(crate::CHILD).is_some())
    .collect()
}

fn seal() {
    seal_network(SealMode::Full).expect("this kernel has seccomp filters");
}

fn assert_no_network() {
    for family in 0..64 {
        let family = AddressFamily::from_raw(family);
        if family == AddressFamily::UNIX {
            continue;
        }
        for kind in [
            SocketType::STREAM,
            SocketType::DGRAM,
            SocketType::RAW,
            SocketType::SEQPACKET,
        ] {
            let answer = socket(family, kind, None).err();
            assert_eq!(
                answer,
                Some(Errno::AFNOSUPPORT),
                "family {} must be refused",
                family.as_raw()
            );
        }
    }
}

fn refused(report: &SealReport, name: &str) -> bool {
    let check = report.checks.iter().find(|check| check.name.contains(name));
    check.expect("the probe tries this").refused
}

fn an_open_process_says_so() {
    let open = probe();
    assert!(!open.sealed, "nothing was sealed yet");
    assert!(!refused(&open, "TCP"), "a socket can be made");
    assert!(
        open.summary.starts_with("Not sealed"),
        "the sentence for the window agrees"
    );
    seal();
    let sealed = probe();
    assert!(sealed.sealed, "now it is: {:?}", sealed.checks);
    assert!(
        sealed.summary.starts_with("Sealed"),
        "the sentence for the window agrees"
    );
}

fn refuses_every_family() {
    assert!(
        socket(AddressFamily::INET, SocketType::STREAM, None).is_ok(),
        "the machine itself has a network"
    );
    seal();
    assert_no_network();
    std::thread::spawn(assert_no_network)
        .join()
        .expect("later threads are sealed too");
}

fn reaches_threads_started_before() {
    let (go, wait) = mpsc::channel::<()>();
    let earlier = std::thread::spawn(move || {
        assert!(
            socket(AddressFamily::INET, SocketType::DGRAM, None).is_ok(),
            "not sealed yet"
        );
        go.send(()).expect("the main thread waits");
        std::thread::park();
        assert_no_network();
    });
    wait.recv().expect("the thread has tried");
    seal();
    earlier.thread().unpark();
    earlier.join().expect("the earlier thread is sealed as well");
}

fn reaches_started_programs() {
    seal();
    let status = std::process::Command::new(std::env::current_exe().expect("a running program has a path"))
        .env(crate::CHILD, "helper_finds_itself_sealed")
        .status()
        .expect("programs can still be started");
    assert!(status.success(), "the started program had no network");
}

fn local_sockets_still_work() {
    seal();
    let (mut left, mut right) = UnixStream::pair().expect("pairs of local sockets are allowed");
    left.write_all(b"courier").expect("they carry data");
    let mut heard = [0; 7];
    right.read_exact(&mut heard).expect("in both directions");
    assert_eq!(&heard, b"courier");

    let place = std::env::temp_dir().join(format!("cabinet-seal-{}", std::process::id()));
    let listener = UnixListener::bind(&place).expect("local sockets can be bound");
    let connected = UnixStream::connect(&place);
    std::fs::remove_file(&place).expect("the socket file was made");
    connected.expect("and connected to");
    listener.accept().expect("and accepted");
}

fn refuses_io_uring() {
    seal();
    assert!(
        refused(&probe(), "io_uring"),
        "requests through a ring would pass the filter by"
    );
}

fn refuses_reaching_into_other_processes() {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let own = pidfd_open(getpid(), PidfdFlags::empty()).expect("a process can name itself");
    let steal = || pidfd_getfd(&own, 0, PidfdGetfdFlags::empty());
    assert!(steal().is_ok(), "without the seal the call works");
    seal();
    assert_eq!(
        steal().err(),
        Some(Errno::PERM),
        "a socket could be taken from another process"
    );
}

fn counts_sockets_opened_before() {
    let _local = UnixStream::pair().expect("local sockets are allowed");
    assert!(
        refused(&probe(), "opened earlier"),
        "local sockets are not counted"
    );
    let early = socket(AddressFamily::INET, SocketType::STREAM, None).expect("not sealed yet");
    seal();
    assert!(!refused(&probe(), "opened earlier"), "the early socket is named");
    drop(early);
    assert!(
        refused(&probe(), "opened earlier"),
        "and no longer once it is closed"
    );
}

fn sealing_twice_is_harmless() {
    seal();
    seal();
    assert_no_network();
}
