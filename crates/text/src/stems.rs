//! Words of a text as the full-text index keeps them: `porter unicode61 remove_diacritics 2`.
//!
//! The index can be asked for what holds a word, but not how often a given passage does without reading everything else
//! that holds it; so a few passages are looked through here instead. Tests of the library hold this against the index.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::porter::{endings, strip};

/// Longer words are kept as they are, in bytes.
const LONGEST: usize = 64;

/// Words side by side that are looked for in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the index keeps of each of them.
    stems: Vec<String>,
    /// The one word is only begun.
    begun: bool,
}

impl Wanted {
    /// The words of `text`, which stand side by side.
    #[must_use]
    pub fn words(text: &str) -> Self {
        let mut stems = Vec::new();
        each_word(text, |word, _| stems.push(stem(word)));
        Self { stems, begun: false }
    }

    /// Every word that begins so, or whose stem does; `beginning` is folded already.
    #[must_use]
    pub fn beginning(beginning: &str) -> Self {
        Self {
            stems: vec![beginning.to_string()],
            begun: true,
        }
    }

    fn is_at(&self, at: usize, word: &str, stem: &str) -> bool {
        match self.stems.get(at) {
            Some(wanted) if self.begun => [word, stem].iter().any(|one| one.starts_with(wanted.as_str())),
            Some(wanted) => wanted == stem,
            None => false,
        }
    }
}

/// The stems of what a word may become that do not begin with it: "informati" may become "information", which the index
/// keeps as "inform". Other words may share such a stem, so what holds one is still to be looked at; `beginning` is folded
/// already.
#[must_use]
pub fn stems_within(beginning: &str) -> Vec<String> {
    let mut found: Vec<String> = endings()
        .map(|ending| stem(&format!("{beginning}{ending}")))
        .filter(|stem| !stem.starts_with(beginning))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// A word that the index keeps as this stem. A stem as it is may be cut once more: "diseas" is kept of "disease", and
/// "disea" of "diseas". It need not be a word of any language.
#[must_use]
pub fn word_with_stem(wanted: &str) -> String {
    let with_ending = |ending: &str| format!("{wanted}{ending}");
    ["", "e"]
        .into_iter()
        .chain(endings())
        .map(with_ending)
        .find(|word| stem(word) == wanted)
        .unwrap_or_else(|| wanted.to_string())
}

/// How many words a text has, and how often each of what is wanted stands in it.
#[must_use]
pub fn counts(text: &str, wanted: &[Wanted]) -> (usize, Vec<u32>) {
    let mut found = vec![0; wanted.len()];
    let first = Letters::of(wanted);
    // What begins with a stem, and what may begin with any.
    let mut begins: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut begun = Vec::new();
    for (n, one) in wanted.iter().enumerate() {
        match one.stems.first() {
            Some(_) if one.begun => begun.push(n),
            Some(stem) => begins.entry(stem).or_default().push(n),
            None => {}
        }
    }
    // Runs that were begun and not ended: of what, and by how many words. Next to it, those that go on.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut on = Vec::new();
    let mut length = 0;
    each_word(text, |word, _| {
        length += 1;
        if !first.may_begin(word) {
            runs.clear();
            return;
        }
        let word = folded(word);
        let stem = stripped(&word);
        let beginning = begins.get(stem.as_str()).into_iter().flatten().chain(&begun);
        runs.extend(beginning.map(|n| (*n, 0)));
        for (n, at) in runs.drain(..) {
            if !wanted[n].is_at(at, &word, &stem) {
                continue;
            }
            if at + 1 == wanted[n].stems.len() {
                found[n] += 1;
            } else {
                on.push((n, at + 1));
            }
        }
        std::mem::swap(&mut runs, &mut on);
    });
    (length, found)
}

/// The stems of the words of a text, in order.
#[must_use]
pub fn stems(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_word(text, |word, _| found.push(stem(word)));
    found
}

/// Where words stand, in bytes of the text, that alone are one of what is wanted.
#[must_use]
pub fn places(text: &str, wanted: &[Wanted]) -> Vec<Range<usize>> {
    let first = Letters::of(wanted);
    let mut found = Vec::new();
    each_word(text, |word, start| {
        if !first.may_begin(word) {
            return;
        }
        let as_kept = folded(word);
        let stem = stripped(&as_kept);
        if wanted
            .iter()
            .any(|one| one.stems.len() == 1 && one.is_at(0, &as_kept, &stem))
        {
            found.push(start..start + word.len());
        }
    });
    found
}

/// The first letters of what is wanted.
struct Letters([bool; 256]);

impl Letters {
    fn of(wanted: &[Wanted]) -> Self {
        let mut first = [false; 256];
        for stem in wanted.iter().flat_map(|one| &one.stems) {
            first[usize::from(stem.bytes().next().unwrap_or(0))] = true;
        }
        Self(first)
    }

    /// False where a word is none of them. A stem begins as its word does, but for marks and capitals.
    fn may_begin(&self, word: &str) -> bool {
        let letter = word.as_bytes()[0];
        !letter.is_ascii() || self.0[usize::from(letter.to_ascii_lowercase())]
    }
}

/// Calls for each word with where it begins.
fn each_word<'t>(text: &'t str, mut call: impl FnMut(&'t str, usize)) {
    let mut from = None;
    for (at, c) in text.char_indices() {
        match (belongs(c, from.is_some()), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                call(&text[start..at], start);
                from = None;
            }
            _ => {}
        }
    }
    if let Some(start) = from {
        call(&text[start..], start);
    }
}

fn belongs(c: char, begun: bool) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        (begun && is_combining_mark(c)) || (c.is_alphanumeric() && !is_combining_mark(c))
    }
}

/// What the index keeps of one word.
fn stem(word: &str) -> String {
    stripped(&folded(word))
}

/// A word without capitals and marks.
fn folded(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return if word.bytes().any(|c| c.is_ascii_uppercase()) {
            word.to_ascii_lowercase().into()
        } else {
            word.into()
        };
    }
    // The index takes marks off letters of the Latin alphabet alone.
    word.chars()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| {
            Some(c)
                .into_iter()
                .nfd()
                .next()
                .filter(char::is_ascii)
                .unwrap_or(c)
        })
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'µ' { 'μ' } else { c })
        .collect::<String>()
        .into()
}

/// A folded word without its ending.
fn stripped(word: &str) -> String {
    let mut bytes = word.as_bytes().to_vec();
    if (3..=LONGEST).contains(&bytes.len()) {
        strip(&mut bytes);
    }
    // Only letters of ASCII are cut off or put on.
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_endings() {
        for (word, kept) in [
            ("Caresses", "caress"),
            ("ponies", "poni"),
            ("hopping", "hop"),
            ("filing", "file"),
            ("relational", "relat"),
            ("hopefulness", "hope"),
            ("adoption", "adopt"),
            ("controlling", "control"),
            ("Núñez", "nunez"),
            ("is", "is"),
            ("sky", "sky"),
            ("happy", "happi"),
            ("1395dd", "1395dd"),
        ] {
            assert_eq!(stem(word), kept, "{word}");
        }
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "Dr Núñez-Vale, 0.5 mg, and the vales";
        let places = places(text, &[Wanted::words("vale"), Wanted::beginning("nun")]);
        let found: Vec<&str> = places.into_iter().map(|place| &text[place]).collect();
        assert_eq!(found, ["Núñez", "Vale", "vales"]);
    }

    #[test]
    fn words_side_by_side_are_counted() {
        let text = "A dry cough; the coughs were dry. Dry dry coughing, dry-cough.";
        let wanted = ["cough", "dry cough", "dry dry", "wet"].map(Wanted::words);
        assert_eq!(counts(text, &wanted), (12, vec![4, 3, 2, 0]));
    }

    #[test]
    fn a_word_that_is_begun_leads_to_its_stem() {
        for word in [
            "information",
            "anticoagulation",
            "controlling",
            "filing",
            "happiness",
            "hospitalizations",
            "responsibility",
            "simultaneously",
            "pharmacy",
            "payment",
            "lease",
            "núñez",
        ] {
            let kept = stem(word);
            for (end, _) in word.char_indices().skip(3) {
                let begun = folded(&word[..end]);
                assert!(
                    kept.starts_with(&*begun) || stem(&begun) == kept || stems_within(&begun).contains(&kept),
                    "{begun} of {word}, which is kept as {kept}"
                );
                assert_eq!(places(word, &[Wanted::beginning(&begun)]).len(), 1, "{begun}");
            }
        }
        let part = places(
            "a part of the parties' participation",
            &[Wanted::beginning("parti")],
        );
        assert_eq!(part, [14..21, 23..36]);
    }

    #[test]
    fn every_stem_has_a_word() {
        for word in [
            "disease",
            "lease",
            "used",
            "contingent",
            "arise",
            "happy",
            "relational",
            "Núñez",
            "1395dd",
        ] {
            let kept = stem(word);
            assert_eq!(stem(&word_with_stem(&kept)), kept, "{word}");
        }
    }
}
