//! Backups through the command line: made while something else is there, brought back, added to, checked.

use std::collections::BTreeSet;

use cabinet_tests::{Cabinet, PASSPHRASE, Run, sample};

const LETTER: &str = "Referral letter - Bruno Castellan.txt";
const PROTOCOL: &str = "Anticoagulation clinic protocol.md";

fn text(path: &std::path::Path) -> String {
    path.to_str().expect("a plain path").to_string()
}

fn titles(run: Run) -> BTreeSet<String> {
    run.succeeded()
        .iter()
        .map(|document| document["title"].as_str().expect("a title").to_string())
        .collect()
}

#[test]
fn files_without_a_folder_are_those_where_one_is() {
    let cabinet = Cabinet::new();
    let here = cabinet.scratch();
    let run = |args: &[&str]| cabinet.run_in(&here, args);
    cabinet.run(&["add", &sample(LETTER)]).succeeded();
    run(&["backup", "whole.age"]).succeeded();
    cabinet.run(&["add", &sample(PROTOCOL)]).succeeded();
    run(&["backup", "later.age", "--add-to", "whole.age"]).succeeded();
    // As a restore leaves it that was killed.
    let killed = here.join("again.restoring-6f2b6a3e-8a47-4d0c-9d27-9a4a43f5a1c3");
    std::fs::create_dir(&killed).expect("a folder is made");
    run(&["restore", "later.age", "--home", "again"]).succeeded();
    assert!(!killed.exists());
    assert_eq!(
        titles(run(&["list", "--home", "again"])),
        titles(cabinet.run(&["list"]))
    );
}

#[test]
fn what_was_backed_up_comes_back_and_is_found_by_words_and_by_meaning() {
    let cabinet = Cabinet::new();
    let out = cabinet.scratch();
    cabinet.run(&["add", &sample(LETTER)]).succeeded();
    let whole = text(&out.join("whole.age"));
    let made = cabinet.run(&["backup", &whole]).only();
    assert_eq!(
        (made["kind"].as_str(), made["originals"].as_u64()),
        (Some("whole"), Some(1))
    );
    let added = cabinet.run(&["add", &sample(PROTOCOL)]).only();
    let later = text(&out.join("later.age"));
    let made = cabinet.run(&["backup", &later, "--add-to", &whole]).only();
    assert_eq!(
        (made["kind"].as_str(), made["originals"].as_u64()),
        (Some("additions"), Some(1))
    );
    assert_eq!(
        cabinet.run(&["backup", "--check", &later]).only()["status"],
        "checked"
    );
    let before = titles(cabinet.run(&["list"]));
    assert_eq!(before.len(), 2);

    let home = text(&out.join("elsewhere"));
    let restored = cabinet.run(&["restore", &later, "--home", &home]).only();
    assert_eq!(
        (restored["status"].as_str(), restored["originals"].as_u64()),
        (Some("restored"), Some(2))
    );
    assert_eq!(titles(cabinet.run(&["list", "--home", &home])), before);
    let id = added["id"].as_str().expect("an id");
    let show = |home: &[&str]| cabinet.run(&[&["show", id, "--text"], home].concat()).succeeded();
    assert_eq!(show(&[]), show(&["--home", &home]), "the same text, page by page");
    let verified = cabinet.run(&["verify", "--home", &home]).succeeded();
    assert!(
        verified.last().expect("a summary")["vectors"].as_u64() > Some(0),
        "{verified:?}"
    );
    for mode in ["text", "vector"] {
        let hits = cabinet
            .run(&["search", "--home", &home, "--mode", mode, "warfarin dose"])
            .succeeded();
        assert!(!hits.is_empty(), "found by {mode}");
    }
    let restored_again = cabinet.run(&["restore", &later, "--home", &home]);
    assert_eq!(restored_again.status, Some(1), "a cabinet in the way stays");
    assert!(
        restored_again.messages.contains("already"),
        "{}",
        restored_again.messages
    );
}

#[test]
fn a_damaged_backup_a_wrong_passphrase_and_a_missing_one_are_told_apart() {
    let cabinet = Cabinet::new();
    let out = cabinet.scratch();
    let file = out.join("whole.age");
    cabinet.run(&["backup", &text(&file)]).succeeded();
    let home = text(&out.join("elsewhere"));
    let wrong = cabinet.run_with(
        "not the passphrase at all",
        &["restore", &text(&file), "--home", &home],
    );
    assert_eq!(wrong.status, Some(3), "{}", wrong.messages);
    let mut bytes = std::fs::read(&file).expect("the backup");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("it can be written");
    let damaged = cabinet.run(&["restore", &text(&file), "--home", &home]);
    assert_eq!(damaged.status, Some(1));
    assert!(damaged.messages.contains("damaged"), "{}", damaged.messages);
    let missing = cabinet.run(&["restore", &text(&out.join("none.age")), "--home", &home]);
    assert!(missing.messages.contains("no backup"), "{}", missing.messages);
    assert!(!out.join("elsewhere").exists(), "nothing was made");
}

#[test]
fn a_new_recovery_code_takes_the_place_of_the_old_one() {
    let cabinet = Cabinet::unmade();
    let first = cabinet.run(&["init"]).only();
    let second = cabinet.run(&["recovery-code"]).only();
    let recover = |made: &serde_json::Value| {
        let code = made["recovery_code"].as_str().expect("a code").to_string();
        let file = cabinet.scratch().join("next");
        std::fs::write(&file, PASSPHRASE).expect("a file");
        cabinet.run(&["recover", "--code", &code, "--new-passphrase-file", &text(&file)])
    };
    assert_eq!(recover(&first).status, Some(3), "the old code opens nothing");
    recover(&second).succeeded();
    let actions: Vec<_> = cabinet.run(&["audit", "--action", "code_replaced"]).succeeded();
    assert_eq!(actions.len(), 1, "it is in the log, and the log can be filtered");
}
