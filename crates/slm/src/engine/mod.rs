//! The engine: one thread that owns the models, and handles to ask it for vectors and text.
//!
//! Owns the order of work. Knows nothing of documents, nor of who asks.
//!
//! Must always hold: more urgent work waits for at most one token, one piece of a prompt or one layer of a batch of texts
//! of less urgent work, and a text that someone types for at most one layer of it; a request that was cancelled, or whose
//! receiver is gone, takes no more time than that; every answer ends with exactly one [`GenerateEvent::Finished`] or
//! [`GenerateEvent::Failed`].

mod queue;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::Arc;

use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::embedder::EmbedderText;
use crate::kernels::power;
use crate::writer::{Message, Sampling, WriterText};
use crate::{SlmError, VerifiedModel};
use queue::{Job, Queue, Work};

/// How soon work is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Someone types and waits for the next character.
    Typing,
    /// Someone waits for a result.
    Foreground,
    /// Nobody waits: an import, an index.
    Background,
}

/// What is written: a model can be chosen for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A text that someone asked for.
    #[default]
    Drafting,
    /// How a text that someone types may go on.
    Completion,
}

/// The models of an engine. Work for an absent one fails with [`SlmError::NotInstalled`].
#[derive(Debug, Default)]
pub struct EngineModels {
    /// Turns text into vectors.
    pub embedder: Option<VerifiedModel>,
    /// Writes text.
    pub writer: Option<VerifiedModel>,
    /// Completes what someone types; without it the writer does.
    pub completer: Option<VerifiedModel>,
}

impl EngineModels {
    /// The model for a purpose.
    fn writer_for(&self, purpose: Purpose) -> Option<&VerifiedModel> {
        match self.seat(purpose) {
            Purpose::Drafting => self.writer.as_ref(),
            Purpose::Completion => self.completer.as_ref(),
        }
    }

    /// The purpose whose model serves this one: they may share it.
    fn seat(&self, purpose: Purpose) -> Purpose {
        match self.completer {
            Some(_) => purpose,
            None => Purpose::Drafting,
        }
    }
}

/// A request for text.
#[derive(Debug)]
pub struct GenerateRequest {
    /// What is written.
    pub purpose: Purpose,
    /// The conversation; the answer is the next message.
    pub messages: Vec<Message>,
    /// What the answer says already: it goes on from there. Empty for an answer from its beginning.
    pub said: String,
    /// The answer ends after so many tokens at the latest.
    pub max_new_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// How soon it is wanted.
    pub priority: Priority,
    /// Ends the answer early.
    pub cancel: CancellationToken,
}

/// What happens while an answer is written.
#[derive(Clone, PartialEq, Eq)]
pub enum GenerateEvent {
    /// The next piece of text: whole characters, never empty.
    Token(String),
    /// The answer is complete. The last event.
    Finished {
        /// Why it ended.
        reason: FinishReason,
        /// Tokens of the prompt.
        prompt_tokens: usize,
        /// Tokens of the answer.
        new_tokens: usize,
        /// Tokens of the answer that were guessed rightly, several in one step.
        guessed_tokens: usize,
    },
    /// The answer could not be completed. The last event.
    Failed(SlmError),
}

impl std::fmt::Debug for GenerateEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(text) => write!(f, "Token of {} characters", text.chars().count()),
            Self::Finished {
                reason,
                prompt_tokens,
                new_tokens,
                ..
            } => {
                write!(
                    f,
                    "Finished {reason:?} after {prompt_tokens} + {new_tokens} tokens"
                )
            }
            Self::Failed(error) => write!(f, "Failed {error:?}"),
        }
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model ended it.
    EndOfText,
    /// It reached the length asked for.
    Length,
    /// It was cancelled, or its receiver was dropped, or the engine was unloaded or stopped.
    Cancelled,
}

/// A handle to the engine. Clones share it; when the last is dropped, the engine ends its work and its thread.
#[derive(Clone)]
pub struct Engine {
    handle: Arc<Handle>,
}

/// What the handles share. The thread has only `shared`, so that it does not keep itself alive.
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

/// What handles and thread share.
struct Shared {
    queue: Queue,
    models: EngineModels,
    writer_text: [OnceCell<Arc<WriterText>>; 2],
    embedder_text: OnceCell<Arc<EmbedderText>>,
}

impl Engine {
    /// Starts an engine on as many threads as the processor has cores; half of them work while the machine runs on
    /// battery. Models are loaded when first needed.
    pub fn start(models: EngineModels) -> Self {
        Self::start_on(models, power::cores())
    }

    /// As [`Engine::start`], on a given number of threads.
    pub fn start_on(models: EngineModels, threads: usize) -> Self {
        let shared = Arc::new(Shared {
            queue: Queue::default(),
            models,
            writer_text: Default::default(),
            embedder_text: OnceCell::new(),
        });
        let worker = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("model".to_owned())
            .spawn(move || worker::Worker::new(worker, threads).work());
        if thread.is_err() {
            // Without its thread, the engine is one that has stopped; every request says so.
            shared.queue.close();
        }
        Self {
            handle: Arc::new(Handle { shared }),
        }
    }

    /// The instructions that the arithmetic uses on this processor: `avx512-vnni`, `avx2` or `portable`.
    pub fn instructions() -> &'static str {
        crate::kernels::Isa::best().name()
    }

    /// One vector of length 1 for each text, in the order of the texts. Of a text longer than
    /// [`EmbedderText::window`] word pieces, only the beginning counts; see [`Engine::embedder_text`].
    ///
    /// Dropping the future cancels the work.
    ///
    /// # Errors
    /// No embedder, its files are damaged, or the engine was unloaded or stopped meanwhile.
    pub async fn embed(&self, texts: Vec<String>, priority: Priority) -> Result<Vec<Vec<f32>>, SlmError> {
        /// Above this many bytes, cutting text into word pieces would hold up the caller's thread.
        const INLINE: usize = 2_000;
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let text = self.embedder_text().await?;
        let short = texts.iter().map(String::len).sum::<usize>() <= INLINE;
        let cut = move || {
            texts
                .iter()
                .map(|one| text.pieces(one))
                .collect::<Result<Vec<_>, _>>()
        };
        let texts = if short { cut()? } else { blocking(cut).await?? };
        let (reply, answer) = oneshot::channel();
        self.submit(Work::Embed { texts, reply }, priority).await?;
        answer.await.unwrap_or(Err(SlmError::Stopped))
    }

    /// Starts an answer. Its events arrive in the receiver; dropping the receiver cancels the rest.
    ///
    /// # Errors
    /// No writer, its files are damaged, a request without sense, or [`SlmError::ContextOverflow`] if prompt and answer
    /// do not fit the model's window.
    pub async fn generate(
        &self,
        request: GenerateRequest,
    ) -> Result<mpsc::Receiver<GenerateEvent>, SlmError> {
        let GenerateRequest {
            purpose,
            messages,
            said,
            max_new_tokens,
            sampling,
            priority,
            cancel,
        } = request;
        sampling.check()?;
        if messages.is_empty() {
            return Err(SlmError::Request {
                problem: "there is no message",
            });
        }
        if max_new_tokens == 0 {
            return Err(SlmError::Request {
                problem: "an answer of no tokens",
            });
        }
        let purpose = self.handle.shared.models.seat(purpose);
        let text = self.writer_text(purpose).await?;
        let for_prompt = Arc::clone(&text);
        let prompt = blocking(move || for_prompt.prompt(&messages, &said)).await??;
        let context = text.context();
        if max_new_tokens > context || prompt.len() > context - max_new_tokens {
            return Err(SlmError::ContextOverflow {
                prompt: prompt.len(),
                reserved: max_new_tokens,
                context,
            });
        }
        // Room for every event there can be: the model's thread never waits for a slow reader.
        let (events, receiver) = mpsc::channel(max_new_tokens + 1);
        self.submit(
            Work::Generate {
                purpose,
                text,
                prompt,
                max_new_tokens,
                sampling: Box::new(sampling),
                cancel,
                events,
            },
            priority,
        )
        .await?;
        Ok(receiver)
    }

    /// Loads the models there are, so that the first request need not wait for it.
    ///
    /// # Errors
    /// The first model that cannot be loaded.
    pub async fn load(&self, priority: Priority) -> Result<(), SlmError> {
        let models = &self.handle.shared.models;
        if models.embedder.is_some() {
            self.embedder_text().await?;
        }
        let mut texts = Vec::new();
        for (purpose, model) in [
            (Purpose::Drafting, &models.writer),
            (Purpose::Completion, &models.completer),
        ] {
            if model.is_some() {
                texts.push((purpose, self.writer_text(purpose).await?));
            }
        }
        let (reply, answer) = oneshot::channel();
        self.submit(Work::Load { texts, reply }, priority).await?;
        answer.await.unwrap_or(Err(SlmError::Stopped))
    }

    /// Ends and drops all work, queued and running, and overwrites everything the engine remembers of any text. For
    /// locking. The weights stay: they are the same for everybody. Returns when it is done.
    pub async fn unload(&self) {
        if let Some(done) = self.handle.shared.queue.unload() {
            // An engine that stops meanwhile has dropped everything too.
            let _ = done.await;
        }
    }

    /// Tokens of a text for the writer.
    ///
    /// # Errors
    /// No writer, or its files are damaged.
    pub async fn count_tokens(&self, text: &str) -> Result<usize, SlmError> {
        self.writer_text(Purpose::Drafting).await?.count(text)
    }

    /// Tokens of a conversation for the writer, up to where its answer begins.
    ///
    /// # Errors
    /// No writer, its files are damaged, or its template refuses the conversation.
    pub async fn prompt_tokens(&self, messages: &[Message]) -> Result<usize, SlmError> {
        let text = self.writer_text(Purpose::Drafting).await?;
        Ok(text.prompt(messages, "")?.len())
    }

    /// Tokens that prompt and answer may have together.
    ///
    /// # Errors
    /// No writer, or its files are damaged.
    pub async fn context_length(&self) -> Result<usize, SlmError> {
        Ok(self.writer_text(Purpose::Drafting).await?.context())
    }

    /// The writer's name for people, if there is a writer.
    pub fn writer_name(&self) -> Option<&str> {
        self.handle
            .shared
            .models
            .writer
            .as_ref()
            .map(VerifiedModel::title)
    }

    /// The embedder's id. Vectors of another id cannot be compared.
    pub fn embedder_id(&self) -> Option<&str> {
        self.handle.shared.models.embedder.as_ref().map(VerifiedModel::id)
    }

    /// The embedder's vocabulary, for counting many texts without waiting for the engine.
    ///
    /// # Errors
    /// No embedder, or its files are damaged.
    pub async fn embedder_text(&self) -> Result<Arc<EmbedderText>, SlmError> {
        let shared = &self.handle.shared;
        let load = || async {
            let shared = Arc::clone(shared);
            blocking(move || {
                let missing = SlmError::NotInstalled {
                    task: "comparing texts",
                };
                EmbedderText::open(shared.models.embedder.as_ref().ok_or(missing)?).map(Arc::new)
            })
            .await?
        };
        shared.embedder_text.get_or_try_init(load).await.cloned()
    }

    /// Word pieces of a text for the embedder, its marks included.
    ///
    /// # Errors
    /// No embedder, or its files are damaged.
    pub async fn count_embedding_tokens(&self, text: &str) -> Result<usize, SlmError> {
        self.embedder_text().await?.count(text)
    }

    async fn writer_text(&self, purpose: Purpose) -> Result<Arc<WriterText>, SlmError> {
        let shared = &self.handle.shared;
        let load = || async {
            let shared = Arc::clone(shared);
            blocking(move || {
                let missing = SlmError::NotInstalled { task: "writing" };
                WriterText::open(shared.models.writer_for(purpose).ok_or(missing)?).map(Arc::new)
            })
            .await?
        };
        shared.writer_text[purpose as usize]
            .get_or_try_init(load)
            .await
            .cloned()
    }

    async fn submit(&self, work: Work, priority: Priority) -> Result<(), SlmError> {
        let queue = &self.handle.shared.queue;
        let epoch = queue.epoch();
        let place = queue.place(priority).await?;
        queue.push(Job {
            work,
            priority,
            epoch,
            place,
        })
    }
}

/// Runs something slow beside the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, SlmError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| match error.is_panic() {
            true => SlmError::Panicked,
            false => SlmError::Stopped,
        })
}
