//! A summary of one document.
//!
//! Owns: how long a summary is, what it speaks of, what it says of its own coverage. Sentences are chosen over the whole
//! document by code; the model only shortens them, one at a time, and each of its sentences is checked
//! ([`crate::grounding`]). So a summary is as true with a small model as with a large one, and never empty.

mod style;

use std::time::Instant;

use tokio_util::sync::CancellationToken;

pub use style::{Style, UnknownName};

use crate::document::{Coverage, SourceDocument};
use crate::events::{AssistantError, Grounded, Listener};
use crate::models::{Embed, Write};
use crate::selection::Selection;
use crate::topics;
use crate::units;
use crate::writing::Composer;

/// The models a result is made with.
#[derive(Clone, Copy)]
pub struct Models<'a> {
    /// Compares sentences by meaning; without it their words alone decide.
    pub embedder: Option<&'a dyn Embed>,
    /// Writes.
    pub writer: &'a dyn Write,
}

/// How a summary is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What counts.
    pub style: Style,
    /// At most so many words, but at least one sentence; by the length of the document where not said.
    pub max_words: Option<usize>,
    /// Keep sentences that their sources do not bear out, marked, instead of leaving them out.
    pub keep_unsupported: bool,
}

/// What speaks of a topic of the style is worth so much more.
const ON_TOPIC: f32 = 0.12;

/// Summarises a document: [`crate::AssistantEvent::Text`] while the model writes, then a claim in its place.
///
/// Cancelling stops within one token. Dropping the future does too.
///
/// # Errors
/// Nothing to read, cancelled, or no model for writing. One that fails on the way is no error: the rest is quoted, and
/// the coverage says so.
pub async fn summarize(
    document: &SourceDocument,
    wanted: Wanted,
    models: Models<'_>,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Grounded, AssistantError> {
    let start = Instant::now();
    let documents = std::slice::from_ref(document);
    let units = units::read(documents);
    if units.is_empty() {
        return Err(AssistantError::NothingToRead);
    }
    let mut composer = Composer::new(
        documents,
        &units,
        models.writer,
        wanted.keep_unsupported,
        cancel,
        listen,
    )
    .await?;
    let all = units.iter().map(|unit| unit.words).sum();
    let words = wanted
        .max_words
        .unwrap_or_else(|| wanted.style.room(usual_words(all)));
    let mut selection = Selection::new(&units, words, models.embedder, cancel, listen).await?;
    selection.every_part();
    let wanted_topics = wanted.style.topics();
    for topic in wanted_topics {
        selection.best(1, f32::NEG_INFINITY, None, |at| match topic.in_unit(&units[at]) {
            0 => None,
            plainly => Some(0.2 * f32::from(plainly)),
        });
    }
    if wanted.style == Style::Clinical {
        selection.best(topics::MEDICINES, f32::NEG_INFINITY, None, |at| {
            topics::is_medicine(&units[at]).then_some(0.0)
        });
    }
    selection.fill(|at| {
        Some(
            if wanted_topics.iter().any(|topic| topic.in_unit(&units[at]) > 0) {
                ON_TOPIC
            } else {
                0.0
            },
        )
    });
    let mut coverage = Coverage::of(documents);
    coverage.left_out.extend(selection.uncompared());
    let points = selection.points(&[]);
    for point in &points {
        composer.say(point).await?;
    }
    Ok(composer.finish(coverage, start))
}

/// How many words a summary of so many words has: a third of a paragraph, a fifth of a letter, two pages of a book.
pub(crate) fn usual_words(words: usize) -> usize {
    const LENGTHS: [(f32, f32); 5] = [
        (0.0, 18.0),
        (60.0, 20.0),
        (200.0, 80.0),
        (400.0, 120.0),
        (1_300.0, 200.0),
    ];
    let words = words as f32;
    let usual = LENGTHS
        .windows(2)
        .find(|pair| words <= pair[1].0)
        .map(|pair| {
            let ((from, few), (to, many)) = (pair[0], pair[1]);
            few + (many - few) * (words - from) / (to - from)
        })
        .unwrap_or_else(|| 200.0 * (words / 1_300.0).powf(0.3));
    usual as usize
}

#[cfg(test)]
mod tests {
    use super::usual_words;

    #[test]
    fn a_summary_grows_more_slowly_than_its_document() {
        let lengths = [30, 100, 800, 2_500, 150_000].map(usual_words);
        assert_eq!(lengths, [19, 37, 155, 243, 831]);
    }
}
