//! The writer: messages in, text out.
//!
//! Owns the model's file format, vocabulary, template, arithmetic of one token, and its memory of a text. Does not
//! own threads or queues ([`crate::engine`]), nor any idea of what the text is about.

mod abridge;
#[cfg(test)]
mod architecture_tests;
pub(crate) mod cache;
mod choice;
mod config;
mod form;
mod forward;
mod generation;
mod model;
mod pieces;
mod sampler;
pub(crate) mod template;
#[cfg(test)]
mod tests;
mod tokens;
mod weights;

pub(crate) use abridge::Abridgement;
pub use abridge::Original;
pub(crate) use choice::Bound;
pub use form::Form;
pub(crate) use forward::Buffers;
pub(crate) use generation::{Generation, Step};
pub(crate) use model::Model;
pub use sampler::Sampling;

use crate::gguf::Gguf;
use crate::{SlmError, VerifiedModel};
use config::Config;
use template::{Piece, Template, pieces};
use tokens::Tokens;

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The frame that the program sets.
    System,
    /// The request.
    User,
    /// An earlier answer.
    Assistant,
}

/// One message of a conversation. Its content is not printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message of the program's frame.
    pub fn system(content: impl Into<String>) -> Self {
        Self {
            role: Role::System,
            content: content.into(),
        }
    }

    /// A request.
    pub fn user(content: impl Into<String>) -> Self {
        Self {
            role: Role::User,
            content: content.into(),
        }
    }

    /// An earlier answer.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            content: content.into(),
        }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} message of {} characters",
            self.role,
            self.content.chars().count()
        )
    }
}

/// A writer's vocabulary and template: all that is needed to count tokens. Cheap to load beside the weights.
pub(crate) struct WriterText {
    tokens: Tokens,
    template: Template,
    config: Config,
}

impl WriterText {
    /// Reads it from a verified model.
    pub(crate) fn open(model: &VerifiedModel) -> Result<Self, SlmError> {
        Self::read(&Gguf::parse(&model.content(".gguf")?)?)
    }

    pub(crate) fn read(file: &Gguf<'_>) -> Result<Self, SlmError> {
        // First of all: a model of another architecture is refused by that name, not for what else it lacks.
        let config = Config::read(file)?;
        let tokens = Tokens::read(file)?;
        let template = match file.value("tokenizer.chat_template") {
            None => template::PLAIN,
            Some(_) => file.text("tokenizer.chat_template")?,
        };
        let template = Template::compile(template)?;
        Ok(Self {
            tokens,
            template,
            config,
        })
    }

    /// Packs the weights of the same model.
    pub(crate) fn load(
        &self,
        compute: &mut crate::kernels::Compute,
        model: &VerifiedModel,
    ) -> Result<Model, SlmError> {
        self.pack(compute, &Gguf::parse(&model.content(".gguf")?)?)
    }

    /// Packs the weights of the file it was read from.
    pub(crate) fn pack(
        &self,
        compute: &mut crate::kernels::Compute,
        file: &Gguf<'_>,
    ) -> Result<Model, SlmError> {
        Model::load(compute, file, &self.config, self.tokens.len())
    }

    /// Bytes of memory that the model needs to run with a text of 2,048 tokens. Checks all of the file's tensors.
    pub(crate) fn needs(&self, file: &Gguf<'_>) -> Result<u64, SlmError> {
        Model::needs(file, &self.config, self.tokens.len())
    }

    pub(crate) fn context(&self) -> usize {
        self.config.context
    }

    /// Tokens of a text by itself.
    pub(crate) fn count(&self, text: &str) -> Result<usize, SlmError> {
        let mut out = Vec::new();
        self.tokens.plain(text, &mut out)?;
        Ok(out.len())
    }

    /// The tokens of a conversation up to where the answer begins, or goes on after `said`.
    pub(crate) fn prompt(&self, messages: &[Message], said: &str) -> Result<Vec<u32>, SlmError> {
        let prompt = self.template.render(messages, self.tokens.edges())?;
        let mut out: Vec<u32> = Vec::new();
        for piece in pieces(&prompt) {
            match piece {
                Piece::Frame(text) => self.tokens.marked(text, &mut out)?,
                Piece::Content(text) => self.tokens.plain(text, &mut out)?,
            }
        }
        // A template may have written the beginning itself.
        if let Some(beginning) = self.tokens.beginning().filter(|token| out.first() != Some(token)) {
            out.insert(0, beginning);
        }
        self.tokens.plain(said, &mut out)?;
        Ok(out)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}
