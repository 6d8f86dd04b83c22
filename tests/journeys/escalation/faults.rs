//! Servers that behave badly, both protocols: each fault is told by its name, nothing is sent twice or elsewhere, and
//! what the server saw is what was approved.

use std::time::Duration;

use cabinet_tests::Cabinet;

use super::server::{AUTHORITY, Manner, Server, Shown};
use super::{ask, switch_on, switch_on_at, text, with_letter};

#[test]
fn a_bad_server_ends_cleanly_is_told_and_asked_once() {
    let second = Server::start(Manner::Echo);
    let elsewhere = format!("http://127.0.0.1:{}/v1/chat/completions", second.port());
    for protocol in ["openai", "anthropic"] {
        let (cabinet, id) = with_letter();
        let server = Server::start(Manner::Echo);
        switch_on(&cabinet, &server, protocol);
        let faults = [
            (Manner::Html, "no_answer"),
            (Manner::Cut, "cut"),
            (Manner::Silent, "cut"),
            (Manner::Redirect(elsewhere.clone()), "redirect"),
            (Manner::Giant, "too_long"),
            (Manner::GiantLine, "malformed"),
            (Manner::Nonsense, "malformed"),
            (Manner::Overloaded, "refused"),
            (Manner::Status(500, "broken"), "status 500"),
        ];
        let mut approved = Vec::new();
        for (manner, outcome) in &faults {
            server.behave(manner.clone());
            let shown = ask(&cabinet, &id);
            let run = cabinet.run(&["escalate", "--approve", text(&shown["hash"])]);
            approved.push(shown);
            assert_eq!(run.status, Some(1), "{protocol}, {outcome}: {}", run.messages);
            assert!(run.messages.contains("may be charged"), "{}", run.messages);
            assert_eq!(run.results[0]["fault"], *outcome, "{protocol}");
            assert_eq!(server.connections(), approved.len(), "{outcome}: asked once");
        }
        // One consent, one sending, however it ended.
        let again = cabinet.run(&["escalate", "--approve", text(&approved[0]["hash"])]);
        assert_eq!(again.status, Some(1));
        assert_eq!(server.connections(), faults.len(), "not sent again");
        for (heard, shown) in server.heard().iter().zip(&approved) {
            assert!(heard.body == text(&shown["body"]).as_bytes(), "to the byte");
        }
        let mut ledger = cabinet.run(&["ledger"]).succeeded();
        ledger.reverse();
        let outcomes: Vec<&str> = ledger.iter().map(|line| text(&line["outcome"])).collect();
        assert_eq!(
            outcomes,
            faults.each_ref().map(|(_, outcome)| *outcome),
            "{protocol}"
        );
    }
    assert_eq!(second.connections(), 0, "no second host");
}

#[test]
fn a_slow_server_can_be_stopped_and_is_not_asked_again() {
    let (cabinet, id) = with_letter();
    let server = Server::start(Manner::Slow(Duration::from_secs(20)));
    switch_on(&cabinet, &server, "openai");
    let shown = ask(&cabinet, &id);
    let mut sending = cabinet.start(&["escalate", "--approve", text(&shown["hash"])]);
    while server.heard().is_empty() {
        assert!(sending.try_wait().expect("it can be asked").is_none(), "it waits");
        std::thread::sleep(Duration::from_millis(50));
    }
    let interrupted = std::process::Command::new("kill")
        .args(["-INT", &sending.id().to_string()])
        .status();
    assert!(interrupted.expect("kill is there").success());
    assert_eq!(sending.wait().expect("it ends").code(), Some(1));
    assert_eq!(cabinet.run(&["ledger"]).only()["outcome"], "cancelled");
    assert_eq!(server.connections(), 1);
    assert!(
        server.heard()[0].body == text(&shown["body"]).as_bytes(),
        "to the byte"
    );
}

#[test]
fn a_host_that_cannot_prove_who_it_is_is_told_nothing() {
    let authority = |cabinet: &Cabinet| {
        let file = cabinet.scratch().join("authority.pem");
        std::fs::write(&file, AUTHORITY).expect("a file");
        file.to_str().expect("a plain path").to_owned()
    };
    let try_it = |server: &Server, vouched: bool| {
        let (cabinet, id) = with_letter();
        let address = format!("https://127.0.0.1:{}/v1", server.port());
        let file = authority(&cabinet);
        let more: &[&str] = if vouched { &["--authority", &file] } else { &[] };
        switch_on_at(&cabinet, &address, "openai", more);
        let shown = ask(&cabinet, &id);
        let run = cabinet.run(&["escalate", "--approve", text(&shown["hash"])]);
        (run, shown)
    };
    for (shown, vouched) in [(Shown::Elsewhere, true), (Shown::Right, false)] {
        let server = Server::encrypted(Manner::Echo, shown);
        let (run, _) = try_it(&server, vouched);
        assert_eq!(run.status, Some(1));
        assert_eq!(run.results[0]["fault"], "certificate", "{shown:?}");
        assert!(!run.messages.contains("may be charged"), "{}", run.messages);
        assert!(server.heard().is_empty(), "{shown:?}: not one byte of it");
    }
    // The same with the right certificate and the authority that vouches for it, or this would show nothing.
    let server = Server::encrypted(Manner::Echo, Shown::Right);
    let (run, shown) = try_it(&server, true);
    run.succeeded();
    assert!(
        server.heard()[0].body == text(&shown["body"]).as_bytes(),
        "to the byte"
    );
}

/// What the environment names for other programs is nothing to the courier.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let (cabinet, id) = with_letter();
    let (server, proxy) = (Server::start(Manner::Echo), Server::start(Manner::Echo));
    switch_on(&cabinet, &server, "openai");
    let shown = ask(&cabinet, &id);
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let names = [
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ];
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (*name, address.as_str())).collect();
    cabinet
        .run_among(&variables, &["escalate", "--approve", text(&shown["hash"])])
        .succeeded();
    assert_eq!((server.connections(), proxy.connections()), (1, 0));
}
