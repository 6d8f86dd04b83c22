//! What the claim says and the window does not.

use crate::facts::{Fact, Value};
use crate::grounding::check::{Check, Finding};
use crate::reading::{Force, Gender, Role, Token, What, Word, are_opposite};

impl Check<'_> {
    /// Words and facts of the claim without a counterpart.
    pub(crate) fn missing(&self) -> Vec<Finding> {
        (0..self.claim.tokens.len())
            .filter(|&at| self.alignment.of[at].is_none() && self.claim.tokens[at].must_match())
            .map(|at| match &self.claim.tokens[at].what {
                What::Fact(fact) => self.missing_fact(at, fact),
                What::Word(word) => self.missing_word(at, word),
                What::Mark(_) => unreachable!("marks need no counterpart"),
            })
            .collect()
    }

    fn missing_fact(&self, at: usize, fact: &Fact) -> Finding {
        let mine = self.claim_words(self.claim.tokens[at].span);
        // The same value with another bound: "at least" for "at most".
        let same_value = self
            .left_out_facts()
            .find(|(_, other)| fact.value.is_borne_out_by(&other.value));
        let other = same_value.or_else(|| {
            self.left_out_facts()
                .filter(|(_, other)| resembles(&fact.value, &other.value))
                .min_by_key(|(theirs, _)| {
                    let near = self.alignment.of[..at]
                        .iter()
                        .rev()
                        .flatten()
                        .next()
                        .copied()
                        .unwrap_or(0);
                    near.abs_diff(*theirs)
                })
        });
        Finding::wrong(match other {
            Some((theirs, _)) => format!("The source says {}, not {mine}.", self.source_words(theirs)),
            None => format!("“{mine}” does not stand in the sentence it rests on."),
        })
    }

    fn left_out_facts(&self) -> impl Iterator<Item = (usize, &Fact)> {
        self.window
            .tokens
            .iter()
            .enumerate()
            .filter(|(theirs, _)| !self.matched(*theirs))
            .filter_map(|(theirs, placed)| placed.token.fact().map(|fact| (theirs, fact)))
    }

    fn missing_word(&self, at: usize, word: &Word) -> Finding {
        let token = &self.claim.tokens[at];
        let mine = self.claim_words(token.span);
        if let Some(instead) = self.instead_of(word) {
            return Finding::wrong(format!("The source says “{instead}”, not “{mine}”."));
        }
        let anywhere = self.sources.knows(&word.stem) || self.sources.knows(&word.form);
        let place = if anywhere {
            "the sentence it rests on"
        } else {
            "these pages"
        };
        let reason = format!("“{mine}” does not stand in {place}.");
        match word.role {
            Role::Extent | Role::Qualifier | Role::Modal(_) => Finding::doubt(reason),
            Role::Side(_) | Role::Kin => Finding::wrong(reason),
            _ if token.is_name() => Finding::wrong(reason),
            // A thing that is named nowhere is invented; another verb may be a way of putting it.
            _ if !anywhere && token.is_nounish() => Finding::wrong(reason),
            _ => Finding::doubt(reason),
        }
    }

    /// What the window says where the claim says the opposite.
    fn instead_of(&self, word: &Word) -> Option<String> {
        let opposite = |theirs: &usize| {
            let Some(other) = self.source_word(*theirs) else {
                return false;
            };
            match (word.role, other.role) {
                (Role::Side(mine), Role::Side(theirs)) => mine != theirs,
                (Role::Modal(mine), Role::Modal(theirs)) => {
                    mine != theirs && (mine != Force::Future || theirs != Force::Future)
                }
                _ => are_opposite(&word.stem, &other.stem),
            }
        };
        self.main()
            .filter(|theirs| !self.matched(*theirs))
            .find(opposite)
            .map(|theirs| self.source_words(theirs))
    }

    /// "He" for a "she".
    pub(crate) fn gender(&self) -> Option<Finding> {
        let persons = self.sources.persons();
        [true, false].into_iter().find_map(|subject| {
            let pronoun = |token: &Token| pronoun(token, subject);
            let near: Vec<Gender> = self
                .window
                .tokens
                .iter()
                .filter_map(|placed| pronoun(placed.token))
                .collect();
            let mine = self.claim.tokens.iter().filter_map(pronoun);
            let wrong = mine.into_iter().find(|mine| match near.is_empty() {
                false => !near.contains(mine),
                true if *mine == Gender::Female => !persons.female && persons.male,
                true => !persons.male && persons.female,
            })?;
            let word = match (wrong, subject) {
                (Gender::Female, true) => "he",
                (Gender::Female, false) => "his” or “him",
                (_, true) => "she",
                (_, false) => "her",
            };
            Some(Finding::wrong(format!("The source says “{word}”.")))
        })
    }
}

/// The gender of a pronoun that is a subject ("he"), or of one that is not ("his", "him").
fn pronoun(token: &Token, subject: bool) -> Option<Gender> {
    match token.role() {
        Some(Role::Pronoun(gender @ (Gender::Female | Gender::Male))) => {
            let is_subject = token
                .word()
                .is_some_and(|word| matches!(word.form.as_str(), "he" | "she"));
            (is_subject == subject).then_some(gender)
        }
        _ => None,
    }
}

/// True where one value could have been written for the other by mistake.
fn resembles(mine: &Value, theirs: &Value) -> bool {
    match (mine, theirs) {
        (Value::Quantity(_, a), Value::Quantity(_, b)) => a.is_time() == b.is_time(),
        (Value::Quantity(..), Value::Number(_)) | (Value::Number(_), Value::Quantity(..)) => true,
        _ => mine.kind() == theirs.kind() && std::mem::discriminant(mine) == std::mem::discriminant(theirs),
    }
}
