//! What stands in the place of what was found, and the way back.
//!
//! Names and numbers become tokens in brackets, such as `[Person 1]`: a reader and a large model both take them for
//! what they are, and nothing else in an answer is mistaken for one. `[Person 1b]` is another form of the name of the
//! person behind `[Person 1]`, so that each form comes back as it was. Whole dates are all moved by the same number of
//! days, so that what lies between them stays true; dates that cannot be moved without doubt become tokens.

mod dates;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::{Finding, Kind};

/// The pseudonyms of one payload, question and sources together: the same name gets the same pseudonym throughout.
///
/// Holds the originals: keep it in the vault. Wiped when dropped.
#[derive(Serialize, Deserialize)]
pub struct Pseudonyms {
    /// How many days dates are moved.
    days: i32,
    entries: Vec<Entry>,
    /// Dates that were left as they are; no moved date may read the same.
    left: Vec<String>,
}

/// One original and what stands for it.
#[derive(Serialize, Deserialize)]
struct Entry {
    original: String,
    pseudonym: String,
    kind: Kind,
    /// The number in the token, 0 where it is none.
    number: u32,
    /// Chosen by the user: words in brackets, whatever the original is found to be.
    #[serde(default)]
    chosen: bool,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.original.zeroize();
        self.pseudonym.zeroize();
    }
}

impl Drop for Pseudonyms {
    fn drop(&mut self) {
        self.days.zeroize();
        self.left.zeroize();
    }
}

/// A text with pseudonyms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    /// The text.
    pub text: String,
    /// What was replaced, in order.
    pub pieces: Vec<Piece>,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Where the original stood, in bytes of the original text.
    pub original: Range<usize>,
    /// Where the pseudonym stands, in bytes of the new text.
    pub replaced: Range<usize>,
    /// What was replaced.
    pub kind: Kind,
}

/// A token as [`Pseudonyms::replace`] writes it, and as a model may write it back: in other case, escaped for Markdown.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let labels: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| kind.label().replace(' ', r"[ _]"))
        .collect();
    let token = format!("({})[ _]([0-9]{{1,6}}[a-z]{{0,3}})", labels.join("|"));
    Regex::new(&format!(r"(?i)\\\[{token}\\\]|\[{token}\]"))
        .expect("the labels are constants that a test compiles")
});

/// Words in brackets: a token, what the user chose to stand in a name's place, or neither.
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\\[([^\[\]\\\n]{1,60})\\\]|\[([^\[\]\n]{1,60})\]").expect("a test compiles this")
});
/// Longer is no name's place any more.
const LONGEST_CHOSEN: usize = 40;

/// The key of a token under which differing spellings of it meet.
fn token_key(captures: &Captures<'_>) -> String {
    let parts: Vec<&str> = captures
        .iter()
        .skip(1)
        .flatten()
        .map(|part| part.as_str())
        .collect();
    format!("[{}]", parts.join(" ")).replace('_', " ").to_lowercase()
}

/// Dates move by at least so many days ...
const FEWEST_DAYS: u64 = 30;
/// ... and at most so many, into the past, so that none comes to lie in the future.
const MOST_DAYS: u64 = 1000;

impl Pseudonyms {
    /// None yet. The seed decides by how much dates are moved: take it at random and keep it as secret as the text.
    pub fn new(seed: u64) -> Self {
        // SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds must not give neighbouring shifts.
        let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let days = FEWEST_DAYS + mixed % (MOST_DAYS - FEWEST_DAYS);
        Self {
            days: -i32::try_from(days).unwrap_or(30),
            entries: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Has `original` called `[words]` from now on, by the user's choice. False, and nothing changes, where the words
    /// cannot be told from anything else on the way back: without a letter, with other signs than hyphens and full
    /// stops, longer than 40 characters, another's already, or in brackets in `text`, what they are to stand in.
    pub fn call(&mut self, text: &str, original: &str, words: &str) -> bool {
        let words = words.trim();
        let pseudonym = format!("[{words}]");
        let key = pseudonym.to_lowercase();
        let sound = words.chars().any(char::is_alphabetic)
            && words.chars().count() <= LONGEST_CHOSEN
            && words
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.'));
        let others = |entry: &Entry| entry.pseudonym.to_lowercase() == key || entry.original == original;
        if !sound
            || self.entries.iter().any(others)
            || BRACKETED
                .captures_iter(text)
                .any(|captures| token_key(&captures) == key)
        {
            return false;
        }
        self.entries.push(Entry {
            original: original.to_string(),
            pseudonym,
            kind: Kind::Other,
            number: 0,
            chosen: true,
        });
        true
    }

    /// Puts pseudonyms in the place of `findings`. Findings out of order, overlapping or off a character boundary are
    /// put right first. What already looks like one of the pseudonyms is replaced too, so that the way back is exact.
    pub fn replace(&mut self, text: &str, findings: &[Finding]) -> Replaced {
        let findings = sound(text, findings);
        let known = self.entries.len();
        let replaced = self.replace_all(text, &findings, true);
        if self.restore(&replaced.text) == text {
            return replaced;
        }
        // A moved date met something in the text that reads the same. Tokens cannot.
        self.entries.truncate(known);
        self.replace_all(text, &findings, false)
    }

    /// The text with every pseudonym turned back into what it stands for. An answer's text, or an echo.
    pub fn restore(&self, answer: &str) -> String {
        let tokens: HashMap<String, &str> = self
            .entries
            .iter()
            .filter(|entry| entry.number > 0 || entry.chosen)
            .map(|e| (e.pseudonym.to_lowercase(), e.original.as_str()))
            .collect();
        let mut out = String::with_capacity(answer.len());
        let mut copied = 0;
        for found in self.occurrences(answer, &tokens, &self.moved_dates()) {
            out.push_str(&answer[copied..found.0.start]);
            out.push_str(found.1);
            copied = found.0.end;
        }
        out.push_str(&answer[copied..]);
        out
    }

    /// How many different originals have a pseudonym.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Each original with its pseudonym and kind, in the order of their first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, Kind)> {
        self.entries
            .iter()
            .map(|entry| (entry.original.as_str(), entry.pseudonym.as_str(), entry.kind))
    }

    fn replace_all(&mut self, text: &str, findings: &[(Range<usize>, Kind)], move_dates: bool) -> Replaced {
        let mut pseudonyms: BTreeMap<usize, (Range<usize>, String, Kind)> = BTreeMap::new();
        for (range, kind) in findings {
            let alone = !touches_a_word(text, range);
            let pseudonym = self.pseudonym(text, &text[range.clone()], *kind, move_dates && alone);
            pseudonyms.insert(range.start, (range.clone(), pseudonym, *kind));
        }
        // Only now are all pseudonyms known that what stands between the findings could be mistaken for.
        let mut copied = 0;
        let gaps: Vec<Range<usize>> = findings
            .iter()
            .map(|(range, _)| {
                let gap = copied..range.start;
                copied = range.end;
                gap
            })
            .collect();
        for gap in gaps.into_iter().chain(std::iter::once(copied..text.len())) {
            let left =
                dates::all(&text[gap.clone()]).filter(|date| !self.left.iter().any(|known| known == date));
            let left: Vec<String> = left.map(str::to_string).collect();
            self.left.extend(left);
            for range in self.mistakable(text, gap) {
                let pseudonym = self.pseudonym(text, &text[range.clone()], Kind::Other, false);
                pseudonyms.insert(range.start, (range, pseudonym, Kind::Other));
            }
        }
        let mut out = String::with_capacity(text.len());
        let mut pieces = Vec::with_capacity(pseudonyms.len());
        let mut copied = 0;
        for (range, pseudonym, kind) in pseudonyms.into_values() {
            out.push_str(&text[copied..range.start]);
            let start = out.len();
            out.push_str(&pseudonym);
            copied = range.end;
            pieces.push(Piece {
                original: range,
                replaced: start..out.len(),
                kind,
            });
        }
        out.push_str(&text[copied..]);
        Replaced { text: out, pieces }
    }

    /// Parts of a gap that read like a pseudonym: moved dates, what the user chose, and all that has the form of a token,
    /// whether it is one yet or not.
    fn mistakable(&self, text: &str, gap: Range<usize>) -> Vec<Range<usize>> {
        let chosen = self.entries.iter().filter(|entry| entry.chosen);
        let tokens: HashMap<String, &str> = TOKEN
            .captures_iter(&text[gap.clone()])
            .map(|captures| (token_key(&captures), ""))
            .chain(chosen.map(|entry| (entry.pseudonym.to_lowercase(), "")))
            .collect();
        let found = self.occurrences(&text[gap.clone()], &tokens, &self.moved_dates());
        found
            .into_iter()
            .map(|(range, _)| gap.start + range.start..gap.start + range.end)
            .collect()
    }

    /// Pseudonyms that are dates, with their originals.
    fn moved_dates(&self) -> Vec<(&str, &str)> {
        let moved = self
            .entries
            .iter()
            .filter(|entry| entry.number == 0 && !entry.chosen);
        moved
            .map(|entry| (entry.pseudonym.as_str(), entry.original.as_str()))
            .collect()
    }

    /// Where pseudonyms stand in a text, in order and without overlap, with their originals.
    fn occurrences<'a>(
        &self,
        text: &str,
        tokens: &HashMap<String, &'a str>,
        moved: &[(&str, &'a str)],
    ) -> Vec<(Range<usize>, &'a str)> {
        let mut found: Vec<(Range<usize>, &str)> = BRACKETED
            .captures_iter(text)
            .filter_map(|captures| {
                let original = tokens.get(&token_key(&captures))?;
                Some((captures.get(0)?.range(), *original))
            })
            .collect();
        for (pseudonym, original) in moved {
            for (start, _) in text.match_indices(pseudonym) {
                let range = start..start + pseudonym.len();
                if !touches_a_word(text, &range) {
                    found.push((range, *original));
                }
            }
        }
        // A model may write a date it was given in another form; the day tells which it means. Dates written as they were
        // come first, so that two forms of one day each come back as they stood.
        if !moved.is_empty() {
            for (range, day) in dates::days(text) {
                let same = |(pseudonym, _): &&(&str, &str)| dates::day(pseudonym) == Some(day);
                if let Some((_, original)) = moved.iter().find(same) {
                    found.push((range, *original));
                }
            }
        }
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        found.retain(|(range, _)| {
            let free = range.start >= end;
            if free {
                end = range.end;
            }
            free
        });
        found
    }

    /// The pseudonym of an original, known or new.
    fn pseudonym(&mut self, text: &str, original: &str, kind: Kind, may_move: bool) -> String {
        let known = self.entries.iter().find(|entry| {
            entry.original == original
                && (entry.chosen || entry.kind == kind && (may_move || entry.number > 0))
        });
        if let Some(entry) = known {
            return entry.pseudonym.clone();
        }
        if may_move
            && kind == Kind::Date
            && let Some(moved) = dates::moved(original, self.days)
            && !self.entries.iter().any(|entry| entry.pseudonym == moved)
            && !self.left.contains(&moved)
            && !self
                .left
                .iter()
                .any(|left| dates::day(left) == dates::day(&moved))
        {
            self.entries.push(Entry {
                original: original.to_string(),
                pseudonym: moved.clone(),
                kind,
                number: 0,
                chosen: false,
            });
            return moved;
        }
        let (mut number, mut form) = self.place_of(original, kind);
        let taken: HashSet<String> = TOKEN
            .captures_iter(text)
            .map(|captures| token_key(&captures))
            .chain(self.entries.iter().map(|entry| entry.pseudonym.to_lowercase()))
            .collect();
        let pseudonym = loop {
            let token = format!("[{} {number}{}]", kind.label(), letters(form));
            if !taken.contains(&token.to_lowercase()) {
                break token;
            }
            if form > 0 && form < 600 {
                form += 1;
            } else {
                (number, form) = (number + 1, 0);
            }
        };
        self.entries.push(Entry {
            original: original.to_string(),
            pseudonym: pseudonym.clone(),
            kind,
            number,
            chosen: false,
        });
        pseudonym
    }

    /// The number and form of a new token: a new number, or another form under the number of the same name.
    fn place_of(&self, original: &str, kind: Kind) -> (u32, u32) {
        if matches!(kind, Kind::Person | Kind::Organisation | Kind::Place) {
            let words = name_words(original);
            let mut same = self
                .entries
                .iter()
                .filter(|entry| entry.kind == kind && entry.number > 0)
                .filter(|entry| {
                    let others = name_words(&entry.original);
                    !words.is_empty()
                        && !others.is_empty()
                        && (words.is_subset(&others) || others.is_subset(&words))
                });
            // A surname that two people share tells nothing about which of them is meant.
            if let Some(first) = same.next()
                && same.all(|other| other.number == first.number)
            {
                return (first.number, 1);
            }
        }
        let highest = self
            .entries
            .iter()
            .filter(|entry| entry.kind == kind)
            .map(|entry| entry.number)
            .max();
        (highest.unwrap_or(0) + 1, 0)
    }
}

/// "" for the first form, then b, c ... z, ab, ac ...
fn letters(form: u32) -> String {
    let (mut rest, mut out) = (form, String::new());
    while rest > 0 {
        out.insert(0, char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    out
}

/// The words of a name that tell one name from another.
fn name_words(name: &str) -> HashSet<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| {
            word.chars().count() > 2
                && !["the", "mrs", "miss", "and", "for", "von", "van"].contains(&word.as_str())
        })
        .collect()
}

/// Whether a letter or digit stands right before or after.
fn touches_a_word(text: &str, range: &Range<usize>) -> bool {
    text[..range.start]
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric)
        || text[range.end..]
            .chars()
            .next()
            .is_some_and(char::is_alphanumeric)
}

/// Findings within the text, on character boundaries, in order, without overlap.
fn sound(text: &str, findings: &[Finding]) -> Vec<(Range<usize>, Kind)> {
    let mut found: Vec<(Range<usize>, Kind)> = findings
        .iter()
        .map(|found| {
            let end = text.ceil_char_boundary(found.range.end.min(text.len()));
            (
                text.floor_char_boundary(found.range.start.min(end))..end,
                found.kind,
            )
        })
        .filter(|(range, _)| !range.is_empty())
        .collect();
    found.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out: Vec<(Range<usize>, Kind)> = Vec::with_capacity(found.len());
    for (range, kind) in found {
        match out.last_mut() {
            Some((last, _)) if range.start < last.end => last.end = last.end.max(range.end),
            _ => out.push((range, kind)),
        }
    }
    out
}
