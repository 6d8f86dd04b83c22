//! From an added file to the found sentence and its key points.

use cabinet_tests::{Cabinet, sample, samples};
use serde_json::Value;

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_string()
}

/// All text of a document, page by page.
fn pages(cabinet: &Cabinet, id: &str) -> Vec<String> {
    cabinet
        .run(&["show", id, "--text"])
        .succeeded()
        .iter()
        .map(|page| text(page, "text"))
        .collect()
}

/// The characters of a page that a result points at.
fn at(page: &str, value: &Value) -> String {
    let number =
        |key: &str| usize::try_from(value[key].as_u64().expect("an offset")).expect("a small offset");
    page.chars()
        .skip(number("start"))
        .take(number("end") - number("start"))
        .collect()
}

#[test]
fn a_folder_of_samples_becomes_searchable_documents() {
    let cabinet = Cabinet::new();
    let added = cabinet
        .run(&["add", samples().to_str().expect("a plain path")])
        .succeeded();
    assert_eq!(added.len(), 6);
    for outcome in &added {
        assert_eq!(outcome["status"], "added", "{outcome}");
        assert!(
            outcome["pages"].as_u64() > Some(0)
                && outcome["chars"].as_u64() > Some(0)
                && outcome["passages"].as_u64() > Some(0)
        );
        assert!(outcome["error"].is_null());
    }
    let listed = cabinet.run(&["list"]).succeeded();
    assert_eq!(listed.len(), 6);
    assert!(
        listed.iter().all(|d| d["state"] == "ready"),
        "vectors are there when the command ends"
    );
    let mut kinds: Vec<String> = listed.iter().map(|d| text(d, "kind")).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["docx", "html", "markdown", "pdf", "text"]);

    let again = cabinet
        .run(&["add", samples().to_str().expect("a plain path")])
        .succeeded();
    assert!(
        again.iter().all(|o| o["status"] == "duplicate"),
        "the same bytes are recognised"
    );
}

#[test]
fn search_finds_the_passage_and_its_place() {
    let cabinet = Cabinet::new();
    cabinet
        .run(&["add", samples().to_str().expect("a plain path")])
        .succeeded();
    let hits = cabinet
        .run(&[
            "search",
            "--limit",
            "5",
            "who pays for the building insurance premium",
        ])
        .succeeded();
    let hit = &hits[0];
    assert_eq!(text(hit, "source_name"), "Lease - 14 Wharf Lane.docx");
    let page =
        &pages(&cabinet, &text(hit, "document_id"))[hit["page"].as_u64().expect("a page") as usize - 1];
    assert!(
        at(page, hit).contains("one third of the premium"),
        "the range holds the answer: {}",
        at(page, hit)
    );

    for (mode, query, expected) in [
        (
            "text",
            "photosensitivity",
            "Discharge summary - Ada Lindqvist.pdf",
        ),
        (
            "vector",
            "blood thinner that needs regular checks",
            "Anticoagulation clinic protocol.md",
        ),
        (
            "hybrid",
            "\"5520-117-03\"",
            "Referral letter - Bruno Castellan.txt",
        ),
        (
            "hybrid",
            "HC-2024-01873",
            "Judgment - Harrow Quay v Penhallow Timber.pdf",
        ),
        ("hybrid", "JUNO BAKERY", "Lease - 14 Wharf Lane.docx"),
    ] {
        let hits = cabinet
            .run(&["search", "--mode", mode, "--limit", "5", query])
            .succeeded();
        let first = hits
            .first()
            .unwrap_or_else(|| panic!("{mode} search for {query:?} found nothing"));
        assert_eq!(
            text(first, "source_name"),
            expected,
            "{mode} search for {query:?}"
        );
    }
}

#[test]
fn a_batch_of_searches_answers_in_order_with_the_same_hits() {
    let cabinet = Cabinet::new();
    cabinet
        .run(&["add", samples().to_str().expect("a plain path")])
        .succeeded();
    let batch = cabinet.scratch().join("queries.jsonl");
    std::fs::write(
        &batch,
        "{\"id\":\"a\",\"query\":\"ramipril dose\"}\n{\"id\":7,\"query\":\"moisture content of timber\"}\n",
    )
    .expect("a file");
    let answers = cabinet
        .run(&["search", "--batch", batch.to_str().expect("a plain path")])
        .succeeded();
    assert_eq!(answers[0]["id"], "a");
    assert_eq!(answers[1]["id"], 7);
    let single = cabinet.run(&["search", "moisture content of timber"]).succeeded();
    assert_eq!(answers[1]["hits"][0]["snippet"], single[0]["snippet"]);
}

#[test]
fn a_folder_is_a_wall() {
    let cabinet = Cabinet::new();
    cabinet
        .run(&[
            "add",
            "--folder",
            "Lindqvist",
            &sample("Discharge summary - Ada Lindqvist.pdf"),
        ])
        .succeeded();
    cabinet
        .run(&[
            "add",
            "--folder",
            "Castellan",
            &sample("Referral letter - Bruno Castellan.txt"),
        ])
        .succeeded();
    for mode in ["hybrid", "text", "vector"] {
        let hits = cabinet
            .run(&["search", "--mode", mode, "--folder", "Castellan", "warfarin"])
            .succeeded();
        assert!(
            hits.iter()
                .all(|h| text(h, "source_name").starts_with("Referral")),
            "{mode}"
        );
    }
}

#[test]
fn key_points_stand_in_the_document_to_the_letter() {
    let cabinet = Cabinet::new();
    let added = cabinet
        .run(&["add", &sample("Judgment - Harrow Quay v Penhallow Timber.pdf")])
        .only();
    let id = text(&added, "id");
    let result = cabinet.run(&["keypoints", &id]).only();
    let points = result["points"].as_array().expect("points");
    assert!(points.len() >= 3, "{result}");
    let pages = pages(&cabinet, &id);
    assert_eq!(
        result["coverage"]["pages_read"].as_u64(),
        Some(pages.len() as u64)
    );
    for point in points {
        let citation = &point["citations"][0];
        let page = &pages[citation["page"].as_u64().expect("a page") as usize - 1];
        assert_eq!(
            at(page, citation),
            text(point, "text"),
            "verbatim, at the cited place"
        );
    }
}

#[test]
fn what_was_removed_is_gone() {
    let cabinet = Cabinet::new();
    let added = cabinet
        .run(&["add", &sample("Referral letter - Bruno Castellan.txt")])
        .only();
    let id = text(&added, "id");
    cabinet.run(&["remove", &id]).succeeded();
    assert!(cabinet.run(&["list"]).succeeded().is_empty());
    for mode in ["hybrid", "text", "vector"] {
        assert!(
            cabinet
                .run(&["search", "--mode", mode, "chest tightness"])
                .succeeded()
                .is_empty(),
            "{mode}"
        );
    }
    assert_eq!(cabinet.run(&["show", &id]).status, Some(1));
    let originals = std::fs::read_dir(cabinet.home().join("objects")).map_or(0, Iterator::count);
    assert_eq!(originals, 0, "the sealed original is gone too");
    let audit = cabinet.run(&["audit"]).succeeded();
    assert!(
        audit.iter().any(|entry| entry["action"] == "deleted"),
        "the deletion is on record"
    );
    cabinet.run(&["audit", "--verify"]).succeeded();
}
