//! What is remembered of the words of a large cabinet: all of them in one list, and how many passages hold those that
//! were asked for.
//!
//! The full-text index tells the words that begin with some letters only by reading everything that holds any of them,
//! which takes seconds at a million passages. The list is read once, in the background. It knows no folders, so nothing
//! of it is ever shown. Wiped when it goes.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::zeroize::Zeroize;

use super::Look;
use super::scope::Scope;
use crate::{Library, LibraryError};

/// Passages that the index scores for the words of one search, each word counted by itself.
const BUDGET: usize = 20_000;
/// Passages from which on a cabinet is large.
const LARGE: u64 = 30_000;
/// The same for somebody who types: two letters begin words of nearly every passage, and the index takes fifteen
/// microseconds a passage to score them.
pub(super) const LARGE_TO_TYPE: u64 = 2_000;
/// Words whose counts are remembered.
const REMEMBERED: usize = 4096;

/// Every word of the index in order, with the number of passages that hold it.
pub(crate) struct Words {
    text: String,
    /// Where each word ends in `text`, and its passages.
    each: Vec<(u32, u32)>,
    /// Passages there were when the list was read.
    rows: u64,
}

impl Words {
    /// None yet, of so many passages.
    fn of(rows: u64) -> Self {
        Self {
            text: String::new(),
            each: Vec::new(),
            rows,
        }
    }

    fn push(&mut self, word: &str, passages: u32) {
        self.text.push_str(word);
        self.each
            .push((u32::try_from(self.text.len()).unwrap_or(u32::MAX), passages));
    }

    fn at(&self, n: usize) -> &str {
        let start = n.checked_sub(1).map_or(0, |before| self.each[before].0);
        &self.text[start as usize..self.each[n].0 as usize]
    }

    /// The words that begin so, each with its passages.
    pub(super) fn beginning<'w>(&'w self, with: &'w str) -> impl Iterator<Item = (&'w str, u32)> + 'w {
        let first = self.first(|word| word < with);
        (first..self.each.len())
            .map(|n| (self.at(n), self.each[n].1))
            .take_while(move |(word, _)| word.starts_with(with))
    }

    /// How many passages hold a word, where any does.
    pub(super) fn passages(&self, word: &str) -> Option<u32> {
        let n = self.first(|other| other < word);
        (n < self.each.len() && self.at(n) == word).then(|| self.each[n].1)
    }

    fn first(&self, before: impl Fn(&str) -> bool) -> usize {
        let Range { mut start, mut end } = 0..self.each.len();
        while start < end {
            let middle = start.midpoint(end);
            if before(self.at(middle)) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// How many passages hold a word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frequency {
    /// As far as they were counted.
    pub counted: usize,
    /// Of all of them; a guess where counting stopped.
    pub guess: f64,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Lexicon {
    words: Mutex<Option<Arc<Words>>>,
    reading: AtomicBool,
    /// Frequencies, and the passages there were when the first of them was counted.
    frequencies: Mutex<(u64, HashMap<String, Frequency>)>,
    /// In tests: a budget, and that every cabinet counts as large.
    #[cfg(test)]
    pub(crate) forced: std::sync::atomic::AtomicUsize,
}

impl Lexicon {
    /// Passages that the index scores for the words of one search.
    ///
    /// In a large cabinet a scored passage costs twenty microseconds, since little of what that reads is in memory: there
    /// it scores as many as are looked into anyway.
    pub(super) fn budget(&self, scope: &Scope) -> usize {
        #[cfg(test)]
        if let budget @ 1.. = self.forced.load(Ordering::Relaxed) {
            return budget;
        }
        if scope.large { scope.look.texts() } else { BUDGET }
    }

    /// Passages in the lists that are read for one search.
    pub(super) fn read(&self, look: Look) -> usize {
        #[cfg(test)]
        if let budget @ 1.. = self.forced.load(Ordering::Relaxed) {
            return budget * look.lists() / 20_000;
        }
        look.lists()
    }

    /// Whether nothing may be read that grows with the cabinet.
    pub(super) fn is_large(&self, rows: u64) -> bool {
        #[cfg(test)]
        if self.forced.load(Ordering::Relaxed) > 0 {
            return true;
        }
        rows >= LARGE
    }

    pub(super) fn frequency(&self, word: &str, rows: u64) -> Option<Frequency> {
        let known = &mut *self.frequencies.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.abs_diff(known.0) > known.0 / 16 {
            *known = (rows, HashMap::new());
        }
        known.1.get(word).copied()
    }

    pub(super) fn remember(&self, word: &str, frequency: Frequency) {
        let known = &mut self.frequencies.lock().unwrap_or_else(PoisonError::into_inner).1;
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(word.to_string(), frequency);
    }
}

/// What the full-text index holds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// Passages.
    pub rows: u64,
    /// Words of all passages.
    pub words: u64,
    /// The highest number of a passage.
    pub last: i64,
}

impl Library {
    /// How much there is to search.
    pub(super) async fn size(&self) -> Result<Size, LibraryError> {
        let doing = LibraryError::database("measuring the full text");
        // FTS5's record of totals: the number of rows, then that of the words in each column.
        let row: Option<(Vec<u8>, Option<i64>)> = sqlx::query_as(
            "SELECT block, (SELECT max(num) FROM passages) FROM passages_fts_data WHERE id = 1",
        )
        .fetch_optional(self.db())
        .await
        .map_err(doing)?;
        let (block, last) = row.unwrap_or_default();
        let mut rest = block.as_slice();
        Ok(Size {
            rows: varint(&mut rest),
            words: varint(&mut rest),
            last: last.unwrap_or(0),
        })
    }

    /// The list of words, where it was read already. Has it read otherwise, and anew when there is much more than it
    /// knows of.
    pub(super) fn words(&self, size: Size) -> Option<Arc<Words>> {
        let lexicon = &self.inner.lexicon;
        let words = lexicon
            .words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let stale = words
            .as_ref()
            .is_none_or(|words| words.rows.abs_diff(size.rows) > words.rows / 8);
        if stale && !lexicon.reading.swap(true, Ordering::AcqRel) {
            let library = self.clone();
            tokio::spawn(async move {
                // Where it fails, completions and slips go without.
                if let Ok(words) = library.read_words(size).await {
                    *library
                        .inner
                        .lexicon
                        .words
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(words));
                }
                library.inner.lexicon.reading.store(false, Ordering::Release);
            });
        }
        words
    }

    async fn read_words(&self, size: Size) -> Result<Words, LibraryError> {
        let mut words = Words::of(size.rows);
        // By first letters, so that no reader stands in the way of the log for long.
        let letters = (b'0'..=b'9')
            .chain(b'a'..=b'{')
            .map(|c| char::from(c).to_string());
        let mut from = String::new();
        for until in letters.chain(["\u{10ffff}".to_string()]) {
            let (mut some,): (Option<String>,) = sqlx::query_as(
                "SELECT group_concat(term || ' ' || doc, char(10)) FROM passages_vocabulary
                 WHERE term >= ?1 AND term < ?2",
            )
            .bind(&from)
            .bind(&until)
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("reading the list of words"))?;
            if let Some(some) = &mut some {
                for line in some.lines() {
                    if let Some((word, passages)) = line.split_once(' ') {
                        words.push(word, passages.parse().unwrap_or(u32::MAX));
                    }
                }
                some.zeroize();
            }
            from = until;
        }
        Ok(words)
    }
}

#[cfg(test)]
impl Library {
    pub(crate) async fn has_words(&self) -> bool {
        self.words(self.size().await.unwrap()).is_some()
    }

    pub(crate) async fn documents_in_trash(&self) -> Vec<crate::DocumentId> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT id FROM documents WHERE trashed_at IS NOT NULL")
            .fetch_all(self.db())
            .await
            .unwrap();
        rows.into_iter().map(|(id,)| id.parse().unwrap()).collect()
    }
}

/// SQLite's numbers of varying length: seven bits a byte, the highest first; a ninth byte counts whole.
fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for n in 0..9 {
        let Some((byte, rest)) = bytes.split_first() else {
            break;
        };
        *bytes = rest;
        if n == 8 {
            return value << 8 | u64::from(*byte);
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_words_finds_what_begins_so() {
        let mut words = Words::of(0);
        for (word, passages) in [("amend", 3), ("amoxicillin", 5), ("amoxil", 1), ("an", 9)] {
            words.push(word, passages);
        }
        let found: Vec<_> = words.beginning("amox").collect();
        assert_eq!(found, [("amoxicillin", 5), ("amoxil", 1)]);
        assert_eq!(
            (words.passages("amoxil"), words.passages("amox")),
            (Some(1), None)
        );
        assert_eq!(words.passages("zoster"), None);
        assert_eq!(words.beginning("b").count(), 0);
        assert_eq!(words.beginning("").count(), 4);
    }

    #[test]
    fn numbers_of_varying_length_are_read() {
        let mut bytes: &[u8] = &[0x07, 0x81, 0x00, 0xff];
        assert_eq!((varint(&mut bytes), varint(&mut bytes)), (7, 128));
        assert_eq!(varint(&mut bytes), 127, "what is cut short ends");
    }
}
