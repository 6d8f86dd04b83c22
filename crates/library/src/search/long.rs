//! A whole text as a query: its most telling words stand for it.
//!
//! Somebody who pastes a judgment to find others like it asks for two thousand different words. What a search reads grows
//! with the words it asks for, and the frequent ones say least. So they are weighed as a search engine weighs the words
//! of a document it is to find the like of, by how often the text says them and how rare they are; the rest is left out,
//! which is said. Nothing of it is looked for to the letter, and documents count by their best passages together. What
//! that costs and brings is in `benches/README.md`.

use std::collections::HashMap;

use cabinet_text::fold;
use sqlx::AssertSqlSafe;

use super::coverage::rarity;
use super::lexicon::Size;
use super::list;
use super::query::{LONGEST_WRITTEN, Query};
use crate::{Library, LibraryError};

/// Words that stand for a longer one.
const TELLING: usize = 64;
/// Words whose rarity is looked up: those said most often, of equals the longest, which are rare more often than not.
const CONSIDERED: usize = 512;
/// Passages of a document that say together how much it is like a text.
const TOGETHER: usize = 3;

impl Library {
    /// Leaves of a long query what tells most; returns what is to be said about it.
    pub(super) async fn shorten(
        &self,
        parsed: &mut Query,
        size: Size,
    ) -> Result<Option<String>, LibraryError> {
        let mut said: HashMap<String, (String, u32)> = HashMap::new();
        for word in &parsed.words {
            said.entry(fold(word)).or_insert_with(|| (word.clone(), 0)).1 += 1;
        }
        if said.len() <= LONGEST_WRITTEN {
            return Ok(None);
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
        telling.truncate(TELLING);
        let kept = telling.len();
        parsed.keep(telling.into_iter().map(|(_, word)| word).collect());
        Ok(Some(format!(
            "The query is a long text: only its {kept} most telling words were looked for, and none of it to the letter"
        )))
    }

    /// Scores passages by how much of the text their documents hold together: what is like a whole text is a document,
    /// and one with several passages that say the same things is more like it than one with a single passage.
    pub(super) async fn by_document(&self, found: Vec<(i64, f64)>) -> Result<Vec<(i64, f64)>, LibraryError> {
        let list = list(found.iter().map(|(passage, _)| *passage));
        let rows: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT num, document FROM passages WHERE num IN ({list})"
        )))
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading where passages stand"))?;
        let documents: HashMap<i64, i64> = rows.into_iter().collect();
        let mut scores: HashMap<i64, Vec<f64>> = HashMap::new();
        // The best of a document come first, as in `found`.
        for (passage, score) in &found {
            if let Some(document) = documents.get(passage) {
                scores.entry(*document).or_default().push(*score);
            }
        }
        let together = |(passage, score): (i64, f64)| {
            let own = scores.get(documents.get(&passage)?)?;
            let together: f64 = own.iter().take(TOGETHER).sum();
            // What holds none of the words stays where it is, at the end.
            Some((passage, score * together / own.first()?.max(f64::MIN_POSITIVE)))
        };
        let mut found: Vec<(i64, f64)> = found.into_iter().filter_map(together).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(found)
    }
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
        assert!(query.exact.is_empty() && query.whole_text, "{:?}", query.exact);
        assert!(
            query.meaning.contains("notice"),
            "the meaning is that of the whole text"
        );
    }
}
