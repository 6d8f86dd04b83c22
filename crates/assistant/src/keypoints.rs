//! Key points: whole sentences of the source, chosen and never written.
//!
//! Always holds: every point stands word for word at the place it cites, and the whole document was weighed.

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::document::{Claim, Coverage, SourceDocument, Verdict};
use crate::events::{AssistantError, AssistantEvent, Grounded, Listener};
use crate::models::Embed;
use crate::salience::{self, Salience};
use crate::units::{self, Unit};

/// Sentences compared by meaning; the rest of a long document is weighed by its words.
const COMPARED: usize = 240;
/// Sentences embedded at a time: few enough to stop soon, enough to be quick.
const BATCH: usize = 16;
/// What is nearer than this says the same.
const SAME: f32 = 0.82;

/// How many points a text of so many words deserves.
pub(crate) fn points_for(words: usize) -> usize {
    match words {
        0..=120 => 3,
        121..=300 => 4,
        301..=600 => 5,
        601..=1200 => 6,
        1201..=2500 => 7,
        2501..=5000 => 8,
        5001..=10_000 => 10,
        _ => 12,
    }
}

/// Chooses the key points of documents. Without an embedder the words alone decide.
///
/// # Errors
/// Nothing to read, cancelled, or the embedder failed.
pub async fn key_points(
    documents: &[SourceDocument],
    embedder: Option<&dyn Embed>,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Grounded, AssistantError> {
    let start = Instant::now();
    let units = units::read(documents);
    if units.is_empty() {
        return Err(AssistantError::NothingToRead);
    }
    let words = units.iter().map(|unit| unit.words).sum();
    let chosen = choose(&units, points_for(words), embedder, cancel, listen).await?;
    let claims: Vec<Claim> = chosen
        .into_iter()
        .map(|at| quoted(&units[at], documents))
        .collect();
    for claim in &claims {
        listen(AssistantEvent::Claim { claim: claim.clone() });
    }
    Ok(Grounded {
        claims,
        coverage: Coverage::of(documents),
        model: None,
        removed: 0,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// A sentence as a claim about itself.
pub(crate) fn quoted(unit: &Unit, documents: &[SourceDocument]) -> Claim {
    Claim {
        text: unit.text.clone(),
        verdict: Verdict::Supported,
        reason: None,
        citations: vec![unit.citation(documents)],
        quoted: true,
    }
}

/// Chooses at most `count` sentences that say most and repeat least; in reading order.
pub(crate) async fn choose(
    units: &[Unit],
    count: usize,
    embedder: Option<&dyn Embed>,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Vec<usize>, AssistantError> {
    let salience = Salience::new(units);
    let mut candidates: Vec<usize> = (0..units.len()).collect();
    let by_words = |at: usize| salience.centrality[at] + salience.merit[at];
    candidates.sort_by(|&a, &b| by_words(b).total_cmp(&by_words(a)).then(a.cmp(&b)));
    candidates.truncate(COMPARED);
    candidates.sort_unstable();
    let vectors = match embedder {
        Some(embedder) => Some(embed(units, &candidates, embedder, cancel, listen).await?),
        None => None,
    };
    let likeness = |a: usize, b: usize| -> f32 {
        let words = salience.overlap(candidates[a], candidates[b]);
        vectors
            .as_ref()
            .map_or(words, |vectors| dot(&vectors[a], &vectors[b]).max(words))
    };
    let mut centrality: Vec<f32> = (0..candidates.len())
        .map(|a| {
            let near: f32 = (0..candidates.len())
                .filter(|&b| b != a)
                .map(|b| match &vectors {
                    Some(vectors) => dot(&vectors[a], &vectors[b]).max(0.0),
                    None => salience.overlap(candidates[a], candidates[b]),
                })
                .sum();
            near
        })
        .collect();
    salience::scale(&mut centrality);
    let score: Vec<f32> = (0..candidates.len())
        .map(|at| {
            let unit = candidates[at];
            0.6 * centrality[at] + 0.3 * salience.centrality[unit] + salience.merit[unit]
        })
        .collect();
    let mut chosen: Vec<usize> = Vec::new();
    let mut nearest = vec![0.0f32; candidates.len()];
    while chosen.len() < count {
        let next = (0..candidates.len())
            .filter(|at| !chosen.contains(at) && nearest[*at] < SAME)
            .max_by(|&a, &b| {
                let value = |at: usize| score[at] - 0.7 * nearest[at];
                value(a).total_cmp(&value(b)).then(b.cmp(&a))
            });
        let Some(next) = next else { break };
        chosen.push(next);
        for (at, near) in nearest.iter_mut().enumerate() {
            *near = near.max(likeness(next, at));
        }
    }
    let mut chosen: Vec<usize> = chosen.into_iter().map(|at| candidates[at]).collect();
    chosen.sort_unstable();
    Ok(chosen)
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
