//! Answers of a given form: yes or no, a day, a record in JSON.
//!
//! A form is a regular expression, so what nests, nests to a fixed depth. An automaton over bytes, built as far as it is
//! walked, tries every token of the vocabulary from where the answer stands; those that it survives may come next (Willard
//! and Louf, Efficient Guided Generation for Large Language Models, 2023).
//!
//! Must always hold: every prefix of an answer can be completed, and it ends only where it is complete.

use std::collections::HashMap;
use std::sync::Arc;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input, MatchKind};

use super::tokens::Tokens;
use crate::SlmError;

/// Most memory of an automaton, and most that it may remember of itself.
const MOST_BYTES: usize = 64 << 20;
/// Values inside one another of which [`Form::json`] still makes an automaton of reasonable size.
const DEEPEST: usize = 3;

/// What an answer looks like, character by character. The model chooses the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pattern: String,
}

impl Form {
    fn new(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
        }
    }

    /// `yes` or `no`.
    pub fn yes_or_no() -> Self {
        Self::one_of(&["yes", "no"])
    }

    /// One of these texts. Where it is nothing else, [`super::Sampling::one_of`] is quicker.
    pub fn one_of(texts: &[&str]) -> Self {
        let texts: Vec<String> = texts.iter().map(|text| escape(text)).collect();
        Self::new(format!("(?:{})", texts.join("|")))
    }

    /// A day of the years 1000 to 2999 that the calendar has, as ISO 8601 writes it: `2026-11-29`.
    pub fn date() -> Self {
        let days = [
            "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
            "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
            "02-(?:0[1-9]|1[0-9]|2[0-8])",
        ];
        let leap = "(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:12|16|20|24|28)00)";
        Self::new(format!("(?:[12][0-9]{{3}}-(?:{})|{leap}-02-29)", days.join("|")))
    }

    /// A JSON string of at most so many characters.
    pub fn text(most: usize) -> Self {
        Self::new(format!("\"{CHARACTER}{{0,{most}}}\""))
    }

    /// The same as a JSON string. The form has no characters that must be escaped there.
    pub fn quoted(self) -> Self {
        Self::new(format!("\"{}\"", self.pattern))
    }

    /// A JSON object with these fields in this order.
    pub fn record(fields: &[(&str, Form)]) -> Self {
        let field = |(name, form): &(&str, Form)| {
            let name = serde_json::Value::from(*name).to_string();
            format!("{}: ?{}", escape(&name), form.pattern)
        };
        let fields: Vec<String> = fields.iter().map(field).collect();
        Self::new(format!("\\{{{}\\}}", fields.join(", ?")))
    }

    /// Any JSON value with others inside to a depth of so many, at most three. Its strings are as long as the model likes: an
    /// answer may come to its greatest length before its end.
    pub fn json(depth: usize) -> Self {
        let text = format!("\"{CHARACTER}*\"");
        let number = "-?(?:0|[1-9][0-9]{0,14})(?:\\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?";
        let plain = format!("(?:true|false|null|{number}|{text})");
        let value = (0..depth.min(DEEPEST)).fold(plain.clone(), |inner, _| {
            let field = format!("{text}: ?{inner}");
            format!("(?:{plain}|\\[(?:{inner}(?:, ?{inner})*)?\\]|\\{{(?:{field}(?:, ?{field})*)?\\}})")
        });
        Self::new(value)
    }
}

/// One character of a JSON string: itself, or escaped where it must be.
const CHARACTER: &str = r#"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])"#;

/// A text as the pattern of itself.
fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut pattern, c| {
        if "\\.+*?()|[]{}^$#&-~".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
        pattern
    })
}

/// A vocabulary in the order of its tokens' bytes, so that what begins alike is looked at once.
pub(crate) struct Alphabet {
    ids: Vec<u32>,
    /// The bytes of all tokens, one after the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// How many bytes a token has in common with the one before.
    shared: Vec<u32>,
    /// Tokens of the vocabulary, those that are no text among them.
    len: usize,
}

impl Alphabet {
    /// Control tokens, ends of turns and tokens of nothing are left out.
    pub(crate) fn new(tokens: &Tokens) -> Self {
        let mut ids: Vec<u32> = (0..tokens.len() as u32)
            .filter(|id| !tokens.ends(*id) && !tokens.bytes(*id).is_empty())
            .collect();
        ids.sort_unstable_by_key(|id| tokens.bytes(*id));
        let mut before: &[u8] = &[];
        let (mut bytes, mut ends, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for id in &ids {
            let token = tokens.bytes(*id);
            let same = token.iter().zip(before).take_while(|(a, b)| a == b).count();
            shared.push(same as u32);
            bytes.extend_from_slice(token);
            ends.push(bytes.len() as u32);
            before = token;
        }
        Self {
            ids,
            bytes,
            ends,
            shared,
            len: tokens.len(),
        }
    }
}

/// What may come next where an answer stands.
struct Mask {
    /// One bit for each token.
    tokens: Vec<u64>,
    /// Whether any is set.
    any: bool,
    may_end: bool,
}

/// Where an answer of some form stands.
pub(crate) struct Formed {
    alphabet: Arc<Alphabet>,
    automaton: DFA,
    memory: Cache,
    state: LazyStateID,
    /// By the states that answers have been in: a string has the same next tokens at each of its characters.
    masks: HashMap<LazyStateID, Mask>,
    /// States that tell of a match, and whether they live.
    late: HashMap<LazyStateID, bool>,
    ends: Vec<u32>,
}

const TOO_LARGE: SlmError = SlmError::Request {
    problem: "the form of the answer is too large",
};

impl Formed {
    pub(crate) fn new(tokens: &Tokens, form: &Form) -> Result<Self, SlmError> {
        // All matches and not the first one only: `no` may go on to `none`. The memory is never cleared, because states are
        // kept; what needs more than that is refused.
        let automaton = DFA::builder()
            .configure(
                DFA::config()
                    .match_kind(MatchKind::All)
                    .cache_capacity(MOST_BYTES)
                    .minimum_cache_clear_count(Some(0)),
            )
            .thompson(thompson::Config::new().nfa_size_limit(Some(MOST_BYTES)))
            .build(&form.pattern)
            .map_err(|_| TOO_LARGE)?;
        let mut memory = automaton.create_cache();
        let input = Input::new("").anchored(Anchored::Yes);
        let state = automaton
            .start_state_forward(&mut memory, &input)
            .map_err(|_| TOO_LARGE)?;
        Ok(Self {
            alphabet: tokens.alphabet(),
            automaton,
            memory,
            state,
            masks: HashMap::new(),
            late: HashMap::new(),
            ends: tokens.turn_ends(),
        })
    }

    /// Leaves the model only what may come next. False where nothing may.
    pub(crate) fn narrow(&mut self, logits: &mut [f32]) -> Result<bool, SlmError> {
        if !self.masks.contains_key(&self.state) {
            let mask = self.mask()?;
            self.masks.insert(self.state, mask);
        }
        let mask = &self.masks[&self.state];
        if !mask.any && !mask.may_end {
            // Only a vocabulary without the bytes that the form needs comes here.
            return Err(SlmError::malformed(
                "its vocabulary cannot express the form of the answer",
            ));
        }
        let ends: Vec<(u32, f32)> = self
            .ends
            .iter()
            .filter(|_| mask.may_end)
            .filter_map(|end| Some((*end, *logits.get(*end as usize)?)))
            .collect();
        for (logits, bits) in logits
            .chunks_mut(64)
            .zip(mask.tokens.iter().chain(std::iter::repeat(&0)))
        {
            for (at, logit) in logits.iter_mut().enumerate() {
                // Not infinite: a score that is no number must still be seen as one.
                *logit = if bits >> at & 1 == 1 { *logit } else { f32::MIN };
            }
        }
        for (end, logit) in ends {
            logits[end as usize] = logit;
        }
        Ok(mask.any)
    }

    /// Notes the bytes of the token that was chosen.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Result<(), SlmError> {
        for byte in bytes {
            self.state = self.next(self.state, *byte)?;
        }
        Ok(())
    }

    fn mask(&mut self) -> Result<Mask, SlmError> {
        let alphabet = Arc::clone(&self.alphabet);
        let mut tokens = vec![0u64; alphabet.len.div_ceil(64)];
        let mut any = false;
        // Where the automaton is after each byte of the token at hand, as far as it lives.
        let mut states = vec![self.state];
        let mut start = 0;
        for ((id, end), shared) in alphabet.ids.iter().zip(&alphabet.ends).zip(&alphabet.shared) {
            let (token, shared) = (&alphabet.bytes[start..*end as usize], *shared as usize);
            start = *end as usize;
            if shared >= states.len() {
                // It dies of the same byte as the one before.
                continue;
            }
            states.truncate(shared + 1);
            for byte in &token[shared..] {
                let state = self.next(states[states.len() - 1], *byte)?;
                if !self.lives(state)? {
                    break;
                }
                states.push(state);
            }
            if states.len() == token.len() + 1 {
                tokens[*id as usize / 64] |= 1 << (id % 64);
                any = true;
            }
        }
        let may_end = self.is_complete(self.state)?;
        Ok(Mask { tokens, any, may_end })
    }

    fn next(&mut self, state: LazyStateID, byte: u8) -> Result<LazyStateID, SlmError> {
        let next = self.automaton.next_state(&mut self.memory, state, byte);
        next.map_err(|_| TOO_LARGE)
    }

    fn is_complete(&mut self, state: LazyStateID) -> Result<bool, SlmError> {
        let end = self.automaton.next_eoi_state(&mut self.memory, state);
        end.map(|end| end.is_match()).map_err(|_| TOO_LARGE)
    }

    /// Whether an answer can still be completed from here. The automaton tells of a match one byte late, by a state that
    /// is not dead yet though nothing may follow.
    fn lives(&mut self, state: LazyStateID) -> Result<bool, SlmError> {
        if !state.is_match() {
            return Ok(!state.is_dead());
        }
        if let Some(lives) = self.late.get(&state) {
            return Ok(*lives);
        }
        let mut lives = self.is_complete(state)?;
        for byte in 0..=255 {
            lives = lives || !self.next(state, byte)?.is_dead();
        }
        self.late.insert(state, lives);
        Ok(lives)
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
