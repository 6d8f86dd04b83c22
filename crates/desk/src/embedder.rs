//! The engine as the library's embedder.

use std::sync::Arc;

use async_trait::async_trait;
use cabinet_library::{EmbedError, Embedder};
use cabinet_slm::{EmbedderText, Engine, Priority, SlmError};

/// What vectors have when no model is there to say; the vector store needs a width even then.
const USUAL_DIMENSION: usize = 384;

/// Embeds with the engine's model.
pub struct EngineEmbedder {
    engine: Engine,
    text: Option<Arc<EmbedderText>>,
}

impl EngineEmbedder {
    /// Wraps an engine; one without a model gives an embedder that is unavailable.
    pub async fn new(engine: Engine) -> Self {
        let text = engine.embedder_text().await.ok();
        Self { engine, text }
    }
}

#[async_trait]
impl Embedder for EngineEmbedder {
    async fn embed(&self, texts: Vec<String>, urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError> {
        let priority = if urgent {
            Priority::Typing
        } else {
            Priority::Background
        };
        self.engine.embed(texts, priority).await.map_err(|e| match e {
            SlmError::NotInstalled { .. }
            | SlmError::Missing { .. }
            | SlmError::WrongSize { .. }
            | SlmError::Altered { .. } => EmbedError::Unavailable {
                reason: e.to_string(),
            },
            other => EmbedError::Failed {
                reason: other.to_string(),
            },
        })
    }

    fn dimension(&self) -> usize {
        self.text
            .as_ref()
            .map_or(USUAL_DIMENSION, |text| text.dimension())
    }

    fn model_id(&self) -> Option<&str> {
        self.engine.embedder_id()
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.text
            .as_ref()
            .and_then(|vocabulary| vocabulary.count(text).ok())
            .unwrap_or_else(|| cabinet_text::estimate_tokens(text))
    }
}
