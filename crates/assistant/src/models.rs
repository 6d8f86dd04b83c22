//! The two models the assistant needs, as it needs them. Who runs them connects them with a thin adapter.

use std::ops::Range;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::events::AssistantError;

/// Why a model gave no answer. Holds no text of any document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// There is none installed.
    #[error("no model for {task} is installed")]
    Missing {
        /// "comparing texts" or "writing".
        task: &'static str,
    },
    /// It stopped or refused; the message comes from the engine and names no content.
    #[error("the model failed: {0}")]
    Failed(String),
}

/// Turns texts into vectors of length 1.
#[async_trait]
pub trait Embed: Send + Sync {
    /// One vector for each text, in order. Dropping the future cancels the work.
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError>;
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The frame the program sets.
    System,
    /// The request.
    User,
    /// An earlier answer.
    Assistant,
}

/// One message of a prompt. Its content is not printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message.
    pub fn new(speaker: Speaker, content: impl Into<String>) -> Self {
        Self {
            speaker,
            content: content.into(),
        }
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} message of {} characters",
            self.speaker,
            self.content.chars().count()
        )
    }
}

/// A request for text. Its texts are not printed by `Debug`.
pub struct Request {
    /// The conversation; the answer is the next message.
    pub messages: Vec<Message>,
    /// The answer ends after so many tokens at the latest.
    pub max_new_tokens: usize,
    /// 0 takes the likeliest token.
    pub temperature: f32,
    /// Divides the score of recent tokens; 1 leaves them alone.
    pub repetition_penalty: f32,
    /// Two runs with the same seed choose the same tokens.
    pub seed: u64,
    /// The answer leaves out parts of this text and adds nothing; without it the model writes freely.
    pub abridge: Option<Original>,
    /// The answer goes on with a text that is being written, instead of beginning one.
    pub continues: Option<Beginning>,
    /// Ends the answer early.
    pub cancel: CancellationToken,
}

/// A text to abridge.
#[derive(Clone, PartialEq, Eq)]
pub struct Original {
    /// The text.
    pub text: String,
    /// Bytes of it that may be left out: in order and apart.
    pub cuts: Vec<Range<usize>>,
}

/// A text that is being written.
#[derive(Clone, PartialEq, Default)]
pub struct Beginning {
    /// What stands there already.
    pub said: String,
    /// What comes next for certain; the answer begins with it.
    pub begins: String,
    /// The answer ends before a word that the model gives less than this probability.
    pub least: f32,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let abridges = self.abridge.is_some();
        write!(
            f,
            "Request of {} messages, at most {} tokens, abridges: {abridges}",
            self.messages.len(),
            self.max_new_tokens
        )
    }
}

/// What happens while an answer is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// The next piece of text.
    Piece(String),
    /// The answer is over. The last event.
    End,
    /// The answer has the length that was asked for, perhaps in the middle of a word. The last event.
    Full,
    /// The answer could not be completed. The last event.
    Failed(ModelError),
}

/// What an answer brought.
pub(crate) enum Heard {
    /// The next piece of text.
    Piece(String),
    /// It is over.
    End,
    /// It has the length that was asked for, perhaps in the middle of a word.
    Full,
}

/// What an answer brings next. A failure and a cancelled request are errors.
pub(crate) async fn heard(
    answer: &mut mpsc::Receiver<Written>,
    cancel: &CancellationToken,
) -> Result<Heard, AssistantError> {
    let event = tokio::select! {
        biased;
        // Leaving drops the receiver, which ends the answer.
        () = cancel.cancelled() => return Err(AssistantError::Cancelled),
        event = answer.recv() => event,
    };
    match event {
        Some(Written::Piece(piece)) => Ok(Heard::Piece(piece)),
        Some(Written::End) => Ok(Heard::End),
        Some(Written::Full) => Ok(Heard::Full),
        Some(Written::Failed(error)) => Err(error.into()),
        None => Err(ModelError::Failed("it stopped in the middle".to_owned()).into()),
    }
}

/// Writes text.
#[async_trait]
pub trait Write: Send + Sync {
    /// Starts an answer. Dropping the receiver cancels the rest.
    async fn generate(&self, request: Request) -> Result<mpsc::Receiver<Written>, ModelError>;
    /// Tokens of a conversation, up to where the answer begins.
    async fn prompt_tokens(&self, messages: &[Message]) -> Result<usize, ModelError>;
    /// Tokens that prompt and answer may have together.
    async fn context_length(&self) -> Result<usize, ModelError>;
    /// Its name for people.
    fn name(&self) -> String;
}
