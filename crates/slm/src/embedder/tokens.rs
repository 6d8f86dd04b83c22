//! Text to word pieces, as the model's `tokenizer.json` describes it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokenizers::Tokenizer;

use super::config::Config;
use crate::{SlmError, VerifiedModel};

/// A real file for thirty thousand word pieces has half a megabyte.
const MAX_FILE: usize = 64 << 20;

/// The embedder's vocabulary. Counting needs no weights and no queue.
pub struct EmbedderText {
    tokenizer: Tokenizer,
    window: usize,
    vocabulary: usize,
    dimension: usize,
}

impl EmbedderText {
    /// Reads it from a verified model.
    pub(crate) fn open(model: &VerifiedModel) -> Result<Self, SlmError> {
        let config = Config::parse(&model.content("config.json")?)?;
        Self::parse(&model.content("tokenizer.json")?, &config)
    }

    pub(crate) fn parse(content: &[u8], config: &Config) -> Result<Self, SlmError> {
        if content.len() > MAX_FILE {
            return Err(SlmError::malformed("tokenizer.json is far too long"));
        }
        // The crate panics at some files that are not what it expects.
        let mut tokenizer = catch_unwind(|| Tokenizer::from_bytes(content))
            .ok()
            .and_then(Result::ok)
            .ok_or_else(|| SlmError::malformed("tokenizer.json cannot be read"))?;
        // The file may ask for padding and for a shorter window than the model has.
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|_| SlmError::malformed("tokenizer.json cannot be used"))?;
        Ok(Self {
            tokenizer,
            window: config.window(),
            vocabulary: config.vocabulary,
            dimension: config.width,
        })
    }

    /// Word pieces that the embedder sees of one text at most, its two marks included.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Numbers of one vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Word pieces of a text, the two marks included. Of a text with more than [`EmbedderText::window`], the rest is
    /// not seen by the embedder.
    ///
    /// # Errors
    /// [`SlmError::Malformed`] if the vocabulary cannot express the text.
    pub fn count(&self, text: &str) -> Result<usize, SlmError> {
        self.encode(text).map(|ids| ids.len())
    }

    /// The word pieces of a text, cut to the window.
    pub(crate) fn pieces(&self, text: &str) -> Result<Vec<u32>, SlmError> {
        let mut ids = self.encode(text)?;
        if ids.len() > self.window {
            // The mark at the end stays the last piece.
            let end = ids[ids.len() - 1];
            ids.truncate(self.window);
            ids[self.window - 1] = end;
        }
        Ok(ids)
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, SlmError> {
        let wrong = || SlmError::malformed("tokenizer.json cannot express a text");
        let encoding = catch_unwind(AssertUnwindSafe(|| self.tokenizer.encode_fast(text, true)))
            .map_err(|_| wrong())?
            .map_err(|_| wrong())?;
        let ids = encoding.get_ids();
        // The ids become row numbers of the model's table.
        if ids.is_empty() || ids.iter().any(|id| *id as usize >= self.vocabulary) {
            return Err(wrong());
        }
        Ok(ids.to_vec())
    }
}
