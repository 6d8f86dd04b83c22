//! What a model calculates, before anything is chosen from it: for benchmarks that compare it with a reference.

use std::ops::ControlFlow;

use crate::kernels::Compute;
use crate::writer::cache::Cache;
use crate::writer::{Buffers, Model, WriterText};
use crate::{SlmError, VerifiedModel};

/// A writer on its own, without an engine.
pub struct Writer {
    text: WriterText,
    model: Model,
    compute: Compute,
}

impl Writer {
    /// Loads a model on so many threads.
    ///
    /// # Errors
    /// What is wrong with its file, or too little memory.
    pub fn load(model: &VerifiedModel, threads: usize) -> Result<Self, SlmError> {
        let mut compute = Compute::new(threads);
        let text = WriterText::open(model)?;
        let model = text.load(&mut compute, model)?;
        Ok(Self { text, model, compute })
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// [`SlmError::Malformed`] if the vocabulary cannot express it.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>, SlmError> {
        let mut out: Vec<u32> = self.text.tokens().beginning().into_iter().collect();
        self.text.tokens().plain(text, &mut out)?;
        Ok(out)
    }

    /// One row of logits for each of some tokens: the model's opinion about what follows it.
    pub fn logits(&mut self, tokens: &[u32]) -> Vec<Vec<f32>> {
        let (mut buffers, mut cache) = (Buffers::default(), Cache::new(self.model.config()));
        let mut rows = Vec::with_capacity(tokens.len());
        for piece in tokens.chunks(64) {
            let go_on = &mut || ControlFlow::Continue(());
            let read = self.model.read(
                &mut self.compute,
                &mut buffers,
                &mut cache,
                piece,
                piece.len(),
                go_on,
            );
            if let ControlFlow::Continue(logits) = read {
                rows.extend(
                    logits
                        .chunks_exact(logits.len() / piece.len())
                        .map(<[f32]>::to_vec),
                );
            }
        }
        rows
    }
}
