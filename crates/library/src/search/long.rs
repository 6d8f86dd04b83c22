//! A whole text as a query: its most telling words stand for it, and parts of it for what it means.
//!
//! Somebody who pastes a judgment to find others like it asks for two thousand different words. What a search reads grows
//! with the words it asks for, and the frequent ones say least. So they are weighed as a search engine weighs the words
//! of a document it is to find the like of, by how often the text says them and how rare they are; the rest is left out,
//! which is said. A vector of so much text would stand for its beginning alone, so parts from all over it have one each.
//! Nothing of it is looked for to the letter, and documents count by their best passages together. What that costs and
//! brings is in `benches/README.md`.

use std::collections::HashMap;

use cabinet_text::fold;
use sqlx::AssertSqlSafe;

use super::coverage::rarity;
use super::find::CANDIDATES;
use super::lexicon::Size;
use super::list;
use super::merge::Found;
use super::query::Query;
use super::scope::Scope;
use crate::{Library, LibraryError};

/// Words that stand for a longer one.
const TELLING: usize = 64;
/// Words whose rarity is looked up: those said most often, of equals the longest, which are rare more often than not.
const CONSIDERED: usize = 512;
/// Parts that stand for a longer one, and their words: about as many as the passages they are compared with have.
const PARTS: usize = 24;
const PART: usize = 80;
/// Passages of a document that say together how much it is like a text.
const TOGETHER: usize = 3;
/// How slowly a rank loses weight: the eleventh document of a half counts half as much as the first. By ranks (Cormack,
/// Clarke and Büttcher, "Reciprocal rank fusion", 2009) documents are merged better than by their sums.
const RANKS: f64 = 10.0;

impl Library {
    /// Leaves of a whole text the words that tell most; returns what is to be said about it.
    pub(super) async fn shorten(&self, parsed: &mut Query, size: Size) -> Result<String, LibraryError> {
        let mut said: HashMap<String, (String, u32)> = HashMap::new();
        for word in &parsed.words {
            said.entry(fold(word)).or_insert_with(|| (word.clone(), 0)).1 += 1;
        }
        let mut considered: Vec<(String, u32)> = said.into_values().collect();
        considered.sort_by(|(a, said_a), (b, said_b)| {
            said_b.cmp(said_a).then(b.len().cmp(&a.len())).then(a.cmp(b))
        });
        considered.truncate(CONSIDERED);
        let mut telling = Vec::with_capacity(considered.len());
        for (word, said) in considered {
            let frequency = self.frequency(&word, size).await?;
            // A word that stands nowhere finds nothing.
            if frequency.counted > 0 {
                telling.push((f64::from(said) * rarity(frequency.guess, size), word));
            }
        }
        telling.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let all = telling.len();
        telling.truncate(TELLING);
        let kept = telling.len();
        parsed.keep(telling.into_iter().map(|(_, word)| word).collect());
        Ok(if kept < all {
            format!(
                "The query is a long text: only its {kept} most telling words were looked for, and none of it to the letter"
            )
        } else {
            "The query is a long text: none of it was looked for to the letter".to_string()
        })
    }

    /// Passages near some part of a whole text, each with its greatest cosine.
    pub(super) async fn near_parts(
        &self,
        text: &str,
        scope: &Scope,
        missing: &mut Vec<String>,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        let mut nearest: HashMap<i64, f64> = HashMap::new();
        for part in self.query_vectors(parts(text), missing).await.unwrap_or_default() {
            for (passage, cosine) in self.near(&part, scope, missing).await? {
                let greatest = nearest.entry(passage).or_insert(cosine);
                *greatest = greatest.max(cosine);
            }
        }
        let mut nearest: Vec<(i64, f64)> = nearest.into_iter().collect();
        nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        nearest.truncate(CANDIDATES);
        Ok(nearest)
    }

    /// Says of each passage how much its document is like a whole text, and keeps the best passages of each document.
    ///
    /// What is like a text is a document, and one with several passages that say the same things is more like it than one
    /// with a single passage; so is one that words and meaning find in different places.
    pub(super) async fn by_document(&self, found: &mut Found) -> Result<(), LibraryError> {
        let list = list(
            found
                .words
                .iter()
                .chain(&found.meaning)
                .map(|(passage, _)| *passage),
        );
        let rows: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT num, document FROM passages WHERE num IN ({list})"
        )))
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading where passages stand"))?;
        let documents: HashMap<i64, i64> = rows.into_iter().collect();
        let mut like: HashMap<i64, f64> = HashMap::new();
        for half in [&mut found.words, &mut found.meaning] {
            for (document, share) in together(half, &documents) {
                *like.entry(document).or_default() += share / 2.0;
            }
        }
        let kept = found.words.iter().chain(&found.meaning);
        found.like = kept
            .filter_map(|(passage, _)| Some((*passage, *like.get(documents.get(passage)?)?)))
            .collect();
        Ok(())
    }
}

/// Parts from all over a text, evenly spread.
fn parts(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let parts: Vec<&[&str]> = words.chunks(PART).collect();
    let count = parts.len().min(PARTS);
    (0..count)
        .map(|n| parts[n * parts.len() / count].join(" "))
        .collect()
}

/// What is to be said of a text with more parts than are compared.
pub(super) fn left_out(text: &str) -> Option<String> {
    let all = text.split_whitespace().count().div_ceil(PART);
    (all > PARTS)
        .then(|| format!("{PARTS} parts from all over the long query were compared by meaning, of {all}"))
}

/// Documents ranked by the sum of their best scores above the lowest, each with the reciprocal of its rank. Of `half`,
/// best first, the passages that count stay.
fn together(half: &mut Vec<(i64, f64)>, documents: &HashMap<i64, i64>) -> HashMap<i64, f64> {
    let lowest = half.last().map_or(0.0, |(_, score)| *score);
    let mut sums: HashMap<i64, (usize, f64)> = HashMap::new();
    half.retain(|(passage, score)| {
        let Some(document) = documents.get(passage) else {
            return false;
        };
        let (count, sum) = sums.entry(*document).or_default();
        *count += 1;
        let counts = *count <= TOGETHER;
        if counts {
            *sum += score - lowest;
        }
        counts
    });
    let mut ranked: Vec<(i64, f64)> = sums
        .into_iter()
        .map(|(document, (_, sum))| (document, sum))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let shares = (0u32..).zip(ranked);
    shares
        .map(|(rank, (document, _))| (document, RANKS / (RANKS + f64::from(rank))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_long_query_hangs_together() {
        let mut query = Query::parse(
            "the tenant in docket 2019-4471 paid late; the tenant of \"Mill Lane\" gave notice about well-being",
            false,
        );
        query.keep(vec!["tenant".into(), "paid".into(), "late".into()]);
        assert_eq!(query.words, ["tenant", "paid", "late"]);
        assert_eq!(query.pairs, ["paid late"]);
        assert!(query.compounds.is_empty(), "{:?}", query.compounds);
        assert!(query.exact.is_empty(), "{:?}", query.exact);
        assert!(
            query.meaning.contains("notice"),
            "the meaning is that of the whole text"
        );
    }
    #[test]
    fn parts_come_from_all_over_a_text() {
        let text: String = (0..100 * PART).map(|n| format!("{n} ")).collect();
        let parts = parts(&text);
        assert_eq!(parts.len(), PARTS);
        assert!(parts[0].starts_with("0 1 ") && parts[23].starts_with(&format!("{} ", 95 * PART)));
        assert!(left_out(&text).is_some_and(|said| said.ends_with("of 100")));
        assert_eq!(self::parts("a short text"), ["a short text"]);
        assert_eq!(left_out("a short text"), None);
        assert_eq!(self::parts(" "), Vec::<String>::new());
    }

    #[test]
    fn a_document_counts_by_its_three_best_passages() {
        let documents = HashMap::from([(1, 10), (2, 20), (3, 20), (4, 20), (5, 20), (6, 10)]);
        let mut half = vec![(1, 9.0), (2, 6.0), (3, 5.0), (4, 4.0), (5, 3.0), (6, 1.0)];
        let like = together(&mut half, &documents);
        assert_eq!(like, HashMap::from([(20, 1.0), (10, 10.0 / 11.0)]));
        assert_eq!(
            half.iter().map(|(passage, _)| *passage).collect::<Vec<_>>(),
            [1, 2, 3, 4, 6]
        );
    }
}
