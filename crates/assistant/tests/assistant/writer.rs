//! Writers that behave well, and writers that do not.

use std::sync::Mutex;

use async_trait::async_trait;
use cabinet_assistant::models::{Message, ModelError, Original, Request, Write, Written};
use tokio::sync::mpsc;

/// How a writer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Leaves out every part that may be left out.
    Obedient,
    /// Changes each number.
    Lying,
    /// Runs in a circle.
    Repeating,
    /// Stops in the middle of its second answer.
    Halting,
    /// Refuses.
    Failing,
    /// Is not there.
    Absent,
    /// Has a context that holds nothing.
    Cramped,
}

pub struct Writer {
    pub manner: Manner,
    /// The texts it was asked about.
    pub asked: Mutex<Vec<String>>,
    /// Cancels its own answer after the first piece.
    pub cancels: bool,
}

impl Writer {
    pub fn new(manner: Manner) -> Self {
        Self {
            manner,
            asked: Mutex::new(Vec::new()),
            cancels: false,
        }
    }
}

#[async_trait]
impl Write for Writer {
    async fn generate(&self, request: Request) -> Result<mpsc::Receiver<Written>, ModelError> {
        if self.manner == Manner::Failing {
            return Err(ModelError::Failed("out of memory".to_owned()));
        }
        // Asked to write freely, it says the last line of the request back.
        let freely = || Original {
            text: request
                .messages
                .last()
                .unwrap()
                .content
                .lines()
                .last()
                .unwrap()
                .to_owned(),
            cuts: Vec::new(),
        };
        let original = request.abridge.clone().unwrap_or_else(freely);
        let mut short = original.text.clone();
        for cut in original.cuts.iter().rev() {
            short.replace_range(cut.clone(), "");
        }
        let answer = match self.manner {
            Manner::Lying => short
                .chars()
                .map(|c| if c.is_ascii_digit() { '7' } else { c })
                .collect(),
            Manner::Repeating => "It was seen. ".repeat(60),
            _ => short,
        };
        let nth = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(original.text);
            asked.len()
        };
        let (tx, rx) = mpsc::channel(4);
        let (halts, cancels, cancel) = (
            self.manner == Manner::Halting && nth == 2,
            self.cancels,
            request.cancel,
        );
        tokio::spawn(async move {
            for (at, word) in answer.split_inclusive(' ').enumerate() {
                if halts && at == 3 || tx.send(Written::Piece(word.to_owned())).await.is_err() {
                    return;
                }
                if cancels {
                    cancel.cancel();
                }
            }
            let _ = tx.send(Written::End).await;
        });
        Ok(rx)
    }

    async fn prompt_tokens(&self, messages: &[Message]) -> Result<usize, ModelError> {
        Ok(messages.iter().map(|message| message.content.len() / 3).sum())
    }

    async fn context_length(&self) -> Result<usize, ModelError> {
        match self.manner {
            Manner::Absent => Err(ModelError::Missing { task: "writing" }),
            Manner::Cramped => Ok(8),
            _ => Ok(2048),
        }
    }

    fn name(&self) -> String {
        "Test writer".to_owned()
    }
}
