//! The reader's cell: what a parser of untrusted files can still do.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;

use cabinet_seal::{CellLimits, enter_reader_cell};
use rustix::net::{AddressFamily, SocketType, socket};

use crate::{Case, Ends, case};

const SIGABRT: i32 = 6;
const SIGXCPU: i32 = 24;
const SIGXFSZ: i32 = 25;
const SIGSYS: i32 = 31;
const MEBIBYTE: usize = 1 << 20;

pub fn cases() -> Vec<Case> {
    vec![
        case("cell_reads_and_answers", reads_and_answers, Ends::Well),
        case(
            "cell_survives_a_panicking_parser",
            survives_a_panicking_parser,
            Ends::Well,
        ),
        case("cell_has_no_files", has_no_files, Ends::Well),
        case(
            "cell_writes_no_file_it_holds",
            writes_no_file_it_holds,
            Ends::BySignal(SIGXFSZ),
        ),
        case("cell_starts_no_thread", starts_no_thread, Ends::Well),
        case("cell_takes_no_second_thread", takes_no_second_thread, Ends::Well),
        case("cell_starts_no_process", starts_no_process, Ends::Well),
        case("cell_ends_at_exec", ends_at_exec, Ends::BySignal(SIGSYS)),
        case("cell_ends_at_a_socket", ends_at_a_socket, Ends::BySignal(SIGSYS)),
        case(
            "cell_ends_at_a_local_socket",
            ends_at_a_local_socket,
            Ends::BySignal(SIGSYS),
        ),
        case("cell_makes_no_code", makes_no_code, Ends::Well),
        case("cell_limits_memory", limits_memory, Ends::Well),
        case(
            "cell_ends_when_memory_runs_out",
            ends_when_memory_runs_out,
            Ends::BySignal(SIGABRT),
        ),
        case(
            "cell_limits_processor_time",
            limits_processor_time,
            Ends::BySignal(SIGXCPU),
        ),
    ]
}

fn enter() {
    let limits = CellLimits {
        memory_bytes: 256 * MEBIBYTE as u64,
        cpu_seconds: 1,
    };
    enter_reader_cell(&limits).expect("this kernel has seccomp filters");
}

/// A file that is open and has no name any more.
fn open_file(content: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("the temporary folder can be written");
    file.write_all(content).expect("the file can be written");
    file.rewind().expect("the file can be rewound");
    file
}

fn reads_and_answers() {
    let mut input = open_file(b"page one\npage two\n");
    let (mut answer, mut output) = std::io::pipe().expect("pipes can be made before");
    enter();
    let mut text = String::new();
    input.read_to_string(&mut text).expect("what is open can be read");
    input.rewind().expect("and read again");
    output
        .write_all(text.as_bytes())
        .expect("the answer can be written");
    drop(output);
    let mut heard = String::new();
    answer.read_to_string(&mut heard).expect("the pipe carries it");
    assert_eq!(heard, "page one\npage two\n");
}

fn survives_a_panicking_parser() {
    enter();
    let caught = std::panic::catch_unwind(|| {
        let pages: Vec<u8> = Vec::new();
        pages[std::hint::black_box(7)]
    });
    assert!(caught.is_err(), "a panic unwinds as everywhere else");
}

fn has_no_files() {
    let own = std::env::current_exe().expect("a running program has a path");
    enter();
    let denied = |outcome: std::io::Result<()>, what: &str| {
        let kind = outcome.expect_err(what).kind();
        assert_eq!(kind, ErrorKind::PermissionDenied, "{what}");
    };
    denied(File::open(&own).map(drop), "opening for reading");
    denied(File::create("made-by-a-parser").map(drop), "creating");
    denied(File::open("/proc/self/mem").map(drop), "opening one's own memory");
    denied(
        std::fs::metadata(&own).map(drop),
        "asking whether a file is there",
    );
    denied(std::fs::read_dir("/").map(drop), "listing");
    denied(std::fs::remove_file(&own), "deleting");
    denied(std::fs::rename(&own, "/elsewhere"), "renaming");
}

fn writes_no_file_it_holds() {
    let mut held = open_file(b"");
    enter();
    held.write_all(b"x")
        .expect("never returns: the limit on file sizes ends the process");
}

/// A library may have started one before `main`: Landlock would not hold it, and what it does next is anybody's guess.
fn takes_no_second_thread() {
    let (end, wait) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || wait.recv());
    let limits = CellLimits {
        memory_bytes: 256 * MEBIBYTE as u64,
        cpu_seconds: 1,
    };
    assert!(matches!(
        enter_reader_cell(&limits),
        Err(cabinet_seal::SealError::ThreadsAlreadyRunning)
    ));
    drop(end);
    assert!(other.join().is_ok(), "it ends");
}

fn starts_no_thread() {
    enter();
    let started = std::thread::Builder::new().spawn(|| ());
    assert!(
        started.is_err(),
        "a thread would be outside Landlock's reach on old kernels"
    );
}

fn starts_no_process() {
    enter();
    assert!(
        Command::new("/bin/true").spawn().is_err(),
        "no program is started"
    );
}

fn ends_at_exec() {
    enter();
    let error = Command::new("/bin/true").exec();
    panic!("the process should have been ended, not answered with {error}");
}

fn ends_at_a_socket() {
    enter();
    let answer = socket(AddressFamily::INET, SocketType::STREAM, None);
    panic!("the process should have been ended, not answered with {answer:?}");
}

fn ends_at_a_local_socket() {
    enter();
    let answer = socket(AddressFamily::UNIX, SocketType::STREAM, None);
    panic!("the process should have been ended, not answered with {answer:?}");
}

#[expect(unsafe_code, reason = "there is no safe way to ask for executable memory")]
fn makes_no_code() {
    use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
    enter();
    let ask = |protection| {
        // SAFETY: a fresh private mapping at an address of the kernel's choosing touches no memory in use.
        unsafe { mmap_anonymous(std::ptr::null_mut(), 4096, protection, MapFlags::PRIVATE) }
    };
    assert!(
        ask(ProtFlags::READ | ProtFlags::WRITE).is_ok(),
        "plain memory is given"
    );
    let code = ask(ProtFlags::READ | ProtFlags::WRITE | ProtFlags::EXEC);
    assert_eq!(
        code.err(),
        Some(rustix::io::Errno::PERM),
        "memory to run code in is not"
    );
}

fn limits_memory() {
    enter();
    let mut some = vec![0_u8; 128 * MEBIBYTE];
    some.fill(1);
    let mut more: Vec<u8> = Vec::new();
    assert!(
        more.try_reserve_exact(200 * MEBIBYTE).is_err(),
        "both together are above the limit"
    );
    drop(std::hint::black_box(some));
    assert!(
        more.try_reserve_exact(200 * MEBIBYTE).is_ok(),
        "alone it is below"
    );
}

fn ends_when_memory_runs_out() {
    enter();
    std::hint::black_box(vec![0_u8; 300 * MEBIBYTE]);
    panic!("the process should have been ended");
}

fn limits_processor_time() {
    enter();
    let mut rounds = 0_u64;
    loop {
        rounds = std::hint::black_box(rounds.wrapping_add(1));
    }
}
