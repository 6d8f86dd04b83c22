//! What the kernel really refuses, each case in a process of its own.
//!
//! A filter cannot be taken off again, and Landlock reaches only later threads, so this program is its own test
//! runner: for each case it starts itself anew and judges how that process ended. It understands as much of the
//! usual arguments (`--list`, `--exact`, a part of a name) as cargo and nextest need.
#![expect(clippy::print_stdout, reason = "a test runner reports on standard output")]

#[cfg(target_os = "linux")]
mod cell;
#[cfg(target_os = "linux")]
mod courier;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod harden;
#[cfg(all(target_os = "linux", feature = "inspectable"))]
mod inspectable;
#[cfg(target_os = "linux")]
mod network;

/// How the process of a case is expected to end.
#[derive(Clone, Copy)]
enum Ends {
    /// By returning: every assertion in it held.
    Well,
    /// By this signal, without a memory dump.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux ends a process for these")
    )]
    BySignal(i32),
}

/// One case: its name, what its process does, and how that must end.
struct Case {
    name: &'static str,
    run: fn(),
    ends: Ends,
}

const fn case(name: &'static str, run: fn(), ends: Ends) -> Case {
    Case { name, run, ends }
}

#[cfg(target_os = "linux")]
fn cases() -> Vec<Case> {
    #[cfg_attr(
        not(feature = "inspectable"),
        expect(unused_mut, reason = "one list more with the feature")
    )]
    let mut all: Vec<Case> = [
        network::cases(),
        cell::cases(),
        courier::cases(),
        harden::cases(),
        files::cases(),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(feature = "inspectable")]
    all.extend(inspectable::cases());
    all
}

#[cfg(not(target_os = "linux"))]
fn cases() -> Vec<Case> {
    fn nothing_is_claimed() {
        assert!(
            !cabinet_seal::probe().sealed,
            "there is no seal on this system, so none may be reported"
        );
    }
    vec![case("nothing_is_claimed", nothing_is_claimed, Ends::Well)]
}

/// Names the case that this process is, when it was started for one.
const CHILD: &str = "CABINET_SEAL_CASE";

fn main() -> std::process::ExitCode {
    let cases = cases();
    if let Ok(name) = std::env::var(CHILD) {
        let case = cases
            .iter()
            .find(|case| case.name == name)
            .expect("the parent names a case of this list");
        (case.run)();
        return std::process::ExitCode::SUCCESS;
    }

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let wanted = arguments
        .iter()
        .find(|argument| !argument.starts_with('-') && *argument != "terse");
    let chosen = cases.iter().filter(|case| match wanted {
        Some(name) if flag("--exact") => case.name == name,
        Some(part) => case.name.contains(part.as_str()),
        None => true,
    });
    if flag("--list") {
        // None of the cases is marked as ignored.
        chosen
            .filter(|_| !flag("--ignored"))
            .for_each(|case| println!("{}: test", case.name));
        return std::process::ExitCode::SUCCESS;
    }
    let failed = chosen.filter(|case| !passes(case)).count();
    println!("\n{failed} failed");
    std::process::ExitCode::from(u8::from(failed > 0))
}

fn passes(case: &Case) -> bool {
    let program = std::env::current_exe().expect("a running program has a path");
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let output = std::process::Command::new(program)
        .env(CHILD, case.name)
        .current_dir(place.path())
        .output()
        .expect("this program can be started again");
    let left_behind = std::fs::read_dir(place.path())
        .expect("the folder is still there")
        .count();
    let well = ended_as(case.ends, output.status) && left_behind == 0;
    println!("test {} ... {}", case.name, if well { "ok" } else { "FAILED" });
    if !well {
        println!("  ended with {}, {left_behind} files left behind", output.status);
        println!("{}", String::from_utf8_lossy(&output.stdout));
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    well
}

#[cfg(unix)]
fn ended_as(expected: Ends, status: std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    match expected {
        Ends::Well => status.success(),
        Ends::BySignal(signal) => status.signal() == Some(signal) && !status.core_dumped(),
    }
}

#[cfg(not(unix))]
fn ended_as(expected: Ends, status: std::process::ExitStatus) -> bool {
    matches!(expected, Ends::Well) && status.success()
}
