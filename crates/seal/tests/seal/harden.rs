//! Keeping the process's memory to itself.

use std::os::unix::process::ExitStatusExt;

use cabinet_seal::{SealMode, harden_process, probe, seal_network};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{Case, Ends, case};

const SIGABRT: i32 = 6;

pub fn cases() -> Vec<Case> {
    vec![
        case(
            "hardening_shows_in_the_probe",
            hardening_shows_in_the_probe,
            Ends::Well,
        ),
        case(
            "a_hardened_and_sealed_process_refuses_everything",
            refuses_everything,
            Ends::Well,
        ),
        case(
            "a_crash_leaves_no_dump",
            a_crash_leaves_no_dump,
            Ends::BySignal(SIGABRT),
        ),
        case(
            "a_crash_of_a_started_program_leaves_no_dump",
            a_started_program_leaves_no_dump,
            Ends::Well,
        ),
        case(
            "helper_crashes",
            || std::process::abort(),
            Ends::BySignal(SIGABRT),
        ),
    ]
    .into_iter()
    // Only started by another case, in a process with limits already.
    .filter(|case| !case.name.starts_with("helper") || std::env::var_os(crate::CHILD).is_some())
    .collect()
}

/// As a shell does that wants dumps; without it the tests would pass for the wrong reason.
fn ask_for_dumps() {
    let maximum = getrlimit(Resource::Core).maximum;
    setrlimit(
        Resource::Core,
        Rlimit {
            current: maximum,
            maximum,
        },
    )
    .expect("up to the hard limit");
}

fn hardening_shows_in_the_probe() {
    const NAMES: [&str; 3] = ["reading this one's memory", "after a crash", "Gaining rights"];
    ask_for_dumps();
    let refused = |name: &str| {
        let checks = probe().checks;
        checks
            .iter()
            .find(|check| check.name.contains(name))
            .expect("the probe tries this")
            .refused
    };
    assert!(!refused(NAMES[0]), "an ordinary process can be attached to");
    harden_process().expect("this kernel can");
    for name in NAMES {
        assert!(refused(name), "{name}");
    }
}

/// In the order of the programs; a process that is not dumpable must still be able to look at itself.
fn refuses_everything() {
    harden_process().expect("this kernel can");
    seal_network(SealMode::Full).expect("this kernel has seccomp filters");
    let report = probe();
    assert!(report.sealed, "{:?}", report.checks);
    for check in report
        .checks
        .iter()
        .filter(|check| !check.name.contains("Landlock"))
    {
        assert!(check.refused, "{}: {}", check.name, check.detail);
    }
    std::env::current_exe().expect("and find its own program, to start the reader from");
}

fn a_crash_leaves_no_dump() {
    ask_for_dumps();
    harden_process().expect("this kernel can");
    std::process::abort();
}

fn a_started_program_leaves_no_dump() {
    ask_for_dumps();
    harden_process().expect("this kernel can");
    let status = std::process::Command::new(std::env::current_exe().expect("a running program has a path"))
        .env(crate::CHILD, "helper_crashes")
        .status()
        .expect("programs can be started");
    assert_eq!(status.signal(), Some(SIGABRT), "it crashed");
    assert!(
        !status.core_dumped(),
        "a started program is dumpable again, but its limit stays"
    );
}
