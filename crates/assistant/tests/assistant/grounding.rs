use crate::table::{TABLE, Truth};
use cabinet_assistant::grounding::Sources;
use cabinet_assistant::{SourceDocument, SourcePage, Verdict};

pub fn sources(text: &str) -> Sources {
    Sources::new(&[SourceDocument {
        id: "d1".to_owned(),
        title: "Invented paper".to_owned(),
        pages: vec![SourcePage {
            number: 1,
            text: text.to_owned(),
        }],
        pages_without_text: Vec::new(),
    }])
}

#[test]
fn nothing_false_is_ever_supported() {
    let (mut claims, mut yes, mut false_supported, mut false_unsupported) = (0, 0, Vec::new(), Vec::new());
    for (page, cases) in TABLE {
        let sources = sources(page);
        for (truth, text) in *cases {
            let claim = sources.check(text);
            claims += 1;
            yes += usize::from(*truth == Truth::Yes);
            let supported = claim.verdict == Verdict::Supported;
            match truth {
                Truth::No if supported => false_supported.push(*text),
                Truth::Yes if !supported => false_unsupported.push((*text, claim.verdict, claim.reason)),
                _ => {}
            }
        }
    }
    let missed = false_unsupported.len();
    eprintln!(
        "{claims} claims, {yes} of them true: {} false shown as supported, {missed} true not shown as supported",
        false_supported.len()
    );
    for (text, verdict, reason) in &false_unsupported {
        eprintln!(
            "  not supported ({verdict:?}): {text} {}",
            reason.as_deref().unwrap_or_default()
        );
    }
    assert!(claims >= 120);
    assert!(
        false_supported.is_empty(),
        "shown as supported: {false_supported:#?}"
    );
    assert!(
        missed * 10 <= yes,
        "{missed} of {yes} true claims are not shown as supported"
    );
}

#[test]
fn a_claim_points_to_the_words_that_bear_it_out() {
    let text = "Für Zoë: seen on 3 March 2021. She was given 5 mg of ramipril.";
    let claim = sources(text).check("She was given ramipril 5 mg.");
    assert_eq!(claim.verdict, Verdict::Supported, "{:?}", claim.reason);
    let citation = &claim.citations[0];
    let chars: Vec<char> = text.chars().collect();
    let there: String = chars[citation.start as usize..citation.end as usize]
        .iter()
        .collect();
    assert_eq!(there, "She was given 5 mg of ramipril.");
    assert_eq!(there, citation.quote);
    assert_eq!(
        (
            citation.page,
            citation.document_id.as_str(),
            citation.title.as_str()
        ),
        (1, "d1", "Invented paper")
    );
}

#[test]
fn reasons_are_plain_words() {
    let page = "Ramipril 5 mg once daily was started. The left knee is swollen. Dr Ellis denies this. The tenant may sublet.";
    let sources = sources(page);
    for (claim, reason) in [
        (
            "Ramipril 50 mg once daily was started.",
            "The source says 5 mg, not 50 mg.",
        ),
        (
            "Ramipril 5 mg twice daily was started.",
            "The source says once daily, not twice daily.",
        ),
        (
            "Ramipril 5 mg once daily was stopped.",
            "The source says “started”, not “stopped”.",
        ),
        (
            "The right knee is swollen.",
            "The source says “left”, not “right”.",
        ),
        (
            "The left knee is not swollen.",
            "The source does not deny “left”.",
        ),
        (
            "Dr Brandt denies this.",
            "“Brandt” does not stand in these pages.",
        ),
        ("The tenant shall sublet.", "The source says “may”, not “shall”."),
    ] {
        assert_eq!(sources.check(claim).reason.as_deref(), Some(reason), "{claim}");
    }
}

#[test]
fn parts_from_different_pages_are_both_cited() {
    let sources =
        sources("Ramipril was started on 3 March 2021.\n\nIt was cold. Aspirin was stopped on 5 March 2021.");
    let claim =
        sources.check("Ramipril was started on 3 March 2021 and aspirin was stopped on 5 March 2021.");
    assert_eq!(claim.verdict, Verdict::Supported, "{:?}", claim.reason);
    assert_eq!(claim.citations.len(), 2);
    let swapped =
        sources.check("Ramipril was started on 5 March 2021 and aspirin was stopped on 3 March 2021.");
    assert_ne!(swapped.verdict, Verdict::Supported);
}

#[test]
fn empty_sources_and_empty_claims_are_no_error() {
    assert_eq!(
        sources("").check("Anything at all.").verdict,
        Verdict::Unsupported
    );
    for text in ["", "...", "It is."] {
        assert_eq!(
            sources("He was well.").check(text).verdict,
            Verdict::Unsupported,
            "{text:?}"
        );
    }
}
