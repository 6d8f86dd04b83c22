//! Whether facts, names and descriptions stand by the same words in the claim and in the source.

use crate::facts::Kind;
use crate::grounding::check::{Check, Finding};
use crate::grounding::order::relation_before;
use crate::grounding::sources::title;
use crate::grounding::window::Part;
use crate::reading::{Role, Token, is_company_form};

impl Check<'_> {
    /// The word that a number stands by in the source must be in the claim too.
    pub(crate) fn fact_neighbours(&self) -> Option<Finding> {
        self.alignment.pairs(self.claim).find_map(|(mine, theirs)| {
            let fact = self.claim.tokens[mine].fact()?;
            if !matches!(fact.value.kind(), Kind::Number | Kind::Money | Kind::Age) {
                return None;
            }
            let before = (0..theirs)
                .rev()
                .take(1)
                .find(|&at| self.window.tokens[at].part == self.window.tokens[theirs].part);
            let after = (theirs + 1..self.window.tokens.len())
                .find(|&at| self.source_word(at).is_none_or(|word| word.form != "of"))
                .filter(|&at| self.window.tokens[at].part == self.window.tokens[theirs].part);
            let by = before.into_iter().chain(after).find(|&at| {
                let token = self.window.tokens[at].token;
                token.is_nounish() && !self.matched(at) && !Self::is_measure_word(token)
            })?;
            let mine = self.claim_words(self.claim.tokens[mine].span);
            Some(Finding::wrong(format!(
                "In the source {mine} stands by “{}”.",
                self.source_words(by)
            )))
        })
    }

    /// What lies between two neighbours of the claim in the source must be such as may be left out.
    pub(crate) fn skips(&self) -> Option<Finding> {
        let pairs: Vec<(usize, usize)> = self
            .alignment
            .pairs(self.claim)
            .filter(|&(mine, _)| self.alignment.in_order[mine])
            .collect();
        pairs.windows(2).find_map(|pair| {
            let [(my_first, first), (my_second, second)] = *pair else {
                return None;
            };
            let between: Vec<usize> = (first + 1..second).collect();
            // From the heading into the text, or from one sentence into the next, nothing is left out.
            if self.window.tokens[first].part != self.window.tokens[second].part {
                return self.crossing(my_first, my_second, first, second);
            }
            self.skip(my_first, my_second, second, &between)
        })
    }

    /// From the sentence before into the sentence itself only the subject may be carried over.
    fn crossing(&self, my_first: usize, my_second: usize, first: usize, second: usize) -> Option<Finding> {
        if self.window.tokens[first].part != Part::Before {
            return None;
        }
        let subject =
            (0..first).all(|at| self.window.tokens[at].part != Part::Before || !self.is_left_out(at));
        let leads = self
            .main()
            .take_while(|&at| at < second)
            .all(|at| !self.is_left_out(at));
        let number =
            self.claim.tokens[my_first].fact().is_some() || self.claim.tokens[my_second].fact().is_some();
        (!subject || !leads || number).then(|| self.apart(my_first, my_second))
    }

    fn skip(&self, my_first: usize, my_second: usize, second: usize, between: &[usize]) -> Option<Finding> {
        let claim_between = &self.claim.tokens[my_first + 1..my_second];
        let adjacent = claim_between.is_empty();
        let claim_joint = claim_between
            .iter()
            .any(|token| matches!(token.role(), Some(Role::Joint(_))) || token.is_mark(','));
        let mut left_out: Vec<usize> = between
            .iter()
            .copied()
            .filter(|&at| self.is_left_out(at))
            .collect();
        let joint = between.iter().copied().rfind(|&at| {
            let token = self.window.tokens[at].token;
            matches!(token.role(), Some(Role::Joint(_))) || token.is_mark(';')
        });
        let comma = between
            .iter()
            .any(|&at| self.window.tokens[at].token.is_mark(','));
        // A fact of the same kind stands closer.
        for (claimed, fact) in [my_first, my_second]
            .iter()
            .filter_map(|&at| self.claim.tokens[at].fact().map(|fact| (at, fact)))
        {
            let rival = left_out.iter().copied().find(|&at| {
                let rivals = self.window.tokens[at]
                    .token
                    .fact()
                    .is_some_and(|other| other.value.kind() == fact.value.kind());
                // "From 2.5 mg to 5 mg": the small words tell the two apart, and they are compared elsewhere.
                rivals && !self.alignment.of[claimed].is_some_and(|theirs| self.told_apart(at, theirs))
            });
            if let Some(rival) = rival {
                let other = if claimed == my_first { my_second } else { my_first };
                return Some(Finding::wrong(format!(
                    "In the source {} stands by “{}”, not {}.",
                    self.source_words(rival),
                    self.claim_words(self.claim.tokens[other].span),
                    self.claim_words(self.claim.tokens[claimed].span)
                )));
            }
        }
        left_out.retain(|&at| !self.is_bracketed(at, between));
        if left_out.is_empty() && (joint.is_none() || claim_joint || !adjacent) {
            return None;
        }
        // Words that stand together in the claim stand in different items of a list in the source.
        if adjacent && !claim_joint && (joint.is_some() || comma) {
            return Some(self.apart(my_first, my_second));
        }
        if let Some(joint) = joint.filter(|_| !claim_joint)
            && left_out.iter().any(|&at| at > joint)
        {
            return Some(self.apart(my_first, my_second));
        }
        if claim_joint
            && let Some(joint) = joint
            && left_out.iter().any(|&at| {
                at > joint && self.window.tokens[at].token.is_nounish() && self.touches_next(at, second)
            })
            && self.claim.tokens[my_second].word().is_some_and(|word| word.past)
        {
            return Some(self.apart(my_first, my_second));
        }
        let clause = between.iter().any(|&at| {
            let token = self.window.tokens[at].token;
            token.role() == Some(Role::Clause) && !claim_between.iter().any(|mine| same_form(mine, token))
        });
        let person = left_out.iter().any(|&at| {
            let token = self.window.tokens[at].token;
            token.role() == Some(Role::Kin)
                || token.is_name() && !self.beside_title_or_name(at) && !self.is_given_to(at, second)
        });
        if clause && !left_out.is_empty() || person {
            return Some(self.apart(my_first, my_second));
        }
        // "saw the tenant pay": what is done is done by someone else.
        let verb = self.claim.tokens[my_second].word().is_some_and(|word| word.past);
        if verb
            && !adjacent_side(&self.claim.tokens[my_second])
            && let Some(&last) = left_out.last()
            && last + 1 == second
            && self.window.tokens[last].token.is_nounish()
        {
            return Some(self.apart(my_first, my_second));
        }
        (adjacent && left_out.len() > 3).then(|| self.apart(my_first, my_second))
    }

    fn told_apart(&self, rival: usize, theirs: usize) -> bool {
        let relation =
            |at: usize| relation_before(|at| self.window.tokens.get(at).map(|placed| placed.token), at);
        relation(rival) == Some("from") && relation(theirs) == Some("to")
    }

    /// Inside brackets that open and close within the stretch: an aside.
    fn is_bracketed(&self, at: usize, between: &[usize]) -> bool {
        let mark = |at: usize, mark: char| self.window.tokens[at].token.is_mark(mark);
        let open = between.iter().rposition(|&other| other < at && mark(other, '('));
        let close = between.iter().position(|&other| other > at && mark(other, ')'));
        open.is_some_and(|open| {
            close.is_some()
                && !between[open..]
                    .iter()
                    .any(|&other| other < at && mark(other, ')'))
        })
    }

    /// "Pay [the landlord] a rent": the one to whom, where the thing itself follows with its article.
    fn is_given_to(&self, at: usize, second: usize) -> bool {
        let article = self
            .source_word(second - 1)
            .is_some_and(|word| matches!(word.form.as_str(), "a" | "an" | "the"));
        article && at + 2 == second && self.window.tokens[second].token.is_nounish()
    }

    fn touches_next(&self, at: usize, second: usize) -> bool {
        (at + 1..second).all(|next| {
            matches!(
                self.window.tokens[next].token.role(),
                Some(Role::Grammar | Role::Modal(_) | Role::Frame)
            )
        })
    }

    /// A middle name, or the rest of a name of which the claim has a part.
    fn beside_title_or_name(&self, at: usize) -> bool {
        let beside = |other: Option<usize>| {
            other.is_some_and(|other| {
                self.matched(other)
                    && other < self.window.tokens.len()
                    && self.window.tokens[other]
                        .token
                        .word()
                        .is_some_and(|word| word.capital)
            })
        };
        beside(at.checked_sub(1)) || beside(Some(at + 1).filter(|next| *next < self.window.tokens.len()))
    }

    fn apart(&self, my_first: usize, my_second: usize) -> Finding {
        Finding::doubt(format!(
            "“{}” and “{}” do not belong together in the source.",
            self.claim_words(self.claim.tokens[my_first].span),
            self.claim_words(self.claim.tokens[my_second].span)
        ))
    }

    /// A noun is part of a longer name of something else: "breast cancer" of "breast cancer screening".
    pub(crate) fn neighbours(&self) -> Option<Finding> {
        self.alignment.pairs(self.claim).find_map(|(mine, theirs)| {
            let placed = &self.window.tokens[theirs];
            if placed.part != Part::Main
                || !(placed.token.is_nounish() || placed.token.word().is_some_and(|word| word.possessive))
            {
                return None;
            }
            let next = theirs + 1;
            let after = self
                .window
                .tokens
                .get(next)
                .filter(|after| after.part == Part::Main)?;
            let possessive = placed.token.word().is_some_and(|word| word.possessive);
            let kept = self.matched(next)
                || Self::is_measure_word(after.token)
                || after.token.word().is_some_and(|word| is_company_form(&word.form));
            let part_of_it = possessive && after.token.says_something() || after.token.is_nounish();
            if kept || !part_of_it {
                return None;
            }
            Some(Finding::doubt(format!(
                "The source says “{} {}”, not only “{}”.",
                self.source_words(theirs),
                self.source_words(next),
                self.claim_words(self.claim.tokens[mine].span)
            )))
        })
    }

    /// Parts of one name must stand together in the source, and under the same title.
    pub(crate) fn names(&self) -> Option<Finding> {
        self.split_names().or_else(|| self.titles())
    }

    fn split_names(&self) -> Option<Finding> {
        let name = |at: usize| {
            self.claim.tokens[at]
                .word()
                .is_some_and(|word| word.capital && word.role == Role::Content)
        };
        (1..self.claim.tokens.len()).find_map(|second| {
            let stop = self.claim.tokens[second - 1].is_mark('.') && second >= 2;
            let first = if stop { second - 2 } else { second - 1 };
            if !name(first) || !name(second) {
                return None;
            }
            let (a, b) = (self.alignment.of[first]?, self.alignment.of[second]?);
            let initials = |at: usize| {
                let token = self.window.tokens[at].token;
                token.is_mark('.') || token.word().is_some_and(|word| word.form.chars().count() == 1)
            };
            let together = a < b && (a + 1..b).all(initials);
            let whole = || {
                format!(
                    "{} {}",
                    self.claim_words(self.claim.tokens[first].span),
                    self.claim_words(self.claim.tokens[second].span)
                )
            };
            (!together)
                .then(|| Finding::wrong(format!("“{}” does not stand in the source as one name.", whole())))
        })
    }

    fn titles(&self) -> Option<Finding> {
        (0..self.claim.tokens.len()).find_map(|at| {
            let mine = self.claim.tokens[at]
                .word()
                .filter(|word| word.role == Role::Title)?;
            let name =
                (at + 1..self.claim.tokens.len()).find(|&next| !self.claim.tokens[next].is_mark('.'))?;
            let theirs = self.alignment.of[name]?;
            let before = (0..theirs).rev().find(|&before| {
                let token = self.window.tokens[before].token;
                !token.is_mark('.')
                    && !token
                        .word()
                        .is_some_and(|word| word.capital && word.role == Role::Content)
            });
            let found = before
                .and_then(|before| self.source_word(before))
                .filter(|word| word.role == Role::Title);
            let wanted = title(&mine.form);
            let known = match found {
                Some(found) => title(&found.form) == wanted,
                None => {
                    let form = self.claim.tokens[name]
                        .word()
                        .map_or("", |word| word.form.as_str());
                    let titles = self.sources.persons().titles.get(form);
                    titles.is_some_and(|titles| titles.len() == 1 && titles.contains(wanted))
                }
            };
            (!known).then(|| {
                let whole = format!(
                    "{} {}",
                    self.claim_words(self.claim.tokens[at].span),
                    self.claim_words(self.claim.tokens[name].span)
                );
                Finding::wrong(format!("“{whole}” does not stand in the sentence it rests on."))
            })
        })
    }
}

fn same_form(mine: &Token, theirs: &Token) -> bool {
    matches!((mine.word(), theirs.word()), (Some(mine), Some(theirs)) if mine.form == theirs.form)
}

/// "Left" is a past tense only where it is no side.
fn adjacent_side(token: &Token) -> bool {
    matches!(token.role(), Some(Role::Side(_)))
}
