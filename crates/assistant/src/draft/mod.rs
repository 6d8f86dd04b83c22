//! A draft of a note from one or several documents.

mod body;
mod template;

use tokio_util::sync::CancellationToken;

pub use template::Template;

use crate::document::SourceDocument;
use crate::events::{AssistantError, Grounded, Listener};
use crate::keypoints;
use crate::summary::Models;

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

/// Drafts a note.
///
/// # Errors
/// Nothing to read, cancelled, or a model failed.
pub async fn draft(
    documents: &[SourceDocument],
    _template: Template,
    _keep_unsupported: bool,
    models: Models<'_>,
    cancel: &CancellationToken,
    listen: Listener<'_>,
) -> Result<Draft, AssistantError> {
    let grounded = keypoints::key_points(documents, models.embedder, cancel, listen).await?;
    Ok(Draft {
        title: "Draft".to_owned(),
        grounded,
        sources: Vec::new(),
    })
}
