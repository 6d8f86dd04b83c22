//! Switching on and off, and the endpoint's key.

use super::server::{Manner, Server};
use super::{QUESTION, ask, text, with_letter};

#[test]
fn the_mark_beside_the_key_file_switches_nothing_on() {
    let (cabinet, id) = with_letter();
    let mark = cabinet.home().join("courier");
    std::fs::write(&mark, "please").expect("a file");
    let run = cabinet.run(&["escalate", "--approve", &"0".repeat(64)]);
    assert_eq!(run.status, Some(1));
    assert!(run.messages.contains("switched off"), "{}", run.messages);
    assert!(!mark.exists(), "the vault says no, so the mark is gone");
    let run = cabinet.run(&["escalate", "ask", "--document", &id, QUESTION]);
    assert_eq!(run.status, Some(1));
}

#[test]
fn switching_on_takes_agreement_and_the_passphrase_and_off_takes_nothing() {
    let (cabinet, id) = with_letter();
    let server = Server::start(Manner::Echo);
    let address = format!("http://127.0.0.1:{}/v1", server.port());
    let run = cabinet.run(&["escalate", "on", "--address", &address, "--model", "large"]);
    assert_eq!(run.status, Some(2));
    assert!(run.messages.contains("every byte"), "{}", run.messages);
    let on = [
        "escalate",
        "on",
        "--address",
        &address,
        "--model",
        "large",
        "--agree",
    ];
    assert_eq!(cabinet.run_with("another passphrase", &on).status, Some(3));
    assert_eq!(cabinet.run(&["escalate", "status"]).only()["on"], false);
    cabinet.run(&on).succeeded();
    let ready = ask(&cabinet, &id);
    cabinet.run(&["escalate", "off"]).succeeded();
    assert!(!cabinet.home().join("courier").exists());
    assert_eq!(
        cabinet
            .run(&["escalate", "--approve", text(&ready["hash"])])
            .status,
        Some(1)
    );
    assert_eq!(server.connections(), 0);
}

/// The key is nowhere in plain: not in the home, and not in what is shown.
#[test]
fn the_endpoint_s_key_lies_in_the_vault_and_leaves_with_a_payload_alone() {
    const KEY: &str = "canary-key-of-the-endpoint";
    let (cabinet, id) = with_letter();
    let server = Server::start(Manner::Echo);
    let file = cabinet.scratch().join("key");
    std::fs::write(&file, KEY).expect("a file");
    let address = format!("http://127.0.0.1:{}/v1", server.port());
    let file = file.to_str().expect("a plain path");
    let on = [
        "escalate",
        "on",
        "--address",
        &address,
        "--model",
        "large",
        "--key-file",
        file,
        "--agree",
    ];
    cabinet.run(&on).succeeded();
    let shown = ask(&cabinet, &id);
    assert!(!shown.to_string().contains(KEY));
    assert!(shown.to_string().contains("authorization: (your key)"));
    cabinet
        .run(&["escalate", "--approve", text(&shown["hash"])])
        .succeeded();
    assert!(
        server.heard()[0]
            .head
            .contains(&format!("authorization: Bearer {KEY}"))
    );
    for (path, bytes) in cabinet.files() {
        let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!found, "{} holds the key in plain", path.display());
    }
}
