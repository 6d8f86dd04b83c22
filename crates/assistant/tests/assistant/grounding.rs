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
