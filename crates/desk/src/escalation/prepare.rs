//! Preparing a request: what is asked about is gathered, what points at people replaced, and the exact bytes are kept
//! for the user to look at.

use std::collections::BTreeSet;
use std::ops::Range;

use cabinet_deid::{Kind, Layer, Pseudonyms};
use cabinet_escalation::{DraftPayload, Endpoint, Prompt};
use cabinet_library::{DocumentId, FolderId, LibraryError, NewPayload, NoteId, Payload};
use serde::{Deserialize, Serialize};

use super::barriers::note_text;
use super::replace::{came_back, named_again, replace, unusable};
use super::{EscalationError, EscalationSettings};
use crate::Desk;

/// How to answer; holds nothing personal.
const SYSTEM: &str = "Answer the question from the numbered excerpts alone. Write short plain sentences without headings, \
                      lists or markup, and after each the number of its excerpt in square brackets. If the excerpts do not \
                      say it, say so. Words such as [Person 1] stand for names; repeat them exactly, brackets included.";
/// At most so many tokens of answer.
const MOST_ANSWER: u32 = 1024;

/// What is to be asked, and about what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationRequest {
    /// The question.
    pub question: String,
    /// About these documents,
    pub documents: Vec<DocumentId>,
    /// or about whatever in this folder fits the question,
    pub folder: Option<FolderId>,
    /// or about this note and what it quotes.
    pub note: Option<NoteId>,
}

/// What the user changed about the replacements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Revision {
    /// To be replaced as well, wherever it stands.
    pub added: Vec<(String, Kind)>,
    /// Not to be replaced.
    pub kept: Vec<String>,
    /// What stands in the place of these words, by the user's choice and in brackets.
    pub called: Vec<(String, String)>,
    /// The text to send in place of what was made, after the user's own changes to it.
    pub edited: Option<String>,
}

/// One replacement, in characters of both texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Where the original stands.
    pub original: Range<usize>,
    /// Where the pseudonym stands in the text before the user's own changes.
    pub replaced: Range<usize>,
    /// The original.
    pub words: String,
    /// The pseudonym.
    pub pseudonym: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What noticed it.
    pub layer: Layer,
    /// True where the program is not sure, so that the user must look.
    pub doubtful: bool,
}

/// A document that a request draws from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedSource {
    /// Which.
    pub id: DocumentId,
    /// Its title; it is not sent.
    pub title: String,
    /// The pages it draws from.
    pub pages: Vec<u32>,
}

/// A request to be looked at, with everything a person needs for that.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The exact bytes and where they would go.
    pub draft: DraftPayload,
    /// The text before anything was replaced. It is not sent.
    pub original: String,
    /// The text that is sent, within the body.
    pub text: String,
    /// The text as the program made it, before the user's own changes.
    pub made: String,
    /// Every replacement.
    pub places: Vec<Place>,
    /// What the user should know: names that came in again by the user's own changes.
    pub warnings: Vec<String>,
    /// What it draws from.
    pub sources: Vec<PreparedSource>,
    /// What was left out and why.
    pub left_out: Vec<String>,
    /// What the user changed so far.
    pub revision: Revision,
    /// At most so many tokens of answer.
    pub most_answer: u32,
    /// What it costs at most, at the user's own prices.
    pub cost: Option<f64>,
    /// Whether a key goes with it.
    pub with_key: bool,
}

/// What is kept beside the bytes.
#[derive(Serialize, Deserialize)]
pub(super) struct Work {
    pub request: EscalationRequest,
    pub revision: Revision,
    pub endpoint: Endpoint,
    pub original: String,
    pub made: String,
    pub text: String,
    pub seed: u64,
    pub pseudonyms: Pseudonyms,
    pub places: Vec<Place>,
    pub sources: Vec<PreparedSource>,
    pub left_out: Vec<String>,
}

impl Prepared {
    /// Every line that would go before the body, the key itself left out.
    #[must_use]
    pub fn head(&self) -> Vec<String> {
        self.draft.head(self.with_key)
    }

    /// How many different originals a person must look at.
    #[must_use]
    pub fn doubtful(&self) -> usize {
        doubtful(&self.places)
    }
}

pub(super) fn doubtful(places: &[Place]) -> usize {
    let words: BTreeSet<&str> = places
        .iter()
        .filter(|place| place.doubtful)
        .map(|place| place.words.as_str())
        .collect();
    words.len()
}

impl Desk {
    /// Prepares a request: nothing is sent, the exact bytes are kept in the vault for a day, to be looked at.
    ///
    /// # Errors
    /// When sending is off, a label or a folder keeps something here, or there is nothing to ask about.
    pub async fn prepare(&self, request: EscalationRequest) -> Result<Prepared, EscalationError> {
        let (settings, endpoint) = self.allowed().await?;
        if request.question.trim().is_empty() {
            return Err(EscalationError::NothingToSend);
        }
        self.check(&request, &settings).await?;
        let gathered = self.gather(&request, &settings).await?;
        if gathered.excerpts.is_empty() {
            return Err(EscalationError::NothingToSend);
        }
        let mut original = String::from("Excerpts:\n");
        for (excerpt, number) in gathered.excerpts.iter().zip(1..) {
            original.push_str(&format!("\n[{number}]\n{excerpt}\n"));
        }
        original.push_str(&format!("\nQuestion: {}", request.question.trim()));
        let earlier = self.earlier_decisions(request.note).await?;
        let (revision, seed) = match earlier {
            Some(work) => (
                Revision {
                    edited: None,
                    // What cannot be told apart in the new text falls back to what the program would write.
                    called: match unusable(&original, &work.revision) {
                        None => work.revision.called,
                        Some(_) => Vec::new(),
                    },
                    ..work.revision
                },
                work.seed,
            ),
            None => (Revision::default(), seed()),
        };
        self.make(
            Work {
                request,
                revision,
                endpoint,
                original,
                made: String::new(),
                text: String::new(),
                seed,
                pseudonyms: Pseudonyms::new(seed),
                places: Vec::new(),
                sources: gathered.sources,
                left_out: gathered.left_out,
            },
            &settings,
        )
        .await
    }

    /// Makes a prepared request anew with what the user changed. The one before is forgotten.
    ///
    /// # Errors
    /// As [`Self::prepare`]; [`EscalationError::NotWaiting`] where there is no such request, [`EscalationError::Unusable`]
    /// where what the user would have stand in a name's place could not be turned back.
    pub async fn revise(&self, hash: &str, revision: Revision) -> Result<Prepared, EscalationError> {
        let (settings, endpoint) = self.allowed().await?;
        let kept = self.waiting(hash).await?;
        let work: Work = serde_json::from_str(&kept.work).map_err(|_| EscalationError::Unreadable)?;
        self.check(&work.request, &settings).await?;
        if let Some(words) = unusable(&work.original, &revision) {
            return Err(EscalationError::Unusable(words));
        }
        let prepared = self
            .make(
                Work {
                    revision,
                    endpoint,
                    pseudonyms: Pseudonyms::new(work.seed),
                    ..work
                },
                &settings,
            )
            .await?;
        if prepared.draft.hash().to_string() != kept.hash {
            self.library().discard_payload(&kept.hash).await?;
        }
        Ok(prepared)
    }

    /// A request that was prepared, as it was.
    ///
    /// # Errors
    /// [`EscalationError::NotWaiting`] where there is none, [`LibraryError::SentBefore`] where it has left.
    pub async fn prepared(&self, hash: &str) -> Result<Prepared, EscalationError> {
        let (settings, _) = self.allowed().await?;
        let kept = self.waiting(hash).await?;
        let work: Work = serde_json::from_str(&kept.work).map_err(|_| EscalationError::Unreadable)?;
        Ok(shown(
            work,
            kept.body,
            Vec::new(),
            &settings,
            self.has_endpoint_key().await?,
        ))
    }

    /// What is kept of a request that waits for the user's decision.
    ///
    /// # Errors
    /// [`EscalationError::NotWaiting`] where there is none, [`LibraryError::SentBefore`] where it has left.
    pub async fn waiting(&self, hash: &str) -> Result<Payload, EscalationError> {
        self.library().payload(hash).await.map_err(|e| match e {
            LibraryError::NotFound { .. } => EscalationError::NotWaiting,
            e => e.into(),
        })
    }

    /// The user will not send a request that was prepared: that is written down, and what it said forgotten.
    pub async fn decline(&self, hash: &str) -> Result<(), LibraryError> {
        self.library().decline_payload(hash).await
    }

    /// The settings, where they allow anything.
    pub(super) async fn allowed(&self) -> Result<(EscalationSettings, Endpoint), EscalationError> {
        let settings = self.escalation().await?;
        match settings.endpoint.clone().filter(|_| settings.on) {
            Some(endpoint) => Ok((settings, endpoint)),
            None => Err(EscalationError::Off),
        }
    }

    /// Refuses where anything that a request names may not leave.
    pub(super) async fn check(
        &self,
        request: &EscalationRequest,
        settings: &EscalationSettings,
    ) -> Result<(), EscalationError> {
        for id in &request.documents {
            self.may_leave(*id, settings).await?;
        }
        if let Some(folder) = request.folder {
            self.folder_may_leave(folder, settings).await?;
        }
        if let Some(note) = request.note {
            let note = self.library().note(note).await?;
            self.note_may_leave(&note, settings).await?;
            self.repeats_nothing_kept_here(&note_text(&note.body)).await?;
        }
        self.repeats_nothing_kept_here(&request.question).await
    }

    async fn earlier_decisions(&self, note: Option<NoteId>) -> Result<Option<Work>, EscalationError> {
        let Some(note) = note else { return Ok(None) };
        let work = self.library().kept_decisions(note).await?;
        Ok(work.and_then(|work| serde_json::from_str(&work).ok()))
    }

    async fn make(&self, mut work: Work, settings: &EscalationSettings) -> Result<Prepared, EscalationError> {
        let mut names = self.names(&work).await?;
        for (words, kind) in &work.revision.added {
            names.add(words, *kind);
        }
        let (original, revision) = (work.original.clone(), work.revision.clone());
        let seed = work.seed;
        let replaced = tokio::task::spawn_blocking(move || replace(&original, &revision, &names, seed));
        let (made, places, pseudonyms, names) = replaced.await.map_err(|_| EscalationError::Unreadable)?;
        work.text = work.revision.edited.clone().unwrap_or_else(|| made.clone());
        work.made = made;
        work.places = places;
        let mut warnings = named_again(&work.places, &work.revision);
        if work.revision.edited.is_some() {
            self.repeats_nothing_kept_here(&work.text).await?;
            warnings.extend(came_back(&work.text, &work.places, &names, &work.revision));
            warnings.sort();
            warnings.dedup();
        }
        work.pseudonyms = pseudonyms;
        let prompt = Prompt {
            system: SYSTEM.to_owned(),
            user: work.text.clone(),
            max_tokens: MOST_ANSWER,
        };
        let draft = DraftPayload::new(&work.endpoint, &prompt);
        let mut documents: Vec<DocumentId> = work.sources.iter().map(|source| source.id).collect();
        documents.extend(&work.request.documents);
        if let Some(note) = work.request.note {
            // What the note quotes is in it word for word; deleting that must reach here too.
            let note = self.library().note(note).await?;
            documents.extend(self.note_may_leave(&note, settings).await?);
        }
        let new = NewPayload {
            hash: draft.hash().to_string(),
            body: draft.body().to_owned(),
            work: serde_json::to_string(&work).map_err(|_| EscalationError::Unreadable)?,
            endpoint: work.endpoint.address(),
            model: work.endpoint.model().to_owned(),
            note: work.request.note,
            documents,
        };
        self.library().keep_payload(&new).await?;
        Ok(shown(
            work,
            new.body,
            warnings,
            settings,
            self.has_endpoint_key().await?,
        ))
    }
}

fn shown(
    work: Work,
    body: String,
    warnings: Vec<String>,
    settings: &EscalationSettings,
    with_key: bool,
) -> Prepared {
    let draft = DraftPayload::kept(&work.endpoint, body);
    let millions = |tokens: usize, price: f64| {
        #[expect(clippy::cast_precision_loss, reason = "an estimate of a price")]
        let tokens = tokens as f64;
        tokens / 1e6 * price
    };
    let cost = settings.price_in.zip(settings.price_out).map(|(sent, answered)| {
        millions(draft.about_tokens(), sent) + f64::from(MOST_ANSWER) / 1e6 * answered
    });
    Prepared {
        draft,
        original: work.original,
        text: work.text,
        made: work.made,
        places: work.places,
        warnings,
        sources: work.sources,
        left_out: work.left_out,
        revision: work.revision,
        most_answer: MOST_ANSWER,
        cost,
        with_key,
    }
}

/// A seed that nobody knows.
fn seed() -> u64 {
    let (one, other) = uuid::Uuid::new_v4().as_u64_pair();
    one ^ other
}
