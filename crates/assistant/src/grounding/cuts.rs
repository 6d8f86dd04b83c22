//! What a sentence can do without: parts that may be left out while what remains still stands in the source and means
//! what it meant.
//!
//! Always holds: no cut takes away a negation, a condition, an exception, a limit, or a number that weighs.

use std::ops::Range;

use crate::facts::{self, Value};

/// Words that narrow or turn what they stand by. A part with one of them is never cut.
const WEIGHTY: &[&str] = &[
    "no",
    "not",
    "never",
    "none",
    "nor",
    "neither",
    "without",
    "cannot",
    "nothing",
    "unless",
    "except",
    "excluding",
    "excluded",
    "provided",
    "if",
    "when",
    "where",
    "whether",
    "only",
    "solely",
    "until",
    "till",
    "before",
    "after",
    "during",
    "upon",
    "within",
    "subject",
    "notwithstanding",
    "despite",
    "although",
    "though",
    "however",
    "but",
    "other",
    "than",
    "least",
    "most",
    "maximum",
    "minimum",
    "extent",
    "may",
    "might",
    "must",
    "shall",
    "should",
    "denies",
    "denied",
    "left",
    "right",
    "possible",
    "possibly",
    "suspected",
    "likely",
];

/// What a part between commas, or from a comma to the end, begins with that adds to a sentence and does not narrow it.
const ADDITIONS: &[&str] = &[
    "which is",
    "which are",
    "which was",
    "which were",
    "which has",
    "which have",
    "who is",
    "who was",
    "including",
    "such as",
    "as well as",
    "together with",
    "along with",
    "as defined",
    "as described",
    "as set forth",
    "as set out",
    "for example",
    "among others",
    "inter alia",
    "as amended",
];

/// What stands before the first comma and only leads in.
const OPENINGS: &[&str] = &[
    "accordingly",
    "furthermore",
    "moreover",
    "additionally",
    "in addition",
    "therefore",
    "thus",
    "consequently",
    "as a result",
    "in consideration of",
    "in consideration for",
    "for the avoidance of doubt",
    "in summary",
    "overall",
    "in conclusion",
    "finally",
    "of note",
    "in general",
    "also",
    "again",
];

/// Verbs before which a part between commas ends.
const VERBS: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "had", "shall", "will", "may", "must", "can", "should",
    "would", "agrees", "agree",
];

/// Bytes of a sentence on one line that may be left out: in order and apart.
pub(crate) fn cuts(sentence: &str) -> Vec<Range<usize>> {
    let mut found = opening(sentence).into_iter().collect::<Vec<_>>();
    found.extend(brackets(sentence));
    found.extend(additions(sentence));
    found.extend(flourishes(sentence));
    found.sort_by_key(|cut| (cut.start, std::cmp::Reverse(cut.end)));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for cut in found {
        if apart.last().is_none_or(|last| last.end <= cut.start) {
            apart.push(cut);
        }
    }
    apart
}

/// True where the text is the sentence but for some of its cuts, a capital at its beginning and a full stop at its end.
pub(crate) fn is_abridged(text: &str, sentence: &str, cuts: &[Range<usize>]) -> bool {
    let plain = |text: &str| -> Vec<char> {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let end = |text: &str| text.trim_end().trim_end_matches(['.', ',', ';', ':']).len();
    let text = plain(&text[..end(text)]);
    let mut parts = Vec::new();
    let mut from = 0;
    let last = end(sentence);
    for cut in cuts.iter().filter(|cut| cut.start <= last) {
        parts.push((plain(&sentence[from..cut.start]), false));
        parts.push((
            plain(&sentence[cut.start..cut.end.min(last).max(cut.start)]),
            true,
        ));
        from = cut.end;
    }
    parts.push((plain(sentence.get(from..last).unwrap_or_default()), false));
    follows(&text, &parts)
}

/// True where a text is these parts in a row, of which some may be missing.
fn follows(text: &[char], parts: &[(Vec<char>, bool)]) -> bool {
    let Some(((part, may_go), rest)) = parts.split_first() else {
        return text.is_empty();
    };
    text.strip_prefix(part.as_slice())
        .is_some_and(|text| follows(text, rest))
        || *may_go && follows(text, rest)
}

/// "In consideration of the rights granted, Bizzingo agrees": up to the comma and the space after it.
fn opening(sentence: &str) -> Option<Range<usize>> {
    let comma = sentence.find(", ")?;
    let part = &sentence[..comma];
    (begins_with(part, OPENINGS) && is_light(part)).then_some(0..comma + 1)
}

/// "(the “Buyer”)", "(30)" beside "thirty": the space before it and the brackets.
fn brackets(sentence: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = sentence[from..].find(" (").map(|at| from + at) {
        let Some(close) = sentence[open..].find(')').map(|at| open + at + 1) else {
            break;
        };
        let inside = &sentence[open + 2..close - 1];
        let nested = inside.contains('(');
        let repeats = inside.chars().all(|c| c.is_ascii_digit()) && !inside.is_empty();
        // "(ii)" goes with "(i)", "(s)" is a part of its word.
        let marks = inside.chars().count() <= 4 && inside.chars().all(char::is_alphabetic);
        let names = marks || names_something_new(inside, &sentence[..open]);
        if !nested && !names && (repeats && spelt_before(&sentence[..open]) || !repeats && is_light(inside)) {
            found.push(open..close);
        }
        from = close;
    }
    found
}

/// True where brackets give a name that the rest of a paper uses, and that the words before do not hold: "(the Tenant)".
fn names_something_new(inside: &str, before: &str) -> bool {
    let defines = inside.starts_with("the ") || inside.contains(['"', '“', '”', '\'', '‘', '’']);
    let before = cabinet_text::fold(before);
    let held = cabinet_text::fold(inside)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 2 && !cabinet_text::is_stop_word(word))
        .all(|word| before.contains(word));
    defines && !held
}

/// True where a number in words stands last.
fn spelt_before(text: &str) -> bool {
    let word = text
        .rsplit(|c: char| !c.is_alphabetic() && c != '-')
        .next()
        .unwrap_or_default();
    facts::facts(word)
        .iter()
        .any(|fact| matches!(fact.value, Value::Number(_)))
}

/// ", which is a company of Delaware, shall": from the one comma to behind the other; or from a comma to the end.
fn additions(sentence: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (comma, _) in sentence.match_indices(", ") {
        let rest = &sentence[comma + 2..];
        if !begins_with(rest, ADDITIONS) {
            continue;
        }
        // "Including but not limited to" takes nothing away.
        let light = |part: &str| {
            is_light(
                &part
                    .replace("but not limited to", "")
                    .replace("without limitation", ""),
            )
        };
        let closing = rest.match_indices(", ").map(|(at, _)| at).find(|&at| {
            let next = rest[at + 2..].split(' ').next().unwrap_or_default();
            VERBS.contains(&next)
        });
        match closing {
            Some(at) if light(&rest[..at]) => found.push(comma..comma + 2 + at + 1),
            None if light(rest) => found.push(comma..sentence.trim_end_matches(['.', ';', ' ']).len()),
            _ => {}
        }
    }
    found
}

/// "Hereby". Not "herein" or "hereunder": obligations under this paper are not all obligations.
fn flourishes(sentence: &str) -> Vec<Range<usize>> {
    sentence
        .match_indices(" hereby ")
        .map(|(at, word)| at..at + word.len() - 1)
        .collect()
}

fn begins_with(part: &str, beginnings: &[&str]) -> bool {
    let folded = cabinet_text::fold(part);
    beginnings.iter().any(|beginning| {
        folded
            .strip_prefix(beginning)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// True where a part says nothing that narrows, and no number, dose or amount.
fn is_light(part: &str) -> bool {
    let folded = cabinet_text::fold(part);
    let heavy = folded
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| WEIGHTY.contains(&word));
    let reference = |value: &Value| matches!(value, Value::Section(_) | Value::Ordinal(_));
    !heavy && facts::facts(part).iter().all(|fact| reference(&fact.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(sentence: &str) -> String {
        let mut left = sentence.to_owned();
        for cut in cuts(sentence).into_iter().rev() {
            left.replace_range(cut, "");
        }
        left.trim().to_owned()
    }

    #[test]
    fn what_only_adds_may_go() {
        for (long, short) in [
            (
                "The Buyer (the “Buyer”) shall pay within thirty (30) days.",
                "The Buyer shall pay within thirty days.",
            ),
            (
                "In consideration of the rights granted herein, the Buyer agrees to pay.",
                "the Buyer agrees to pay.",
            ),
            (
                "Harrow Ltd, which is a company of Devon, shall keep the records.",
                "Harrow Ltd shall keep the records.",
            ),
            (
                "She brought her papers, including the old letters and the scans.",
                "She brought her papers.",
            ),
            ("The Buyer hereby agrees to it.", "The Buyer agrees to it."),
        ] {
            assert_eq!(without(long), short);
            assert!(is_abridged(short, long, &cuts(long)), "{long}");
            assert!(is_abridged(long, long, &cuts(long)), "nothing needs to be cut");
        }
    }

    #[test]
    fn what_narrows_or_counts_may_not() {
        for sentence in [
            "The Buyer shall pay (unless the goods are late) at once.",
            "The Buyer, subject to clause 4, shall pay.",
            "Ramipril (5 mg) was started.",
            "Juno Limited (the Tenant) shall pay.",
            "The Buyer shall (i) pay and (ii) collect.",
            "She takes three tablets, including one without food.",
            "Upon termination, the Buyer shall pay.",
            "The obligations hereunder survive.",
            "The wound, which was not infected, was dressed.",
        ] {
            assert_eq!(without(sentence), sentence);
        }
    }

    #[test]
    fn other_changes_are_seen() {
        let sentence = "The Buyer (the “Buyer”) shall pay the Seller.";
        let cuts = cuts(sentence);
        for changed in [
            "The Seller shall pay the Buyer.",
            "The Buyer shall pay.",
            "The Buyer may pay the Seller.",
        ] {
            assert!(!is_abridged(changed, sentence, &cuts), "{changed}");
        }
    }
}
