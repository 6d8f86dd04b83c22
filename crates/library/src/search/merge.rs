//! Puts what the halves found into one order.

use std::collections::HashMap;

use super::approximate::Approximate;
use super::coverage::Seen;

// Shares of the merged score. Together they are 1, which is less than any find to the letter adds.
/// BM25 of the query's words.
const WORDS: f64 = 0.26;
/// Nearness of the query's vector.
const MEANING: f64 = 0.26;
/// How many of the query's words stand there.
const COVERAGE: f64 = 0.42;
/// Standing first in a document.
const BEGINNING: f64 = 0.06;
/// What a passage's own score counts beside how much its document is like a whole text.
const OWN: f64 = 0.1;

/// What was found, each list best first.
#[derive(Default)]
pub(super) struct Found {
    /// By words, with BM25.
    pub words: Vec<(i64, f64)>,
    /// By meaning, with the cosine.
    pub meaning: Vec<(i64, f64)>,
    /// How many parts of the query stand there to the letter.
    pub exact: HashMap<i64, u32>,
    /// First passages of documents whose title holds every word.
    pub titled: Vec<i64>,
    /// Where a word stands that is nearly one of the query's.
    pub approximate: Approximate,
    /// What a last look saw in the best of them.
    pub seen: HashMap<i64, Seen>,
    /// Where a whole text was asked with: how much the document of each passage is like it, 0 to 1.
    pub like: HashMap<i64, f64>,
}

impl Found {
    /// Each score scaled to 0..1 within its list, then a weighted sum: scaling keeps the distances that a merge by
    /// rank throws away. Whatever stands there to the letter comes before all else, more parts of it before fewer.
    pub(super) fn merge(&self) -> Vec<(i64, f64)> {
        let mut scores: HashMap<i64, f64> = HashMap::new();
        let best = self
            .words
            .iter()
            .map(|(_, s)| *s)
            .fold(f64::MIN_POSITIVE, f64::max);
        for (passage, score) in &self.words {
            *scores.entry(*passage).or_default() += WORDS * (score / best).max(0.0);
        }
        let top = self
            .meaning
            .iter()
            .map(|(_, s)| *s)
            .fold(f64::NEG_INFINITY, f64::max);
        let bottom = self.meaning.iter().map(|(_, s)| *s).fold(f64::INFINITY, f64::min);
        for (passage, score) in &self.meaning {
            let scaled = if top > bottom {
                (score - bottom) / (top - bottom)
            } else {
                1.0
            };
            *scores.entry(*passage).or_default() += MEANING * scaled;
        }
        for (passage, like) in &self.like {
            let own = scores.entry(*passage).or_default();
            *own = OWN * *own + like;
        }
        for (passage, seen) in &self.seen {
            let beginning = if seen.begins { BEGINNING } else { 0.0 };
            *scores.entry(*passage).or_default() += COVERAGE * seen.coverage + beginning;
        }
        for (passage, parts) in &self.exact {
            *scores.entry(*passage).or_default() += 2.0 * f64::from(*parts);
        }
        for passage in &self.titled {
            *scores.entry(*passage).or_default() += 1.0;
        }
        if self.approximate.first {
            for passage in &self.approximate.passages {
                *scores.entry(*passage).or_default() += 1.0;
            }
        }
        let mut ranked: Vec<(i64, f64)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_exact_find_comes_before_any_merged_score() {
        for (first, expected) in [(true, [2, 4, 1, 3]), (false, [2, 1, 4, 3])] {
            let found = Found {
                words: vec![(1, 9.0), (2, 3.0), (4, 1.0)],
                meaning: vec![(1, 0.9), (3, 0.1)],
                exact: HashMap::from([(2, 1)]),
                approximate: Approximate {
                    passages: HashSet::from([4]),
                    first,
                },
                ..Found::default()
            };
            let order: Vec<i64> = found.merge().iter().map(|r| r.0).collect();
            assert_eq!(order, expected);
        }
    }

    #[test]
    fn what_holds_more_of_the_query_comes_first_but_never_before_an_exact_find() {
        let seen = |coverage, begins| Seen { coverage, begins };
        let found = Found {
            words: vec![(1, 9.0), (2, 7.0), (3, 1.0)],
            meaning: vec![(1, 0.9), (2, 0.8), (4, 0.1)],
            exact: HashMap::from([(4, 1)]),
            seen: HashMap::from([
                (1, seen(0.3, false)),
                (2, seen(1.0, true)),
                (3, seen(0.3, false)),
                (4, seen(0.0, false)),
            ]),
            ..Found::default()
        };
        let ranked = found.merge();
        let order: Vec<i64> = ranked.iter().map(|r| r.0).collect();
        assert_eq!(order, [4, 2, 1, 3]);
        const { assert!(WORDS + MEANING + COVERAGE + BEGINNING < 1.0 + 1e-9) };
    }

    #[test]
    fn what_is_like_a_whole_text_comes_by_documents() {
        let found = Found {
            words: vec![(1, 9.0), (2, 3.0)],
            meaning: vec![(3, 0.9), (2, 0.1)],
            like: HashMap::from([(1, 0.4), (2, 0.6), (3, 0.6)]),
            ..Found::default()
        };
        let order: Vec<i64> = found.merge().iter().map(|r| r.0).collect();
        assert_eq!(order, [3, 2, 1]);
    }

    #[test]
    fn one_half_alone_keeps_its_order() {
        let found = Found {
            meaning: vec![(5, 0.2), (6, 0.8)],
            ..Found::default()
        };
        let ranked = found.merge();
        assert_eq!(ranked[0].0, 6);
        assert_eq!(ranked.len(), 2);
    }
}
