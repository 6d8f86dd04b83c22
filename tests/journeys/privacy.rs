//! Nothing plain on disk: not the sentence, not its vector, not the name of what stores it.

use cabinet_tests::{Cabinet, PASSPHRASE};

const CANARY: &str = "The heron Quillfeather keeps her violet ledger beneath the ninth stair";

/// UTF-8, and UTF-16 in both byte orders.
fn encodings(text: &str) -> Vec<Vec<u8>> {
    vec![
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ]
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn no_file_holds_a_sentence_a_name_or_a_vector() {
    let cabinet = Cabinet::new();
    let file = cabinet.scratch().join("quillfeather-dossier.txt");
    std::fs::write(
        &file,
        format!("{CANARY}. It was seen there on 4 May 2026.\n").repeat(40),
    )
    .expect("a file");
    // A document of this one sentence, so that its vector is what the store holds for a passage.
    let alone = cabinet.scratch().join("alone.txt");
    std::fs::write(&alone, format!("{CANARY}.")).expect("a file");
    let passage = cabinet
        .run(&["add", alone.to_str().expect("a plain path")])
        .only();
    assert_eq!(
        (&passage["passages"], &passage["chars"]),
        (&1.into(), &(CANARY.len() + 1).into())
    );
    let added = cabinet.run(&["add", file.to_str().expect("a plain path")]).only();
    let id = added["id"].as_str().expect("an id").to_string();
    cabinet.run(&["search", "violet ledger of the heron"]).succeeded();
    cabinet.run(&["keypoints", &id]).succeeded();
    // The vector as the store would hold it: the command line gives it only to tests that ask.
    let vector = cabinet
        .run(&["doctor", "--embed", &format!("{CANARY}.")])
        .succeeded();
    let floats: Vec<f32> = vector
        .iter()
        .find_map(|line| line["vector"].as_array())
        .expect("the canary's vector")
        .iter()
        .map(|v| v.as_f64().expect("a number") as f32)
        .collect();
    assert_eq!(floats.len(), 384);

    let mut needles: Vec<(String, Vec<u8>)> = Vec::new();
    for text in [CANARY, "Quillfeather", "quillfeather-dossier", PASSPHRASE] {
        needles.extend(encodings(text).into_iter().map(|bytes| (text.to_string(), bytes)));
    }
    // Any run of four floats of the vector would be one too many.
    for at in (0..floats.len() - 4).step_by(16) {
        let bytes: Vec<u8> = floats[at..at + 4].iter().flat_map(|f| f.to_le_bytes()).collect();
        needles.push((format!("vector[{at}]"), bytes));
    }
    for format in ["SQLite format 3", "LANC", "CREATE TABLE"] {
        needles.push((format.to_string(), format.as_bytes().to_vec()));
    }
    let files = cabinet.files();
    assert!(
        files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 50_000,
        "there is something to look through"
    );
    for (path, bytes) in &files {
        let path = path.strip_prefix(cabinet.home()).unwrap_or(path);
        for (name, needle) in &needles {
            assert!(!holds(bytes, needle), "{} holds {name} in plain", path.display());
        }
    }
}

#[test]
fn the_scan_itself_would_find_a_canary() {
    // The check above can fail: a plain copy beside the cabinet is seen.
    let cabinet = Cabinet::new();
    std::fs::write(cabinet.home().join("leak"), encodings(CANARY).concat()).expect("a file");
    let found = cabinet
        .files()
        .iter()
        .any(|(_, bytes)| encodings(CANARY).iter().all(|needle| holds(bytes, needle)));
    assert!(found);
}

#[test]
fn the_wrong_passphrase_opens_nothing_and_says_so() {
    let cabinet = Cabinet::new();
    let run = cabinet.run_with("not the passphrase at all", &["list"]);
    assert_eq!(run.status, Some(3));
    assert!(run.results.is_empty());
    assert!(run.messages.contains("passphrase"), "{}", run.messages);
    assert!(
        !run.messages.contains("not the passphrase at all"),
        "what was typed is not repeated"
    );
}
