//! What points at a person, over the command line: no cabinet, no passphrase, nothing left behind.

use cabinet_tests::Cabinet;
use serde_json::{Value, json};

const LETTER: &str = "Re: Mr Ødegård Halvorsen, MRN: 00731942, born 4 May 1951.\nHe was seen on 12 June 2025 and lives at 14 Saddler Street.";

/// What the spans cover.
fn covered(text: &str, result: &Value) -> Vec<String> {
    let spans = result["spans"].as_array().expect("spans");
    let offset = |span: &Value, name: &str| {
        span[name]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .expect(name)
    };
    let covered = spans.iter().map(|span| {
        let (start, end) = (offset(span, "start"), offset(span, "end"));
        text.chars().skip(start).take(end - start).collect()
    });
    covered.collect()
}

#[test]
fn a_text_needs_no_cabinet_and_leaves_nothing_behind() {
    let cabinet = Cabinet::unmade();
    let file = cabinet.scratch().join("letter.txt");
    std::fs::write(&file, LETTER).expect("a file");
    let result = cabinet
        .run(&["deidentify", "--in", &file.to_string_lossy()])
        .only();
    let covered = covered(LETTER, &result);
    for wanted in [
        "Halvorsen",
        "00731942",
        "4 May 1951",
        "12 June 2025",
        "14 Saddler Street",
    ] {
        assert!(
            covered.iter().any(|found| found.contains(wanted)),
            "{wanted} in {covered:?}"
        );
        let text = result["text"].as_str().expect("a text");
        assert!(!text.contains(wanted), "{wanted} in {text}");
    }
    assert!(!cabinet.home().exists(), "no cabinet was made");
}

#[test]
fn a_batch_answers_line_by_line_and_says_what_is_wrong_with_it() {
    let cabinet = Cabinet::unmade();
    let file = cabinet.scratch().join("many.jsonl");
    let run = |lines: &str| {
        std::fs::write(&file, lines).expect("a file");
        cabinet.run(&["deidentify", "--batch", &file.to_string_lossy()])
    };
    let two = format!(
        "{}\n{}\n",
        json!({"id": "a", "text": LETTER}),
        json!({"id": 7, "text": "No one is named."})
    );
    let results = run(&two).succeeded();
    assert_eq!(results[0]["id"], "a");
    assert!(!covered(LETTER, &results[0]).is_empty());
    assert_eq!(
        (&results[1]["id"], &results[1]["text"]),
        (&json!(7), &json!("No one is named."))
    );
    assert_eq!(results[1]["spans"], json!([]));
    for wrong in ["{\"text\": \"x\"}", "{\"id\": 1}", "[1]"] {
        let run = run(wrong);
        assert_eq!(run.status, Some(2), "{wrong}: {}", run.messages);
        assert!(run.results.is_empty());
    }
    let missing = cabinet.run(&["deidentify", "--in", "/nowhere/at/all.txt"]);
    assert_eq!(missing.status, Some(2));
    assert!(
        missing.messages.contains("cannot be read"),
        "{}",
        missing.messages
    );
}

/// A nickname that no form and no list tells: only the folder's own letter says whose it is.
#[test]
fn the_folder_s_own_names_are_looked_for_too() {
    let cabinet = Cabinet::new();
    let file = cabinet.scratch().join("letter.txt");
    std::fs::write(
        &file,
        "Re: Mr Will Mayfield-Rose, born 4 May 1951.\n\nMr Mayfield-Rose was seen today by Dr Amara Osei-Lund.",
    )
    .expect("a file");
    let added = cabinet
        .run(&["add", "--folder", "Mayfield", &file.to_string_lossy()])
        .only();
    let note = cabinet.scratch().join("note.txt");
    std::fs::write(&note, "tell will that rose and amara called").expect("a file");
    let note = note.to_string_lossy().into_owned();
    let without = cabinet.run(&["deidentify", "--in", &note]).only();
    let with = cabinet
        .run(&["deidentify", "--in", &note, "--folder", "Mayfield"])
        .only();
    let count = |result: &Value| result["spans"].as_array().expect("spans").len();
    assert!(count(&with) > count(&without), "{with}");
    for name in ["rose", "amara"] {
        let text = with["text"].as_str().expect("a text");
        assert!(!text.contains(name), "{name} in {text}");
    }
    let batch = cabinet.scratch().join("batch.jsonl");
    let lines = format!("{}\n", json!({"id": 1, "document_id": added["id"]}));
    std::fs::write(&batch, lines).expect("a file");
    let stored = cabinet
        .run(&["deidentify", "--batch", &batch.to_string_lossy()])
        .only();
    let text = stored["text"].as_str().expect("a text");
    assert!(!text.contains("Rose") && !text.contains("Amara"), "{text}");
}
