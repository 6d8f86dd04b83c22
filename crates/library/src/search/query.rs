//! What the user typed, taken apart: words, quoted phrases, identifiers, `AND OR NOT`, `field:value`.

use std::collections::HashSet;

use cabinet_text::{fold, is_stop_word};
use unicode_normalization::char::is_combining_mark;

use super::condition::Condition;
use super::filters::Filters;
use super::letter;
use super::lexemes::{Lexeme, lex, wanted};

/// Words of a query that are looked for as one phrase at most.
const LONGEST_RUN: usize = 12;

/// Words that carry meaning, of a query that is a name or a few words; a longer one is a question.
const LONGEST_NAME: usize = 6;

/// Words beyond which a query was not written but pasted, a whole text: its quotes, brackets and "OR" are its own. Two
/// questions of the measured sets have more.
const LONGEST_WRITTEN: usize = 128;

/// A query in parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    /// Come first where they stand to the letter: what was quoted, identifiers, strengths, names, a short query whole.
    pub exact: Vec<String>,
    /// What was quoted.
    pub quoted: Vec<String>,
    /// Which of them are names and terms inside a longer query, told by their capitals.
    pub names: Vec<String>,
    /// Every word to look for, those of phrases and identifiers included.
    pub words: Vec<String>,
    /// Neighbours among the words.
    pub pairs: Vec<String>,
    /// It asks something in many words, rather than naming what is looked for.
    pub question: bool,
    /// It is a whole text: what is like it is looked for.
    pub whole_text: bool,
    /// Words with a hyphen inside, looked for whole besides.
    pub compounds: Vec<String>,
    /// The last word may still be being typed.
    pub unfinished: Option<String>,
    /// What the documents must be.
    pub filters: Filters,
    /// What the documents must say.
    pub condition: Option<Condition>,
    /// The query without its syntax, as the embedding model should read it.
    pub meaning: String,
}

impl Query {
    /// Takes a query apart. With `as_typed` the last word counts as a beginning unless a space follows it.
    pub(crate) fn parse(raw: &str, as_typed: bool) -> Self {
        let whole_text = raw.split_whitespace().nth(LONGEST_WRITTEN).is_some();
        let mut lexemes = if whole_text {
            let words = raw.split_whitespace();
            words.map(|word| Lexeme::Word(word.to_string())).collect()
        } else {
            lex(raw, false)
        };
        let operators = lexemes
            .iter()
            .any(|l| matches!(l, Lexeme::And | Lexeme::Or | Lexeme::Not));
        if operators {
            lexemes = lex(raw, true);
        }
        let mut query = Self::default();
        lexemes.retain(|lexeme| match lexeme {
            Lexeme::Field(field, value) => {
                query.filters.read(field, value);
                false
            }
            _ => true,
        });
        let wanted = wanted(&lexemes);
        let mut free: Vec<&str> = Vec::new();
        for lexeme in &wanted {
            match lexeme {
                Lexeme::Phrase(phrase) => {
                    query.exact.push(phrase.clone());
                    query.quoted.push(phrase.clone());
                    free.push(phrase);
                }
                Lexeme::Word(word) => {
                    let bare = trim_punctuation(word);
                    if is_identifier(bare) {
                        query.exact.push(bare.to_string());
                    }
                    if bare.contains('-') {
                        query.compounds.push(bare.to_string());
                    }
                    free.push(word);
                }
                _ => {}
            }
        }
        query.words = free.iter().flat_map(|part| words(part)).collect();
        query.meaning = free.join(" ");
        if query.quoted.is_empty() && !operators {
            if (1..=LONGEST_RUN).contains(&query.words.len()) {
                // What stands somewhere as it was typed or pasted is what was looked for.
                query.exact.push(query.meaning.clone());
            }
            query.names = names(&free);
            query.names.retain(|name| *name != query.meaning);
            query.exact.extend(query.names.iter().cloned());
            query.exact.extend(strengths(&free));
        }
        query.exact.sort();
        query.exact.dedup();
        if as_typed && raw.ends_with(char::is_alphanumeric) {
            query.unfinished = match wanted.last() {
                // What is negated comes after it.
                Some(last @ Lexeme::Word(_))
                    if lexemes.last().is_some_and(|end| std::ptr::eq(end, *last)) =>
                {
                    query.words.last().filter(|w| w.chars().count() >= 2).cloned()
                }
                _ => None,
            };
        }
        if operators {
            query.condition = Condition::parse(&lexemes, query.unfinished.as_deref());
        }
        let carries = |word: &String| !is_stop_word(&word.to_lowercase());
        query.pairs = query
            .words
            .windows(2)
            .filter(|pair| pair.iter().all(carries))
            .map(|pair| pair.join(" "))
            .collect();
        let meaningful: Vec<String> = query.words.iter().filter(|word| carries(word)).cloned().collect();
        if !meaningful.is_empty() {
            query.words = meaningful;
        }
        query.question = query.words.len() > LONGEST_NAME;
        query.whole_text = whole_text;
        query
    }

    /// Keeps these of the words and what is made of them alone, and nothing to the letter: a judgment names dozens of
    /// dates, sections and persons, and a paper that shares one of them is not what is like it.
    pub(crate) fn keep(&mut self, words: Vec<String>) {
        let kept: HashSet<String> = words.iter().map(|word| fold(word)).collect();
        let all_kept = |part: &String| self::words(part).all(|word| kept.contains(&fold(&word)));
        self.pairs.retain(all_kept);
        self.pairs.sort();
        self.pairs.dedup();
        self.compounds.retain(all_kept);
        self.exact.clear();
        self.words = words;
    }

    /// What a passage may hold to be found: words, words with a hyphen inside, other spellings of strengths.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.words.iter().chain(&self.compounds).cloned().collect();
        let words = self.words.join(" ");
        parts.extend(
            letter::spellings(&words)
                .iter()
                .filter(|_| self.words.len() <= LONGEST_RUN)
                .flat_map(|spelling| {
                    spelling
                        .split_whitespace()
                        .map(str::to_string)
                        .collect::<Vec<_>>()
                }),
        );
        parts.sort();
        parts.dedup();
        parts
    }

    /// The full-text expression: any of the words, the unfinished one as a beginning.
    pub(crate) fn match_any(&self) -> Option<String> {
        let mut parts: Vec<String> = self.parts().iter().map(|part| quote(part)).collect();
        parts.extend(self.unfinished.as_ref().map(|word| begun(word)));
        if parts.is_empty() {
            None
        } else {
            Some(parts.join(" OR "))
        }
    }

    /// As [`Query::match_any`], but where neighbours stand side by side that counts as a word more.
    pub(crate) fn match_any_and_pairs(&self) -> Option<String> {
        let any = self.match_any()?;
        let pairs = self.pairs.iter().map(|pair| format!(" OR {}", quote(pair)));
        Some(any + &pairs.collect::<String>())
    }

    /// Full-text expressions that narrow down where each exact part may stand, with the part's words.
    pub(crate) fn match_exact(&self) -> impl Iterator<Item = (String, Vec<String>)> {
        self.exact.iter().map(|part| (exactly(part), letter::words(part)))
    }

    /// The words that may be marked, as they are compared.
    pub(crate) fn marked_words(&self) -> Vec<String> {
        let mut all: Vec<String> = self.words.iter().map(|w| fold(w)).collect();
        all.extend(self.exact.iter().flat_map(|part| letter::words(part)));
        all.retain(|word| !is_stop_word(word) || self.words.iter().any(|w| fold(w) == *word));
        all
    }
}

/// The full-text expression for a phrase in all its spellings.
pub(crate) fn exactly(part: &str) -> String {
    letter::spellings(part)
        .iter()
        .map(|spelling| quote(spelling))
        .collect::<Vec<_>>()
        .join(" OR ")
}

/// The full-text expression for what a word may become. It also finds words that share a stem with that and do not begin
/// so.
pub(crate) fn begun(word: &str) -> String {
    let word = fold(word);
    let mut any = format!("{}*", term(&word));
    for stem in cabinet_text::stems_within(&word) {
        any.push_str(" OR ");
        any.push_str(&term(&stem));
    }
    any
}

/// The full-text expression for what the index keeps as this stem, or, with an asterisk behind it, as one that begins so.
pub(crate) fn term(stem: &str) -> String {
    quote(&cabinet_text::word_with_stem(stem))
}

/// Runs of capitalised words inside a query that is otherwise in small letters: most likely a person or a party.
fn names(chunks: &[&str]) -> Vec<String> {
    let capital = |chunk: &&str| trim_punctuation(chunk).starts_with(char::is_uppercase);
    if chunks.iter().filter(|c| capital(c)).count() * 2 > chunks.len() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for chunk in chunks.iter().copied().chain([""]) {
        let is_capital = capital(&chunk) && !is_stop_word(&chunk.to_lowercase());
        if is_capital {
            run.push(trim_punctuation(chunk));
        }
        if !is_capital || chunk.ends_with([',', ';', '.', '?']) {
            if run.len() >= 2 {
                found.push(run.join(" "));
            }
            run.clear();
        }
    }
    found
}

/// A word with the strength behind it: "warfarin 5 mg", "warfarin 5mg".
fn strengths(chunks: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for first in 0..chunks.len() {
        if !chunks[first].chars().all(char::is_alphabetic) || is_stop_word(&chunks[first].to_lowercase()) {
            continue;
        }
        for last in [first + 1, first + 2] {
            let Some(run) = chunks.get(first..=last) else {
                continue;
            };
            let run = run.join(" ");
            let digits = chunks[first + 1].starts_with(|c: char| c.is_ascii_digit());
            if digits && letter::words(&run).len() == 3 && letter::spellings(&run).len() > 1 {
                found.push(run);
                break;
            }
        }
    }
    found
}

/// Words as the full-text index sees them: runs of letters and digits.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|w| !w.is_empty())
        .map(str::to_string)
}

/// A full-text string: whatever stands in it is text, never syntax. The index reads an expression up to the first zero
/// only, which may come along with what was pasted.
pub(crate) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace(['"', '\0'], " "))
}

fn trim_punctuation(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '§')
}

/// At least five digits, or three beside letters or separators: MRN, docket and telephone numbers, not years in
/// running text alone.
fn is_identifier(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let others = word
        .chars()
        .any(|c| c.is_alphabetic() || matches!(c, '-' | '/' | '.' | ':' | '§' | '_'));
    digits >= 5 || (digits >= 3 && others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_phrases_and_identifiers_are_told_apart_from_words() {
        let q = Query::parse("discharge of \"Ada Example\" MRN 4471-882, 2019", false);
        assert_eq!(q.exact, ["4471-882", "Ada Example"], "a bare year is a word");
        assert!(
            !q.words.contains(&"of".to_string()),
            "stop words go when others remain"
        );
    }

    #[test]
    fn names_and_strengths_inside_a_question_are_parts() {
        let q = Query::parse(
            "when did Ada Example start warfarin 5mg daily and stop taking something else later on",
            false,
        );
        assert_eq!(q.exact, ["Ada Example", "warfarin 5mg"]);
        let title = Query::parse(
            "Does Warfarin Cause Bleeding In People Who Take It For A Very Long While?",
            false,
        );
        assert!(title.exact.is_empty(), "{:?}", title.exact);
    }

    #[test]
    fn a_pasted_text_has_no_syntax() {
        let text = "He said \"no\" OR (perhaps) folder:Mill ".repeat(30);
        let q = Query::parse(&text, false);
        assert!(q.condition.is_none() && q.quoted.is_empty() && q.filters == Filters::default());
        let written = Query::parse("He said \"no\" OR (perhaps) folder:Mill", false);
        assert!(written.condition.is_some() && !written.quoted.is_empty());
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
        let pasted = Query::parse("lease AND \"quiet\0enjoyment\"", false);
        let (expression, _) = pasted.match_exact().next().unwrap();
        assert_eq!(expression, "\"quiet enjoyment\"");
        assert_eq!(
            pasted.condition,
            Condition::parse(&lex("lease AND \"quiet enjoyment\"", true), None),
        );
    }

    #[test]
    fn the_last_word_is_a_beginning_only_while_it_is_typed() {
        assert_eq!(
            Query::parse("amox", true).match_any().unwrap(),
            "\"amox\" OR \"amox\"*"
        );
        let inside = Query::parse("informati", true).match_any().unwrap();
        assert!(inside.contains(" OR \"inform\""), "{inside}");
        assert_eq!(Query::parse("amox ", true).match_any().unwrap(), "\"amox\"");
    }

    #[test]
    fn fields_and_negations_leave_the_words() {
        let q = Query::parse(
            "folder:\"Smith v Jones\" type:pdf costs -interim after:2024-02",
            false,
        );
        assert_eq!(q.words, ["costs"]);
        assert_eq!(q.meaning, "costs");
        assert_eq!(q.filters.folder.as_deref(), Some("Smith v Jones"));
        assert_eq!(q.filters.kinds, ["pdf"]);
        assert!(q.condition.is_some());
        let docket = Query::parse("2:19-cv-01234 -5", false);
        assert_eq!(docket.exact[0], "2:19-cv-01234");
        assert!(docket.condition.is_none());
    }

    #[test]
    fn compounds_are_looked_for_whole_too() {
        assert!(
            Query::parse("twenty-one days", false)
                .match_any()
                .unwrap()
                .contains("\"twenty-one\"")
        );
    }
}
