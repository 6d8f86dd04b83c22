//! What the assistant says while it works, and how it ends.

use serde::{Deserialize, Serialize};

use crate::document::{Claim, Coverage};
use crate::models::ModelError;

/// What the assistant says while it works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum AssistantEvent {
    /// A step with counts.
    Progress {
        /// What is being done.
        step: String,
        /// Units done.
        done: u32,
        /// Units in all.
        total: u32,
    },
    /// A piece of text as the model writes it; unchecked until a claim replaces it.
    Text {
        /// The piece.
        piece: String,
    },
    /// A finished, checked sentence; it replaces the streamed text up to here.
    Claim {
        /// The sentence.
        claim: Claim,
    },
}

/// Where events go. Called on the task that works; it must not wait.
pub type Listener<'a> = &'a (dyn Fn(AssistantEvent) + Send + Sync);

/// Key points, a summary or a section of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grounded {
    /// Sentences in reading order.
    pub claims: Vec<Claim>,
    /// What was read.
    pub coverage: Coverage,
    /// Which model wrote it; none where all is quoted.
    pub model: Option<String>,
    /// Claims dropped because nothing in the source bears them out.
    pub removed: u32,
    /// How long it took.
    pub seconds: f64,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssistantError {
    /// The user stopped it.
    #[error("stopped")]
    Cancelled,
    /// The documents have no readable text.
    #[error("the document has no readable text")]
    NothingToRead,
    /// A model gave no answer.
    #[error(transparent)]
    Model(#[from] ModelError),
}
