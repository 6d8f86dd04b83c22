//! Whether a sentence of the model is true, and whether it is worth more than the sentence it was made from.

use std::collections::HashSet;
use std::ops::Range;

use crate::document::{Citation, Claim, Verdict};
use crate::facts::{self, Value};
use crate::grounding::{Sources, cuts};

/// What a sentence is worth.
#[derive(Debug, PartialEq)]
pub(super) enum Judgement {
    /// True and shorter.
    Good(Claim),
    /// Not borne out.
    Flawed(Claim),
    /// Says too little, the same, or something else.
    Useless,
}

/// At least so many words.
const LEAST: usize = 4;

/// Judges what the model made of a quoted sentence, which could do without these parts of it.
pub(super) fn judge(sources: &Sources, text: &str, quote: &Claim, cuts: &[Range<usize>]) -> Judgement {
    let (mine, theirs) = (words(text).len(), words(&quote.text).len());
    if mine < LEAST || stutters(text) && !stutters(&quote.text) {
        return Judgement::Useless;
    }
    let shorter = mine < theirs;
    if cuts::is_abridged(text, &quote.text, cuts) {
        return match shorter {
            true => Judgement::Good(Claim {
                text: text.to_owned(),
                quoted: false,
                ..quote.clone()
            }),
            false => Judgement::Useless,
        };
    }
    let claim = sources.check(text);
    if claim.verdict != Verdict::Supported {
        return Judgement::Flawed(claim);
    }
    let rests_on_it = claim
        .citations
        .iter()
        .any(|cited| quote.citations.iter().any(|source| overlap(cited, source)));
    match rests_on_it && shorter && keeps_facts(text, &quote.text) && keeps_phrases(text, &quote.text) {
        true => Judgement::Good(claim),
        false => Judgement::Useless,
    }
}

/// True where two places share a character.
pub(super) fn overlap(one: &Citation, other: &Citation) -> bool {
    one.document_id == other.document_id
        && one.page == other.page
        && one.start < other.end
        && other.start < one.end
}

/// True where every dose, amount, span of time and the like is still there. A date or a reference may go.
fn keeps_facts(text: &str, source: &str) -> bool {
    let mine = facts::facts(text);
    let weighty = |fact: &facts::Fact| {
        !matches!(
            fact.value,
            Value::Ordinal(_) | Value::Date(_) | Value::Time(_) | Value::Section(_) | Value::Identifier(_)
        )
    };
    let kept = |fact: facts::Fact| mine.iter().any(|other| other.value.is_borne_out_by(&fact.value));
    facts::facts(source).into_iter().filter(weighty).all(kept)
}

/// True where no word was taken out of the middle of a phrase: "odd hydrogen" is not hydrogen, nor are "liver function
/// tests" the liver. Whole phrases may go; grammar and marks show where one ends.
fn keeps_phrases(text: &str, source: &str) -> bool {
    let read = |text: &str| -> Vec<(String, bool)> {
        text.split_whitespace()
            .map(|word| (words(word).join(" "), word.ends_with([',', ';', ':', '.', ')'])))
            .filter(|(word, _)| !word.is_empty())
            .collect()
    };
    let (mine, theirs) = (read(text), read(source));
    let mut kept = vec![false; theirs.len()];
    let mut from = 0;
    for (word, _) in &mine {
        if let Some(at) = (from..theirs.len()).find(|&at| theirs[at].0 == *word) {
            kept[at] = true;
            from = at + 1;
        }
    }
    let content = |at: usize| !cabinet_text::is_stop_word(&theirs[at].0);
    (1..theirs.len())
        .all(|at| kept[at - 1] == kept[at] || theirs[at - 1].1 || !content(at - 1) || !content(at))
}

/// True where three words come again: a small model that runs in a circle.
fn stutters(text: &str) -> bool {
    let words = words(text);
    let mut seen = HashSet::new();
    words.windows(3).any(|three| !seen.insert(three))
}

/// Words that turn what is said round.
const NEGATORS: &[&str] = &[
    "no", "not", "never", "none", "nor", "neither", "without", "cannot", "denies", "denied",
];

/// True where two sentences say the same: the same words but for a few, and all the same numbers and negations.
pub(super) fn say_the_same(one: &str, other: &str) -> bool {
    let decides = |word: &str| word.contains(|c: char| c.is_ascii_digit()) || NEGATORS.contains(&word);
    let split = |text: &str| -> (HashSet<String>, HashSet<String>) {
        words(text).into_iter().partition(|word| decides(word))
    };
    let ((decisive, one), (other_decisive, other)) = (split(one), split(other));
    if decisive != other_decisive {
        return false;
    }
    let (shared, all) = (one.intersection(&other).count(), one.union(&other).count());
    let smaller = one.len().min(other.len());
    smaller > 0 && (shared * 5 >= all * 4 || smaller >= LEAST && shared == smaller)
}

fn words(text: &str) -> Vec<String> {
    cabinet_text::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_the_same_and_another_number_is_not() {
        assert!(say_the_same(
            "Ramipril 5 mg was started.",
            "ramipril 5 mg was started"
        ));
        assert!(say_the_same(
            "She takes ramipril 5 mg daily.",
            "She takes ramipril 5 mg daily at night for her pressure."
        ));
        assert!(!say_the_same(
            "She takes ramipril 5 mg daily.",
            "She takes ramipril 10 mg daily."
        ));
        assert!(!say_the_same(
            "She has no fever since Monday.",
            "She has fever since Monday."
        ));
        assert!(!say_the_same("He is allergic to latex.", "The scan was normal."));
    }

    #[test]
    fn phrases_stay_whole_or_go() {
        let source =
            "The scan showed changes in odd hydrogen levels, and raised liver function tests on Monday.";
        for (text, whole) in [
            ("The scan showed changes in odd hydrogen levels.", true),
            ("The scan showed changes in hydrogen levels.", false),
            (
                "The scan showed changes in odd hydrogen levels, and raised liver tests.",
                false,
            ),
        ] {
            assert_eq!(keeps_phrases(text, source), whole, "{text}");
        }
    }

    #[test]
    fn a_circle_is_seen() {
        assert!(stutters("The rent is due and the rent is due."));
        assert!(!stutters("The rent is due on the first day of the month."));
    }
}
