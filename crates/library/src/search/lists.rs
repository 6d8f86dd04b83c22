//! Which passages hold a word, remembered.
//!
//! The full-text index walks a word's list anew for each search, a third of a microsecond a passage, and a question has
//! several words that stand in thousands. People ask about the same things again, each key press asks for all words
//! before it once more, and both the ranking and what stands to the letter want the same lists. So lists that were read
//! stay in memory; passages that came since are read behind them. A list is a guide and no answer: whoever takes passages
//! from one looks at their rows, so what was deleted since is never found. The numbers
//! are wiped when they go; the words they belong to are ordinary memory, as what is searched for is elsewhere.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, TryStreamExt, stream};
use secrecy::zeroize::Zeroize;

use super::lexicon::Size;
use super::query;
use crate::{Library, LibraryError};

/// Passages remembered for all words together, four bytes each.
const REMEMBERED: usize = 4_000_000;
/// Lists read at the same time for one part of a search. More would take the processor from what is computed meanwhile.
const AT_ONCE: usize = 2;
/// Locks among which the words are divided.
const LOCKS: usize = 16;

/// Numbers of passages, the lowest first.
#[derive(Default)]
pub(super) struct Numbers(Vec<u32>);

impl Deref for Numbers {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.0
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

struct List {
    passages: Arc<Numbers>,
    /// The highest number of a passage that was looked at.
    last: i64,
    /// When it was last asked for, in lists asked for.
    used: u64,
}

#[derive(Default)]
struct Known {
    lists: HashMap<String, List>,
    /// In all lists.
    entries: usize,
    /// Passages there were.
    rows: u64,
    asked: u64,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Lists {
    known: Mutex<Known>,
    /// Who wants a list that another is reading finds it read.
    reading: [tokio::sync::Mutex<()>; LOCKS],
}

impl Lists {
    fn reading(&self, word: &str) -> &tokio::sync::Mutex<()> {
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        &self.reading[hasher.finish() as usize % LOCKS]
    }

    /// A word's list and up to which passage it goes.
    fn get(&self, word: &str, rows: u64) -> (Arc<Numbers>, i64) {
        let known = &mut *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if rows < known.rows {
            // What is gone would take the place of what can be found.
            *known = Known::default();
        }
        known.rows = rows;
        known.asked += 1;
        let Some(list) = known.lists.get_mut(word) else {
            return Default::default();
        };
        list.used = known.asked;
        (list.passages.clone(), list.last)
    }

    fn keep(&self, word: &str, passages: Arc<Numbers>, last: i64) {
        let known = &mut *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entries += passages.len();
        let used = known.asked;
        let list = List { passages, last, used };
        if let Some(old) = known.lists.insert(word.to_string(), list) {
            known.entries -= old.passages.len();
        }
        while known.entries > REMEMBERED {
            let oldest = known.lists.iter().min_by_key(|(_, list)| list.used);
            let Some(oldest) = oldest.map(|(word, _)| word.clone()) else {
                break;
            };
            let gone = known.lists.remove(&oldest);
            known.entries -= gone.map_or(0, |list| list.passages.len());
        }
    }
}

impl Library {
    /// [`Library::holding`] of each word, in their order.
    pub(super) async fn holding_each(
        &self,
        words: impl Iterator<Item = &str>,
        size: Size,
    ) -> Result<Vec<Arc<Numbers>>, LibraryError> {
        let lists: Vec<_> = words.map(|word| self.holding(word, size)).collect();
        stream::iter(lists).buffered(AT_ONCE).try_collect().await
    }

    /// Every passage that holds a word, or words side by side.
    async fn holding(&self, word: &str, size: Size) -> Result<Arc<Numbers>, LibraryError> {
        let lists = &self.inner.lists;
        let _reading = lists.reading(word).lock().await;
        let (known, last) = lists.get(word, size.rows);
        if last >= size.last {
            return Ok(known);
        }
        // One row for all of them: each row of an answer costs more than to find it.
        let (more,): (Option<String>,) = sqlx::query_as(
            "SELECT group_concat(rowid) FROM
                 (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?1 AND rowid > ?2 ORDER BY rowid)",
        )
        .bind(query::quote(word))
        .bind(last)
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("reading the list of a word"))?;
        let more = more.unwrap_or_default();
        let more = more.split(',').filter_map(|number| number.parse::<u32>().ok());
        let passages = Arc::new(Numbers(known.iter().copied().chain(more).collect()));
        let read = passages.last().copied().map_or(0, i64::from);
        lists.keep(word, passages.clone(), size.last.max(read));
        Ok(passages)
    }
}

/// The passages that are in every list, the newest first.
pub(super) fn in_all(lists: &[Arc<Numbers>]) -> Vec<i64> {
    let Some(shortest) = lists.iter().min_by_key(|list| list.len()) else {
        return Vec::new();
    };
    let mut found = shortest.to_vec();
    for list in lists {
        let mut rest = &list[..];
        found.retain(|number| {
            rest = &rest[rest.partition_point(|other| other < number)..];
            rest.first() == Some(number)
        });
    }
    found.into_iter().rev().map(i64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(numbers: &[u32]) -> Arc<Numbers> {
        Arc::new(Numbers(numbers.to_vec()))
    }

    #[test]
    fn what_is_in_all_lists_is_in_each() {
        let lists = [
            numbers(&[1, 4, 6, 9]),
            numbers(&[4, 5, 9]),
            numbers(&[2, 4, 9, 12]),
        ];
        assert_eq!(in_all(&lists), [9, 4]);
        assert_eq!(in_all(&lists[..1]), [9, 6, 4, 1]);
        assert!(in_all(&[]).is_empty());
        assert!(in_all(&[numbers(&[1]), numbers(&[])]).is_empty());
    }

    #[test]
    fn lists_go_on_are_bounded_and_are_forgotten_where_passages_went() {
        let lists = Lists::default();
        assert_eq!(lists.get("gutter", 10).1, 0);
        lists.keep("gutter", numbers(&[1, 3]), 10);
        lists.keep("gutter", numbers(&[1, 3, 11]), 12);
        let (found, last) = lists.get("gutter", 12);
        assert_eq!((&found[..], last), (&[1, 3, 11][..], 12));

        lists.keep("the", numbers(&vec![7; REMEMBERED - 4]), 12);
        lists.get("gutter", 12);
        lists.keep("tiles", numbers(&[5, 6]), 12);
        assert_eq!(lists.get("the", 12).1, 0, "asked for longest ago");
        assert_eq!(lists.get("gutter", 12).1, 12);
        assert_eq!(lists.known.lock().unwrap().entries, 5);

        assert_eq!(
            lists.get("gutter", 11).1,
            0,
            "there are fewer passages than before"
        );
    }
}
