//! What the library needs of a model, put where it is used.

use async_trait::async_trait;

/// Turns text into vectors. `cabinet-slm` implements it; tests use a deterministic one.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// One L2-normalised vector per text, in order. `urgent` work (a query being typed) goes before a batch.
    async fn embed(&self, texts: Vec<String>, urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// Length of every vector.
    fn dimension(&self) -> usize;

    /// Which model it is: vectors of two models cannot be compared. None where there is none.
    fn model_id(&self) -> Option<&str>;

    /// Tokens of `text`, as the model counts them.
    fn count_tokens(&self, text: &str) -> usize;
}

/// Why there are no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// No embedding model is installed, or its file is damaged.
    #[error("the embedding model is not available: {reason}")]
    Unavailable {
        /// Why, in words.
        reason: String,
    },
    /// The model failed on this batch.
    #[error("the embedding model failed: {reason}")]
    Failed {
        /// Why, in words; never the text.
        reason: String,
    },
}
