//! What people type into the search, and what the index marks of it.

use crate::search::condition::Condition;
use crate::search::query::Query;
use crate::search::{Range, snippet};
use crate::text;

pub(crate) const QUERY: &[&str] = &[
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
pub(crate) fn query(data: &[u8]) {
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

pub(crate) fn query_seeds() -> Vec<Vec<u8>> {
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
pub(crate) fn marks(data: &[u8]) {
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

pub(crate) fn snippet_seeds() -> Vec<Vec<u8>> {
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
