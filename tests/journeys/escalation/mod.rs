//! The one way out, over the command line: locked by default, and open for exactly what was approved.

mod barriers;
mod faults;
mod offers;
mod sending;
mod switch;
mod trace;

#[path = "../../../crates/escalation/tests/escalation/server.rs"]
mod server;

use cabinet_tests::{Cabinet, sample};
use serde_json::Value;
use server::Server;

const QUESTION: &str = "Which medicines does Mr Castellan take?";

/// A cabinet with one letter, and the letter's identifier.
fn with_letter() -> (Cabinet, String) {
    let cabinet = Cabinet::new();
    let added = cabinet
        .run(&[
            "add",
            "--folder",
            "Castellan",
            &sample("Referral letter - Bruno Castellan.txt"),
        ])
        .only();
    let id = added["id"].as_str().expect("an id").to_owned();
    (cabinet, id)
}

/// Switches sending to this server on.
fn switch_on(cabinet: &Cabinet, server: &Server, protocol: &str) {
    let address = format!("http://127.0.0.1:{}/v1", server.port());
    switch_on_at(cabinet, &address, protocol, &[]);
}

/// Switches sending to this address on, with more options.
fn switch_on_at(cabinet: &Cabinet, address: &str, protocol: &str, more: &[&str]) {
    let mut args = vec!["escalate", "on", "--address", address, "--model", "large"];
    args.extend(["--protocol", protocol, "--agree"]);
    args.extend(more);
    let status = cabinet.run(&args).only();
    assert_eq!(
        (&status["on"], &status["place"]),
        (&true.into(), &"loopback".into())
    );
}

fn ask(cabinet: &Cabinet, id: &str) -> Value {
    cabinet
        .run(&["escalate", "ask", "--document", id, QUESTION])
        .only()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
