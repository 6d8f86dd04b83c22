//! Who does what to whom: order of words, small words of direction, subjects and verbs.

use crate::facts::{Kind, Value};
use crate::grounding::check::{Check, Finding};
use crate::grounding::window::Part;
use crate::reading::{Gender, Role, Token, What, Word, is_auxiliary, is_plain_label};

impl Check<'_> {
    /// Matched words that stand in another order than in the source.
    pub(crate) fn inversions(&self) -> Option<Finding> {
        let counts = |mine: &usize| {
            let token = &self.claim.tokens[*mine];
            token.must_match() || token.role() == Some(Role::Frame)
        };
        let moved: Vec<usize> = (0..self.claim.tokens.len())
            .filter(|&mine| self.alignment.of[mine].is_some() && !self.alignment.in_order[mine])
            .filter(counts)
            .collect();
        let first = *moved.first()?;
        let mut groups: Vec<Vec<usize>> = vec![vec![first]];
        for &mine in &moved[1..] {
            let last = groups
                .last()
                .and_then(|group| group.last())
                .copied()
                .unwrap_or(first);
            let joined = self.claim.tokens[last + 1..mine]
                .iter()
                .all(|token| !token.says_something());
            match groups.last_mut() {
                Some(group) if joined => group.push(mine),
                _ => groups.push(vec![mine]),
            }
        }
        let bad = groups.iter().find(|group| !self.may_move(group, groups.len()))?;
        Some(Finding::doubt(format!(
            "“{}” stands in another place in the source.",
            self.claim_words(self.claim.tokens[bad[0]].span)
        )))
    }

    fn may_move(&self, group: &[usize], groups: usize) -> bool {
        self.is_free_time(group) || groups == 1 && self.is_turned_round(group) || self.is_free_phrase(group)
    }

    /// A date or time may stand anywhere in its clause where it is the only one.
    fn is_free_time(&self, group: &[usize]) -> bool {
        let rest = self.home_segment();
        group.iter().all(|&mine| {
            let (Some(fact), Some(theirs)) = (self.claim.tokens[mine].fact(), self.alignment.of[mine]) else {
                return false;
            };
            let timely = match &fact.value {
                Value::Quantity(_, unit) => unit.is_time(),
                value => matches!(value.kind(), Kind::Date | Kind::Time | Kind::Age),
            };
            let segment = self.window.tokens[theirs].segment;
            let rival = self.window.tokens.iter().enumerate().any(|(at, placed)| {
                at != theirs
                    && placed.segment == segment
                    && placed
                        .token
                        .fact()
                        .is_some_and(|other| other.value.kind() == fact.value.kind())
            });
            timely && rest == Some(segment) && !rival
        })
    }

    /// "5 mg of ramipril" for "ramipril 5 mg".
    fn is_turned_round(&self, group: &[usize]) -> bool {
        let [mine] = *group else { return false };
        let Some(theirs) = self.alignment.of[mine] else {
            return false;
        };
        let neighbours = [self.previous(mine), self.next(mine)];
        neighbours.into_iter().flatten().any(|other| {
            let Some(place) = self.alignment.of[other] else {
                return false;
            };
            let (low, high) = (theirs.min(place), theirs.max(place));
            let number =
                self.claim.tokens[mine].fact().is_some() != self.claim.tokens[other].fact().is_some();
            let linked = |at: usize| self.window.tokens[at].token.role() == Some(Role::Grammar);
            let (from, to) = (mine.min(other), mine.max(other));
            let close = self.claim.tokens[from + 1..to]
                .iter()
                .all(|token| token.role() == Some(Role::Grammar));
            number && close && (low + 1..high).all(linked)
        })
    }

    /// "In the ward" may stand at the start or at the end of its clause.
    fn is_free_phrase(&self, group: &[usize]) -> bool {
        let places: Option<Vec<usize>> = group.iter().map(|&mine| self.alignment.of[mine]).collect();
        let Some(places) = places else { return false };
        let (first, last) = (places[0], places[places.len() - 1]);
        let together = places.windows(2).all(|pair| pair[0] < pair[1])
            && (first..=last)
                .all(|at| places.contains(&at) || !self.window.tokens[at].token.says_something());
        let preposition = |tokens: &dyn Fn(usize) -> Option<String>, at: usize| {
            (0..at).rev().take(3).map_while(tokens).find(|form| {
                matches!(
                    form.as_str(),
                    "in" | "on" | "at" | "during" | "for" | "with" | "because" | "due" | "following"
                )
            })
        };
        let claim_form = |at: usize| small_word(&self.claim.tokens[at]);
        let source_form = |at: usize| small_word(self.window.tokens[at].token);
        let mine = preposition(&claim_form, group[0]);
        let theirs = preposition(&source_form, first);
        let names = group
            .iter()
            .any(|&mine| self.claim.tokens[mine].is_name() || self.claim.tokens[mine].fact().is_some());
        together
            && !names
            && mine.is_some()
            && mine == theirs
            && self.home_segment() == Some(self.window.tokens[first].segment)
    }

    /// The clause that most of the matched words stand in.
    fn home_segment(&self) -> Option<usize> {
        let mut counts: Vec<(usize, usize)> = Vec::new();
        for (mine, theirs) in self
            .alignment
            .pairs(self.claim)
            .filter(|&(mine, _)| self.alignment.in_order[mine])
        {
            let _ = mine;
            let segment = self.window.tokens[theirs].segment;
            match counts.iter_mut().find(|(found, _)| *found == segment) {
                Some((_, count)) => *count += 1,
                None => counts.push((segment, 1)),
            }
        }
        counts
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map(|(segment, _)| segment)
    }

    fn previous(&self, mine: usize) -> Option<usize> {
        (0..mine).rev().find(|&at| self.claim.tokens[at].says_something())
    }

    fn next(&self, mine: usize) -> Option<usize> {
        (mine + 1..self.claim.tokens.len()).find(|&at| self.claim.tokens[at].says_something())
    }

    /// "By the tenant" is not "to the tenant".
    pub(crate) fn relations(&self) -> Option<Finding> {
        self.alignment.pairs(self.claim).find_map(|(mine, theirs)| {
            let claim = relation_before(|at| self.claim.tokens.get(at), mine);
            let source = relation_before(|at| self.window.tokens.get(at).map(|placed| placed.token), theirs);
            let from_above = claim.is_some()
                && source.is_none()
                && self
                    .previous(mine)
                    .and_then(|before| self.alignment.of[before])
                    .is_some_and(|at| self.window.tokens[at].part == Part::Above);
            if claim == source
                || from_above
                || self.claim.tokens[mine].fact().is_some() && !directs(claim) && !directs(source)
            {
                return None;
            }
            // A first word that stands free in the claim hung on something in the source.
            let (strong, what) = match (claim, source) {
                (Some(claim), Some(source)) => (true, format!("The source says “{source}”, not “{claim}”.")),
                (Some(claim), None) => (
                    claim != "for" || self.window.tokens[theirs].part == Part::Main,
                    format!("The source does not say “{claim}” here."),
                ),
                (None, Some(source)) => (
                    true,
                    format!("The source says “{source} {}”.", self.source_words(theirs)),
                ),
                (None, None) => return None,
            };
            let both = claim.is_some() && source.is_some() && directs(claim) && directs(source);
            strong.then(|| {
                if both {
                    Finding::wrong(what)
                } else {
                    Finding::doubt(what)
                }
            })
        })
    }

    /// What the clause says first in the source must be what the claim speaks of.
    pub(crate) fn subjects(&self) -> Option<Finding> {
        self.alignment
            .segments(self.claim, self.window)
            .into_iter()
            .find_map(|segment| {
                let first = self.main().find(|&at| {
                    self.window.tokens[at].segment == segment
                        && self.matched(at)
                        && self.window.tokens[at].token.says_something()
                })?;
                let lead: Vec<usize> = self
                    .main()
                    .take_while(|&at| at < first)
                    .filter(|&at| self.window.tokens[at].segment == segment)
                    .collect();
                let left_out: Vec<usize> = lead
                    .iter()
                    .copied()
                    .filter(|&at| self.is_left_out(at) && !self.is_circumstance(at))
                    .collect();
                let subject = *left_out.first()?;
                // "Severe headache" for "headache".
                let premodifies = left_out.iter().all(|&at| {
                    let word = self.source_word(at);
                    self.window.touch(at, first)
                        && first == at + left_out.iter().filter(|&&other| other >= at).count()
                        && word.is_some_and(|word| {
                            word.role == Role::Content && !word.possessive && !word.capital
                        })
                        && !self.is_done(at)
                });
                if self.is_next_item(first, &lead)
                    || premodifies && self.window.tokens[first].token.is_nounish()
                    || self.is_introduction(&lead)
                    || self.is_the_patient(&lead)
                    || self.is_put_on_it()
                {
                    return None;
                }
                Some(Finding::doubt(format!(
                    "The source says this with “{}”.",
                    self.source_words(subject)
                )))
            })
    }

    /// "I started aspirin", "have started aspirin": a past form that is the verb and describes nothing.
    fn is_done(&self, at: usize) -> bool {
        let subject_or_aid = |word: &Word| {
            matches!(
                word.form.as_str(),
                "i" | "we" | "you" | "he" | "she" | "it" | "they" | "have" | "has" | "had"
            )
        };
        self.source_word(at).is_some_and(|word| word.past)
            && at
                .checked_sub(1)
                .and_then(|before| self.source_word(before))
                .is_some_and(subject_or_aid)
    }

    /// "Potassium 4.1 mmol/L and sodium 139 mmol/L": values in a row, no verb among them.
    fn is_next_item(&self, first: usize, lead: &[usize]) -> bool {
        let opens = lead.last().is_some_and(|&at| {
            let token = self.window.tokens[at].token;
            token.is_mark(',') || matches!(token.role(), Some(Role::Joint(_)))
        });
        let verb = lead.iter().any(|&at| {
            self.source_word(at).is_some_and(|word| {
                word.past
                    || word.loose
                    || is_auxiliary(&word.form)
                    || !matches!(word.role, Role::Content | Role::Joint(_))
            })
        });
        let value = (first..self.window.tokens.len())
            .any(|at| self.matched(at) && self.window.tokens[at].token.fact().is_some());
        let own_verb = self.claim.tokens.iter().any(|token| {
            token.role() == Some(Role::Frame)
                || token
                    .word()
                    .is_some_and(|word| matches!(word.form.as_str(), "has" | "have" | "had"))
        });
        opens && !verb && value && !own_verb
    }

    /// A date, a time of day or a reference at the start of a clause is not its subject.
    fn is_circumstance(&self, at: usize) -> bool {
        match &self.window.tokens[at].token.what {
            What::Fact(fact) => matches!(
                fact.value.kind(),
                Kind::Date | Kind::Time | Kind::Reference | Kind::Frequency
            ),
            _ => false,
        }
    }

    /// "In the ward, …", "During the night, …".
    fn is_introduction(&self, lead: &[usize]) -> bool {
        let Some(opens) = lead.iter().find_map(|&at| self.source_word(at)) else {
            return false;
        };
        let preposition = matches!(
            opens.form.as_str(),
            "in" | "on" | "at" | "during" | "after" | "before" | "following" | "since"
        );
        let comma = lead
            .iter()
            .rposition(|&at| self.window.tokens[at].token.is_mark(','));
        preposition && comma.is_some_and(|comma| lead[comma..].iter().all(|&at| !self.is_left_out(at)))
    }

    /// The claim speaks of "the patient" or of "he" or "she", and the clause names the person the document is about.
    fn is_the_patient(&self, lead: &[usize]) -> bool {
        let stands_for = self.claim.tokens.iter().any(|token| {
            token.word().is_some_and(|word| word.stem == "patient")
                || matches!(token.role(), Some(Role::Pronoun(Gender::Female | Gender::Male)))
        });
        let persons = self.sources.persons();
        let named = |at: usize| self.source_word(at).is_some_and(|word| persons.is_subject(word));
        let left_out: Vec<usize> = lead
            .iter()
            .copied()
            .filter(|&at| self.is_left_out(at) && !self.is_circumstance(at))
            .collect();
        // "Mrs Okafor, a 62-year-old teacher, …": what stands between commas behind the name tells who she is.
        let comma = |at: &&usize| self.window.tokens[**at].token.is_mark(',');
        let (open, close) = (lead.iter().find(comma), lead.iter().rfind(comma));
        stands_for
            && left_out.first().is_some_and(|&at| named(at))
            && left_out.iter().all(|&at| {
                let aside = open.is_some_and(|&open| at > open) && close.is_some_and(|&close| at < close);
                named(at)
                    || aside
                        && !matches!(
                            self.window.tokens[at].token.role(),
                            Some(Role::Kin | Role::Qualifier)
                        )
            })
    }

    /// A claim that brings its own verb must rest on a clause that has none.
    pub(crate) fn predicate(&self) -> Option<Finding> {
        let own_verb = self.claim.tokens.iter().enumerate().any(|(at, token)| {
            let verb = token.word().is_some_and(|word| {
                word.role == Role::Frame
                    && !matches!(word.stem.as_str(), "patient" | "document" | "page" | "source")
                    || matches!(word.form.as_str(), "has" | "have" | "had")
            });
            verb && self.alignment.of[at].is_none() && !self.says_the_same(token)
        });
        if !own_verb {
            return None;
        }
        let pairs: Vec<usize> = self
            .alignment
            .pairs(self.claim)
            .map(|(_, theirs)| theirs)
            .filter(|&at| self.window.tokens[at].part == Part::Main)
            .collect();
        let (first, last) = (*pairs.iter().min()?, *pairs.iter().max()?);
        let verb = (first..last).find(|&at| {
            self.is_left_out(at)
                && self
                    .source_word(at)
                    .is_some_and(|word| word.past || word.loose && word.form.ends_with("ing"))
        });
        let verb = verb?;
        Some(Finding::doubt(format!(
            "The source says this with “{}”.",
            self.source_words(verb)
        )))
    }

    /// "Has" stands in the clause itself, where it is grammar.
    fn says_the_same(&self, token: &Token) -> bool {
        let segments = self.alignment.segments(self.claim, self.window);
        let form = token.word().map(|word| word.form.as_str());
        self.window.tokens.iter().any(|placed| {
            segments.contains(&placed.segment) && placed.token.word().map(|word| word.form.as_str()) == form
        })
    }

    /// What stands behind a label is said of what the label names.
    pub(crate) fn label(&self) -> Option<Finding> {
        let first = self
            .main()
            .find(|&at| self.matched(at) && self.window.tokens[at].token.says_something())?;
        let label = self.foreign_label(first)?;
        Some(Finding::doubt(format!(
            "In the source this stands under “{}”.",
            self.source_words(label)
        )))
    }

    /// A word of the label that is neither claimed nor one of the plain ones ("Medication").
    fn foreign_label(&self, first: usize) -> Option<usize> {
        let colon = self
            .main()
            .take_while(|&at| at < first)
            .filter(|&at| self.window.tokens[at].token.is_mark(':'))
            .last()?;
        self.main().take_while(|&at| at < colon).find(|&at| {
            let plain = |word: &Word| is_plain_label(&word.form) || self.sources.persons().is_subject(word);
            self.is_left_out(at) && self.source_word(at).is_some_and(|word| !plain(word))
        })
    }

    /// "I", "it" and "she" are not the same, nor is "it" the patient.
    pub(crate) fn speakers(&self) -> Option<Finding> {
        let first_match = self.alignment.pairs(self.claim).next()?.0;
        let mine = self.claim.tokens[..first_match].iter().rev().find_map(speaker)?;
        let theirs = self.alignment.of[first_match]?;
        if self.window.tokens[theirs].part != Part::Main {
            return None;
        }
        let segment = self.window.tokens[theirs].segment;
        let lead = || {
            (0..theirs)
                .rev()
                .map(|at| &self.window.tokens[at])
                .take_while(|placed| placed.segment == segment)
        };
        let source = lead().find_map(|placed| speaker(placed.token));
        let named = lead().any(|placed| placed.token.is_name() || placed.token.role() == Some(Role::Title));
        let same = match (mine, source) {
            (Speaker::Person, None) => true,
            (Speaker::Person, Some(source)) => source == Speaker::Person || named,
            (mine, source) => source == Some(mine),
        };
        (!same && !self.is_put_on_it())
            .then(|| Finding::doubt("The source says this of someone or something else.".to_owned()))
    }
}

/// Who or what a sentence speaks of, as far as a pronoun tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Person,
    Writer,
    Reader,
    Many,
    Thing,
}

fn speaker(token: &Token) -> Option<Speaker> {
    let word = token.word()?;
    Some(match word.form.as_str() {
        "he" | "she" | "patient" => Speaker::Person,
        "i" | "we" => Speaker::Writer,
        "you" => Speaker::Reader,
        "they" | "these" | "those" => Speaker::Many,
        "it" | "this" | "there" => Speaker::Thing,
        _ => return None,
    })
}

fn small_word(token: &Token) -> Option<String> {
    token
        .word()
        .filter(|_| !token.says_something())
        .map(|word| word.form.clone())
}

/// "To", "by", "from" change what a number means; "for" and "at" do not.
fn directs(relation: Option<&str>) -> bool {
    matches!(relation, Some("to" | "by" | "from"))
}

/// The small word of direction directly before a token, articles and titles passed over.
pub(crate) fn relation_before<'a>(token: impl Fn(usize) -> Option<&'a Token>, at: usize) -> Option<&'a str> {
    let mut at = at;
    while at > 0 {
        at -= 1;
        let found = token(at)?;
        let Some(word) = found.word() else {
            if found.is_mark('.') {
                continue;
            }
            return None;
        };
        match word.role {
            Role::Relation => return Some(word.form.as_str()),
            Role::Title => {}
            Role::Grammar
                if matches!(
                    word.form.as_str(),
                    "the" | "a" | "an" | "this" | "that" | "these" | "those" | "such"
                ) => {}
            Role::Pronoun(_)
                if matches!(
                    word.form.as_str(),
                    "his" | "her" | "its" | "their" | "my" | "our" | "your"
                ) => {}
            _ => return None,
        }
    }
    None
}
