//! Text to token numbers and back, as the model file itself describes it.
//!
//! Special tokens (`<|im_start|>` and the like) are recognised in the template's own text only. In a message they are
//! ordinary characters: a document that contains them cannot end its own quotation.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{PreTokenizerWrapper, SplitDelimiterBehavior, Tokenizer};

use super::form::Alphabet;
use super::pieces::{Pieces, SPACE};
use crate::SlmError;
use crate::gguf::{Gguf, Value};

/// More than any published vocabulary.
const MAX_TOKENS: usize = 1 << 20;

/// Types of tokens in the file.
const UNKNOWN: u32 = 2;
const CONTROL: u32 = 3;
const USER_DEFINED: u32 = 4;
const UNUSED: u32 = 5;
const BYTE: u32 = 6;

/// Ends of a turn that files do not always declare.
const TURN_ENDS: [&str; 5] = [
    "<|im_end|>",
    "<|eot_id|>",
    "<|endoftext|>",
    "<|end|>",
    "<end_of_turn>",
];

/// A model's vocabulary.
pub(crate) struct Tokens {
    way: Way,
    /// The bytes of each token; `None` for control tokens, which are not text.
    bytes: Vec<Option<Box<[u8]>>>,
    /// Tokens that the template may name, longest first.
    special: Vec<(String, u32)>,
    beginning: Option<u32>,
    end: u32,
    add_beginning: bool,
    alphabet: OnceLock<Arc<Alphabet>>,
}

/// How text is cut.
enum Way {
    /// Byte-level BPE by merge rules.
    Rules(Box<Tokenizer>),
    /// SentencePiece's BPE by scores.
    Scores(Box<Pieces>),
}

impl Tokens {
    /// Builds the vocabulary of a file.
    pub(crate) fn read(file: &Gguf<'_>) -> Result<Self, SlmError> {
        let model = file.text("tokenizer.ggml.model")?;
        let by_scores = match model {
            "gpt2" => false,
            "llama" => true,
            _ => {
                let model: String = model.chars().take(40).collect();
                let what = format!("the tokenizer {model}; gpt2 and llama are supported");
                return Err(SlmError::unsupported(what));
            }
        };
        let names = file.array("tokenizer.ggml.tokens")?;
        let kinds = file.array("tokenizer.ggml.token_type")?;
        if names.len() > MAX_TOKENS || names.len() == 0 || kinds.len() != names.len() {
            let (names, kinds) = (names.len(), kinds.len());
            return Err(SlmError::malformed(format!(
                "its vocabulary has {names} tokens and {kinds} types"
            )));
        }
        let names: Vec<&str> = names.texts()?.collect();
        let kinds: Vec<u32> = kinds.numbers()?.collect();
        let id = |key: &str| match file.value(key) {
            None => Ok(None),
            Some(Value::Whole(id)) if id < names.len() as u64 => Ok(Some(id as u32)),
            Some(_) => Err(SlmError::malformed(format!(
                "the metadata entry {key} is not a token"
            ))),
        };
        let end = id("tokenizer.ggml.eos_token_id")?.ok_or_else(|| {
            SlmError::malformed("the metadata entry tokenizer.ggml.eos_token_id is missing")
        })?;
        let characters = byte_characters();
        let mut special = Vec::new();
        let mut bytes = Vec::with_capacity(names.len());
        for (id, (name, kind)) in names.iter().zip(&kinds).enumerate() {
            let id = id as u32;
            if matches!(*kind, CONTROL | USER_DEFINED) && !name.is_empty() {
                special.push(((*name).to_owned(), id));
            }
            bytes.push(match *kind {
                CONTROL => None,
                BYTE => Some(byte_of(name).into_iter().collect()),
                _ if by_scores => Some(name.replace(SPACE, " ").into_bytes().into()),
                USER_DEFINED => Some(name.as_bytes().into()),
                _ => Some(name.chars().filter_map(|c| characters.get(&c).copied()).collect()),
            });
        }
        bytes[end as usize] = None;
        special.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let way = match by_scores {
            false => Way::Rules(Box::new(tokenizer(file, &names)?)),
            true => Way::Scores(Box::new(pieces(
                file,
                &names,
                &kinds,
                id("tokenizer.ggml.unknown_token_id")?,
            )?)),
        };
        // Files of this kind mean a beginning unless they say otherwise.
        let add_beginning = match file.value("tokenizer.ggml.add_bos_token") {
            Some(value) => value == Value::Truth(true),
            None => by_scores,
        };
        Ok(Self {
            way,
            bytes,
            special,
            beginning: id("tokenizer.ggml.bos_token_id")?,
            end,
            add_beginning,
            alphabet: OnceLock::new(),
        })
    }

    /// The tokens in the order of their bytes, for answers that have a form. Made when first asked for.
    pub(crate) fn alphabet(&self) -> Arc<Alphabet> {
        Arc::clone(self.alphabet.get_or_init(|| Arc::new(Alphabet::new(self))))
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether this token ends the text. Every control token does: none belongs into an answer.
    pub(crate) fn ends(&self, token: u32) -> bool {
        self.bytes.get(token as usize).is_none_or(Option::is_none) || self.is_turn_end(token)
    }

    /// The tokens with which a model ends its turn.
    pub(crate) fn turn_ends(&self) -> Vec<u32> {
        let named = self
            .special
            .iter()
            .filter(|(name, _)| TURN_ENDS.contains(&name.as_str()));
        let mut ends: Vec<u32> = named.map(|(_, id)| *id).chain([self.end]).collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    fn is_turn_end(&self, token: u32) -> bool {
        self.special
            .iter()
            .any(|(name, id)| *id == token && TURN_ENDS.contains(&name.as_str()))
    }

    /// The bytes of a token, none for a control token.
    pub(crate) fn bytes(&self, token: u32) -> &[u8] {
        self.bytes
            .get(token as usize)
            .and_then(|bytes| bytes.as_deref())
            .unwrap_or_default()
    }

    /// The texts of the tokens that begin and end a text, as templates want them.
    pub(crate) fn edges(&self) -> (&str, &str) {
        let name = |id: Option<u32>| {
            id.and_then(|id| self.special.iter().find(|(_, other)| *other == id))
                .map_or("", |(name, _)| name)
        };
        (name(self.beginning), name(Some(self.end)))
    }

    /// The token that begins every prompt, if the model wants one.
    pub(crate) fn beginning(&self) -> Option<u32> {
        self.beginning.filter(|_| self.add_beginning)
    }

    /// Appends the tokens of ordinary text.
    pub(crate) fn plain(&self, text: &str, out: &mut Vec<u32>) -> Result<(), SlmError> {
        if text.is_empty() {
            return Ok(());
        }
        match &self.way {
            Way::Rules(tokenizer) => {
                let encoding = tokenizer
                    .encode_fast(text, false)
                    .map_err(|_| SlmError::malformed("its vocabulary cannot express a text"))?;
                out.extend_from_slice(encoding.get_ids());
            }
            Way::Scores(pieces) => {
                let opens = out.last().is_none_or(|last| self.bytes(*last).is_empty());
                pieces.encode(text, opens, out);
            }
        }
        Ok(())
    }

    /// Appends the tokens of the template's own text, special tokens as themselves.
    pub(crate) fn marked(&self, mut text: &str, out: &mut Vec<u32>) -> Result<(), SlmError> {
        while !text.is_empty() {
            // Of the first tokens in the text the longest, because `special` has the longest first.
            let places = self
                .special
                .iter()
                .filter_map(|(name, id)| Some((text.find(name)?, name.len(), *id)));
            match places.min_by_key(|(at, len, _)| (*at, std::cmp::Reverse(*len))) {
                Some((at, len, id)) => {
                    self.plain(&text[..at], out)?;
                    out.push(id);
                    text = &text[at + len..];
                }
                None => return self.plain(text, out),
            }
        }
        Ok(())
    }
}

/// A vocabulary of SentencePiece.
fn pieces(file: &Gguf<'_>, names: &[&str], kinds: &[u32], unknown: Option<u32>) -> Result<Pieces, SlmError> {
    let scores: Vec<f32> = file.array("tokenizer.ggml.scores")?.reals()?.collect();
    if scores.len() != names.len() || !scores.iter().all(|score| score.is_finite()) {
        return Err(SlmError::malformed(
            "the metadata entry tokenizer.ggml.scores is not one number for each token",
        ));
    }
    let ordinary = |id: usize| !matches!(kinds[id], UNKNOWN | CONTROL | UNUSED | BYTE);
    let byte = |id: usize| (kinds[id] == BYTE).then(|| byte_of(names[id])).flatten();
    let leading = file.value("tokenizer.ggml.add_space_prefix") != Some(Value::Truth(false));
    let kept = |id: usize| kinds[id] == USER_DEFINED;
    Ok(Pieces::new(names, scores, ordinary, kept, byte, unknown, leading))
}

/// The byte that a name like `<0x0A>` stands for.
fn byte_of(name: &str) -> Option<u8> {
    u8::from_str_radix(name.strip_prefix("<0x")?.strip_suffix('>')?, 16).ok()
}

/// Splits text as the model's authors did; the file names their way.
fn splitter(name: &str) -> Result<PreTokenizerWrapper, SlmError> {
    /// Numbers in threes, or one digit at a time.
    const WORDS: [&str; 2] = [
        r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}",
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ];
    let words = |digits: &str| -> PreTokenizerWrapper {
        let pattern = SplitPattern::Regex(WORDS.join(digits));
        let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false)
            .expect("the pattern above is a regular expression");
        Sequence::new(vec![split.into(), ByteLevel::new(false, true, false).into()]).into()
    };
    Ok(match name {
        "gpt-2" => ByteLevel::new(false, true, true).into(),
        "smollm" => Sequence::new(vec![
            Digits::new(true).into(),
            ByteLevel::new(false, true, true).into(),
        ])
        .into(),
        "llama-bpe" | "lfm2" => words("{1,3}"),
        "qwen2" | "deepseek-r1-qwen" => words(""),
        other => {
            let other: String = other.chars().take(40).collect();
            let what =
                format!("the text splitter {other}; gpt-2, smollm, llama-bpe, lfm2 and qwen2 are supported");
            return Err(SlmError::unsupported(what));
        }
    })
}

fn tokenizer(file: &Gguf<'_>, names: &[&str]) -> Result<Tokenizer, SlmError> {
    let splitter_name = file.text("tokenizer.ggml.pre")?;
    let splitter = splitter(splitter_name)?;
    let vocabulary: Vocab = names
        .iter()
        .enumerate()
        .map(|(id, name)| ((*name).to_owned(), id as u32))
        .collect();
    if vocabulary.len() != names.len() {
        return Err(SlmError::malformed("its vocabulary has a token twice"));
    }
    let merges = file.array("tokenizer.ggml.merges")?;
    let merges = merges
        .texts()?
        .map(|merge| merge.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| SlmError::malformed("a merge rule of its vocabulary has no space"))?;
    let model = BPE::builder()
        .vocab_and_merges(vocabulary, merges)
        .ignore_merges(matches!(splitter_name, "llama-bpe" | "lfm2"))
        .build()
        .map_err(|_| SlmError::malformed("its merge rules name tokens that it does not have"))?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(splitter));
    Ok(tokenizer)
}

/// The printable characters that stand for the 256 bytes in such vocabularies: visible Latin-1 stands for itself,
/// the rest for the characters from U+0100 on.
fn byte_characters() -> HashMap<char, u8> {
    let itself = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let others = (0..=255u8).filter(|byte| !itself(*byte)).zip('\u{100}'..);
    (0..=255u8)
        .filter(|byte| itself(*byte))
        .map(|byte| (char::from(byte), byte))
        .chain(others.map(|(b, c)| (c, b)))
        .collect()
}

/// Puts the bytes of successive tokens together and gives out whole characters only.
#[derive(Default)]
pub(crate) struct Stream {
    pending: Vec<u8>,
}

impl Stream {
    /// The text that is complete after `bytes`, perhaps none.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.pending) {
                Ok(rest) => {
                    text.push_str(rest);
                    self.pending.clear();
                    return text;
                }
                Err(error) => {
                    let (whole, rest) = self.pending.split_at(error.valid_up_to());
                    text.push_str(std::str::from_utf8(whole).expect("valid up to here"));
                    // No length: the character is not finished yet. A length: these bytes never become one.
                    let Some(wrong) = error.error_len() else {
                        self.pending = rest.to_vec();
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.pending = rest[wrong..].to_vec();
                }
            }
        }
    }

    /// What is left when no more tokens come.
    pub(crate) fn finish(&mut self) -> String {
        let left = std::mem::take(&mut self.pending);
        String::from_utf8_lossy(&left).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_have_a_character() {
        let characters = byte_characters();
        assert_eq!(characters.len(), 256);
        assert_eq!(
            (characters[&'A'], characters[&'Ġ'], characters[&'Ċ']),
            (b'A', b' ', b'\n')
        );
    }

    #[test]
    fn a_stream_never_splits_a_character() {
        let text = "Dosis 5 µg — über Nacht 🫀.";
        for size in 1..5 {
            let mut stream = Stream::default();
            let mut out = String::new();
            for bytes in text.as_bytes().chunks(size) {
                out.push_str(&stream.push(bytes));
            }
            out.push_str(&stream.finish());
            assert_eq!(out, text, "{size} bytes at a time");
        }
    }

    #[test]
    fn bytes_that_are_no_text_become_replacement_characters() {
        let mut stream = Stream::default();
        assert_eq!(stream.push(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(stream.push(b"\xe2\x82"), "");
        assert_eq!(stream.push(b"c"), "\u{fffd}c");
        assert_eq!(stream.push(b"\xf0\x9f"), "");
        assert_eq!(stream.finish(), "\u{fffd}");
    }
}
