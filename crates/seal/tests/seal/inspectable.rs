//! The second form of the seal: one port of this machine, for the inspector that drives the window.

use std::net::{Ipv4Addr, SocketAddrV4};

use cabinet_seal::{SealError, SealMode, probe, seal_network};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, bind, connect, ipproto, socket};

use crate::{Case, Ends, case};

/// Arbitrary; nothing listens there, so an allowed connection is refused by the peer and not by the kernel.
const PORT: u16 = 47_113;

pub fn cases() -> Vec<Case> {
    vec![
        case("inspectable_leaves_one_port", leaves_one_port, Ends::Well),
        case("inspectable_refuses_the_rest", refuses_the_rest, Ends::Well),
        case("inspectable_is_reported", is_reported, Ends::Well),
        case(
            "inspectable_must_come_before_threads",
            must_come_before_threads,
            Ends::Well,
        ),
    ]
}

fn seal() {
    seal_network(SealMode::Inspectable { port: PORT }).expect("this kernel has Landlock port rules");
}

fn local(port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
}

fn leaves_one_port() {
    seal();
    let tcp = || socket(AddressFamily::INET, SocketType::STREAM, None).expect("TCP sockets can be made");
    assert_eq!(
        connect(tcp(), &local(PORT)),
        Err(Errno::CONNREFUSED),
        "the one port passes, nobody is there"
    );
    assert_eq!(bind(tcp(), &local(PORT)), Ok(()), "and can be bound");
    assert_eq!(
        connect(tcp(), &local(PORT + 1)),
        Err(Errno::ACCESS),
        "another port does not pass"
    );
    assert_eq!(
        bind(tcp(), &local(PORT + 1)),
        Err(Errno::ACCESS),
        "nor can it be bound"
    );
    std::thread::spawn(move || assert_eq!(connect(tcp(), &local(PORT + 1)), Err(Errno::ACCESS)))
        .join()
        .expect("later threads are under the same rules");
}

fn refuses_the_rest() {
    seal();
    for kind in [SocketType::DGRAM, SocketType::RAW, SocketType::SEQPACKET] {
        for family in [AddressFamily::INET, AddressFamily::INET6] {
            assert_eq!(
                socket(family, kind, None).err(),
                Some(Errno::AFNOSUPPORT),
                "{kind:?}"
            );
        }
    }
    for family in [
        AddressFamily::NETLINK,
        AddressFamily::PACKET,
        AddressFamily::VSOCK,
    ] {
        let answer = socket(family, SocketType::STREAM, None).err();
        assert_eq!(answer, Some(Errno::AFNOSUPPORT), "family {}", family.as_raw());
    }
    let multipath = socket(AddressFamily::INET, SocketType::STREAM, Some(ipproto::MPTCP));
    assert_eq!(
        multipath.err(),
        Some(Errno::AFNOSUPPORT),
        "Landlock does not see multipath TCP"
    );
}

fn is_reported() {
    seal();
    let report = probe();
    assert!(
        !report.sealed,
        "a process with one port open does not call itself sealed"
    );
    assert!(
        report.summary.starts_with("Test build"),
        "and the sentence for the window says why"
    );
    let again = seal_network(SealMode::Full);
    assert!(
        matches!(again, Err(SealError::SealedOtherwise)),
        "two forms at once are a mistake"
    );
}

fn must_come_before_threads() {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || held.recv());
    let answer = seal_network(SealMode::Inspectable { port: PORT });
    assert!(
        matches!(answer, Err(SealError::ThreadsAlreadyRunning)),
        "that thread would have every port"
    );
    drop(hold);
    other
        .join()
        .expect("it only waited")
        .expect_err("and was never sent anything");
}
