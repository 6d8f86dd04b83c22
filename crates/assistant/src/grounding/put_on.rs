//! "I have started aspirin 75 mg once daily" bears out "He takes aspirin 75 mg once daily": a doctor who writes that a
//! drug has been started says what the patient takes now.
//!
//! Always holds: only for a drug with its dose; only in the present perfect, because "I started it in May" may be long
//! over; only for the patient; and only where nothing else is said of the drug that could have changed it.

use crate::facts::{Fact, Value};
use crate::grounding::check::Check;
use crate::reading::{Gender, Joint, Role, Token, Word, key};

impl Check<'_> {
    /// True where the claim says that the patient takes what the sentence says has been started.
    pub(crate) fn is_put_on_it(&self) -> bool {
        let Some(drug) = self
            .main()
            .find(|&at| self.matched(at) && self.window.tokens[at].token.says_something())
        else {
            return false;
        };
        self.claims_taking()
            && self.window.tokens[drug].token.is_nounish()
            && self.dose_behind(drug).is_some()
            && self.has_been_started(drug)
            && !self.is_limited(drug)
            && !self.is_said_otherwise(drug)
    }

    /// "He takes", "the patient is taking", "she is on", and nothing else before what is matched.
    fn claims_taking(&self) -> bool {
        let Some((first, _)) = self.alignment.pairs(self.claim).next() else {
            return false;
        };
        let words: Option<Vec<&Word>> = self.claim.tokens[..first].iter().map(Token::word).collect();
        let Some(words) = words else { return false };
        let has = |forms: &[&str]| words.iter().any(|word| forms.contains(&word.form.as_str()));
        let known = [
            "he",
            "she",
            "the",
            "patient",
            "is",
            "takes",
            "taking",
            "receives",
            "receiving",
            "on",
        ];
        words.iter().all(|word| known.contains(&word.form.as_str()))
            && has(&["he", "she", "patient"])
            && (has(&["takes", "taking", "receives", "receiving"]) || has(&["is"]) && has(&["on"]))
    }

    /// The dose that follows a drug directly.
    fn dose_behind(&self, drug: usize) -> Option<&Fact> {
        let next = self.window.tokens.get(drug + 1)?;
        next.token.fact().filter(|fact| is_dose(fact))
    }

    /// "I have started", "we have also started him on", and behind it perhaps other drugs of the same list.
    fn has_been_started(&self, drug: usize) -> bool {
        let segment = self.window.tokens[drug].segment;
        let mut lead = self
            .main()
            .take_while(|&at| at < drug)
            .filter(|&at| self.window.tokens[at].segment == segment)
            .map(|at| self.window.tokens[at].token)
            .skip_while(|token| token.word().is_none())
            .peekable();
        let is = |token: &Token, forms: &[&str]| {
            token
                .word()
                .is_some_and(|word| forms.contains(&word.form.as_str()))
        };
        let opens = lead.next().is_some_and(|token| is(token, &["i", "we"]))
            && lead.next().is_some_and(|token| is(token, &["have"]));
        while lead
            .next_if(|token| is(token, &["now", "also", "just", "therefore", "already"]))
            .is_some()
        {}
        let started = lead.next().and_then(Token::word);
        if !opens || !started.is_some_and(|word| word.stem == key("start") && word.past) {
            return false;
        }
        if lead.next_if(|token| is(token, &["him", "her", "the"])).is_some() {
            lead.next_if(|token| is(token, &["patient"]));
            if !lead.next().is_some_and(|token| is(token, &["on"])) {
                return false;
            }
        }
        let listed: Vec<&Token> = lead.collect();
        let joins = |token: &Token| token.is_mark(',') || token.role() == Some(Role::Joint(Joint::And));
        listed.last().is_none_or(|last| joins(last))
            && listed.iter().all(|token| {
                joins(token)
                    || token.fact().is_some()
                    || token.is_nounish()
                    || is(token, &["at", "in", "the"])
            })
    }

    /// The sentence says for how long, under what condition, for whom else or what came of it.
    fn is_limited(&self, drug: usize) -> bool {
        let persons = self.sources.persons();
        self.main().filter(|&at| at > drug).any(|at| {
            let token = self.window.tokens[at].token;
            let timed = || {
                let next = self.window.tokens.get(at + 1);
                next.is_some_and(|next| next.token.fact().is_some())
            };
            match token.role() {
                Some(Role::Relation) => token.word().is_none_or(|word| word.form != "for") || timed(),
                Some(
                    Role::Qualifier
                    | Role::Negator(_)
                    | Role::Modal(_)
                    | Role::Kin
                    | Role::Title
                    | Role::Clause
                    | Role::Joint(Joint::But | Joint::Or),
                ) => true,
                _ => token.is_name() && !token.word().is_some_and(|word| persons.is_subject(word)),
            }
        })
    }

    /// Another sentence says of the drug that it was stopped, changed, not taken, or has another dose; or the next one
    /// says it of "it".
    fn is_said_otherwise(&self, drug: usize) -> bool {
        let Some(&here) = self.window.sentences.last() else {
            return true;
        };
        let Some(stem) = self.source_word(drug).map(|word| word.stem.as_str()) else {
            return true;
        };
        let next = here + 1;
        let follows = self
            .sources
            .sentences
            .get(next)
            .is_some_and(|entry| entry.before == Some(here) && turns_it(&entry.reading().tokens));
        follows
            || self.sources.holding(stem).any(|at| {
                let tokens = &self.sources.sentences[at].reading().tokens;
                at != here && (changes(tokens) || self.has_another_dose(tokens, stem, drug))
            })
    }

    fn has_another_dose(&self, tokens: &[Token], stem: &str, drug: usize) -> bool {
        tokens.windows(2).any(|pair| {
            let [name, dose] = pair else { return false };
            let same = name.word().is_some_and(|word| word.stem == stem);
            same && dose.fact().is_some_and(|other| {
                is_dose(other)
                    && !self
                        .dose_behind(drug)
                        .is_some_and(|dose| dose.is_borne_out_by(other))
            })
        })
    }
}

/// An amount that can be swallowed, not a stretch of time.
fn is_dose(fact: &Fact) -> bool {
    matches!(&fact.value, Value::Quantity(_, unit) if !unit.is_time())
}

/// Something was done that the sentence does not only repeat.
fn changes(tokens: &[Token]) -> bool {
    let repeats = [key("start"), key("continue")];
    tokens.iter().any(|token| {
        matches!(token.role(), Some(Role::Qualifier | Role::Negator(_)))
            || token
                .word()
                .is_some_and(|word| word.past && !repeats.contains(&word.stem))
    })
}

/// "It was stopped", "he stopped it after two days", "this made him sick".
fn turns_it(tokens: &[Token]) -> bool {
    let points = tokens.iter().any(|token| match token.role() {
        Some(Role::Pronoun(Gender::Other)) => true,
        _ => token
            .word()
            .is_some_and(|word| matches!(word.form.as_str(), "this" | "that" | "both" | "these" | "those")),
    });
    let stops = tokens
        .iter()
        .any(|token| token.word().is_some_and(|word| word.stem == key("stop")));
    stops || points && changes(tokens)
}
