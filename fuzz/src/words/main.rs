//! Words of any kind: sentences and passages, what points at a person, and what people type into the search.
#![no_main]

mod search;

use arbitrary::{Arbitrary, Unstructured};
use cabinet_deid::{Finder, Finding, Kind, Layer, NameList, Pseudonyms};
use cabinet_fuzz::Target;
use cabinet_text::{
    Folded, Heading, Offsets, Span, Trail, estimate_tokens, outline, passages, sentences,
    without_running_lines,
};
use libfuzzer_sys::fuzz_target;
use search::condition::Condition;
use search::query::Query;
use search::{Range, snippet};
use std::sync::LazyLock;

/// As the library counts time; the query's source files ask for it here.
type Millis = i64;

const TARGETS: &[Target] = &[
    Target {
        name: "sentences",
        seeds: text_seeds,
        words: WORDS,
        run: split,
    },
    Target {
        name: "pages",
        seeds: page_seeds,
        words: PAGES,
        run: pages,
    },
    Target {
        name: "fold",
        seeds: text_seeds,
        words: WORDS,
        run: fold,
    },
    Target {
        name: "deid",
        seeds: person_seeds,
        words: PERSONS,
        run: deid,
    },
    Target {
        name: "deid-marked",
        seeds: marked_seeds,
        words: PERSONS,
        run: marked,
    },
    Target {
        name: "deid-restore",
        seeds: person_seeds,
        words: PERSONS,
        run: restore,
    },
    Target {
        name: "query",
        seeds: query_seeds,
        words: QUERY,
        run: query,
    },
    Target {
        name: "snippet",
        seeds: snippet_seeds,
        words: &["\u{1}", "\u{2}", "\n\n", "\u{301}"],
        run: marks,
    },
];

fuzz_target!(init: cabinet_fuzz::start(TARGETS), |data: &[u8]| cabinet_fuzz::run(data));

// Sentences and passages.

const WORDS: &[&str] = &[
    "Dr. ", "e.g. ", "No. ", "p.m. ", "\u{2026}", "\u{201c}", "\u{201d}", "\n\n", "\n- ", "\n1. ", " v. ",
    "\u{fb01}", "\u{ad}", "\u{301}", "-\n", "\u{200d}", "\u{0130}", "1.2.3 ", "(a) ", "?! ", "\t",
];

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn split(data: &[u8]) {
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

const PAGES: &[&str] = &[
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

fn page_seeds() -> Vec<Vec<u8>> {
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

fn pages(data: &[u8]) {
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

fn fold(data: &[u8]) {
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

fn text_seeds() -> Vec<Vec<u8>> {
    [
        "Seen by Dr. Ellis at 3 p.m. today. Continue ramipril 2.5 mg\nonce daily.\n\nFOLLOW-UP\n\n1. Bloods.\n2. Review (see para. 4.2).",
        "Smith v. Jones [2019] EWCA Civ 1. \u{201c}The lease,\u{201d} he said, \u{201c}ends.\u{201d} Art. 6 \u{a7} 1 e.g. applies\u{2026} No. 5?",
        "Dr. Zo\u{eb}\u{2019}s  \u{2018}\u{fb01}rst\u{2019} treat-\nment, \u{130}STANBUL \u{df}",
        "z.B. am 3. M\u{e4}rz 2024; u. a. 5 mg t\u{e4}gl.\nName | Dose\n- a\n- b",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

// What points at a person.

const PERSONS: &[&str] = &[
    "[Person 1]",
    "\\[person_1\\]",
    "[Date 2]",
    "[my patient]",
    "12 March 2019",
    "03/04/2021",
    "2019-03-12",
    "Dr. ",
    "Mrs ",
    "MRN 4471823",
    "NHS 943 476 5919",
    "a.lima@example.org",
    "https://example.org/",
    "+44 20 7946 0018",
    "192.168.1.7",
    "SW1A 1AA",
    "aged 47",
    "no. 61234/08",
    "\u{130}",
    "\u{df}",
    "\u{fb01}",
    "31.12.",
    "the 4th of May",
];
static FINDER: LazyLock<Finder> = LazyLock::new(Finder::new);

fn find(text: &str) -> Vec<Finding> {
    let mut names = NameList::default();
    names.add("Ana Lima", Kind::Person);
    let found = FINDER.find(text, &names);
    let mut end = 0;
    for one in &found {
        assert!(
            one.range.start >= end && one.range.end > one.range.start,
            "{found:?}"
        );
        assert!(text.get(one.range.clone()).is_some(), "{one:?}");
        assert!((0.0..=1.0).contains(&one.confidence), "{one:?}");
        end = one.range.end;
    }
    found
}

/// Any text comes back from its pseudonyms to the letter, and so does a second one under the same pseudonyms.
fn deid(data: &[u8]) {
    let text = text(data);
    let (first, second) = text
        .split_once('\0')
        .unwrap_or((&text, "Dr. Ana Lima, 12 March 2019 [Person 1]"));
    let mut pseudonyms = Pseudonyms::new(7);
    pseudonyms.call(first, "Dr. Ana Lima", "my patient");
    let one = pseudonyms.replace(first, &find(first));
    let two = pseudonyms.replace(second, &find(second));
    assert_eq!(pseudonyms.restore(&two.text), second);
    assert_eq!(pseudonyms.restore(&one.text), first);
}

/// A text with anything marked in it.
#[derive(Arbitrary, Debug)]
struct Marked<'d> {
    seed: u8,
    marks: [(u8, u8, u8); 6],
    text: &'d [u8],
}

fn marked(data: &[u8]) {
    let Ok(input) = Marked::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let text = text(input.text);
    let marks = input.marks.map(|(start, length, kind)| Finding {
        range: usize::from(start)..usize::from(start) + usize::from(length % 32),
        kind: Kind::ALL[usize::from(kind) % Kind::ALL.len()],
        confidence: 1.0,
        layer: Layer::User,
    });
    let mut pseudonyms = Pseudonyms::new(u64::from(input.seed));
    let replaced = pseudonyms.replace(&text, &marks);
    assert_eq!(pseudonyms.restore(&replaced.text), text);
    for piece in &replaced.pieces {
        assert!(
            text.get(piece.original.clone()).is_some() && replaced.text.get(piece.replaced.clone()).is_some(),
            "{piece:?}"
        );
    }
}

/// An answer of any kind is turned back, whatever it makes of the pseudonyms.
fn restore(data: &[u8]) {
    static PSEUDONYMS: LazyLock<Pseudonyms> = LazyLock::new(|| {
        let mut pseudonyms = Pseudonyms::new(3);
        let text = "Dr. Ana Lima saw Mr Ben Osei on 12 March 2019 in Leeds, MRN 4471823, a.lima@example.org.";
        pseudonyms.call(text, "Leeds", "the town");
        pseudonyms.replace(text, &FINDER.find(text, &NameList::default()));
        pseudonyms
    });
    let answer = text(data);
    let restored = PSEUDONYMS.restore(&answer);
    assert!(
        restored.len() <= 40 * (answer.len() + 1),
        "an answer of {} bytes grew to {}",
        answer.len(),
        restored.len()
    );
}

fn person_seeds() -> Vec<Vec<u8>> {
    [
        "Dr. Ana Lima saw Mr Ben Osei (MRN 4471823) on 12 March 2019 in Leeds; aged 47, a.lima@example.org, +44 20 7946 0018.",
        "APPLICANT: ANA LIMA, born 3.4.1961, no. 61234/08\0The applicant, Ms Lima, of 4 Mill Lane, SW1A 1AA.",
        "[Person 1] met \\[Person_2\\] on 13 March 2019 and [my patient] on 12/03/2019 at https://example.org/a?b 10.0.0.1",
        "La requ\u{e9}rante, Mme Lima, n\u{e9}e le 4 avril 1961 \u{e0} Lyon. Paciente: Ana Lima Osei, NHC 12345.",
        "the town, [the town], [The Town] [Person 1]'s",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn marked_seeds() -> Vec<Vec<u8>> {
    let marks = [9, 0, 8, 0, 20, 9, 3, 60, 11, 1, 70, 200, 2, 10, 4, 4, 100, 31, 5];
    person_seeds()
        .iter()
        .map(|text| [&marks[..], text].concat())
        .collect()
}

// The search.

const QUERY: &[&str] = &[
    " AND ",
    " OR ",
    " NOT ",
    "-\"",
    "\"",
    "(",
    ")",
    "folder:",
    "title:\"",
    "type:pdf",
    "added:2024-05..",
    "after:",
    "before:2024-02-30",
    "50mg",
    "50 mg",
    "\u{b5}g",
    "\u{201e}",
    "\u{a7}",
    "NEAR",
    "*",
    "^",
    "{",
    ":",
    "\u{301}",
];

/// Whatever is typed, what goes to the full-text index holds words, `OR` and beginnings, and no syntax of the user's.
fn query(data: &[u8]) {
    let raw = text(data);
    for as_typed in [false, true] {
        let query = Query::parse(&raw, as_typed);
        let mut expressions: Vec<String> = query
            .match_any()
            .into_iter()
            .chain(query.match_any_and_pairs())
            .collect();
        for (expression, words) in query.match_exact() {
            assert!(words.iter().all(|word| !word.is_empty()));
            expressions.push(expression);
        }
        said(query.condition.as_ref(), &mut expressions);
        expressions.iter().for_each(|expression| sound(expression));
        let _ = (query.marked_words(), query.filters.is_empty());
        if let (Some(from), Some(until)) = (query.filters.from, query.filters.until) {
            assert!(from.checked_sub(until).is_some());
        }
    }
}

fn said(condition: Option<&Condition>, expressions: &mut Vec<String>) {
    match condition {
        None => {}
        Some(Condition::Says(expression)) => expressions.push(expression.clone()),
        Some(Condition::Not(inside)) => said(Some(inside), expressions),
        Some(Condition::All(parts) | Condition::Any(parts)) => {
            assert!(parts.len() > 1);
            parts.iter().for_each(|part| said(Some(part), expressions));
        }
    }
}

fn sound(expression: &str) {
    assert!(
        !expression.contains('\0'),
        "the index reads {expression:?} to the zero only"
    );
    let parts: Vec<&str> = expression.split('"').collect();
    assert!(parts.len() % 2 == 1, "a quote is open in {expression:?}");
    for outside in parts.iter().step_by(2) {
        assert!(
            matches!(outside.trim(), "" | "OR" | "*" | "* OR"),
            "{outside:?} in {expression:?}"
        );
    }
}

fn query_seeds() -> Vec<Vec<u8>> {
    [
        "who takes warfarin 5mg?",
        "lease AND (rent OR \"quiet enjoyment\") NOT folder:\"Osei v Lind\" -\"fax\"",
        "title:lease type:pdf added:2024-05..2024-06-30 after:2023 before:x MRN 4471823",
        "\u{201e}Ana Lima\u{201d} \u{b5}g 0.5 mg/l (555) 123-4567",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// What the index marked, cut to a snippet: marks stay on the same words.
fn marks(data: &[u8]) {
    let highlighted = text(data);
    let plain: String = highlighted
        .chars()
        .filter(|c| ![snippet::OPEN, snippet::CLOSE].contains(c))
        .collect();
    let all = snippet::marks(&highlighted, |_| true);
    let length = plain.chars().count() as u32;
    let mut end = 0;
    let in_order: Vec<Range> = all
        .into_iter()
        .filter(|mark| {
            assert!(mark.start <= mark.end && mark.end <= length, "{mark:?}");
            // The index opens each mark it closes, and marks words.
            let sound = mark.start >= end && mark.start < mark.end;
            end = end.max(mark.end);
            sound
        })
        .collect();
    let (cut, shown) = snippet::cut(&plain, &in_order);
    let cut: Vec<char> = cut.chars().collect();
    for mark in shown {
        assert!(
            mark.start < mark.end && mark.end as usize <= cut.len(),
            "{mark:?} of {}",
            cut.len()
        );
    }
}

fn snippet_seeds() -> Vec<Vec<u8>> {
    let mark = |text: &str| text.replace('<', "\u{1}").replace('>', "\u{2}").into_bytes();
    vec![
        mark("HISTORY\nShe takes <warfarin> 5 mg daily.\n\nThe <warfarin> was stopped."),
        mark(&format!(
            "{} <rent> is due.\n\n{}",
            "The lease of the mill. ".repeat(12),
            "On the first of each month. ".repeat(9)
        )),
    ]
}
