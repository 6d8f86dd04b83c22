use cabinet_text::{Offsets, estimate_tokens, passages};

#[test]
fn passages_are_whole_sentences_of_about_the_target() {
    let sentence = "The patient was seen again and remained well throughout the whole of the stay. ";
    let page = sentence.repeat(60);
    let offsets = Offsets::new(&page);
    let found = passages(&page, 200, estimate_tokens);
    assert!(found.len() > 3);
    for (at, span) in found.iter().enumerate() {
        let text = offsets.slice(*span);
        assert!(
            text.starts_with("The patient") && text.ends_with("stay."),
            "whole sentences only"
        );
        let tokens = estimate_tokens(text);
        assert!(tokens <= 250, "{tokens} is above the maximum");
        assert!(
            at + 1 == found.len() || tokens >= 150,
            "{tokens} is far below the target"
        );
    }
}

#[test]
fn a_heading_goes_with_what_follows() {
    let body = "He was given ramipril and told to return in a week for a blood test. ".repeat(9);
    let page = format!("{body}\n\nFOLLOW-UP PLAN\n\n{body}");
    let offsets = Offsets::new(&page);
    let found = passages(&page, 200, estimate_tokens);
    let with = found
        .iter()
        .map(|span| offsets.slice(*span))
        .find(|text| text.contains("FOLLOW-UP"))
        .unwrap();
    assert!(with.starts_with("FOLLOW-UP PLAN") && with.contains("ramipril"));
}

#[test]
fn an_overlong_sentence_is_cut_between_clauses() {
    let page = "the lessee shall keep the roof, the walls and the drains in repair; ".repeat(40);
    let offsets = Offsets::new(&page);
    let found = passages(&page, 100, estimate_tokens);
    assert!(found.len() > 3);
    for span in &found {
        let text = offsets.slice(*span);
        assert!(estimate_tokens(text) <= 125);
        assert!(text.ends_with([';', ',']), "cut at a clause: {text:?}");
    }
}

#[test]
fn a_short_last_passage_joins_the_one_before() {
    let page = format!(
        "{}The end.",
        "He was well and went home on the next day. ".repeat(16)
    );
    let found = passages(&page, 200, estimate_tokens);
    assert_eq!(found.len(), 1);
}
