//! Sending what was approved, and what becomes of the answer: turned back, checked against the documents here, kept.

use cabinet_assistant::grounding::Sources;
use cabinet_assistant::{Claim, SourceDocument, SourcePage, Verdict};
use cabinet_escalation::{Answer, Decision, DraftPayload, PayloadHash};
use cabinet_library::{LibraryError, Millis, NoteId, SendingEnd};
use cabinet_text::{Offsets, sentences};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::barriers::note_text;
use super::prepare::{Work, doubtful};
use super::{CourierState, EscalationError};
use crate::Desk;

/// So many sentences of an answer are checked; no answer within its limit of tokens has more.
const MOST_SENTENCES: usize = 500;

/// How one payload is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct SendingOptions {
    /// What the user decided.
    pub decision: Decision,
    /// How many of the doubtful originals the user looked at.
    pub looked_at: usize,
}

/// What is longer, in bytes, is no sentence.
const MOST_SENTENCE: usize = 2000;

/// An answer from outside, checked here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutsideAnswer {
    /// The number of the sending in the ledger.
    pub number: u32,
    /// SHA-256 of what was sent.
    pub hash: String,
    /// What was asked.
    pub question: String,
    /// The answer, its pseudonyms turned back. Plain text, and nothing but.
    pub text: String,
    /// Its sentences, checked against the documents here like those of the small model.
    pub claims: Vec<Claim>,
    /// True where the model said all it had to say.
    pub whole: bool,
    /// The model that was asked; it runs outside of this machine's cabinet.
    pub model: String,
    /// Where it runs.
    pub endpoint: String,
    /// When it was asked.
    pub at: Millis,
    /// Bytes that left.
    pub bytes_sent: u32,
    /// Bytes that came back.
    pub bytes_received: u32,
    /// What went wrong, in words; empty where nothing did.
    pub trouble: Vec<String>,
    /// The fault's name, where there was one.
    pub fault: Option<String>,
    /// True where it failed and may be charged all the same.
    pub may_be_charged: bool,
}

impl Desk {
    /// Sends the payload of this hash, which the user has looked at and approved, once; gives the checked answer.
    /// Labels, folders and the switch are looked at again first. Whatever the answer says, nothing comes of it but text.
    ///
    /// # Errors
    /// When it may not be sent: nothing has left then. What goes wrong on the way is in the answer.
    pub async fn send(
        &self,
        hash: PayloadHash,
        options: SendingOptions,
        cancel: &CancellationToken,
        listen: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<OutsideAnswer, EscalationError> {
        let (settings, endpoint) = self.allowed().await?;
        let kept = self.waiting(&hash.to_string()).await?;
        let work: Work = serde_json::from_str(&kept.work).map_err(|_| EscalationError::Unreadable)?;
        self.check(&work.request, &settings).await?;
        for source in &work.sources {
            self.may_leave(source.id, &settings).await?;
        }
        if work.endpoint != endpoint || self.courier_state().await? != CourierState::Ready {
            return Err(EscalationError::NeedsRestart);
        }
        let courier = self.courier().ok_or(EscalationError::NeedsRestart)?;
        let approved = DraftPayload::kept(&endpoint, kept.body).approve(
            hash,
            doubtful(&work.places),
            options.looked_at,
            options.decision,
        )?;
        let key = self.endpoint_key(&endpoint).await?;
        let bytes = u32::try_from(approved.bytes()).unwrap_or(u32::MAX);
        let decision = match options.decision {
            Decision::Once => "once",
            Decision::ForThisNote => "for_this_note",
        };
        let number = self
            .library()
            .begin_sending(kept.place, decision, bytes, &endpoint.address())
            .await?;
        let answer = courier.send(approved, key.as_ref(), cancel, listen).await;
        let checked = self.judge(&work, &answer, number, hash).await;
        let end = SendingEnd {
            outcome: outcome(&answer),
            bytes_sent: u32::try_from(answer.bytes_sent).unwrap_or(u32::MAX),
            bytes_received: u32::try_from(answer.bytes_received).unwrap_or(u32::MAX),
            address: answer.address.clone(),
            answer: match &checked {
                Ok(checked) => serde_json::to_string(checked).ok(),
                Err(_) => None,
            },
        };
        self.library().end_sending(number, &end).await?;
        checked
    }

    /// Turns pseudonyms back and checks each sentence against the documents here.
    async fn judge(
        &self,
        work: &Work,
        answer: &Answer,
        number: u32,
        hash: PayloadHash,
    ) -> Result<OutsideAnswer, EscalationError> {
        let mut documents = Vec::new();
        for source in &work.sources {
            match self.source(source.id).await {
                Ok(document) => documents.push(document),
                // Deleted while the answer was on its way; what rested on it is then not borne out.
                Err(LibraryError::NotFound { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
        if let Some(note) = work.request.note {
            documents.push(self.note_as_source(note).await?);
        }
        let text = work.pseudonyms.restore(&answer.text);
        let of_text = text.clone();
        let claims = tokio::task::spawn_blocking(move || check(&of_text, &documents))
            .await
            .map_err(|_| EscalationError::Unreadable)?;
        let mut trouble = Vec::new();
        if let Some(failure) = &answer.failure {
            trouble.push(failure.fault.words());
            if let Some(said) = failure.said.as_ref().filter(|said| !said.is_empty()) {
                trouble.push(format!("The other side said: {said}"));
            }
            trouble.push(failure.fault.advice().to_owned());
            if failure.may_be_charged {
                trouble.push("The request may have arrived, so it may be charged.".to_owned());
            }
        } else if !answer.whole {
            trouble.push("The answer reached its greatest length and ends there.".to_owned());
        }
        Ok(OutsideAnswer {
            number,
            hash: hash.to_string(),
            question: work.request.question.clone(),
            text,
            claims,
            whole: answer.whole,
            model: work.endpoint.model().to_owned(),
            endpoint: work.endpoint.address(),
            at: now(),
            bytes_sent: u32::try_from(answer.bytes_sent).unwrap_or(u32::MAX),
            bytes_received: u32::try_from(answer.bytes_received).unwrap_or(u32::MAX),
            trouble,
            fault: answer.failure.as_ref().map(|_| outcome(answer)),
            may_be_charged: answer
                .failure
                .as_ref()
                .is_some_and(|failure| failure.may_be_charged),
        })
    }

    async fn note_as_source(&self, id: NoteId) -> Result<SourceDocument, EscalationError> {
        let note = self.library().note(id).await?;
        Ok(SourceDocument {
            id: id.to_string(),
            title: note.title,
            pages: vec![SourcePage {
                number: 1,
                text: note_text(&note.body),
            }],
            pages_without_text: Vec::new(),
        })
    }
}

/// As it stands in the ledger.
fn outcome(answer: &Answer) -> String {
    match &answer.failure {
        None if answer.whole => "answered".to_owned(),
        None => "incomplete".to_owned(),
        Some(failure) => match serde_json::to_value(failure.fault) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(serde_json::Value::Object(fields)) => fields
                .into_iter()
                .next()
                .map_or_else(String::new, |(name, value)| format!("{name} {value}")),
            _ => "failed".to_owned(),
        },
    }
}

/// Checks each sentence of an answer, the numbers of excerpts taken off it.
fn check(text: &str, documents: &[SourceDocument]) -> Vec<Claim> {
    let sources = Sources::new(documents);
    let offsets = Offsets::new(text);
    sentences(text)
        .into_iter()
        .take(MOST_SENTENCES)
        .map(|span| without_numbers(offsets.slice(span)))
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
        .map(|sentence| match sentence.len() {
            0..=MOST_SENTENCE => sources.check(&sentence),
            _ => Claim {
                text: sentence,
                verdict: Verdict::Unsupported,
                reason: Some("This is too long to be one sentence, and was not checked.".to_owned()),
                citations: Vec::new(),
                quoted: false,
                section: None,
            },
        })
        .collect()
}

/// "It rained [1, 2]." becomes "It rained."
fn without_numbers(sentence: &str) -> String {
    let mut kept = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        let number = from.find(']').filter(|close| {
            let inside = &from[1..*close];
            !inside.is_empty()
                && inside
                    .chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, ',' | ' '))
        });
        match number {
            Some(close) => {
                kept.push_str(before.trim_end());
                rest = &from[close + 1..];
            }
            None => {
                kept.push_str(before);
                kept.push('[');
                rest = &from[1..];
            }
        }
    }
    kept.push_str(rest);
    kept.trim().to_owned()
}

fn now() -> Millis {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_excerpts_are_no_part_of_a_sentence() {
        assert_eq!(without_numbers("It rained [1, 2]."), "It rained.");
        assert_eq!(without_numbers("[3] It [sic] rained[12]"), "It [sic] rained");
        assert_eq!(without_numbers("an open [ bracket [1"), "an open [ bracket [1");
    }

    #[test]
    fn an_answer_from_outside_is_checked_like_any_other() {
        let letter = SourceDocument {
            id: "1".into(),
            title: "Letter".into(),
            pages: vec![SourcePage {
                number: 1,
                text: "Ramipril 5 mg once daily was started on Monday.".into(),
            }],
            pages_without_text: vec![],
        };
        let claims = check(
            "Ramipril 5 mg once daily was started on Monday [1]. Ramipril 50 mg was started. <script>alert(1)</script>",
            &[letter],
        );
        assert_eq!(claims[0].verdict, Verdict::Supported);
        assert_eq!(claims[0].citations.len(), 1);
        assert_eq!(claims[1].verdict, Verdict::Unsupported);
    }
}
