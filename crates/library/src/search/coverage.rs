//! A last look at the best of a merge: how much of what was asked stands in each of them.
//!
//! BM25 lets one rare word that is said often outweigh several that are said once, and a vector does not know which words
//! it stands for. So the best are asked once more how many of the query's words they hold, rare words weighing more, and
//! whether they begin their document, where it says what it is about. What both bring is in `benches/README.md`.

use std::collections::HashMap;

use cabinet_text::{Wanted, fold};
use sqlx::AssertSqlSafe;

use super::lexicon::Size;
use super::list;
use super::merge::Found;
use super::query::Query;
use crate::{Library, LibraryError};

/// Passages that are looked at; 100 rank the first ten no better.
const LOOKED_AT: usize = 30;

/// What a last look saw in a passage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    /// Share of the query's words that stand in it, each weighed by how rare it is: 0 to 1.
    pub coverage: f64,
    /// It is its document's first.
    pub begins: bool,
}

impl Library {
    /// Looks at the best of what was found.
    pub(super) async fn look_again(
        &self,
        parsed: &Query,
        size: Size,
        found: &mut Found,
    ) -> Result<(), LibraryError> {
        let mut wanted = Vec::with_capacity(parsed.words.len());
        for word in &parsed.words {
            let rarity = rarity(self.frequency(word, size).await?.guess, size);
            let word = match &parsed.unfinished {
                Some(begun) if begun == word => Wanted::beginning(&fold(word)),
                _ => Wanted::words(word),
            };
            wanted.push((word, rarity));
        }
        let all: f64 = wanted.iter().map(|(_, rarity)| rarity).sum();
        if all <= 0.0 {
            return Ok(());
        }
        let (wanted, rarities): (Vec<Wanted>, Vec<f64>) = wanted.into_iter().unzip();
        let best = found.merge().into_iter().take(LOOKED_AT);
        let list = list(best.map(|(passage, _)| passage));
        let rows: Vec<(i64, bool, String)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT p.num, p.num = (SELECT first.num FROM passages first WHERE first.document = p.document
                                    ORDER BY first.page, first.start LIMIT 1), p.text
             FROM passages p WHERE p.num IN ({list})"
        )))
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("looking at the best passages"))?;
        found.seen = rows
            .into_iter()
            .map(|(passage, begins, text)| {
                let (_, times) = cabinet_text::counts(&text, &wanted);
                let stands = times.iter().zip(&rarities).filter(|(times, _)| **times > 0);
                let coverage = stands.map(|(_, rarity)| rarity).sum::<f64>() / all;
                (passage, Seen { coverage, begins })
            })
            .collect::<HashMap<_, _>>();
        Ok(())
    }
}

/// How rare a word is that so many passages hold; never negative, so that every word of a query counts.
pub(super) fn rarity(passages: f64, size: Size) -> f64 {
    ((size.rows as f64 + 1.0) / (passages + 0.5)).ln().max(0.0)
}
