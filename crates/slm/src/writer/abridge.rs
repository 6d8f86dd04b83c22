//! Answers that leave out parts of a given text and add nothing.
//!
//! A small model that is asked to shorten a sentence changes names and numbers. Held to the text, and to cuts that
//! somebody else found harmless, it only decides which of them to make: that it does well.
//!
//! Must always hold: the answer is the text to the letter but for some of its cuts.

use std::ops::Range;

use super::tokens::Tokens;
use crate::SlmError;

/// A text that an answer abridges. Not printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Original {
    /// The text.
    pub text: String,
    /// Bytes of it that may be left out: in order and apart. A cut that would split a token is not made.
    pub cuts: Vec<Range<usize>>,
}

impl std::fmt::Debug for Original {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let characters = self.text.chars().count();
        write!(
            f,
            "Original of {characters} characters with {} cuts",
            self.cuts.len()
        )
    }
}

/// Where an answer stands in the text that it abridges.
pub(crate) struct Abridgement {
    tokens: Vec<u32>,
    /// Where a cut that begins at this token ends.
    cuts: Vec<Option<usize>>,
    /// Tokens that stand for the one after a cut at the very beginning, where no space goes before them.
    opening: Vec<(u32, usize)>,
    /// Tokens that end an answer.
    ends: Vec<u32>,
    /// The next token of the text, if nothing is cut here.
    at: usize,
}

impl Abridgement {
    pub(crate) fn new(tokens: &Tokens, original: &Original) -> Result<Self, SlmError> {
        let mut ids = Vec::new();
        tokens.plain(&original.text, &mut ids)?;
        let mut starts = Vec::with_capacity(ids.len() + 1);
        let mut end = 0;
        for &token in &ids {
            starts.push(end);
            end += tokens.bytes(token).len();
        }
        starts.push(end);
        let mut cuts = vec![None; ids.len()];
        let mut opening = Vec::new();
        for cut in &original.cuts {
            let (Ok(from), Ok(to)) = (starts.binary_search(&cut.start), starts.binary_search(&cut.end))
            else {
                continue;
            };
            if from >= to {
                continue;
            }
            cuts[from] = Some(to);
            if from == 0 && to < ids.len() {
                let word = String::from_utf8_lossy(tokens.bytes(ids[to]))
                    .trim_start()
                    .to_owned();
                let mut alone = Vec::new();
                tokens.plain(&word, &mut alone)?;
                opening.extend(<[u32; 1]>::try_from(alone).ok().map(|[token]| (token, to)));
            }
        }
        Ok(Self {
            tokens: ids,
            cuts,
            opening,
            ends: tokens.turn_ends(),
            at: 0,
        })
    }

    /// Leaves the model only what may come next. False where the text is used up.
    pub(crate) fn narrow(&self, logits: &mut [f32]) -> bool {
        if self.at >= self.tokens.len() {
            return false;
        }
        let (choices, may_end) = self.choices();
        let ends = self.ends.iter().copied().filter(|_| may_end);
        let allowed: Vec<(u32, f32)> = choices
            .iter()
            .map(|&(token, _)| token)
            .chain(ends)
            .filter_map(|token| Some((token, *logits.get(token as usize)?)))
            .collect();
        // Not infinite: a score that is no number must still be seen as one.
        logits.fill(f32::MIN);
        for &(token, logit) in &allowed {
            logits[token as usize] = logit;
        }
        !allowed.is_empty()
    }

    /// The text that comes next if nothing is cut: as far as it is certain and `doubtful` tokens more, `most` in all.
    pub(crate) fn ahead(&self, doubtful: usize, most: usize) -> &[u32] {
        let certain = self.cuts[self.at..]
            .iter()
            .take_while(|cut| cut.is_none())
            .count();
        let end = (self.at + (certain + doubtful).min(most)).min(self.tokens.len());
        &self.tokens[self.at..end]
    }

    /// Notes which token was chosen.
    pub(crate) fn advance(&mut self, token: u32) {
        let (choices, _) = self.choices();
        let chosen = choices.into_iter().find(|(choice, _)| *choice == token);
        self.at = chosen.map_or(self.tokens.len(), |(_, at)| at + 1);
    }

    /// Tokens that may come next with their places, and whether all that is left may be cut.
    fn choices(&self) -> (Vec<(u32, usize)>, bool) {
        let mut choices = vec![(self.tokens[self.at], self.at)];
        let mut at = self.at;
        while let Some(after) = self.cuts[at] {
            if after == self.tokens.len() {
                return (choices, true);
            }
            choices.push((self.tokens[after], after));
            if self.at == 0 {
                choices.extend(self.opening.iter().filter(|(_, place)| *place == after));
            }
            at = after;
        }
        (choices, false)
    }
}

impl Drop for Abridgement {
    fn drop(&mut self) {
        use zeroize::Zeroize;
        // The tokens are the text in another form.
        self.tokens.zeroize();
    }
}
