//! What the user typed, taken apart: quoted phrases, identifiers, words.

use cabinet_text::{Folded, is_stop_word};
use unicode_normalization::char::is_combining_mark;

/// A query in parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    /// Quoted by the user: must stand there to the letter to count as exact.
    pub phrases: Vec<String>,
    /// Look like numbers of files, patients, statutes or telephones.
    pub identifiers: Vec<String>,
    /// Every word, phrases and identifiers included.
    pub words: Vec<String>,
    /// The last word may still be being typed.
    pub unfinished: Option<String>,
}

impl Query {
    /// Takes a query apart. With `as_typed` the last word counts as a beginning unless a space follows it.
    pub(crate) fn parse(raw: &str, as_typed: bool) -> Self {
        let mut query = Self::default();
        for (i, part) in raw.split(['"', '“', '”', '„']).enumerate() {
            let quoted = i % 2 == 1;
            let words: Vec<String> = words(part).collect();
            if quoted && !words.is_empty() {
                query
                    .phrases
                    .push(part.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            if !quoted {
                query.identifiers.extend(
                    part.split_whitespace()
                        .map(trim_punctuation)
                        .filter(|w| is_identifier(w))
                        .map(str::to_string),
                );
            }
            query.words.extend(words);
        }
        if query.phrases.is_empty() && (2..=12).contains(&query.words.len()) {
            // A run of words that stands somewhere to the letter is what a person pasting it looks for.
            query
                .phrases
                .push(raw.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        if as_typed && raw.ends_with(char::is_alphanumeric) {
            query.unfinished = query.words.last().filter(|w| w.chars().count() >= 2).cloned();
        }
        let meaningful: Vec<String> = query
            .words
            .iter()
            .filter(|w| !is_stop_word(&w.to_lowercase()))
            .cloned()
            .collect();
        if !meaningful.is_empty() {
            query.words = meaningful;
        }
        query
    }

    /// The full-text expression: any of the words, the unfinished one as a beginning.
    pub(crate) fn match_any(&self) -> Option<String> {
        let mut parts: Vec<String> = self.words.iter().map(|w| quote(w)).collect();
        parts.sort();
        parts.dedup();
        parts.extend(self.unfinished.as_ref().map(|w| format!("{}*", quote(w))));
        if parts.is_empty() {
            None
        } else {
            Some(parts.join(" OR "))
        }
    }

    /// Full-text expressions that narrow down where each exact part may stand, with the part itself.
    pub(crate) fn match_exact(&self) -> impl Iterator<Item = (String, &str)> {
        self.phrases
            .iter()
            .chain(&self.identifiers)
            .map(|part| (quote(part), part.as_str()))
    }
}

/// Words as the full-text index sees them: runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|w| !w.is_empty())
        .map(str::to_string)
}

/// A full-text string: whatever stands in it is text, never syntax.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', " "))
}

fn trim_punctuation(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '§')
}

/// At least four digits, or three beside letters or separators: MRN, docket and telephone numbers, not years in
/// running text alone.
fn is_identifier(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let others = word
        .chars()
        .any(|c| c.is_alphabetic() || matches!(c, '-' | '/' | '.' | ':' | '§' | '_'));
    digits >= 5 || (digits >= 3 && others)
}

/// Whether `part` stands in `text` to the letter but for case, accents and line breaks, and not as a piece of a
/// longer word or number.
pub(crate) fn stands_in(text: &str, part: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let in_word = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(|c| c.is_alphanumeric())
    };
    Folded::new(text)
        .find(part)
        .iter()
        .any(|span| !in_word(span.start.checked_sub(1)) && !in_word(Some(span.end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_phrases_and_identifiers_are_told_apart_from_words() {
        let q = Query::parse("discharge of \"Ada Example\" MRN 4471-882, 2019", false);
        assert_eq!(q.phrases, ["Ada Example"]);
        assert_eq!(q.identifiers, ["4471-882"], "a bare year is a word");
        assert!(
            !q.words.contains(&"of".to_string()),
            "stop words go when others remain"
        );
    }

    #[test]
    fn a_query_of_stop_words_alone_is_kept() {
        assert_eq!(Query::parse("to be or", false).words, ["to", "be", "or"]);
    }

    #[test]
    fn syntax_of_the_index_cannot_be_injected() {
        let q = Query::parse("a\" OR text:* NEAR(", true);
        let expression = q.match_any().unwrap();
        assert_eq!(expression.matches('"').count() % 2, 0);
        assert!(!expression.contains("text:*"), "{expression}");
    }

    #[test]
    fn exact_means_whole_words_in_any_case_and_without_diacritics() {
        assert!(stands_in("Seen by Dr José\nNúñez today", "dr jose nunez"));
        assert!(!stands_in("number 44718829", "4471882"));
        assert!(stands_in("MRN: 4471-882.", "4471-882"));
    }

    #[test]
    fn the_last_word_is_a_beginning_only_while_it_is_typed() {
        assert_eq!(
            Query::parse("amoxi", true).match_any().unwrap(),
            "\"amoxi\" OR \"amoxi\"*"
        );
        assert_eq!(Query::parse("amoxi ", true).match_any().unwrap(), "\"amoxi\"");
    }
}
