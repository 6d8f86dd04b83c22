//! The folder's own list: its people, parties and their aliases, wherever they are named.

use std::collections::HashMap;

use crate::{Finder, Finding, Kind, Layer};

/// People, parties and aliases of one folder. Found in any case, and whatever white space stands between the words.
#[derive(Clone, Default)]
pub struct NameList {
    /// Folded words of each name, under the first of them, longest first.
    names: HashMap<String, Vec<(Vec<String>, Kind, f32)>>,
}

/// Shorter parts of a name are not looked for on their own: too many of them are words.
const SHORTEST_PART: usize = 3;
/// A part of a name alone is less sure than the whole.
const PART: f32 = 0.7;
/// Findings in the folder's documents go on its list from this confidence on.
const SURE: f32 = 0.8;

impl NameList {
    /// The people and organisations that the documents of a folder name beyond doubt.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let finder = Finder::new();
        let mut list = Self::default();
        for text in texts {
            for found in finder.find(text, &Self::default()) {
                if found.confidence >= SURE && matches!(found.kind, Kind::Person | Kind::Organisation) {
                    list.add(&text[found.range], found.kind);
                }
            }
        }
        list
    }

    /// Adds a name. Of a person's name each part is looked for too, so that the surname alone is found.
    pub fn add(&mut self, name: &str, kind: Kind) {
        let words: Vec<String> = words(name).map(|(_, word)| fold(word)).collect();
        if kind == Kind::Person && words.len() > 1 {
            for word in &words {
                if word.chars().count() >= SHORTEST_PART && !NOT_A_NAME.contains(&word.as_str()) {
                    self.insert(vec![word.clone()], kind, PART);
                }
            }
        }
        if words.iter().any(|word| word.chars().count() > 1) {
            self.insert(words, kind, 1.0);
        }
    }

    /// Whether nothing is on it.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn insert(&mut self, words: Vec<String>, kind: Kind, confidence: f32) {
        let Some(first) = words.first() else {
            return;
        };
        let under = self.names.entry(first.clone()).or_default();
        match under.iter_mut().find(|(known, ..)| *known == words) {
            Some(known) if known.2 < confidence => *known = (words, kind, confidence),
            Some(_) => {}
            None => under.push((words, kind, confidence)),
        }
        under.sort_by_key(|(words, ..)| std::cmp::Reverse(words.len()));
    }

    /// Every place where a name of the list stands, longest name first.
    pub(crate) fn find(&self, text: &str) -> Vec<Finding> {
        if self.is_empty() {
            return Vec::new();
        }
        let text_words: Vec<(usize, &str)> = words(text).collect();
        let folded: Vec<String> = text_words.iter().map(|(_, word)| fold(word)).collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < folded.len() {
            let here = self.names.get(&folded[at]).and_then(|under| {
                under
                    .iter()
                    .find(|(words, ..)| folded[at..].starts_with(words.as_slice()))
            });
            let Some((words, kind, confidence)) = here else {
                at += 1;
                continue;
            };
            let (last, word) = text_words[at + words.len() - 1];
            found.push(Finding {
                range: text_words[at].0..last + word.len(),
                kind: *kind,
                confidence: *confidence,
                layer: Layer::NameList,
            });
            at += words.len();
        }
        found
    }
}

/// Parts of names and ways to address someone that are no name by themselves.
const NOT_A_NAME: [&str; 27] = [
    "the",
    "and",
    "von",
    "van",
    "der",
    "den",
    "del",
    "dela",
    "les",
    "las",
    "los",
    "bin",
    "ibn",
    "mrs",
    "miss",
    "sir",
    "dame",
    "lord",
    "lady",
    "prof",
    "professor",
    "doctor",
    "judge",
    "justice",
    "jun",
    "sen",
    "née",
];

/// Runs of letters and digits, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// The same for every spelling in small and capital letters.
fn fold(word: &str) -> String {
    word.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_whole_and_in_part_and_in_any_case() {
        let mut list = NameList::default();
        list.add("Marguerite O'Dell", Kind::Person);
        list.add("Brightwater Holdings", Kind::Organisation);
        let text = "MARGUERITE  O’DELL wrote to brightwater\nholdings. Dell answered; Delling did not.";
        let found: Vec<&str> = list
            .find(text)
            .into_iter()
            .map(|found| &text[found.range])
            .collect();
        assert_eq!(found, ["MARGUERITE  O’DELL", "brightwater\nholdings", "Dell"]);
    }
}
