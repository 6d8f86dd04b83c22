//! System call filters as data: which calls, under which conditions, with which answer.
//!
//! Every filter here starts with two guards: a call made through another architecture's entry (32-bit on a
//! 64-bit kernel) ends the process, because its numbers mean other calls; a call of the x32 form is answered
//! as a kernel without x32 would.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use crate::{SealError, SealMode};

/// Calls and the conditions under which a filter's answer applies to them; no condition means always.
type Rules = BTreeMap<libc::c_long, Vec<SeccompRule>>;

/// The filters of the network seal, to be laid over one another.
pub(super) fn network(mode: SealMode) -> Result<Vec<BpfProgram>, SealError> {
    let sockets = match mode {
        SealMode::Full => only_local_sockets(),
        #[cfg(feature = "inspectable")]
        SealMode::Inspectable { .. } => only_local_or_tcp_sockets(),
    }
    .map_err(|_| SealError::Filter { what: "sockets" })?;

    // Requests put into a ring are carried out by the kernel without passing this filter.
    let rings = always([
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
    ]);
    // Ways to a socket of another process, or to code running in one.
    let others = always([
        libc::SYS_pidfd_getfd,
        libc::SYS_ptrace,
        libc::SYS_process_vm_writev,
    ]);

    Ok(vec![
        // As a kernel without that family would answer: what programs are written to cope with.
        refuse(sockets, libc::EAFNOSUPPORT, "sockets")?,
        refuse(rings, libc::ENOSYS, "io_uring")?,
        refuse(others, libc::EPERM, "other processes")?,
    ])
}

/// The filters of the reader's cell, in the order in which they must be laid: the second one forbids laying more.
pub(super) fn cell(pid: u32) -> Result<[BpfProgram; 2], SealError> {
    let hostile = always([
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_socket,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
    ]);
    let allowed = parser_calls(pid).map_err(|_| SealError::Filter {
        what: "the reader's calls",
    })?;
    Ok([
        compile(
            hostile,
            SeccompAction::Allow,
            SeccompAction::KillProcess,
            "hostile calls",
        )?,
        compile(
            allowed,
            SeccompAction::Errno(libc::EPERM.unsigned_abs()),
            SeccompAction::Allow,
            "the reader's calls",
        )?,
    ])
}

/// The filters of the courier's cell, in the order in which they must be laid.
pub(super) fn courier(pid: u32, files_closed: bool) -> Result<[BpfProgram; 2], SealError> {
    let hostile = always([
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
    ]);
    let allowed = courier_calls(pid, files_closed).map_err(|_| SealError::Filter {
        what: "the courier's calls",
    })?;
    Ok([
        compile(
            hostile,
            SeccompAction::Allow,
            SeccompAction::KillProcess,
            "hostile calls",
        )?,
        compile(
            allowed,
            SeccompAction::Errno(libc::EPERM.unsigned_abs()),
            SeccompAction::Allow,
            "the courier's calls",
        )?,
    ])
}

/// What one does who asks name servers, connects, speaks and listens to the answer. Files can be opened only where
/// Landlock says which.
fn courier_calls(pid: u32, files_closed: bool) -> Result<Rules, BackendError> {
    let mut rules = parser_calls(pid)?;
    rules.extend(always([
        libc::SYS_connect,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_recvfrom,
        libc::SYS_recvmsg,
        libc::SYS_shutdown,
        libc::SYS_getsockname,
        libc::SYS_getpeername,
        libc::SYS_getsockopt,
        libc::SYS_setsockopt,
        libc::SYS_fcntl,
        libc::SYS_epoll_ctl,
        libc::SYS_epoll_pwait,
        libc::SYS_newfstatat,
        libc::SYS_uname,
        // One port more to close, when it is known: these only ever narrow.
        libc::SYS_landlock_create_ruleset,
        libc::SYS_landlock_add_rule,
        libc::SYS_landlock_restrict_self,
        // Binding to a port of one's own choice is not among them; the kernel chooses.
    ]));
    #[cfg(target_arch = "x86_64")]
    rules.extend(always([libc::SYS_epoll_wait]));
    if files_closed {
        rules.extend(always([libc::SYS_openat]));
    }
    let int_is = |argument, value| SeccompRule::new(vec![int(argument, SeccompCmpOp::Eq, value)?]);
    rules.insert(
        libc::SYS_socket,
        vec![int_is(0, libc::AF_INET)?, int_is(0, libc::AF_INET6)?],
    );
    rules.insert(
        libc::SYS_ioctl,
        vec![
            SeccompRule::new(vec![request(libc::FIONREAD)?])?,
            SeccompRule::new(vec![request(libc::FIONBIO)?])?,
        ],
    );
    // Laid again by Landlock before each of its restrictions.
    rules.insert(libc::SYS_prctl, vec![int_is(0, libc::PR_SET_NO_NEW_PRIVS)?]);
    Ok(rules)
}

/// The second argument of `ioctl`.
fn request(value: libc::Ioctl) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value & 0xffff_ffff)
}

/// What a parser does that has its files open and starts no threads: read, write, memory, time, chance, end.
fn parser_calls(pid: u32) -> Result<Rules, BackendError> {
    let mut rules = always([
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_pread64,
        libc::SYS_preadv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_close,
        libc::SYS_ppoll,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_membarrier,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_nanosleep,
        libc::SYS_clock_nanosleep,
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ]);
    #[cfg(target_arch = "x86_64")]
    rules.extend(always([libc::SYS_poll]));

    // Memory that can be written is never run as code.
    let not_executable = || SeccompRule::new(vec![flags_clear(2, libc::PROT_EXEC)?]);
    rules.insert(libc::SYS_mmap, vec![not_executable()?]);
    rules.insert(libc::SYS_mprotect, vec![not_executable()?]);
    // Looking at a descriptor's flags: debug builds of the standard library do so before closing it.
    rules.insert(
        libc::SYS_fcntl,
        vec![
            SeccompRule::new(vec![int(1, SeccompCmpOp::Eq, libc::F_GETFD)?])?,
            SeccompRule::new(vec![int(1, SeccompCmpOp::Eq, libc::F_GETFL)?])?,
        ],
    );
    // abort() signals the thread itself.
    rules.insert(
        libc::SYS_tgkill,
        vec![SeccompRule::new(vec![SeccompCondition::new(
            0,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::Eq,
            u64::from(pid),
        )?])?],
    );
    Ok(rules)
}

/// Refuses `socket` and `socketpair` for every family but the local one.
fn only_local_sockets() -> Result<Rules, BackendError> {
    let foreign = || SeccompRule::new(vec![int(0, SeccompCmpOp::Ne, libc::AF_UNIX)?]);
    Ok([
        (libc::SYS_socket, vec![foreign()?]),
        (libc::SYS_socketpair, vec![foreign()?]),
    ]
    .into())
}

/// As [`only_local_sockets`], but plain TCP over IPv4 and IPv6 passes, to be narrowed to one port by Landlock.
#[cfg(feature = "inspectable")]
fn only_local_or_tcp_sockets() -> Result<Rules, BackendError> {
    let not = |family| int(0, SeccompCmpOp::Ne, family);
    let mut refused = vec![SeccompRule::new(vec![
        not(libc::AF_UNIX)?,
        not(libc::AF_INET)?,
        not(libc::AF_INET6)?,
    ])?];
    // The language has no "masked not equal", so the other fifteen types are named one by one.
    for kind in (0..=SOCKET_TYPE_MASK).filter(|kind| *kind != libc::SOCK_STREAM) {
        let this_kind = int(1, SeccompCmpOp::MaskedEq(mask(SOCKET_TYPE_MASK)), kind)?;
        refused.push(SeccompRule::new(vec![not(libc::AF_UNIX)?, this_kind])?);
    }
    // Multipath TCP and SCTP are streams too, and Landlock's port rules do not see them.
    refused.push(SeccompRule::new(vec![
        not(libc::AF_UNIX)?,
        int(2, SeccompCmpOp::Ne, 0)?,
        int(2, SeccompCmpOp::Ne, libc::IPPROTO_TCP)?,
    ])?);

    let mut rules = only_local_sockets()?;
    rules.insert(libc::SYS_socket, refused);
    // Sending with this flag connects without asking Landlock.
    let fast_open = |argument| {
        let flag = SeccompCmpOp::MaskedEq(mask(libc::MSG_FASTOPEN));
        SeccompRule::new(vec![int(argument, flag, libc::MSG_FASTOPEN)?])
    };
    rules.insert(libc::SYS_sendto, vec![fast_open(3)?]);
    rules.insert(libc::SYS_sendmsg, vec![fast_open(2)?]);
    rules.insert(libc::SYS_sendmmsg, vec![fast_open(3)?]);
    Ok(rules)
}

/// The bits of `socket`'s second argument that name the type; the rest are flags.
#[cfg(feature = "inspectable")]
const SOCKET_TYPE_MASK: libc::c_int = 0xf;

fn always<const N: usize>(calls: [libc::c_long; N]) -> Rules {
    calls.into_iter().map(|call| (call, Vec::new())).collect()
}

/// A comparison of a C `int` argument; the kernel looks at its low 32 bits only.
fn int(argument: u8, op: SeccompCmpOp, value: libc::c_int) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, mask(value))
}

fn flags_clear(argument: u8, flags: libc::c_int) -> Result<SeccompCondition, BackendError> {
    int(argument, SeccompCmpOp::MaskedEq(mask(flags)), 0)
}

fn mask(value: libc::c_int) -> u64 {
    u64::from(value.cast_unsigned())
}

fn refuse(rules: Rules, errno: libc::c_int, what: &'static str) -> Result<BpfProgram, SealError> {
    compile(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(errno.unsigned_abs()),
        what,
    )
}

fn compile(
    rules: Rules,
    otherwise: SeccompAction,
    matched: SeccompAction,
    what: &'static str,
) -> Result<BpfProgram, SealError> {
    let arch =
        TargetArch::try_from(std::env::consts::ARCH).map_err(|_| SealError::UnsupportedArchitecture)?;
    let program: BpfProgram = SeccompFilter::new(rules, otherwise, matched, arch)
        .and_then(TryInto::try_into)
        .map_err(|_| SealError::Filter { what })?;
    Ok(x32_guard().into_iter().chain(program).collect())
}

/// Answers calls numbered for the x32 form of x86-64 with `ENOSYS`: they would pass the architecture check that
/// follows, with numbers that no rule names.
#[cfg(target_arch = "x86_64")]
fn x32_guard() -> Vec<seccompiler::sock_filter> {
    const LOAD_CALL_NUMBER: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const JUMP_IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    const X32_BIT: u32 = 0x4000_0000;
    let answer = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    vec![
        seccompiler::sock_filter {
            code: LOAD_CALL_NUMBER,
            jt: 0,
            jf: 0,
            k: 0,
        },
        seccompiler::sock_filter {
            code: JUMP_IF_AT_LEAST,
            jt: 0,
            jf: 1,
            k: X32_BIT,
        },
        seccompiler::sock_filter {
            code: RETURN,
            jt: 0,
            jf: 0,
            k: answer,
        },
    ]
}

#[cfg(not(target_arch = "x86_64"))]
fn x32_guard() -> Vec<seccompiler::sock_filter> {
    Vec::new()
}

#[cfg(all(test, target_arch = "x86_64"))]
#[path = "filter_tests.rs"]
mod tests;
