//! What the kernel is asked for.

use std::process::{Command, Stdio};

use cabinet_tests::{Cabinet, PASSPHRASE, program};

use super::server::{Manner, Server};
use super::{QUESTION, ask, switch_on, text, with_letter};

/// Every network socket and connection that a command and all it starts ask the kernel for, the names of programs it
/// starts among them.
fn trace(cabinet: &Cabinet, args: &[&str]) -> (Option<i32>, String) {
    let log = cabinet.scratch().join("trace");
    let ended = Command::new("strace")
        .args([
            "-f",
            "-e",
            "trace=socket,connect,bind,sendto,execve,io_uring_setup",
            "-o",
        ])
        .arg(&log)
        .arg(program())
        .args(args)
        .env("CABINET_HOME", cabinet.home())
        .env("CABINET_PASSPHRASE", PASSPHRASE)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("strace is installed");
    (ended.code(), std::fs::read_to_string(log).expect("a trace"))
}

fn network(trace: &str) -> Vec<&str> {
    let families = ["AF_INET", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "io_uring_setup"];
    trace
        .lines()
        // What the kernel refused opened nothing; that it was tried at all is looked at too, below.
        .filter(|line| families.iter().any(|family| line.contains(family)))
        .collect()
}

#[test]
fn with_the_switch_off_there_is_no_courier_and_no_socket() {
    let (cabinet, id) = with_letter();
    let run = cabinet.run(&["escalate", "ask", "--document", &id, QUESTION]);
    assert_eq!(run.status, Some(1));
    assert!(run.messages.contains("switched off"), "{}", run.messages);
    let any_hash = "0".repeat(64);
    for args in [
        &["escalate", "--approve", &any_hash][..],
        &["escalate", "ask", "--document", &id, QUESTION],
        &["search", "medicines"],
        &["summarize", &id],
    ] {
        let (_, trace) = trace(&cabinet, args);
        assert!(trace.contains("execve("), "something was traced");
        assert!(
            network(&trace).is_empty(),
            "{args:?} asked for {:?}",
            network(&trace)
        );
        assert!(!trace.contains("--courier"), "{args:?} started a courier");
    }
    assert!(
        cabinet.run(&["ledger"]).succeeded().is_empty(),
        "nothing has ever left"
    );
}

#[test]
fn the_trace_itself_would_see_a_connection() {
    let (cabinet, id) = with_letter();
    let server = Server::start(Manner::Echo);
    switch_on(&cabinet, &server, "openai");
    let hash = text(&ask(&cabinet, &id)["hash"]).to_owned();
    let (status, trace) = trace(&cabinet, &["escalate", "--approve", &hash]);
    assert_eq!(status, Some(0));
    assert!(trace.contains("--courier"));
    let seen = network(&trace);
    let to_server = format!("sin_port=htons({})", server.port());
    let connects: Vec<&&str> = seen.iter().filter(|line| line.contains("connect(")).collect();
    assert_eq!(connects.len(), 1, "{seen:?}");
    assert!(connects[0].contains(&to_server));
    // One process asked for one socket: the courier, and not the one that reads documents.
    let courier = connects[0].split_whitespace().next().expect("a process");
    assert!(seen.iter().all(|line| line.starts_with(courier)), "{seen:?}");
}
