//! Prepositions, "and", "or", "that", and the reporting words a summary adds: small, but they can turn a sentence.

use crate::facts::Kind;
use crate::grounding::check::{Check, Finding};
use crate::grounding::window::Part;
use crate::reading::{Joint, Role, Token, Word, is_auxiliary};

impl Check<'_> {
    /// A small word of the claim that the source does not have in this place.
    pub(crate) fn small_words(&self) -> Option<Finding> {
        let added = (0..self.claim.tokens.len()).find(|&at| {
            self.claim.tokens[at].word().is_some_and(|word| {
                self.alignment.of[at].is_none() && self.is_after_first_match(at) && !self.may_add(at, word)
            })
        })?;
        let word = self.claim_words(self.claim.tokens[added].span);
        Some(Finding::doubt(format!("The source does not say “{word}” here.")))
    }

    /// What stands before all that is matched introduces the sentence: "The document states that …".
    fn is_after_first_match(&self, at: usize) -> bool {
        self.alignment
            .pairs(self.claim)
            .next()
            .is_some_and(|(first, _)| first < at)
    }

    fn may_add(&self, at: usize, word: &Word) -> bool {
        match word.role {
            Role::Joint(Joint::And) => self.commas_between(at) || self.is_denied_list(at),
            Role::Joint(Joint::Or) => self.is_denied_list(at),
            Role::Joint(Joint::But) | Role::Clause => false,
            Role::Frame => self.follows_auxiliary(at) || self.leaves_heading(at),
            Role::Relation => self.same_before_next(at, &word.form) || self.leaves_heading(at),
            Role::Grammar if is_preposition(&word.form) => {
                self.same_before_next(at, &word.form)
                    || self.before_time(at)
                    || word.form == "of" && self.joins_neighbours(at)
            }
            _ => true,
        }
    }

    /// Matched neighbours that say something, before and after a place of the claim.
    fn neighbours_of(&self, at: usize) -> (Option<usize>, Option<usize>) {
        let says = |&place: &usize| self.claim.tokens[place].says_something();
        let before = (0..at)
            .rev()
            .find(says)
            .and_then(|place| self.alignment.of[place]);
        let after = (at + 1..self.claim.tokens.len())
            .find(says)
            .and_then(|place| self.alignment.of[place]);
        (before, after)
    }

    /// "Fever, cough and rash": an "and" for a comma.
    fn commas_between(&self, at: usize) -> bool {
        let (Some(before), Some(after)) = self.neighbours_of(at) else {
            return false;
        };
        if before > after {
            return false;
        }
        let between = &self.window.tokens[before..after];
        let mark = |mark: char| between.iter().any(|placed| placed.token.is_mark(mark));
        let or = between
            .iter()
            .any(|placed| placed.token.role() == Some(Role::Joint(Joint::Or)));
        let and = between
            .iter()
            .any(|placed| placed.token.role() == Some(Role::Joint(Joint::And)));
        (mark(',') || mark(';') || and) && !or
    }

    /// "No fever or cough" and "no fever and cough" deny the same, where the list follows the "no" directly.
    fn is_denied_list(&self, at: usize) -> bool {
        let denies = |token: &Token| {
            token
                .word()
                .is_some_and(|word| matches!(word.form.as_str(), "no" | "denies" | "deny" | "denying"))
        };
        let other = |token: &Token| {
            matches!(token.role(), Some(Role::Relation | Role::Clause | Role::Modal(_)))
                || token.word().is_some_and(|word| is_auxiliary(&word.form))
        };
        let listed = |mut back: Box<dyn Iterator<Item = &Token> + '_>| {
            back.find(|token| denies(token) || other(token))
                .is_some_and(denies)
        };
        let (before, _) = self.neighbours_of(at);
        listed(Box::new(self.claim.tokens[..at].iter().rev()))
            && before.is_some_and(|place| {
                listed(Box::new(
                    self.window.tokens[..place]
                        .iter()
                        .rev()
                        .map(|placed| placed.token),
                ))
            })
    }

    fn follows_auxiliary(&self, at: usize) -> bool {
        let before = at
            .checked_sub(1)
            .and_then(|before| self.claim.tokens[before].word());
        before.is_some_and(|word| is_auxiliary(&word.form))
    }

    /// The same word stands before the same thing, only elsewhere in the sentence.
    fn same_before_next(&self, at: usize, form: &str) -> bool {
        let next = (at + 1..self.claim.tokens.len()).find(|&next| !self.is_article(&self.claim.tokens[next]));
        let Some(theirs) = next.and_then(|next| self.alignment.of[next]) else {
            return false;
        };
        let before = (0..theirs)
            .rev()
            .find(|&before| !self.is_article(self.window.tokens[before].token));
        before
            .and_then(|before| self.source_word(before))
            .is_some_and(|word| word.form == form)
    }

    fn is_article(&self, token: &Token) -> bool {
        token.role() == Some(Role::Title)
            || token.word().is_some_and(|word| {
                matches!(
                    word.form.as_str(),
                    "the" | "a" | "an" | "his" | "her" | "its" | "their"
                )
            })
    }

    /// "Allergic to" where the heading says "Allergies".
    fn leaves_heading(&self, at: usize) -> bool {
        let part = |place: Option<usize>| place.map(|place| self.window.tokens[place].part);
        let (before, after) = self.neighbours_of(at);
        part(before) == Some(Part::Above) && part(after) == Some(Part::Main)
    }

    /// "On" before a date, "for" before a stretch of time.
    fn before_time(&self, at: usize) -> bool {
        self.claim
            .tokens
            .get(at + 1)
            .and_then(Token::fact)
            .is_some_and(|fact| {
                matches!(
                    fact.value.kind(),
                    Kind::Date | Kind::Time | Kind::Age | Kind::Frequency
                )
            })
    }

    /// "5 mg of ramipril" for "ramipril 5 mg".
    fn joins_neighbours(&self, at: usize) -> bool {
        let (Some(before), Some(after)) = self.neighbours_of(at) else {
            return false;
        };
        let (low, high) = (before.min(after), before.max(after));
        low + 1 == high || self.window.touch(low, high)
    }
}

fn is_preposition(word: &str) -> bool {
    matches!(
        word,
        "with"
            | "in"
            | "on"
            | "at"
            | "of"
            | "about"
            | "during"
            | "through"
            | "over"
            | "up"
            | "down"
            | "out"
            | "upon"
            | "again"
    )
}
