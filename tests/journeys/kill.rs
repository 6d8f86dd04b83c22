//! A kill at any moment of an import loses nothing that was acknowledged and repeats at most one file.

use std::collections::BTreeSet;
use std::time::Duration;

use cabinet_tests::Cabinet;

const FILES: usize = 24;

/// Moments after the start at which the import is killed, spread over its whole length.
const MOMENTS: [u64; 6] = [300, 700, 1100, 1500, 2200, 3000];

#[test]
fn an_import_killed_again_and_again_ends_like_an_undisturbed_one() {
    let cabinet = Cabinet::new();
    let folder = cabinet.scratch().join("letters");
    std::fs::create_dir_all(&folder).expect("a folder");
    for n in 0..FILES {
        let body = format!("Letter number {n}.\n\nThe invented patient of letter {n} came on day {n} and was given dose {n} mg of examplium. ")
            .repeat(12);
        std::fs::write(folder.join(format!("letter-{n:02}.txt")), body).expect("a file");
    }
    let path = folder.to_str().expect("a plain path");
    let mut before = BTreeSet::new();
    for moment in MOMENTS {
        let mut child = cabinet.start(&["add", path]);
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let listed: BTreeSet<String> = cabinet
            .run(&["list"])
            .succeeded()
            .iter()
            .map(|d| d["id"].as_str().expect("an id").to_string())
            .collect();
        assert!(
            listed.is_superset(&before),
            "a document that was there is lost after a kill at {moment} ms"
        );
        before = listed;
    }
    cabinet.run(&["add", path]).succeeded();
    let listed = cabinet.run(&["list"]).succeeded();
    assert_eq!(listed.len(), FILES, "each file once");
    assert!(listed.iter().all(|d| d["state"] == "ready"));
    let originals = std::fs::read_dir(cabinet.home().join("objects"))
        .expect("originals")
        .count();
    assert_eq!(originals, FILES, "no original without a document");
    cabinet.run(&["verify"]).succeeded();
    for mode in ["text", "vector"] {
        let hits = cabinet
            .run(&["search", "--mode", mode, "--limit", "100", "dose of examplium"])
            .succeeded();
        let found: BTreeSet<&str> = hits.iter().filter_map(|h| h["document_id"].as_str()).collect();
        assert_eq!(
            found.len(),
            FILES,
            "{mode}: every letter is found, none twice over"
        );
        let places: BTreeSet<(&str, u64)> = hits
            .iter()
            .map(|h| {
                (
                    h["document_id"].as_str().unwrap_or(""),
                    h["start"].as_u64().unwrap_or(0),
                )
            })
            .collect();
        assert_eq!(places.len(), hits.len(), "{mode}: no passage twice");
    }
}
