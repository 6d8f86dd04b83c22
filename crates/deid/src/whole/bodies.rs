//! Bodies, streets, houses and towns by the word that says what they are.

use std::ops::Range;

use super::words::Sort;
use super::{BY_CAPITALS, BY_WORDS, Names, words};
use crate::classifier::lexicon::flag;
use crate::classifier::tokens::Shape;
use crate::{Finding, Kind, Layer};

impl Names<'_> {
    /// Bodies, streets and houses by the word that says what they are.
    pub(crate) fn find(&self, found: &[Finding]) -> Vec<Finding> {
        let person = self.covered(found, |kind| kind == Kind::Person);
        let taken = self.covered(found, |_| true);
        let mut out = Vec::new();
        for at in 0..self.tokens.len() {
            let Some(sort) = words::sort(self.small(at)) else {
                continue;
            };
            let range = match sort {
                Sort::Street | Sort::StreetByCapital => self.street(at, sort, &person),
                Sort::Office if self.legal => None,
                _ => self.body(at, sort, &person, &taken),
            };
            if let Some((range, confidence)) = range {
                let kind = match sort {
                    Sort::Street | Sort::StreetByCapital | Sort::House => Kind::Address,
                    Sort::Place => Kind::Place,
                    _ => Kind::Organisation,
                };
                out.push(Finding {
                    range,
                    kind,
                    confidence,
                    layer: Layer::Gazetteer,
                });
            }
        }
        out
    }

    fn body(&self, at: usize, sort: Sort, person: &[bool], taken: &[bool]) -> Option<(Range<usize>, f32)> {
        let capitals = self.cased[at];
        let written = matches!(
            self.tokens[at].shape,
            Shape::Capital | Shape::Capitals | Shape::Mixed
        );
        let may = written || sort == Sort::Place || words::is_form(self.small(at));
        if capitals && !may || !capitals && matches!(sort, Sort::House | Sort::Office) {
            return None;
        }
        let firm = matches!(
            self.small(at),
            "llp"
                | "partners"
                | "sons"
                | "daughters"
                | "solicitors"
                | "co"
                | "associates"
                | "foundation"
                | "trust"
        );
        let start = if sort == Sort::Place && !written {
            at
        } else {
            self.leftwards(at, capitals, firm, person)
        };
        let end = if sort == Sort::House {
            at + 1
        } else {
            self.rightwards(at, capitals, true, start < at)
        };
        let telling = |part: usize| self.is_word(part) && part != at && self.tells(part);
        let left = (start..at).any(telling);
        let right = (at + 1..end).any(|part| telling(part) && !self.is_link_or_little(part));
        let named = match sort {
            Sort::House => start < at,
            Sort::Place => right,
            _ if capitals => left || right,
            Sort::Body => left || right,
            // "knee surgery" is none, "at Elm Road surgery" is one.
            _ => {
                left && (self.stands_at(start, !matches!(self.small(at), "surgery" | "practice"))
                    || (start..at).any(|part| taken[part]))
                    || (start..at).any(|part| words::sort(self.small(part)) == Some(Sort::Street))
            }
        };
        let confidence = if capitals { BY_CAPITALS } else { BY_WORDS };
        named.then(|| {
            (
                self.tokens[start].range.start..self.tokens[end - 1].range.end,
                confidence,
            )
        })
    }

    fn street(&self, at: usize, sort: Sort, person: &[bool]) -> Option<(Range<usize>, f32)> {
        let capitals = self.cased[at];
        if capitals && !matches!(self.tokens[at].shape, Shape::Capital | Shape::Capitals) {
            return None;
        }
        if !capitals && sort == Sort::StreetByCapital {
            return None;
        }
        let mut start = self.leftwards(at, capitals, false, person);
        if !capitals {
            // Two words at most: more of a sentence than of a street otherwise.
            while (start..at).filter(|&part| self.is_word(part)).count() > 2 {
                start += 1;
            }
        }
        if start == at || words::is_road_like(self.small(start)) && start + 1 == at && !capitals {
            return None;
        }
        start = self.with_number(start);
        let confidence = if capitals { BY_CAPITALS } else { BY_WORDS };
        Some((
            self.tokens[start].range.start..self.tokens[at].range.end,
            confidence,
        ))
    }

    /// The number of a house before its street.
    pub(super) fn with_number(&self, mut start: usize) -> usize {
        while start > 0 && self.joined[start] {
            let before = &self.tokens[start - 1];
            let number = before.shape == Shape::Digits && before.small.len() <= 5
                || before.shape == Shape::Code && before.small.len() <= 5
                || matches!(before.small.as_str(), "-" | "–")
                    && start > 1
                    && self.tokens[start - 2].shape == Shape::Digits;
            if !number {
                break;
            }
            start -= 1;
        }
        start
    }

    /// The town after a street or body: "Elm Road Surgery, Tarnbridge".
    pub(crate) fn towns(&self, found: &[Finding]) -> Vec<Finding> {
        let taken = self.covered(found, |_| true);
        let mut out = Vec::new();
        for finding in found {
            let address = finding.kind == Kind::Address || finding.kind == Kind::Organisation && !self.legal;
            if !address || finding.confidence < BY_WORDS {
                continue;
            }
            let (_, to) = self.tokens_of(finding);
            if to == 0 || to >= self.tokens.len() || self.small(to) != "," && !self.tokens[to].starts_line {
                continue;
            }
            let start = if self.small(to) == "," { to + 1 } else { to };
            let town = |at: usize| {
                !taken[at]
                    && (self.is_capital(at)
                        || !self.cased[at] && self.words[at].frequency() == 0 && self.is_proper(at))
            };
            let mut end = start;
            while end < self.tokens.len()
                && town(end)
                && (end == start || self.joined[end])
                && end - start < 4
            {
                end += 1;
            }
            let ends = self.tokens.get(end).is_none_or(|token| {
                token.starts_line || matches!(token.small.as_str(), "," | "." | ";" | ")") || taken[end]
            });
            // Below a street a town stands alone, or before its postcode.
            let below = start == to;
            let alone = end == self.tokens.len() || self.tokens[end].starts_line || taken[end];
            if end > start && ends && (!below || alone && finding.kind == Kind::Address) {
                out.push(Finding {
                    range: self.tokens[start].range.start..self.tokens[end - 1].range.end,
                    kind: Kind::Place,
                    confidence: BY_WORDS,
                    layer: Layer::Gazetteer,
                });
            }
        }
        out
    }

    /// Says which one is meant, and not only what sort.
    fn tells(&self, at: usize) -> bool {
        let small = self.small(at);
        !words::is_generic(small)
            && !words::is_little(small)
            && (words::sort(small).is_none_or(|sort| matches!(sort, Sort::Street | Sort::House))
                || self.words[at].flags & flag::PROPER != 0)
    }

    fn is_link_or_little(&self, at: usize) -> bool {
        words::is_little(self.small(at)) || words::is_link(self.small(at))
    }

    /// A word before it says that somebody is there, or comes from there; "of knee surgery" does not.
    fn stands_at(&self, start: usize, of: bool) -> bool {
        let before = |by: usize| start.checked_sub(by).map_or("", |at| self.small(at));
        if start == 0 || self.tokens[start].starts_line {
            return true;
        }
        let the = usize::from(before(1) == "the");
        let (last, earlier) = (before(1 + the), before(2 + the));
        if last == "of"
            && matches!(
                earlier,
                "care" | "patient" | "partner" | "staff" | "doctors" | "records"
            )
        {
            return true;
        }
        if the == 1 && last == ":" {
            return true;
        }
        if of && matches!(last, "of" | "to" | "in" | "with" | "by" | "via") {
            return true;
        }
        matches!(
            last,
            "at" | "from" | "attends" | "attended" | "near" | "opposite" | "joined" | "visited"
        )
    }
}
