//! Writing one answer, a step at a time, so that the engine can look up between steps.

use std::ops::ControlFlow;

use super::cache::Cache;
use super::forward::{Buffers, Wanted};
use super::sampler::Sampler;
use super::tokens::Stream;
use super::{Abridgement, Model, Sampling, WriterText};
use crate::SlmError;
use crate::engine::FinishReason;
use crate::kernels::Compute;

/// Tokens of a prompt that are read in one go. More would be a little faster; this is how long urgent work may wait
/// while a prompt is read.
pub(crate) const PIECE: usize = 64;

/// One answer in the making.
pub(crate) struct Generation {
    prompt: Vec<u32>,
    cache: Cache,
    written: Vec<u32>,
    max_new_tokens: usize,
    sampler: Sampler,
    abridgement: Option<Abridgement>,
    stream: Stream,
}

/// What a step brought.
pub(crate) enum Step {
    /// A part of the prompt was read.
    Reading,
    /// A token was written; the text is what it completed, perhaps nothing.
    Wrote(String),
    /// The answer is complete; the text is its last piece.
    Finished(FinishReason, String),
}

impl Generation {
    /// Begins an answer to `prompt`. What `cache` knows of it is not read again.
    pub(crate) fn begin(
        prompt: Vec<u32>,
        mut cache: Cache,
        max_new_tokens: usize,
        sampling: Sampling,
        text: &WriterText,
    ) -> Result<Self, SlmError> {
        let original = sampling.abridge.as_ref();
        let abridgement = original
            .map(|original| Abridgement::new(text.tokens(), original))
            .transpose()?;
        // The last token is always read: its logits are the first to choose from.
        let known = cache.shared(&prompt).min(prompt.len().saturating_sub(1));
        cache.truncate(known);
        let (sampler, stream) = (Sampler::new(sampling), Stream::default());
        Ok(Self {
            prompt,
            cache,
            written: Vec::new(),
            max_new_tokens,
            sampler,
            abridgement,
            stream,
        })
    }

    pub(crate) fn prompt_tokens(&self) -> usize {
        self.prompt.len()
    }

    pub(crate) fn new_tokens(&self) -> usize {
        self.written.len()
    }

    /// The memory of prompt and answer, for the next prompt that begins so.
    pub(crate) fn into_cache(self) -> Cache {
        self.cache
    }

    /// Reads the next part of the prompt, or writes the next token. `Break` if `pause` said so.
    pub(crate) fn step(
        &mut self,
        compute: &mut Compute,
        buffers: &mut Buffers,
        model: &Model,
        text: &WriterText,
        pause: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> ControlFlow<(), Result<Step, SlmError>> {
        let known = self.cache.len();
        let last;
        let rest = match self.prompt.get(known..) {
            Some(rest) if !rest.is_empty() => rest,
            _ => {
                last = self.written.last().copied();
                last.as_slice()
            }
        };
        if rest.len() > PIECE {
            model.read(
                compute,
                buffers,
                &mut self.cache,
                &rest[..PIECE],
                Wanted::Nothing,
                pause,
            )?;
            return ControlFlow::Continue(Ok(Step::Reading));
        }
        let logits = model.read(compute, buffers, &mut self.cache, rest, Wanted::Last, pause)?;
        if let Some(abridgement) = &self.abridgement
            && !abridgement.narrow(logits)
        {
            let end = Step::Finished(FinishReason::EndOfText, self.stream.finish());
            return ControlFlow::Continue(Ok(end));
        }
        ControlFlow::Continue(
            self.sampler
                .choose(logits, &self.written)
                .map(|token| self.write(token, text)),
        )
    }

    fn write(&mut self, token: u32, text: &WriterText) -> Step {
        if text.tokens().ends(token) {
            return Step::Finished(FinishReason::EndOfText, self.stream.finish());
        }
        self.written.push(token);
        if let Some(abridgement) = &mut self.abridgement {
            abridgement.advance(token);
        }
        let mut piece = self.stream.push(text.tokens().bytes(token));
        if self.written.len() < self.max_new_tokens {
            return Step::Wrote(piece);
        }
        piece.push_str(&self.stream.finish());
        Step::Finished(FinishReason::Length, piece)
    }
}
