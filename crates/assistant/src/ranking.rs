//! Picks sentences that say most and repeat least, from the whole or from a part.

use std::collections::BTreeSet;

use tokio_util::sync::CancellationToken;

use crate::events::{AssistantError, AssistantEvent, Listener};
use crate::models::Embed;
use crate::salience::{self, Salience};
use crate::units::Unit;

/// Sentences embedded at a time: few enough to stop soon, enough to be quick.
const BATCH: usize = 16;
/// What is nearer than this says the same.
const SAME: f32 = 0.82;
/// Two sentences that differ in their numbers say different things, however alike they are.
const ALIKE: f32 = 0.7;
/// Every part of a long document sends at least so many of its sentences into the comparison.
const LEAST_PER_PART: usize = 4;

/// Sentences weighed against one another; what is picked once is not picked again, nor what says the same.
pub(crate) struct Ranking {
    salience: Salience,
    /// Sentences that are compared, in reading order.
    candidates: Vec<usize>,
    vectors: Option<Vec<Vec<f32>>>,
    /// Words with digits in each candidate.
    numbers: Vec<BTreeSet<String>>,
    score: Vec<f32>,
    /// Likeness of each candidate to what is picked already.
    nearest: Vec<f32>,
}

impl Ranking {
    /// Weighs all sentences by their words, and the `compared` best of them by meaning too. `part` numbers the part of
    /// the document that a sentence belongs to.
    pub(crate) async fn new(
        units: &[Unit],
        compared: usize,
        part: impl Fn(usize) -> usize,
        embedder: Option<&dyn Embed>,
        cancel: &CancellationToken,
        listen: Listener<'_>,
    ) -> Result<Self, AssistantError> {
        let salience = Salience::new(units);
        let candidates = candidates(units.len(), compared, &salience, part);
        let vectors = match embedder {
            Some(embedder) => Some(embed(units, &candidates, embedder, cancel, listen).await?),
            None => None,
        };
        let mut ranking = Self {
            salience,
            nearest: vec![0.0; candidates.len()],
            score: Vec::new(),
            numbers: candidates.iter().map(|&at| numbers(&units[at].text)).collect(),
            candidates,
            vectors,
        };
        let mut centrality: Vec<f32> = (0..ranking.candidates.len())
            .map(|one| {
                (0..ranking.candidates.len())
                    .filter(|&other| other != one)
                    .map(|other| ranking.near(one, other))
                    .sum()
            })
            .collect();
        salience::scale(&mut centrality);
        ranking.score = centrality
            .iter()
            .zip(&ranking.candidates)
            .map(|(central, &unit)| {
                0.6 * central + 0.3 * ranking.salience.centrality[unit] + ranking.salience.merit[unit]
            })
            .collect();
        Ok(ranking)
    }

    /// How many sentences were compared by meaning.
    pub(crate) fn compared(&self) -> usize {
        self.vectors.as_ref().map_or(0, Vec::len)
    }

    fn near(&self, one: usize, other: usize) -> f32 {
        match &self.vectors {
            Some(vectors) => dot(&vectors[one], &vectors[other]).max(0.0),
            None => self
                .salience
                .overlap(self.candidates[one], self.candidates[other]),
        }
    }

    /// The at most `count` best sentences worth more than `least`, in reading order. `lift` raises or lowers the worth
    /// of a sentence; infinitely low leaves it out.
    pub(crate) fn pick(&mut self, count: usize, least: f32, lift: impl Fn(usize) -> f32) -> Vec<usize> {
        let mut chosen: Vec<usize> = Vec::new();
        let lifts: Vec<f32> = self.candidates.iter().map(|&unit| lift(unit)).collect();
        while chosen.len() < count {
            let value = |at: usize| self.score[at] + lifts[at] - 0.7 * self.nearest[at];
            let next = (0..self.candidates.len())
                .filter(|&at| lifts[at].is_finite() && self.nearest[at] < SAME && value(at) > least)
                .max_by(|&a, &b| value(a).total_cmp(&value(b)).then(b.cmp(&a)));
            let Some(next) = next else { break };
            chosen.push(self.candidates[next]);
            for at in 0..self.candidates.len() {
                let words = self.salience.overlap(self.candidates[next], self.candidates[at]);
                let mut near = words.max(self.near(next, at));
                if self.numbers[at] != self.numbers[next] && !self.numbers[at].is_empty() {
                    near = near.min(ALIKE);
                }
                self.nearest[at] = self.nearest[at].max(near);
            }
            self.nearest[next] = 1.0;
        }
        chosen.sort_unstable();
        chosen
    }
}

fn candidates(
    count: usize,
    compared: usize,
    salience: &Salience,
    part: impl Fn(usize) -> usize,
) -> Vec<usize> {
    let by_words = |at: usize| salience.centrality[at] + salience.merit[at];
    let mut ranked: Vec<usize> = (0..count).collect();
    ranked.sort_by(|&a, &b| by_words(b).total_cmp(&by_words(a)).then(a.cmp(&b)));
    let parts = (0..count).map(&part).max().map_or(0, |last| last + 1);
    let mut sent = vec![0; parts];
    let mut taken: Vec<usize> = Vec::new();
    let mut left: Vec<usize> = Vec::new();
    for at in ranked {
        let of = &mut sent[part(at)];
        *of += 1;
        if *of <= LEAST_PER_PART {
            taken.push(at)
        } else {
            left.push(at)
        }
    }
    let room = compared.saturating_sub(taken.len());
    taken.extend(left.into_iter().take(room));
    taken.sort_unstable();
    taken
}

fn numbers(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '.')
        .map(|word| word.trim_matches('.'))
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

async fn embed(
    units: &[Unit],
    candidates: &[usize],
    embedder: &dyn Embed,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Vec<Vec<f32>>, AssistantError> {
    let total = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    let mut vectors = Vec::with_capacity(candidates.len());
    for batch in candidates.chunks(BATCH) {
        let texts = batch.iter().map(|&at| units[at].line()).collect();
        let found = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(AssistantError::Cancelled),
            found = embedder.embed(texts) => found?,
        };
        vectors.extend(found);
        let done = u32::try_from(vectors.len()).unwrap_or(u32::MAX);
        listen(AssistantEvent::Progress {
            step: "comparing sentences".to_owned(),
            done,
            total,
        });
    }
    Ok(vectors)
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}
