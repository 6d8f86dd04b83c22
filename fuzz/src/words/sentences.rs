//! Sentences, passages, pages and the folding of letters.

use crate::text;
use cabinet_text::{
    Folded, Heading, Offsets, Span, Trail, estimate_tokens, outline, passages, sentences,
    without_running_lines,
};

pub(crate) const WORDS: &[&str] = &[
    "Dr. ", "e.g. ", "No. ", "p.m. ", "\u{2026}", "\u{201c}", "\u{201d}", "\n\n", "\n- ", "\n1. ", " v. ",
    "\u{fb01}", "\u{ad}", "\u{301}", "-\n", "\u{200d}", "\u{0130}", "1.2.3 ", "(a) ", "?! ", "\t",
];

pub(crate) fn split(data: &[u8]) {
    let text = text(data);
    covers(&text, &sentences(&text), "sentences");
    let whole: Vec<Span> = outline(&text).iter().map(|sentence| sentence.span).collect();
    covers(&text, &whole, "outline");
    let offsets = Offsets::new(&text);
    for target in [8, 40, 200] {
        let found = passages(&text, target, estimate_tokens);
        covers(&text, &found, "passages");
        for span in &found {
            let passage = offsets.slice(*span);
            // One word cannot be cut.
            assert!(
                estimate_tokens(passage) <= target + target / 4
                    || !passage.trim().contains(char::is_whitespace),
                "{passage:?} is too long for {target}"
            );
        }
    }
}

// Running heads and feet, and headings: a form feed ends a page, a bell goes before a heading that is said to be one.

pub(crate) const PAGES: &[&str] = &[
    "\u{c}",
    "\u{7}",
    "\n\n",
    "Page ",
    "\n2\n",
    "4. ",
    "4.1 ",
    "SCHEDULE 1",
    "ARTICLE IV",
    "\u{a7} 3 ",
    "# ",
    "I. ",
    "A. ",
];

pub(crate) fn page_seeds() -> Vec<Vec<u8>> {
    let head = "Harrow Quay v Penhallow Timber\n\n";
    let page = |number: u8| {
        format!(
            "{head}{number}. TERMINATION\n\n{number}.1 Notice\n\nBy notice in writing of a month.\n\nPage {number}"
        )
    };
    vec![
        (1..=4).map(page).collect::<Vec<_>>().join("\u{c}").into_bytes(),
        "\u{7}Lease\nRent is due.\n\u{7}Notice\nBy letter.".into(),
    ]
}

pub(crate) fn pages(data: &[u8]) {
    let text = text(data);
    let pages: Vec<&str> = text.split('\u{c}').collect();
    let bodies = without_running_lines(&pages);
    assert_eq!(bodies.len(), pages.len());
    for said in [false, true] {
        let mut trail = Trail::new(pages.first().copied());
        for (page, body) in pages.iter().zip(&bodies) {
            let offsets = Offsets::new(page);
            assert!(body.start <= body.end && body.end <= offsets.len(), "{body:?}");
            let passages: Vec<Span> = passages(offsets.slice(*body), 40, estimate_tokens)
                .into_iter()
                .map(|span| Span::new(span.start + body.start, span.end + body.start))
                .collect();
            let headings = headings(page);
            let outlined = trail.page(page, said.then_some(headings.as_slice()), &passages);
            assert_eq!(outlined.paths.len(), passages.len());
            let lines = outlined.paths.iter().flatten();
            assert!(lines.clone().all(|line| !line.is_empty() && !line.contains('\n')));
            let mut end = 0;
            for Heading { span, level } in outlined.headings {
                assert!(span.start >= end && span.start < span.end && span.end <= offsets.len());
                assert!((1..=6).contains(&level));
                end = span.end;
            }
        }
    }
}

/// Lines after a bell, as a file might call them headings.
fn headings(page: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in page.split('\n') {
        let length = line.chars().count();
        if line.starts_with('\u{7}') && length > 1 {
            let span = Span::new(at + 1, at + length);
            let level = (length % 9) as u8 + 1;
            found.push(Heading { span, level });
        }
        at += length + 1;
    }
    found
}

/// Spans in order, apart, beginning and ending on words, and no character but white space left out.
fn covers(text: &str, spans: &[Span], what: &str) {
    let chars: Vec<char> = text.chars().collect();
    let mut end = 0;
    for span in spans {
        assert!(
            span.start >= end && span.start < span.end && span.end <= chars.len(),
            "{what}: {spans:?}"
        );
        assert!(
            !chars[span.start].is_whitespace() && !chars[span.end - 1].is_whitespace(),
            "{what}: {span:?}"
        );
        assert!(
            chars[end..span.start].iter().all(|c| c.is_whitespace()),
            "{what} leave something out before {span:?}"
        );
        end = span.end;
    }
    assert!(
        chars[end..].iter().all(|c| c.is_whitespace()),
        "{what} leave the end out"
    );
}

pub(crate) fn fold(data: &[u8]) {
    let text = text(data);
    let folded = Folded::new(&text);
    assert_eq!(folded.text(), cabinet_text::fold(&text));
    let length = text.chars().count();
    let needles = text.split_whitespace().take(4).chain([text.as_str()]);
    for needle in needles {
        let mut end = 0;
        for span in folded.find(needle) {
            assert!(
                span.start >= end && span.start <= span.end && span.end <= length,
                "{needle:?} at {span:?}"
            );
            end = span.end;
        }
    }
    let offsets = Offsets::new(&text);
    assert_eq!(offsets.len(), length);
    for at in 0..=length.min(200) {
        assert_eq!(offsets.character(offsets.byte(at)), at);
    }
}

pub(crate) fn text_seeds() -> Vec<Vec<u8>> {
    [
        "Seen by Dr. Ellis at 3 p.m. today. Continue ramipril 2.5 mg\nonce daily.\n\nFOLLOW-UP\n\n1. Bloods.\n2. Review (see para. 4.2).",
        "Smith v. Jones [2019] EWCA Civ 1. \u{201c}The lease,\u{201d} he said, \u{201c}ends.\u{201d} Art. 6 \u{a7} 1 e.g. applies\u{2026} No. 5?",
        "Dr. Zo\u{eb}\u{2019}s  \u{2018}\u{fb01}rst\u{2019} treat-\nment, \u{130}STANBUL \u{df}",
        "z.B. am 3. M\u{e4}rz 2024; u. a. 5 mg t\u{e4}gl.\nName | Dose\n- a\n- b",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
