//! A whole text as a query: its most telling words stand for it.
//!
//! Somebody who pastes a judgment to find others like it asks for two thousand different words. What a search reads grows
//! with the words it asks for, and the frequent ones say least. So they are weighed as a search engine weighs the words
//! of a document it is to find the like of, by how often the text says them and how rare they are; the rest is left out,
//! which is said. What that costs and brings is in `benches/README.md`.

use std::collections::HashMap;

use cabinet_text::fold;

use super::coverage::rarity;
use super::lexicon::Size;
use super::query::{LONGEST_WRITTEN, Query};
use crate::{Library, LibraryError};

/// Words that stand for a longer one.
const TELLING: usize = 64;
/// Words whose rarity is looked up: those said most often, of equals the longest, which are rare more often than not.
const CONSIDERED: usize = 512;
/// Parts of a long query that are looked for to the letter.
const EXACT: usize = 16;

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
        parsed.keep(telling.into_iter().map(|(_, word)| word).collect(), EXACT);
        Ok(Some(format!(
            "The query is a long text: only its {kept} most telling words were looked for"
        )))
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
        query.keep(vec!["tenant".into(), "paid".into(), "late".into()], 1);
        assert_eq!(query.words, ["tenant", "paid", "late"]);
        assert_eq!(query.pairs, ["paid late"]);
        assert!(query.compounds.is_empty(), "{:?}", query.compounds);
        assert_eq!(query.exact, ["2019-4471"], "what has digits tells most");
        assert!(
            query.meaning.contains("notice"),
            "the meaning is that of the whole text"
        );
    }
}
