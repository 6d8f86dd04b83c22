//! A summary of one document.

mod style;

use tokio_util::sync::CancellationToken;

pub use style::{Style, UnknownName};

use crate::document::SourceDocument;
use crate::events::{AssistantError, Grounded, Listener};
use crate::keypoints;
use crate::models::{Embed, Write};

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
    /// At most about so many words; by the length of the document where not said.
    pub max_words: Option<usize>,
    /// Keep sentences that their sources do not bear out, marked, instead of leaving them out.
    pub keep_unsupported: bool,
}

/// Summarises a document.
///
/// # Errors
/// Nothing to read, cancelled, or a model failed.
pub async fn summarize(
    document: &SourceDocument,
    _wanted: Wanted,
    models: Models<'_>,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Grounded, AssistantError> {
    keypoints::key_points(std::slice::from_ref(document), models.embedder, cancel, listen).await
}
