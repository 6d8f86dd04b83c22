//! Words at scale: how much is read for a question does not grow with the cabinet.
//!
//! The full-text index scores every passage that holds any of the words, looks up how long each is, and reads each word's
//! list once more to know how rare the word is: more than a microsecond a passage. So where a query's words stand in more
//! passages together than the index may score, only the lists are read, those of the rarest words, which is ten times
//! cheaper; the passages with the most and rarest words are chosen, and all of the words and neighbours score those by a
//! look into their text. Where the index may score them all, everything is as it is without this.

use std::collections::HashSet;

use cabinet_text::{Wanted, fold, is_stop_word};

use super::find::CANDIDATES;
use super::lexicon::{Frequency, Size};
use super::lists::in_all;
use super::query::{self, Query};
use super::scope::Scope;
use super::{Look, letter};
use crate::{Library, LibraryError};

/// A word's passages are counted up to here; what lies behind is guessed from how close together they stood.
const COUNTED: usize = 16_384;
/// Where the rarest words choose fewer than this, what holds all of the others comes too.
const FEW: usize = 50;
/// Words of a part whose lists are read also where they are longer together than a search reads.
const NARROWING: usize = 3;
/// FTS5's parameters of BM25.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Whether so many passages fit into the room that is left for lists; takes it.
fn fits(passages: f64, room: &mut f64) -> bool {
    let fits = passages <= *room;
    *room -= if fits { passages } else { 0.0 };
    fits
}

/// The inverse document frequency, as FTS5 has it.
fn weight(passages: f64, size: Size) -> f64 {
    let rows = size.rows as f64;
    let weight = ((rows - passages + 0.5) / (passages + 0.5)).ln();
    if weight > 0.0 { weight } else { 1e-6 }
}

/// BM25 of one text, as FTS5 has it, from how often each of what is wanted stands in it.
fn score(times: &[u32], weights: &[f64], length: usize, mean: f64) -> f64 {
    times
        .iter()
        .zip(weights)
        .map(|(times, weight)| {
            let times = f64::from(*times);
            weight * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length as f64 / mean))
        })
        .sum()
}

impl Library {
    /// Passages with words of the query where there are too many to look at all of them; `None` where there are not.
    pub(super) async fn bounded(
        &self,
        parsed: &Query,
        with_pairs: bool,
        scope: &Scope,
        limit: usize,
    ) -> Result<Option<Vec<(i64, f64)>>, LibraryError> {
        let size = scope.size;
        let rows = usize::try_from(size.rows).unwrap_or(usize::MAX);
        let parts = parsed.parts();
        let budget = self.inner.lexicon.budget(scope);
        if !scope.large && parts.len().saturating_mul(rows) <= budget {
            return Ok(None);
        }
        let mut known = Vec::with_capacity(parts.len());
        for part in &parts {
            known.push((self.frequency(part, size).await?, part.as_str()));
        }
        let completions = match &parsed.unfinished {
            Some(word) if scope.large => self.completions(word, size),
            _ => Completions::default(),
        };
        let all: f64 = known.iter().map(|(frequency, _)| frequency.guess).sum();
        let unknown = scope.large && parsed.unfinished.is_some() && !completions.known;
        if all + completions.passages <= budget as f64 && !unknown {
            return Ok(None);
        }
        known.retain(|(frequency, _)| frequency.counted > 0);
        known.sort_by(|a, b| a.0.guess.total_cmp(&b.0.guess));
        let mut room = self.inner.lexicon.read(scope.look) as f64;
        let taken = known
            .iter()
            .take_while(|(frequency, _)| fits(frequency.guess, &mut room))
            .count();
        let mut choosing: Vec<(&str, f64)> = known[..taken]
            .iter()
            .map(|(frequency, part)| (*part, weight(frequency.guess, size)))
            .collect();
        let (mut short, mut long) = (Vec::new(), Vec::new());
        let some = scope.look.completions();
        for (stem, passages) in &completions.stems {
            let list = match fits(f64::from(*passages), &mut room) {
                true if short.len() == some => break,
                true => &mut short,
                false if long.len() == some => continue,
                false => &mut long,
            };
            list.push(cabinet_text::word_with_stem(stem));
        }
        // Whatever it becomes counts as the one word that is meant.
        let meant = weight(completions.passages, size);
        choosing.extend(short.iter().map(|word| (word.as_str(), meant)));
        let mut chosen = self.with_most(&choosing, scope).await?;
        let mut frequent: Vec<String> = known[taken..]
            .iter()
            .map(|(_, part)| query::quote(part))
            .collect();
        if !long.is_empty() {
            let any: Vec<String> = long.iter().map(|word| query::quote(word)).collect();
            frequent.push(format!("({})", any.join(" OR ")));
        }
        if chosen.len() < FEW && !frequent.is_empty() {
            chosen.extend(self.with_all(&frequent, scope, scope.look.texts()).await?);
        } else if taken == 0 && !long.is_empty() {
            // Nothing but completions was short enough to be read, and those that are not are as likely meant.
            chosen.extend(self.with_all(&frequent, scope, FEW).await?);
        }
        let mut wanted: Vec<(Wanted, f64)> = known
            .iter()
            .map(|(frequency, part)| (Wanted::words(part), weight(frequency.guess, size)))
            .collect();
        if with_pairs {
            wanted.extend(parsed.pairs.iter().filter_map(|pair| {
                let (a, b) = pair.split_once(' ')?;
                let of = |word| known.iter().find(|(_, part)| *part == word).map(|(f, _)| f.guess);
                Some((Wanted::words(pair), weight(together(of(a)?, of(b)?, size), size)))
            }));
        }
        if let Some(word) = &parsed.unfinished {
            let weight = weight(completions.passages.max(1.0), size);
            wanted.push((Wanted::beginning(&fold(word)), weight));
        }
        Ok(Some(self.closer(&chosen, &wanted, size, limit).await?))
    }

    /// Passages in which a part of the query stands to the letter; no more than `enough` are looked for.
    ///
    /// The index finds a phrase by walking the lists of all its words, also those that stand everywhere. Where its
    /// rarer words stand together in a few passages, the phrase can only be there. Of very many the newest are taken;
    /// what was not quoted is then looked for among the newest with its rarer words first. A first look ends there where
    /// nothing was quoted: it does not walk lists that are long.
    pub(super) async fn bounded_exact(
        &self,
        part: &str,
        phrase: &str,
        quoted: bool,
        enough: usize,
        scope: &Scope,
    ) -> Result<Vec<i64>, LibraryError> {
        let (limit, texts) = (CANDIDATES / 2, scope.look.texts());
        let letters = letter::words(part);
        let mut words: Vec<(f64, String)> = Vec::new();
        for word in query::words(part) {
            let frequency = self.frequency(&word, scope.size).await?;
            words.push((frequency.guess, word));
        }
        let all: f64 = words.iter().map(|(passages, _)| passages).sum();
        if all <= self.inner.lexicon.budget(scope) as f64 || letter::spellings(part).len() > 1 {
            let ranked = self.full_text(phrase, scope, limit).await?;
            let ranked: Vec<i64> = ranked.into_iter().map(|(passage, _)| passage).collect();
            return self.standing(&ranked, &letters, enough).await;
        }
        words.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        words.dedup_by(|a, b| a.1 == b.1);
        // What stands everywhere has a long list and narrows nothing down.
        let carries = |word: &str| !is_stop_word(&fold(word));
        if words.iter().any(|(_, word)| carries(word)) {
            words.retain(|(_, word)| carries(word));
        }
        // What is in quotes was asked for exactly, in a first look too.
        let look = if quoted { Look::Close } else { scope.look };
        let read = self.inner.lexicon.read(look) as f64;
        let (mut room, mut taken) = (read, 0);
        words.retain(|(passages, _)| {
            taken += usize::from(*passages <= read);
            *passages <= read && (fits(*passages, &mut room) || taken <= NARROWING)
        });
        if !words.is_empty() {
            let words = words.iter().map(|(_, word)| word.as_str());
            let lists = self.holding_each(words, scope.size).await?;
            let mut rest = in_all(&lists).into_iter();
            let newest = |some| rest.by_ref().take(some).collect();
            let found = self.first_within(newest, scope).await?;
            if found.len() < texts || !quoted {
                let standing = self.standing(&found, &letters, enough).await?;
                if found.len() < texts || !standing.is_empty() {
                    return Ok(standing);
                }
            }
        }
        if look == Look::First {
            return Ok(Vec::new());
        }
        let newest = self.newest(phrase, scope, limit).await?;
        self.standing(&newest, &letters, enough).await
    }

    /// The passages with the most and rarest of some words, the newest of equals.
    async fn with_most(&self, words: &[(&str, f64)], scope: &Scope) -> Result<HashSet<i64>, LibraryError> {
        // By the passages' numbers, which are handed out one after another.
        let mut weights: Vec<f32> = Vec::new();
        let lists = self
            .holding_each(words.iter().map(|(word, _)| *word), scope.size)
            .await?;
        for (passages, (_, weight)) in lists.iter().zip(words) {
            let highest = passages.last().map_or(0, |last| *last as usize + 1);
            if highest > weights.len() {
                weights.resize(highest, 0.0);
            }
            for passage in passages.iter() {
                weights[*passage as usize] += *weight as f32;
            }
        }
        let mut ranked: Vec<(u32, f32)> = Vec::with_capacity(lists.iter().map(|list| list.len()).sum());
        ranked.extend(
            (0..)
                .zip(&weights)
                .filter(|(_, weight)| **weight > 0.0)
                .map(|(n, weight)| (n, *weight)),
        );
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0));
        let best = |some: usize| {
            let mut rest = Vec::new();
            if ranked.len() > some {
                ranked.select_nth_unstable_by(some, order);
                rest = ranked.split_off(some);
            }
            ranked.sort_unstable_by(order);
            let best = std::mem::replace(&mut ranked, rest);
            best.into_iter().map(|(passage, _)| i64::from(passage)).collect()
        };
        Ok(self.first_within(best, scope).await?.into_iter().collect())
    }

    /// The first of some passages that are in a scope; `next` gives the next so many of them, the best first.
    async fn first_within(
        &self,
        mut next: impl FnMut(usize) -> Vec<i64>,
        scope: &Scope,
    ) -> Result<Vec<i64>, LibraryError> {
        let wanted = scope.look.texts();
        let (mut found, mut some, mut looked_at) = (Vec::new(), wanted, 0);
        while found.len() < wanted {
            let block = next(some);
            if block.is_empty() {
                break;
            }
            let admitted = self.within(block.iter().copied(), scope).await?;
            let inside = block.iter().filter(|passage| admitted.contains(passage));
            found.extend(inside.take(wanted - found.len()));
            // As many more as are likely to hold the rest.
            looked_at += block.len();
            let likely = (wanted - found.len()) * looked_at / found.len().max(1);
            some = (likely + likely / 4).min(looked_at * 4).max(wanted);
        }
        Ok(found)
    }

    /// Scores passages by what stands in them, best first.
    async fn closer(
        &self,
        chosen: &HashSet<i64>,
        wanted: &[(Wanted, f64)],
        size: Size,
        limit: usize,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        let texts = self.texts(chosen.iter().copied()).await?;
        let mean = size.words as f64 / (size.rows as f64).max(1.0);
        let (wanted, weights): (Vec<Wanted>, Vec<f64>) = wanted.iter().cloned().unzip();
        let mut found: Vec<(i64, f64)> = texts
            .iter()
            .map(|(passage, text)| {
                let (length, times) = cabinet_text::counts(text, &wanted);
                (*passage, score(&times, &weights, length, mean))
            })
            .collect();
        // What was chosen for the stem of a completion may hold another word with that stem alone.
        found.retain(|(_, score)| *score > 0.0);
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(limit);
        Ok(found)
    }

    /// The newest passages for which all of some expressions of frequent words hold; where none does, those with the first.
    async fn with_all(
        &self,
        frequent: &[String],
        scope: &Scope,
        wanted: usize,
    ) -> Result<Vec<i64>, LibraryError> {
        let found = self.newest(&frequent.join(" AND "), scope, wanted).await?;
        if found.is_empty() && frequent.len() > 1 {
            return self.newest(&frequent[0], scope, wanted).await;
        }
        Ok(found)
    }

    pub(super) async fn frequency(&self, part: &str, size: Size) -> Result<Frequency, LibraryError> {
        let lexicon = &self.inner.lexicon;
        if let Some(known) = lexicon.frequency(part, size.rows) {
            return Ok(known);
        }
        if let Some(listed) = self.listed(part, size) {
            lexicon.remember(part, listed);
            return Ok(listed);
        }
        let (counted, last): (i64, Option<i64>) = sqlx::query_as(
            "SELECT count(*), max(rowid) FROM
                 (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?1 ORDER BY rowid LIMIT ?2)",
        )
        .bind(query::quote(part))
        .bind(i64::try_from(COUNTED).unwrap_or(i64::MAX))
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("counting passages with a word"))?;
        let counted = usize::try_from(counted).unwrap_or(0);
        let among = last.unwrap_or(0).max(1) as f64 / size.last.max(1) as f64;
        let guess = if counted < COUNTED {
            counted as f64
        } else {
            (counted as f64 / among).min(size.rows as f64)
        };
        let frequency = Frequency { counted, guess };
        // What stands nowhere may stand in the next paper.
        if counted > 0 {
            lexicon.remember(part, frequency);
        }
        Ok(frequency)
    }

    /// How many passages the list of words has for a word of a large cabinet; `None` also for a word that came since.
    pub(super) fn listed(&self, word: &str, size: Size) -> Option<Frequency> {
        if !self.inner.lexicon.is_large(size.rows) {
            return None;
        }
        let stems = cabinet_text::stems(word);
        let [stem] = stems.as_slice() else { return None };
        let passages = self.words(size)?.passages(stem)?;
        Some(Frequency {
            counted: passages as usize,
            guess: f64::from(passages),
        })
    }

    /// The stems of what a word that is being typed may become, the most frequent first; behind them those that do not begin
    /// with it, which other words may share.
    pub(super) fn completions(&self, word: &str, size: Size) -> Completions {
        let Some(words) = self.words(size) else {
            return Completions::default();
        };
        let begun = fold(word);
        let mut found: Vec<(String, u32)> = words
            .beginning(&begun)
            .map(|(stem, n)| (stem.to_string(), n))
            .collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let within = cabinet_text::stems_within(&begun).into_iter();
        found.extend(within.filter_map(|stem| words.passages(&stem).map(|n| (stem, n))));
        Completions {
            passages: found.iter().map(|(_, n)| f64::from(*n)).sum(),
            stems: found,
            known: true,
        }
    }
}

/// How many passages may hold two words side by side: neighbours of a question stand together ten times as often as
/// chance would have it, and not in more than half of the passages with the rarer one.
fn together(a: f64, b: f64, size: Size) -> f64 {
    (10.0 * a * b / (size.rows as f64).max(1.0))
        .min(a.min(b) / 2.0)
        .max(1.0)
}

/// What a word that is being typed may become.
#[derive(Default)]
pub(super) struct Completions {
    /// Each with the passages that hold it.
    pub stems: Vec<(String, u32)>,
    passages: f64,
    /// Whether the list of words was there to ask.
    known: bool,
}

#[cfg(test)]
impl Library {
    /// Every passage with a word of the query: scored by the index, and by a look into the text.
    pub(crate) async fn scored_twice(&self, query: &str) -> [Vec<(i64, f64)>; 2] {
        let parsed = Query::parse(query, false);
        let scope = Scope {
            size: self.size().await.unwrap(),
            whole: true,
            ..Scope::default()
        };
        let expression = parsed.match_any().unwrap();
        let by_index = self.full_text(&expression, &scope, usize::MAX).await.unwrap();
        let mut wanted = Vec::new();
        for part in parsed.parts() {
            let frequency = self.frequency(&part, scope.size).await.unwrap();
            wanted.push((Wanted::words(&part), weight(frequency.guess, scope.size)));
        }
        let chosen = by_index.iter().map(|(passage, _)| *passage).collect();
        let by_text = self.closer(&chosen, &wanted, scope.size, usize::MAX).await;
        [by_index, by_text.unwrap()]
    }
}
