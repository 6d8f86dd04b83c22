//! Doors for the fuzz targets. Not part of the crate's interface, and there only with the feature `fuzzing`.

use std::ops::ControlFlow;

use crate::embedder::config::Config;
use crate::embedder::{Encoder, Scratch};
use crate::gguf::Gguf;
use crate::kernels::Compute;
use crate::made::{self, F32, TEXT, U32};
use crate::writer::cache::Cache;
use crate::writer::template::Template;
use crate::writer::{Buffers, Generation, Step, WriterText};
use crate::{EmbedderText, Message, Sampling, SlmError};

/// A model that needs more is checked and not run.
const MOST_MEMORY: u64 = 32 << 20;
const WORDS: &str = "The lease ends on 3 May.";

/// One change to the made writer.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named by what they set")]
pub enum Edit {
    Number(String, u32),
    Real(String, f32),
    Text(String, String),
    Texts(String, Vec<String>),
    Remove(String),
    Shape {
        tensor: usize,
        dimension: usize,
        to: u64,
    },
    Kind {
        tensor: usize,
        to: u32,
    },
    Name {
        tensor: usize,
        to: String,
    },
    Byte {
        tensor: usize,
        at: usize,
        to: u8,
    },
    Shorten {
        tensor: usize,
        to: usize,
    },
}

/// A GGUF file with a small writer in it, changed.
#[must_use]
pub fn writer(edits: &[Edit]) -> Vec<u8> {
    let mut file = made::writer(true);
    for edit in edits {
        let tensors = file.tensors.len();
        match edit.clone() {
            Edit::Number(key, value) => file.set(&key, U32, value.to_le_bytes().to_vec()),
            Edit::Real(key, value) => file.set(&key, F32, value.to_le_bytes().to_vec()),
            Edit::Text(key, value) => file.set(&key, TEXT, made::text(&value)),
            Edit::Texts(key, all) => {
                file.set(&key, made::ARRAY, made::texts(all.iter().map(String::as_str)));
            }
            Edit::Remove(key) => file.remove(&key),
            Edit::Shape {
                tensor,
                dimension,
                to,
            } => {
                let shape = &mut file.tensors[tensor % tensors].1;
                let at = dimension % shape.len().max(1);
                if let Some(size) = shape.get_mut(at) {
                    *size = to;
                }
            }
            Edit::Kind { tensor, to } => file.tensors[tensor % tensors].2 = to,
            Edit::Name { tensor, to } => file.tensors[tensor % tensors].0 = to,
            Edit::Byte { tensor, at, to } => {
                let bytes = &mut file.tensors[tensor % tensors].3;
                let at = at % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = to;
                }
            }
            Edit::Shorten { tensor, to } => file.tensors[tensor % tensors].3.truncate(to),
        }
    }
    file.bytes()
}

/// Reads a file as an import does, and where it holds a small model, has it write a few words.
///
/// # Errors
/// [`SlmError`]: what is wrong with the file.
pub fn gguf(bytes: &[u8]) -> Result<(), SlmError> {
    let file = Gguf::parse(bytes)?;
    let text = WriterText::read(&file)?;
    text.count(WORDS)?;
    let needs = text.needs(&file)?;
    let prompt = text.prompt(&[Message::system("Shorten."), Message::user(WORDS)], "")?;
    if needs > MOST_MEMORY || prompt.is_empty() || prompt.len() > 200 || prompt.len() + 4 > text.context() {
        return Ok(());
    }
    let mut compute = Compute::new(1);
    let model = text.pack(&mut compute, &file)?;
    let cache = Cache::new(model.config());
    let mut generation = Generation::begin(prompt, cache, 4, Sampling::default(), &text)?;
    let mut buffers = Buffers::default();
    let mut go_on = || ControlFlow::Continue(());
    while let ControlFlow::Continue(step) =
        generation.step(&mut compute, &mut buffers, &model, &text, &mut go_on)
    {
        if matches!(step?, Step::Finished(..)) {
            break;
        }
    }
    Ok(())
}

/// Compiles a chat template and fills it in.
///
/// # Errors
/// [`SlmError`]: what is wrong with it.
///
/// # Panics
/// If a prompt comes out that does not hold every message.
pub fn template(source: &str) -> Result<(), SlmError> {
    let messages = [Message::system("Be brief."), Message::user(WORDS)];
    let prompt = Template::compile(source)?.render(&messages, ("<s>", "</s>"))?;
    assert!(messages.iter().all(|message| prompt.contains(&message.content)));
    Ok(())
}

/// Reads the configuration of an embedder, and its vocabulary where there is one.
///
/// # Errors
/// [`SlmError`]: what is wrong with them.
///
/// # Panics
/// If a word piece comes out that no vector stands for, or more of them than the model takes.
pub fn tokenizer(config: Option<&[u8]>, content: &[u8]) -> Result<(), SlmError> {
    let made = made::embedder().config;
    let config = Config::parse(config.unwrap_or(made.as_bytes()))?;
    let text = EmbedderText::parse(content, &config)?;
    let pieces = text.pieces(WORDS)?;
    assert!(pieces.len() <= text.window());
    assert!(pieces.iter().all(|piece| (*piece as usize) < config.vocabulary));
    Ok(())
}

/// Reads the weights of an embedder of the made shape and makes a vector with them.
///
/// # Errors
/// [`SlmError`]: what is wrong with them.
pub fn safetensors(content: &[u8]) -> Result<(), SlmError> {
    let config = Config::parse(made::embedder().config.as_bytes())?;
    let mut compute = Compute::new(1);
    let encoder = Encoder::load(&mut compute, content, &config)?;
    let vectors = encoder.embed(&mut compute, &mut Scratch::default(), &[vec![2, 4, 6, 3]]);
    assert_eq!(vectors[0].len(), config.width);
    Ok(())
}

/// The files of the made embedder: configuration, vocabulary, weights.
#[must_use]
pub fn embedder() -> [Vec<u8>; 3] {
    let made = made::embedder();
    let weights = made.weights();
    [made.config.into_bytes(), made.tokenizer.into_bytes(), weights]
}

/// The template of the made writer.
#[must_use]
pub fn chat() -> &'static str {
    made::CHAT
}
