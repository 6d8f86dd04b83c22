//! What keeps things here.

use super::server::{Manner, Server};
use super::{QUESTION, ask, switch_on, text, with_letter};

#[test]
fn labels_and_folders_keep_things_here_even_when_a_payload_is_ready() {
    let (cabinet, id) = with_letter();
    let server = Server::start(Manner::Echo);
    switch_on(&cabinet, &server, "openai");
    let ready = ask(&cabinet, &id);
    for (label, unlabel) in [
        (
            ["label", "document", &id, "privileged"],
            ["label", "document", &id, "none"],
        ),
        (
            ["label", "folder", "Castellan", "never-leaves"],
            ["label", "folder", "Castellan", "none"],
        ),
    ] {
        cabinet.run(&label).succeeded();
        for args in [
            &["escalate", "ask", "--document", &id, QUESTION][..],
            &["escalate", "--approve", text(&ready["hash"])],
        ] {
            let run = cabinet.run(args);
            assert_eq!(run.status, Some(1), "{args:?}");
            assert!(run.messages.contains("label"), "{}", run.messages);
        }
        cabinet.run(&unlabel).succeeded();
    }
    cabinet.run(&["folder", "create", "Other"]).succeeded();
    let address = format!("http://127.0.0.1:{}/v1", server.port());
    let limited = [
        "escalate",
        "on",
        "--address",
        &address,
        "--model",
        "large",
        "--folder",
        "Other",
        "--agree",
    ];
    cabinet.run(&limited).succeeded();
    let run = cabinet.run(&["escalate", "--approve", text(&ready["hash"])]);
    assert!(
        run.messages.contains("not switched on for this folder"),
        "{}",
        run.messages
    );
    assert_eq!(server.connections(), 0, "nothing left in all this");
}
