//! "Bruno Castellan takes aspirin" where the letter, which is about him, says "he": the name is read as "the patient".
//!
//! Always holds: only for a whole name that one document puts over itself ("Re: Bruno Castellan"), where it puts no other
//! there, and only where that very document bears the sentence out.

use cabinet_text::Span;

use crate::document::Verdict;
use crate::facts::lexer;
use crate::grounding::Sources;
use crate::grounding::check::Outcome;
use crate::grounding::sources::labelled;
use crate::reading::{Reading, Role};

impl Sources {
    /// Checks a sentence with "the patient" for the name of the person a document is about; none where it has no such
    /// name, or is not borne out so.
    pub(crate) fn outcome_without_name(&self, text: &str) -> Option<Outcome> {
        let reading = Reading::new(text);
        self.named_subjects()
            .iter()
            .enumerate()
            .find_map(|(document, name)| {
                let span = place_of(&reading, name.as_deref()?)?;
                let outcome = self.best_outcome(&with_patient(text, span))?;
                let here = |&at: &usize| self.sentences[at].document == document;
                (outcome.verdict == Verdict::Supported && outcome.sentences.iter().all(here))
                    .then_some(outcome)
            })
    }

    /// For each document the whole name it puts over itself; none where it puts none there, or several.
    fn named_subjects(&self) -> &[Option<Vec<String>>] {
        self.subjects.get_or_init(|| {
            let mut names: Vec<Vec<Vec<String>>> = vec![Vec::new(); self.document_count()];
            for entry in &self.sentences {
                let name = whole_name(labelled(&lexer::lex(&entry.text)));
                if !name.is_empty() {
                    names[entry.document].push(name);
                }
            }
            names.into_iter().map(one_name).collect()
        })
    }
}

/// The first of a document's names, where it is a whole one and the others are it or parts of it.
fn one_name(names: Vec<Vec<String>>) -> Option<Vec<String>> {
    let (first, others) = names.split_first()?;
    let same = others
        .iter()
        .all(|other| other.iter().all(|part| first.contains(part)));
    (first.len() > 1 && same).then(|| first.clone())
}

/// "Bruno", "Castellan" of "Bruno Castellan, MRN": what follows a whole name and a comma is no part of it.
fn whole_name(lexemes: Vec<&lexer::Lexeme>) -> Vec<String> {
    let mut name = Vec::new();
    for lexeme in lexemes {
        if lexeme.is_mark(',') && name.len() > 1 {
            break;
        }
        if lexeme.is_word() && lexeme.form.len() > 1 {
            name.push(lexeme.form.clone());
        }
    }
    name
}

/// Where a text has at least two parts of the name side by side, and nothing else of a name beside them.
fn place_of(reading: &Reading, name: &[String]) -> Option<Span> {
    let tokens = &reading.tokens;
    let part = |at: usize| {
        tokens[at]
            .word()
            .is_some_and(|word| word.capital && name.contains(&word.form))
    };
    let first = (0..tokens.len()).find(|&at| part(at))?;
    let last = (first..tokens.len()).take_while(|&at| part(at)).last()?;
    let named = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| token.is_name() || token.role() == Some(Role::Title))
    };
    // A dot stands between a title or an initial and the name.
    let before = first.checked_sub(1);
    let alone = !before.is_some_and(|at| named(at) || tokens[at].is_mark('.')) && !named(last + 1);
    let possessive = tokens[last].word().is_some_and(|word| word.possessive);
    (last > first && alone && !possessive).then(|| Span::new(tokens[first].span.start, tokens[last].span.end))
}

fn with_patient(text: &str, span: Span) -> String {
    let before: String = text.chars().take(span.start).collect();
    let after: String = text.chars().skip(span.end).collect();
    let patient = if before.trim().is_empty() {
        "The patient"
    } else {
        "the patient"
    };
    format!("{before}{patient}{after}")
}
