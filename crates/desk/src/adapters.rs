//! The engine as the assistant's two models.

use async_trait::async_trait;
use cabinet_assistant::models::{Beginning, Embed, Message, ModelError, Request, Speaker, Write, Written};
use cabinet_slm::{
    Engine, FinishReason, GenerateEvent, GenerateRequest, Original, Priority, Purpose, Role, Sampling,
    SlmError,
};
use tokio::sync::mpsc;

/// The engine, asked on behalf of someone.
pub(crate) struct Asker {
    engine: Engine,
    priority: Priority,
}

impl Asker {
    /// Someone waits for a result.
    pub(crate) fn waiting(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            priority: Priority::Foreground,
        }
    }

    /// Someone types and does not wait.
    pub(crate) fn typing(engine: &Engine) -> Self {
        Self {
            engine: engine.clone(),
            priority: Priority::Typing,
        }
    }
}

#[async_trait]
impl Embed for Asker {
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, ModelError> {
        self.engine
            .embed(texts, self.priority)
            .await
            .map_err(|e| model_error(&e))
    }
}

#[async_trait]
impl Write for Asker {
    async fn generate(&self, request: Request) -> Result<mpsc::Receiver<Written>, ModelError> {
        let purpose = match request.continues {
            Some(_) => Purpose::Completion,
            None => Purpose::Drafting,
        };
        let Beginning { said, begins, least } = request.continues.unwrap_or_default();
        let request = GenerateRequest {
            purpose,
            messages: messages(&request.messages),
            said,
            max_new_tokens: request.max_new_tokens,
            sampling: Sampling {
                temperature: request.temperature,
                repetition_penalty: request.repetition_penalty,
                seed: request.seed,
                abridge: request.abridge.map(|original| Original {
                    text: original.text,
                    cuts: original.cuts,
                }),
                begins,
                least,
                ..Sampling::default()
            },
            priority: self.priority,
            cancel: request.cancel,
        };
        let mut events = self.engine.generate(request).await.map_err(|e| model_error(&e))?;
        let (tx, rx) = mpsc::channel(64);
        // Ends with the answer; a receiver that is gone ends the answer.
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                let written = match event {
                    GenerateEvent::Token(piece) => Written::Piece(piece),
                    GenerateEvent::Finished {
                        reason: FinishReason::Length,
                        ..
                    } => Written::Full,
                    GenerateEvent::Finished {
                        reason: FinishReason::EndOfText | FinishReason::Cancelled,
                        ..
                    } => Written::End,
                    GenerateEvent::Failed(e) => Written::Failed(model_error(&e)),
                };
                if tx.send(written).await.is_err() {
                    return;
                }
            }
        });
        Ok(rx)
    }

    async fn prompt_tokens(&self, prompt: &[Message]) -> Result<usize, ModelError> {
        self.engine
            .prompt_tokens(&messages(prompt))
            .await
            .map_err(|e| model_error(&e))
    }

    async fn context_length(&self) -> Result<usize, ModelError> {
        self.engine.context_length().await.map_err(|e| model_error(&e))
    }

    fn name(&self) -> String {
        self.engine.writer_name().unwrap_or_default().to_string()
    }
}

fn messages(prompt: &[Message]) -> Vec<cabinet_slm::Message> {
    prompt
        .iter()
        .map(|message| cabinet_slm::Message {
            role: match message.speaker {
                Speaker::System => Role::System,
                Speaker::User => Role::User,
                Speaker::Assistant => Role::Assistant,
            },
            content: message.content.clone(),
        })
        .collect()
}

fn model_error(e: &SlmError) -> ModelError {
    match e {
        SlmError::NotInstalled { task } => ModelError::Missing { task },
        other => ModelError::Failed(other.to_string()),
    }
}
