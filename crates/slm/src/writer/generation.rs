//! Writing one answer, a step at a time, so that the engine can look up between steps.
//!
//! An answer about a text repeats much of it. After a few tokens that stand in the prompt too, those that follow there
//! are a good guess (prompt-lookup decoding, Saxena 2023); of a text that is only abridged, the text itself is one. A
//! step reads the guess along with the last token, at hardly more than the price of that token alone, and keeps as much
//! of it as the model would have written anyway.
//!
//! Must always hold: an answer is the same to the token with and without guesses.

use std::ops::ControlFlow;

use super::cache::Cache;
use super::forward::Buffers;
use super::sampler::Sampler;
use super::tokens::Stream;
use super::{Bound, Model, Sampling, WriterText};
use crate::SlmError;
use crate::engine::FinishReason;
use crate::kernels::{Compute, TILE_ROWS};

/// Tokens of a prompt that are read in one go: full tiles of every kernel. More would be a little faster; this is what is
/// read again where urgent work came in between.
pub(crate) const PIECE: usize = 192;

/// Tokens guessed at once: with the last one they are the rows that share one pass over unpacked weights.
const GUESS: usize = TILE_ROWS - 1;
/// Tokens guessed at once where some are certain.
const SURE_GUESS: usize = 4 * TILE_ROWS - 1;
/// So many tokens in a row must stand earlier too before what follows there is a guess.
const ALIKE: usize = 3;

/// One answer in the making.
pub(crate) struct Generation {
    prompt: Vec<u32>,
    /// Knows the prompt as far as it was read, then all that was written but the last token.
    cache: Cache,
    written: Vec<u32>,
    max_new_tokens: usize,
    sampler: Sampler,
    bound: Option<Bound>,
    stream: Stream,
    /// How many tokens to guess next: few after a wrong guess.
    boldness: usize,
    /// A word that is less likely than this ends the answer before it.
    least: f32,
    /// Guessed tokens that were right.
    guessed: usize,
}

/// What a step brought.
pub(crate) enum Step {
    /// A part of the prompt was read.
    Reading,
    /// One or more tokens were written; the text is what they completed, perhaps nothing.
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
        let bound = Bound::new(text.tokens(), &sampling)?;
        // The last token is always read: its logits are the first to choose from.
        let known = cache.shared(&prompt).min(prompt.len().saturating_sub(1));
        cache.truncate(known);
        let boldness = if sampling.guess { GUESS } else { 0 };
        let least = sampling.least;
        let (sampler, stream) = (Sampler::new(sampling), Stream::default());
        Ok(Self {
            prompt,
            cache,
            written: Vec::new(),
            max_new_tokens,
            sampler,
            bound,
            stream,
            boldness,
            least,
            guessed: 0,
        })
    }

    pub(crate) fn prompt_tokens(&self) -> usize {
        self.prompt.len()
    }

    pub(crate) fn new_tokens(&self) -> usize {
        self.written.len()
    }

    /// How many of the new tokens were guessed and cost next to nothing.
    pub(crate) fn guessed_tokens(&self) -> usize {
        self.guessed
    }

    /// The memory of prompt and answer, for the next prompt that begins so.
    pub(crate) fn into_cache(self) -> Cache {
        self.cache
    }

    /// Reads the next part of the prompt, or writes the next tokens. `Break` if `pause` said so.
    pub(crate) fn step(
        &mut self,
        compute: &mut Compute,
        buffers: &mut Buffers,
        model: &Model,
        text: &WriterText,
        pause: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> ControlFlow<(), Result<Step, SlmError>> {
        let known = self.cache.len();
        let rest = self.prompt.get(known..).unwrap_or_default();
        if rest.len() > PIECE {
            model.read(compute, buffers, &mut self.cache, &rest[..PIECE], 0, pause)?;
            return ControlFlow::Continue(Ok(Step::Reading));
        }
        let guess = self.guess();
        let mut tokens = match self.written.last() {
            None => rest.to_vec(),
            Some(last) => vec![*last],
        };
        let sure = known + tokens.len();
        tokens.extend(&guess);
        let logits = model.read(compute, buffers, &mut self.cache, &tokens, 1 + guess.len(), pause)?;

        let mut piece = String::new();
        let mut right = 0;
        let step = loop {
            let logits = &mut logits[right * model.vocabulary..][..model.vocabulary];
            match self.next(logits, text, &mut piece) {
                Err(error) => break Err(error),
                Ok(Some(reason)) => break Ok(Step::Finished(reason, piece)),
                // The row after a right guess says what follows it.
                Ok(None) if guess.get(right) == self.written.last() => right += 1,
                Ok(None) => break Ok(Step::Wrote(piece)),
            }
        };
        // What was guessed wrongly was never said.
        self.cache.truncate(sure + right);
        self.guessed += right;
        if !guess.is_empty() {
            self.boldness = (right + 1).min(GUESS);
        }
        ControlFlow::Continue(step)
    }

    /// Chooses and writes the next token; the reason if the answer ends here.
    fn next(
        &mut self,
        logits: &mut [f32],
        text: &WriterText,
        piece: &mut String,
    ) -> Result<Option<FinishReason>, SlmError> {
        if let Some(bound) = &mut self.bound
            && !bound.narrow(logits, text.tokens())?
        {
            piece.push_str(&self.stream.finish());
            return Ok(Some(FinishReason::EndOfText));
        }
        let token = self.sampler.choose(logits, &self.written)?;
        let begins_word = text
            .tokens()
            .bytes(token)
            .first()
            .is_none_or(u8::is_ascii_whitespace);
        let doubtful = self.least > 0.0
            && self.bound.is_none()
            && begins_word
            && probability(logits, token) < self.least;
        if text.tokens().ends(token) || doubtful {
            piece.push_str(&self.stream.finish());
            return Ok(Some(FinishReason::EndOfText));
        }
        self.written.push(token);
        if let Some(bound) = &mut self.bound {
            bound.advance(token, text.tokens().bytes(token))?;
        }
        self.bound.take_if(|bound| bound.is_over());
        piece.push_str(&self.stream.push(text.tokens().bytes(token)));
        if self.written.len() < self.max_new_tokens {
            return Ok(None);
        }
        piece.push_str(&self.stream.finish());
        Ok(Some(FinishReason::Length))
    }

    /// Tokens that may well follow what is written.
    fn guess(&self) -> Vec<u32> {
        if self.written.is_empty() || self.boldness == 0 {
            return Vec::new();
        }
        let left = self.max_new_tokens - self.written.len() - 1;
        if let Some(bound) = &self.bound {
            // Almost every guess is right here, so that a wrong one is no reason for caution.
            return bound.ahead(GUESS, SURE_GUESS.min(left)).to_vec();
        }
        let said: Vec<u32> = self.prompt.iter().chain(&self.written).copied().collect();
        let Some(from) = said.len().checked_sub(ALIKE) else {
            return Vec::new();
        };
        let (earlier, alike) = (&said[..said.len() - 1], &said[from..]);
        let place = earlier.windows(ALIKE).rposition(|window| window == alike);
        place.map_or(Vec::new(), |place| {
            let after = &said[place + ALIKE..];
            after[..after.len().min(self.boldness).min(left)].to_vec()
        })
    }
}

/// How likely a token is, by these logits.
fn probability(logits: &[f32], token: u32) -> f32 {
    let own = logits[token as usize];
    1.0 / logits.iter().map(|logit| (logit - own).exp()).sum::<f32>()
}
