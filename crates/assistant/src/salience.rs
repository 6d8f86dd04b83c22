//! How much a sentence matters to its document, and how much two sentences say the same.

use std::collections::HashMap;

use cabinet_text::Kind;

use crate::reading;
use crate::units::Unit;

/// Words of a sentence and how telling they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    /// Stem and weight, by stem; length 1 over all.
    weights: Vec<(u32, f32)>,
}

/// Everything needed to weigh sentences against one another.
#[derive(Debug)]
pub(crate) struct Salience {
    profiles: Vec<Profile>,
    /// How near each sentence is to what the whole document speaks of, 0 to 1.
    pub(crate) centrality: Vec<f32>,
    /// What its place, its heading, its facts and its shape add or take away.
    pub(crate) merit: Vec<f32>,
}

impl Salience {
    /// Weighs every sentence by its words alone: cheap enough for a book.
    pub(crate) fn new(units: &[Unit]) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut documents: Vec<u32> = Vec::new();
        // What stands there over and over is no more what the document speaks of than if it stood there once.
        let echoes = echoes(units);
        let counted: Vec<HashMap<u32, f32>> = units
            .iter()
            .zip(&echoes)
            .map(|(unit, echo)| {
                let mut counts: HashMap<u32, f32> = HashMap::new();
                for word in content_words(&unit.text) {
                    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                    let number = *numbers.entry(word).or_insert(next);
                    *counts.entry(number).or_default() += 1.0;
                }
                documents.resize(numbers.len(), 0);
                for number in counts.keys().filter(|_| *echo == 0) {
                    documents[*number as usize] += 1;
                }
                counts
            })
            .collect();
        let all = echoes.iter().filter(|echo| **echo == 0).count().max(1) as f32;
        let mut centroid: HashMap<u32, f32> = HashMap::new();
        let profiles: Vec<Profile> = counted
            .into_iter()
            .zip(&echoes)
            .map(|(counts, echo)| {
                let mut weights: Vec<(u32, f32)> = counts
                    .into_iter()
                    .map(|(word, count)| {
                        (
                            word,
                            (1.0 + count.ln()) * (1.0 + all / documents[word as usize].max(1) as f32).ln(),
                        )
                    })
                    .collect();
                let length = weights
                    .iter()
                    .map(|(_, weight)| weight * weight)
                    .sum::<f32>()
                    .sqrt()
                    .max(1e-6);
                weights.iter_mut().for_each(|(_, weight)| *weight /= length);
                weights.sort_unstable_by_key(|(word, _)| *word);
                for (word, weight) in weights.iter().filter(|_| *echo == 0) {
                    *centroid.entry(*word).or_default() += weight;
                }
                Profile { weights }
            })
            .collect();
        let mut centrality: Vec<f32> = profiles
            .iter()
            .map(|profile| {
                profile
                    .weights
                    .iter()
                    .map(|(word, weight)| weight * centroid.get(word).unwrap_or(&0.0))
                    .sum()
            })
            .collect();
        scale(&mut centrality);
        Self {
            profiles,
            centrality,
            merit: units
                .iter()
                .zip(&echoes)
                .map(|(unit, echo)| merit(unit) - ECHO * f32::from(*echo))
                .collect(),
        }
    }

    /// How much two sentences share in words, 0 to 1.
    pub(crate) fn overlap(&self, one: usize, other: usize) -> f32 {
        let (a, b) = (&self.profiles[one].weights, &self.profiles[other].weights);
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while i < a.len() && j < b.len() {
            match a[i].0.cmp(&b[j].0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    sum += a[i].1 * b[j].1;
                    i += 1;
                    j += 1;
                }
            }
        }
        sum
    }
}

/// What an earlier sentence said word for word is worth so much less, once or often.
const ECHO: f32 = 0.6;

/// For each sentence 0 where it is said first and only, 1 where it echoes another, 2 for all that stand three times and
/// more: stock phrases.
fn echoes(units: &[Unit]) -> Vec<u8> {
    let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, unit) in units.iter().enumerate() {
        seen.entry(cabinet_text::fold(&unit.text)).or_default().push(at);
    }
    let mut echoes = vec![0; units.len()];
    for places in seen.into_values() {
        for (nth, &at) in places.iter().enumerate() {
            echoes[at] = match places.len() {
                3.. => 2,
                _ => u8::from(nth > 0),
            };
        }
    }
    echoes
}

/// Brings values to 0 to 1.
pub(crate) fn scale(values: &mut [f32]) {
    let most = values.iter().copied().fold(0.0f32, f32::max);
    if most > 0.0 {
        values.iter_mut().for_each(|value| *value /= most);
    }
}

fn content_words(text: &str) -> impl Iterator<Item = String> {
    let folded = cabinet_text::fold(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !cabinet_text::is_stop_word(word))
        .map(reading::key)
        .collect();
    words.into_iter()
}

/// Headings under which the matter of a paper stands, and by how much they lift it.
const HEADINGS: &[(&str, f32)] = &[
    ("diagnos", 0.35),
    ("impression", 0.35),
    ("assessment", 0.3),
    ("conclusion", 0.35),
    ("summary", 0.3),
    ("plan", 0.25),
    ("recommend", 0.3),
    ("medication", 0.2),
    ("allerg", 0.25),
    ("complaint", 0.25),
    ("presenting", 0.2),
    ("findings", 0.2),
    ("result", 0.15),
    ("treatment", 0.15),
    ("term", 0.15),
    ("termination", 0.25),
    ("payment", 0.25),
    ("fee", 0.2),
    ("rent", 0.25),
    ("compensation", 0.25),
    ("liability", 0.2),
    ("indemni", 0.15),
    ("confidential", 0.1),
    ("obligation", 0.25),
    ("duties", 0.2),
    ("grant", 0.15),
    ("scope", 0.15),
    ("purpose", 0.25),
    ("order", 0.2),
    ("decision", 0.3),
    ("held", 0.3),
    ("facts", 0.15),
    ("governing law", 0.1),
    ("deposit", 0.2),
    ("price", 0.25),
    ("reference", -0.4),
    ("bibliography", -0.5),
    ("acknowledg", -0.4),
    ("appendix", -0.2),
    ("contact", -0.3),
    ("contents", -0.6),
    ("disclaimer", -0.4),
    ("index", -0.4),
    ("counterpart", -0.4),
    ("severab", -0.3),
    ("headings", -0.4),
    ("entire agreement", -0.25),
    ("notices", -0.15),
];

/// Words with which a sentence hangs on the one before it.
const HANGING: &[&str] = &[
    "this",
    "these",
    "that",
    "those",
    "it",
    "they",
    "such",
    "he",
    "she",
    "his",
    "her",
    "their",
    "however",
    "therefore",
    "thus",
    "also",
    "furthermore",
    "moreover",
    "then",
    "but",
    "and",
    "or",
    "otherwise",
    "here",
    "there",
];

fn merit(unit: &Unit) -> f32 {
    let folded = cabinet_text::fold(&unit.text);
    let mut merit: f32 = 0.0;
    if let Some(heading) = &unit.heading {
        let heading = cabinet_text::fold(heading);
        merit += HEADINGS
            .iter()
            .filter(|(word, _)| heading.contains(word))
            .map(|(_, lift)| lift)
            .fold(0.0, |a: f32, b| if b.abs() > a.abs() { *b } else { a });
    }
    merit += 0.2 * (1.0 - unit.depth * 8.0).max(0.0);
    merit += if unit.opens { 0.08 } else { 0.0 };
    merit += 0.08 * (unit.facts.min(4) as f32);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let says = |list: &[&str]| words.iter().any(|word| list.contains(word));
    if says(&[
        "shall",
        "must",
        "agrees",
        "held",
        "ordered",
        "diagnosed",
        "prescribed",
        "admitted",
        "dismissed",
        "entitled",
        "pay",
    ]) {
        merit += 0.12;
    }
    // What a paper comes to.
    let concludes = [
        "in conclusion",
        "we conclude",
        "in summary",
        "overall",
        "we found",
        "suggests that",
        "suggest that",
        "there is evidence",
        "no evidence",
        "insufficient evidence",
        "we therefore",
        "for these reasons",
    ];
    if concludes.iter().any(|phrase| folded.contains(phrase)) {
        merit += 0.15;
    }
    if words.first().is_some_and(|word| HANGING.contains(word)) {
        merit -= 0.2;
    }
    if unit.text.trim_end().ends_with('?') {
        merit -= 0.7;
    }
    if is_reference(&unit.text) {
        merit -= 0.6;
    }
    merit -= match (unit.kind, unit.is_complete()) {
        (_, true) => 0.0,
        (Kind::Item, false) => 0.1,
        _ => 0.3,
    };
    merit -= match unit.words {
        0..=3 => 0.8,
        4..=6 => 0.35,
        7..=45 => 0.0,
        46..=70 => 0.25,
        _ => 0.6,
    };
    // What begins in the middle was torn apart by the layout of the page.
    if unit.kind == Kind::Prose
        && unit
            .text
            .starts_with(|c: char| c.is_lowercase() || ")],;".contains(c))
    {
        merit -= 0.5;
    }
    if folded.contains("http://") || folded.contains("https://") {
        merit -= 0.5;
    }
    // What is printed in capitals throughout is a warning that every paper of its kind carries.
    let count = |of: fn(char) -> bool| unit.text.chars().filter(|c| of(*c)).count();
    if words.len() > 5 && count(char::is_uppercase) > 3 * count(char::is_lowercase) {
        merit -= 0.35;
    }
    // A row of a table says little without its head.
    if unit.text.starts_with('|') {
        merit -= 0.4;
    }
    // One case of a list ("… may end the contract if: the rent is not paid") says little without the list.
    if unit.lead_in_words > 8 {
        merit -= 0.35;
    }
    // "WHEREAS …", definitions of the words a contract uses, clauses that every contract has.
    let stock = [
        "whereas",
        "for the purposes of this",
        "as used in this",
        "means",
        "shall mean",
        "null and void and",
        "counterparts",
        "heirs, executors",
        "successors and assigns",
        "hereinafter",
        "for more information",
        "terms of use",
        "click",
        "www.",
    ];
    merit -= 0.15
        * stock
            .iter()
            .filter(|phrase| folded.contains(*phrase))
            .count()
            .min(2) as f32;
    merit
}

/// An entry of a list of references ("Vega L, Moss T (2014) … 54(2): 110–114."): what it has in the way of names with
/// initials after them, volumes, pages and years tells it from a sentence that cites.
fn is_reference(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let initials = |word: &str| {
        let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
        (1..=3).contains(&letters.chars().count())
            && letters.chars().all(char::is_uppercase)
            && word.ends_with([',', '.', ';'])
    };
    let authors = words
        .windows(2)
        .filter(|pair| {
            let named = |word: &str| word.chars().count() > 2 && word.starts_with(char::is_uppercase);
            initials(pair[1]) && named(pair[0]) || initials(pair[0]) && named(pair[1])
        })
        .count();
    // "54(2):110–114", "54(2)": a volume and its issue; "110–114": pages.
    let volume = words.iter().any(|word| {
        let issue = word.split_once('(').is_some_and(|(volume, rest)| {
            !volume.is_empty()
                && volume.chars().all(|c| c.is_ascii_digit())
                && rest.starts_with(|c: char| c.is_ascii_digit())
        });
        issue || matches!(bare(word).to_lowercase().as_str(), "vol" | "pp" | "doi" | "eds")
    });
    let pages = words.iter().any(|word| {
        let digits = |part: &str| part.len() >= 2 && part.chars().all(|c| c.is_ascii_digit());
        let range = bare(word.rsplit(':').next().unwrap_or(word));
        range
            .split_once(['-', '–'])
            .is_some_and(|(from, to)| digits(from) && digits(to))
    });
    let year = words.iter().any(|word| {
        let inner = bare(word);
        inner.len() == 4
            && (inner.starts_with("19") || inner.starts_with("20"))
            && inner.chars().all(|c| c.is_ascii_digit())
    });
    authors >= 2 && year || authors >= 1 && (volume || pages) || volume && pages && year
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn references_are_told_from_sentences_that_cite() {
        for entry in [
            "Vega L, Moss T, Arden P (2014) Painted walls and the lungs of decorators.",
            "Arch Invented Med 54(2):110–114 16. van Dorn BJ, Lisle RE (1998) The harbour study.",
            "L. S. Penrose, F. Vega, A. Moss et al., “Tar in blood,” Invented Research, vol. 67, no. 11, pp. 45–52, 2007.",
        ] {
            assert!(is_reference(entry), "{entry}");
        }
        for sentence in [
            "Vega and Moss found in 2014 that painted walls harm the lungs of decorators.",
            "The risk was raised (OR 2.8, 95 % CI 1.1–7.1) among women of 50–59 years in 2007.",
            "Mr J. Ellis, Dr A. Vega and the patient met on 3 March and agreed on the plan.",
            "Under s. 2(1) of the Act the landlord must repair within 21 days.",
        ] {
            assert!(!is_reference(sentence), "{sentence}");
        }
    }
}
