//! What the filters answer to calls that no test could make without a 32-bit program: the programs are run by
//! an interpreter of the few instructions they use, on system calls made up here.

use seccompiler::BpfProgram;

use super::{cell, network};
use crate::SealMode;

const X86_64: u32 = 0xc000_003e;
const I386: u32 = 0x4000_0003;
const X32_BIT: i64 = 0x4000_0000;

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;

fn errno(number: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | number.unsigned_abs()
}

/// Runs a filter on one call, as the kernel does.
fn answer(program: &BpfProgram, arch: u32, call: i64, arguments: [u64; 6]) -> u32 {
    let mut data = [0_u32; 16];
    data[0] = u32::try_from(call).expect("call numbers are small");
    data[1] = arch;
    for (slot, argument) in arguments.into_iter().enumerate() {
        data[4 + 2 * slot] = (argument & u64::from(u32::MAX)) as u32;
        data[5 + 2 * slot] = (argument >> 32) as u32;
    }
    let mut accumulator = 0_u32;
    let mut next = 0_usize;
    loop {
        let step = &program[next];
        next += 1;
        let jump = |taken: bool| usize::from(if taken { step.jt } else { step.jf });
        match step.code {
            0x20 => accumulator = data[step.k as usize / 4],
            0x54 => accumulator &= step.k,
            0x05 => next += step.k as usize,
            0x15 => next += jump(accumulator == step.k),
            0x25 => next += jump(accumulator > step.k),
            0x35 => next += jump(accumulator >= step.k),
            0x06 => return step.k,
            other => panic!("the filters use no instruction {other:#x}"),
        }
    }
}

/// The strictest of the answers of filters laid over one another.
fn answers(programs: &[BpfProgram], arch: u32, call: i64, arguments: [u64; 6]) -> u32 {
    let each = programs
        .iter()
        .map(|program| answer(program, arch, call, arguments));
    each.min_by_key(|action| (*action & libc::SECCOMP_RET_ACTION_FULL).cast_signed())
        .expect("one at least")
}

fn socket(family: i32) -> [u64; 6] {
    [
        u64::from(family.unsigned_abs()),
        libc::SOCK_STREAM.unsigned_abs().into(),
        0,
        0,
        0,
        0,
    ]
}

#[test]
fn network_leaves_only_local_sockets() {
    let filters = network(SealMode::Full).expect("the filters translate");
    let ask = |call, family| answers(&filters, X86_64, call, socket(family));
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        assert_eq!(ask(call, libc::AF_UNIX), ALLOW);
        for family in (0..64).filter(|family| *family != libc::AF_UNIX) {
            assert_eq!(ask(call, family), errno(libc::EAFNOSUPPORT), "family {family}");
        }
    }
    assert_eq!(
        answers(&filters, X86_64, libc::SYS_openat, [0; 6]),
        ALLOW,
        "files are not its business"
    );
    assert_eq!(
        answers(&filters, X86_64, libc::SYS_ptrace, [0; 6]),
        errno(libc::EPERM)
    );
    assert_eq!(
        answers(&filters, X86_64, libc::SYS_io_uring_enter, [0; 6]),
        errno(libc::ENOSYS)
    );
}

#[test]
fn network_is_not_fooled_by_high_bits() {
    let filters = network(SealMode::Full).expect("the filters translate");
    let mut arguments = socket(libc::AF_INET);
    // The kernel takes the family as a 32-bit number and drops the rest.
    arguments[0] |= u64::from(libc::AF_UNIX.unsigned_abs()) << 32;
    assert_eq!(
        answers(&filters, X86_64, libc::SYS_socket, arguments),
        errno(libc::EAFNOSUPPORT)
    );
}

#[test]
fn other_forms_of_calls_find_no_way_round() {
    let network = network(SealMode::Full).expect("the filters translate");
    let cell = cell(7).expect("the filters translate");
    for filters in [network.as_slice(), cell.as_slice()] {
        let x32 = answers(filters, X86_64, libc::SYS_socket | X32_BIT, socket(libc::AF_INET));
        assert_eq!(x32, errno(libc::ENOSYS), "as on a kernel without x32");
        let old = answers(filters, I386, 359, socket(libc::AF_INET));
        assert_eq!(old, KILL, "a 32-bit call means another thing by its number");
    }
}

#[test]
fn cell_allows_only_what_a_parser_needs() {
    let filters = cell(7).expect("the filters translate");
    let ask = |call, arguments| answers(&filters, X86_64, call, arguments);
    assert_eq!(ask(libc::SYS_read, [0; 6]), ALLOW);
    for refused in [
        libc::SYS_openat,
        libc::SYS_open,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_fork,
    ] {
        assert_eq!(ask(refused, [0; 6]), errno(libc::EPERM), "call {refused}");
    }
    for refused in [
        libc::SYS_seccomp,
        libc::SYS_prctl,
        libc::SYS_kill,
        libc::SYS_dup,
        libc::SYS_sendmsg,
    ] {
        assert_eq!(ask(refused, [0; 6]), errno(libc::EPERM), "call {refused}");
    }
    for hostile in [
        libc::SYS_execve,
        libc::SYS_socket,
        libc::SYS_ptrace,
        libc::SYS_bpf,
    ] {
        assert_eq!(ask(hostile, [0; 6]), KILL, "call {hostile}");
    }
    assert_eq!(
        ask(libc::SYS_tgkill, [7, 7, 6, 0, 0, 0]),
        ALLOW,
        "abort() signals its own process"
    );
    assert_eq!(
        ask(libc::SYS_tgkill, [1, 1, 9, 0, 0, 0]),
        errno(libc::EPERM),
        "and no other"
    );
}
