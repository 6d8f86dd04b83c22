//! When a large model is offered: for each of the named reasons, by the rule the user chose, and never more than offered.

use cabinet_tests::{Cabinet, sample};
use serde_json::Value;

use super::server::{Manner, Server};
use super::{switch_on_at, with_letter};

fn with_rule(rule: &str) -> (Cabinet, String, Server) {
    let (cabinet, id) = with_letter();
    let server = Server::start(Manner::Echo);
    let address = format!("http://127.0.0.1:{}/v1", server.port());
    switch_on_at(&cabinet, &address, "openai", &["--rule", rule]);
    (cabinet, id, server)
}

#[test]
fn a_search_that_comes_to_little_or_wants_another_language_is_offered() {
    for (rule, offered) in [("offer", true), ("always-ask", true), ("never", false)] {
        let (cabinet, _, server) = with_rule(rule);
        let weak = cabinet.run(&["search", "who repairs the telescope of the lighthouse?"]);
        let language = cabinet.run(&["search", "Summarise the letter about Bruno Castellan in German"]);
        let near = cabinet.run(&["search", "referral of Bruno Castellan for his palpitations"]);
        let says = |run: &cabinet_tests::Run, words: &str| run.messages.contains(words);
        assert_eq!(
            says(&weak, "Nothing found is close"),
            offered,
            "{rule}: {}",
            weak.messages
        );
        assert_eq!(
            says(&language, "does not write the language asked for (de)"),
            offered,
            "{rule}: {}",
            language.messages
        );
        for run in [&weak, &language] {
            assert_eq!(
                says(run, "nothing is sent by that"),
                offered,
                "{rule}: {}",
                run.messages
            );
        }
        assert!(!says(&near, "cabinet escalate ask"), "{rule}: {}", near.messages);
        assert_eq!(server.connections(), 0, "an offer sends nothing");
        assert!(cabinet.run(&["ledger"]).succeeded().is_empty());
    }
}

#[test]
fn an_answer_across_several_documents_is_offered_with_its_reason() {
    let (cabinet, letter, server) = with_rule("offer");
    let mut args = vec!["draft", "--template", "general", "--source", &letter];
    let one = cabinet.run(&args).only();
    assert!(
        !reasons(&one).contains(&"several_documents"),
        "{}",
        one["escalation"]
    );
    let added: Vec<Value> = ["Anticoagulation clinic protocol.md", "Practice newsletter.html"]
        .iter()
        .map(|name| {
            cabinet
                .run(&["add", "--folder", "Castellan", &sample(name)])
                .only()
        })
        .collect();
    for document in &added {
        args.extend(["--source", document["id"].as_str().expect("an id")]);
    }
    let three = cabinet.run(&args).only();
    assert!(
        reasons(&three).contains(&"several_documents"),
        "{}",
        three["escalation"]
    );
    assert_eq!(three["escalation"]["rule"], "offer");
    assert_eq!(server.connections(), 0, "an offer sends nothing");
}

/// Most of a summary is quoted; what the small model wrote of these pages itself does not stand in them.
#[test]
fn a_summary_that_is_not_borne_out_is_offered_with_the_count() {
    let (cabinet, _, server) = with_rule("always-ask");
    let pages = sample("Discharge summary - Ada Lindqvist.pdf");
    let added = cabinet.run(&["add", "--folder", "Castellan", &pages]).only();
    let id = added["id"].as_str().expect("an id");
    let made = cabinet.run(&["summarize", id, "--keep-unsupported"]).only();
    let claims = made["claims"].as_array().expect("claims");
    let written = claims.iter().filter(|claim| claim["quoted"] == false);
    let (doubted, borne_out): (Vec<&Value>, Vec<&Value>) =
        written.partition(|claim| claim["verdict"] != "supported");
    assert!(!doubted.is_empty() && borne_out.is_empty(), "{made}");
    assert_eq!(reasons(&made), ["unsupported"], "{made}");
    let reason = &made["escalation"]["reasons"][0];
    assert_eq!(
        (&reason["unsupported"], &reason["claims"]),
        (&doubted.len().into(), &doubted.len().into())
    );
    assert_eq!(made["escalation"]["rule"], "always_ask");
    assert_eq!(server.connections(), 0, "an offer sends nothing");
}

fn reasons(result: &Value) -> Vec<&str> {
    let reasons = result["escalation"]["reasons"].as_array();
    reasons
        .into_iter()
        .flatten()
        .filter_map(|reason| reason["reason"].as_str())
        .collect()
}
