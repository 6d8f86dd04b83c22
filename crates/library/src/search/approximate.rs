//! A name typed with a slip: where a word of the query stands nowhere, words of the index that are nearly it.

use std::collections::HashSet;

use cabinet_text::{Wanted, fold, is_stop_word};

use super::lexicon::Words;
use super::query::{self, Query};
use super::scope::Scope;
use crate::{Library, LibraryError};

/// Words tried in place of one.
const TRIED: usize = 8;
/// Passages that hold one of them, at most.
const PASSAGES: usize = 100;

/// What was found for words that stand nowhere.
#[derive(Default)]
pub(super) struct Approximate {
    /// Passages with a word that is nearly one of them.
    pub passages: HashSet<i64>,
    /// Half of the query's words or more are such slips, as in a name: what is nearly that comes first. Of a longer query
    /// the others count as much, and what holds them may be what was looked for.
    pub first: bool,
}

impl Library {
    /// Looks for the words of a short query that stand nowhere in the scope, puts what is nearly each of them into
    /// the query, and returns the passages with such a word.
    ///
    /// What was tried is never shown: it may be a word from behind a wall. In a large cabinet nothing is tried until the
    /// list of words is read, which is said where it would have helped.
    pub(super) async fn approximate(
        &self,
        parsed: &mut Query,
        scope: &Scope,
        missing: &mut Vec<String>,
    ) -> Result<Approximate, LibraryError> {
        let mut found = Approximate::default();
        // Of a question, slips matter little.
        if parsed.question {
            return Ok(found);
        }
        let words = if scope.large { self.words(scope.size) } else { None };
        let unread = scope.large && words.is_none();
        let (mut nearly, mut slips) = (Vec::new(), 0);
        for word in &parsed.words {
            let folded = fold(word);
            let unfinished = parsed.unfinished.as_ref() == Some(word);
            if folded.chars().count() < 4
                || !folded.chars().all(char::is_alphabetic)
                || is_stop_word(&folded)
                || unread && unfinished
                || self
                    .stands_anywhere(word, unfinished, words.as_deref(), scope)
                    .await?
            {
                continue;
            }
            if unread {
                missing.push(
                    "Names typed with a slip are not found yet: the list of words is still being read"
                        .to_string(),
                );
                return Ok(found);
            }
            let first: String = folded.chars().take(1).collect();
            let near = match &words {
                Some(words) => near(&folded, words.beginning(&first).map(|(term, _)| term.to_string())),
                None => near(&folded, self.terms(&folded, first).await?.into_iter()),
            };
            slips += usize::from(!near.is_empty());
            nearly.extend(near);
        }
        if !nearly.is_empty() {
            let passages = |stem: &String| words.as_deref()?.passages(stem);
            let all: usize = nearly.iter().filter_map(passages).map(|n| n as usize).sum();
            let mut nearly: Vec<String> = nearly
                .iter()
                .map(|stem| cabinet_text::word_with_stem(stem))
                .collect();
            let expression: Vec<String> = nearly.iter().map(|word| query::quote(word)).collect();
            let expression = expression.join(" OR ");
            // Frequent words are not worth ranking here: what is found is ranked with all else.
            if all > self.inner.lexicon.budget(scope) {
                found
                    .passages
                    .extend(self.newest(&expression, scope, PASSAGES).await?);
            } else {
                let passages = self.full_text(&expression, scope, PASSAGES).await?;
                found
                    .passages
                    .extend(passages.into_iter().map(|(passage, _)| passage));
            }
            found.first = slips * 2 >= parsed.words.len();
            parsed.words.append(&mut nearly);
        }
        Ok(found)
    }

    async fn stands_anywhere(
        &self,
        word: &str,
        unfinished: bool,
        words: Option<&Words>,
        scope: &Scope,
    ) -> Result<bool, LibraryError> {
        if !unfinished {
            if scope.whole && self.listed(word, scope.size).is_some() {
                return Ok(true);
            }
            return Ok(!self.newest(&query::quote(word), scope, 1).await?.is_empty());
        }
        let begun = fold(word);
        if words.is_some_and(|words| words.beginning(&begun).next().is_some()) {
            return Ok(true);
        }
        let wanted = [Wanted::words(word), Wanted::beginning(&begun)];
        let newest = self.newest(&query::begun(word), scope, PASSAGES).await?;
        let texts = self.texts(newest.into_iter()).await?;
        Ok(texts
            .iter()
            .any(|(_, text)| !cabinet_text::places(text, &wanted).is_empty()))
    }

    /// Terms of the index that begin like a word and are about as long. Slips rarely hit the first letter, and reading
    /// the whole list of terms would take long.
    async fn terms(&self, word: &str, first: String) -> Result<Vec<String>, LibraryError> {
        let length = i64::try_from(word.chars().count()).unwrap_or(i64::MAX);
        let terms: Vec<(String,)> = sqlx::query_as(
            "SELECT term FROM passages_vocabulary
             WHERE term >= ?1 AND term < ?1 || char(1114111) AND length(term) BETWEEN ?2 - 4 AND ?2 + 2",
        )
        .bind(first)
        .bind(length)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading the list of words"))?;
        Ok(terms.into_iter().map(|(term,)| term).collect())
    }
}

/// Those at the least distance from a word.
fn near(word: &str, terms: impl Iterator<Item = String>) -> Vec<String> {
    let allowed = if word.chars().count() < 8 { 1 } else { 2 };
    let stems: Vec<(Vec<char>, u64)> = stems(word)
        .map(|stem| (stem.chars().collect(), letters(&stem)))
        .collect();
    let mut near: Vec<(usize, String)> = terms
        .filter_map(|term| {
            let (length, letters) = (term.chars().count(), letters(&term));
            // A step changes the length by one at most, and two of the letters there are.
            let distance = stems
                .iter()
                .filter(|(stem, _)| stem.len().abs_diff(length) <= allowed)
                .filter(|(_, others)| (letters ^ others).count_ones() as usize <= 2 * allowed)
                .map(|(stem, _)| distance(stem, &term))
                .min()?;
            (distance <= allowed).then_some((distance, term))
        })
        .collect();
    near.sort();
    let least = near.first().map_or(0, |(distance, _)| *distance);
    near.retain(|(distance, _)| *distance == least);
    near.truncate(TRIED);
    near.into_iter().map(|(_, term)| term).collect()
}

/// The letters of a word as a set, some sharing a place.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |all, c| all | 1 << (u32::from(c) % 64))
}

/// A word and what the index may have made of it: it keeps stems.
fn stems(word: &str) -> impl Iterator<Item = String> + '_ {
    let swapped = word.strip_suffix('y').map(|stem| format!("{stem}i"));
    let cut = ["s", "es", "e", "ed", "er", "ing"]
        .into_iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .filter(|stem| stem.len() >= 4)
        .map(str::to_string);
    [word.to_string()].into_iter().chain(swapped).chain(cut)
}

/// Letters to change, add, leave out or swap with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_step() {
        for (a, b, steps) in [
            ("gutierez", "gutierrez", 1),
            ("exampel", "example", 1),
            ("okonkwo", "okonkwo", 0),
            ("", "abc", 3),
            ("smith", "jones", 5),
        ] {
            let a: Vec<char> = a.chars().collect();
            assert_eq!(distance(&a, b), steps, "{a:?} {b}");
        }
        assert!(stems("kennedy").any(|stem| stem == "kennedi"));
    }

    #[test]
    fn the_nearest_words_are_found_among_many() {
        let terms = ["gutter", "gutierr", "gutierrez", "gutirez", "zutierrez", "guitar"];
        let near = |word| near(word, terms.iter().map(ToString::to_string));
        assert_eq!(near("gutierez"), ["gutierrez", "gutirez"]);
        assert_eq!(near("gutteer"), ["gutter"]);
        assert!(near("piano").is_empty());
    }
}
