//! A draft of a note from one or several documents.
//!
//! Owns: the sections of a note and what belongs under each. Choosing, writing and checking of sentences are those of a
//! summary. A draft becomes the editor's document ([`Draft::body`]) and through [`Draft::note`] a file.

mod body;
mod template;

use std::time::Instant;

use tokio_util::sync::CancellationToken;

pub use template::Template;

use crate::document::{Coverage, SourceDocument};
use crate::events::{AssistantError, Grounded, Listener};
use crate::selection::Selection;
use crate::summary::{Models, usual_words};
use crate::units;
use crate::writing::Composer;

/// A note in the making: every sentence checked and cited.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Title of the note.
    pub title: String,
    /// The sentences, each under its section, and how they came about.
    pub grounded: Grounded,
    /// What it was drawn from, one line a document, for the foot of the note.
    pub sources: Vec<String>,
}

/// Words of a draft for one document, and for each further one; more for long documents, and at most three fifths of
/// what was read.
const WORDS: usize = 260;
const WORDS_MORE: usize = 120;
/// Of a very short document it may repeat nearly all.
const LEAST_WORDS: usize = 40;

/// Drafts a note.
///
/// # Errors
/// Nothing to read in any of the documents, cancelled, or no model for writing.
pub async fn draft(
    documents: &[SourceDocument],
    template: Template,
    keep_unsupported: bool,
    models: Models<'_>,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Draft, AssistantError> {
    let start = Instant::now();
    let units = units::read(documents);
    if units.is_empty() {
        return Err(AssistantError::NothingToRead);
    }
    let mut composer =
        Composer::new(documents, &units, models.writer, keep_unsupported, cancel, listen).await?;
    let all: usize = units.iter().map(|unit| unit.words).sum();
    let words = (WORDS + WORDS_MORE * (documents.len() - 1))
        .max(usual_words(all) * 3 / 2)
        .min(all * 3 / 5)
        .max(LEAST_WORDS);
    let mut selection = Selection::new(&units, words, models.embedder, cancel, listen).await?;
    template.choose(&units, documents.len(), &mut selection);
    let mut coverage = Coverage::of(documents);
    coverage.left_out.extend(selection.uncompared());
    for point in &selection.points(template.sections()) {
        composer.say(point).await?;
    }
    Ok(Draft {
        title: title(documents),
        grounded: composer.finish(coverage, start),
        sources: documents.iter().map(source).collect(),
    })
}

fn title(documents: &[SourceDocument]) -> String {
    match documents {
        [only] => format!("Note on {}", only.title),
        [first, rest @ ..] => format!("Note on {} and {} more", first.title, rest.len()),
        [] => "Note".to_owned(),
    }
}

/// "Discharge letter: 2 of 3 pages read, 1 without text"
fn source(document: &SourceDocument) -> String {
    let coverage = Coverage::of(std::slice::from_ref(document));
    let mut line = format!(
        "{}: {} of {} pages read",
        document.title, coverage.pages_read, coverage.pages_total
    );
    if coverage.pages_without_text > 0 {
        line.push_str(&format!(", {} without text", coverage.pages_without_text));
    }
    line
}
