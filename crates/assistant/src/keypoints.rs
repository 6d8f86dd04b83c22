//! Key points: whole sentences of the source, chosen and never written.
//!
//! Always holds: every point stands word for word at the place it cites, and the whole document was weighed.

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::document::{Claim, Coverage, SourceDocument, Verdict};
use crate::events::{AssistantError, AssistantEvent, Grounded, Listener};
use crate::models::Embed;
use crate::ranking::Ranking;
use crate::selection::COMPARED;
use crate::units::{self, Unit};

/// How many points a text of so many words deserves.
fn points_for(words: usize) -> usize {
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
    let mut ranking = Ranking::new(&units, COMPARED, |_| 0, embedder, cancel, listen).await?;
    let chosen = ranking.pick(points_for(words), f32::NEG_INFINITY, |_| 0.0);
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
        section: None,
    }
}
