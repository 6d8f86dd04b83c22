//! Answers that are one of some given texts (yes or no, a kind, a label), or begin with one.
//!
//! Must always hold: the answer is one of the texts, or begins with the text, to the letter.

use super::Abridgement;
use super::form::Formed;
use super::sampler::Sampling;
use super::tokens::Tokens;
use crate::SlmError;

/// What holds an answer to something, if anything does.
pub(crate) enum Bound {
    /// To a text, less some of its cuts.
    Original(Abridgement),
    /// To one of some texts.
    Choice(Choice),
    /// To a form.
    Form(Box<Formed>),
    /// To a beginning; free after it.
    Beginning(Vec<u8>),
}

impl Bound {
    /// What a request asks for.
    pub(crate) fn new(tokens: &Tokens, sampling: &Sampling) -> Result<Option<Self>, SlmError> {
        // At most one of them is asked for (`Sampling::check`).
        Ok(if let Some(original) = &sampling.abridge {
            Some(Self::Original(Abridgement::new(tokens, original)?))
        } else if let Some(form) = &sampling.form {
            Some(Self::Form(Box::new(Formed::new(tokens, form)?)))
        } else if !sampling.one_of.is_empty() {
            Some(Self::Choice(Choice::new(tokens, &sampling.one_of)?))
        } else if !sampling.begins.is_empty() {
            Some(Self::Beginning(sampling.begins.clone().into_bytes()))
        } else {
            None
        })
    }

    /// Leaves the model only what may come next. False where nothing may.
    pub(crate) fn narrow(&mut self, logits: &mut [f32], tokens: &Tokens) -> Result<bool, SlmError> {
        match self {
            Self::Original(abridgement) => Ok(abridgement.narrow(logits)),
            Self::Choice(choice) => Ok(choice.narrow(logits)),
            Self::Form(form) => form.narrow(logits),
            Self::Beginning(left) => Ok(narrow_to_beginning(left, logits, tokens)),
        }
    }

    /// Notes which token was chosen, and its bytes.
    pub(crate) fn advance(&mut self, token: u32, bytes: &[u8]) -> Result<(), SlmError> {
        match self {
            Self::Original(abridgement) => abridgement.advance(token),
            Self::Choice(choice) => choice.advance(token),
            Self::Form(form) => form.advance(bytes)?,
            Self::Beginning(left) => drop(left.drain(..bytes.len().min(left.len()))),
        }
        Ok(())
    }

    /// Whether it holds the answer to nothing any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Beginning(left) if left.is_empty())
    }

    /// Tokens that may well come next: those that are certain and `doubtful` more, `most` in all.
    pub(crate) fn ahead(&self, doubtful: usize, most: usize) -> &[u32] {
        match self {
            Self::Original(abridgement) => abridgement.ahead(doubtful, most),
            Self::Choice(choice) => choice.ahead(most),
            Self::Form(_) | Self::Beginning(_) => &[],
        }
    }
}

/// Leaves the tokens that go on with a beginning, or with its last bytes and beyond them: how a word that is half typed was
/// cut into tokens says nothing of how the model would cut the whole word (token healing, Lundberg 2023).
fn narrow_to_beginning(left: &[u8], logits: &mut [f32], tokens: &Tokens) -> bool {
    let mut any = false;
    for (token, logit) in logits.iter_mut().enumerate() {
        let bytes = tokens.bytes(token as u32);
        let goes_on = !bytes.is_empty() && (left.starts_with(bytes) || bytes.starts_with(left));
        any |= goes_on;
        // What is no number must still be seen as none.
        if !goes_on && !logit.is_nan() {
            *logit = f32::MIN;
        }
    }
    any
}

/// Where an answer stands that is one of some texts.
pub(crate) struct Choice {
    /// The texts that it can still become.
    texts: Vec<Vec<u32>>,
    /// Tokens of it so far.
    at: usize,
    /// Tokens that end an answer.
    ends: Vec<u32>,
}

impl Choice {
    fn new(tokens: &Tokens, texts: &[String]) -> Result<Self, SlmError> {
        let cut = |text: &String| {
            let mut ids = Vec::new();
            tokens.plain(text, &mut ids)?;
            Ok(ids)
        };
        Ok(Self {
            texts: texts.iter().map(cut).collect::<Result<_, SlmError>>()?,
            at: 0,
            ends: tokens.turn_ends(),
        })
    }

    fn narrow(&self, logits: &mut [f32]) -> bool {
        let goes_on = self.texts.iter().filter_map(|text| text.get(self.at)).copied();
        let mut allowed: Vec<u32> = goes_on.collect();
        if allowed.is_empty() {
            return false;
        }
        if self.texts.iter().any(|text| text.len() == self.at) {
            allowed.extend(&self.ends);
        }
        let kept: Vec<(u32, f32)> = allowed
            .into_iter()
            .filter_map(|token| Some((token, *logits.get(token as usize)?)))
            .collect();
        // Not infinite: a score that is no number must still be seen as one.
        logits.fill(f32::MIN);
        for &(token, logit) in &kept {
            logits[token as usize] = logit;
        }
        !kept.is_empty()
    }

    fn advance(&mut self, token: u32) {
        self.texts.retain(|text| text.get(self.at) == Some(&token));
        self.at += 1;
    }

    fn ahead(&self, most: usize) -> &[u32] {
        match &self.texts[..] {
            [only] => &only[self.at.min(only.len())..(self.at + most).min(only.len())],
            _ => &[],
        }
    }
}
