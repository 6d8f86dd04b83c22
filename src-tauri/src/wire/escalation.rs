//! What may leave, and what has left.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Claim, Range};

/// Whether anything may be sent, and where to.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscalationView {
    /// The switch.
    pub on: bool,
    /// Whether there is somebody to carry.
    pub courier: CourierView,
    /// The one address; empty where none was given.
    pub address: String,
    /// Host and port, for the line at the top of the window.
    pub host: String,
    /// Where that lies, in words.
    pub place: String,
    /// True where it is a machine of the user's own.
    pub own: bool,
    /// How it is spoken to.
    pub protocol: SpokenProtocol,
    /// The model that is asked.
    pub model: String,
    /// The proxy between, as an address; empty where there is none.
    pub proxy: String,
    /// A certificate authority of the user's own (PEM); empty where there is none.
    pub authority: String,
    /// From which folders; from all where none are named.
    pub folders: Option<Vec<String>>,
    /// What happens when the small model's own checks find it wanting.
    pub rule: OfferRule,
    /// Price of a million tokens sent.
    pub price_in: Option<f64>,
    /// Price of a million tokens of answer.
    pub price_out: Option<f64>,
    /// Whether a key is kept.
    pub has_key: bool,
    /// What switching on means.
    pub consequences: Vec<String>,
    /// How many payloads have left.
    pub sent: u32,
}

/// Whether there is somebody to carry.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CourierView {
    /// Sending is off.
    Off,
    /// A courier waits.
    Ready,
    /// Cabinet must be started again.
    NeedsRestart,
}

/// How an endpoint is spoken to.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SpokenProtocol {
    /// OpenAI's chat completions.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// What happens when the small model's own checks find it wanting. No rule sends.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum OfferRule {
    /// Say why, with a button.
    Offer,
    /// Open the consent sheet.
    AlwaysAsk,
    /// Say nothing.
    Never,
}

/// What switching on takes.
#[derive(Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SwitchOn {
    /// The one address.
    pub address: String,
    /// How it is spoken to.
    pub protocol: SpokenProtocol,
    /// The model to ask for.
    pub model: String,
    /// A certificate authority of the user's own (PEM).
    pub authority: Option<String>,
    /// The proxy between, as http://host:port.
    pub proxy: Option<String>,
    /// From which folders; from all where none are named.
    pub folders: Option<Vec<String>>,
    /// What happens when the small model's own checks find it wanting.
    pub rule: OfferRule,
    /// The endpoint's key; none keeps the one there is.
    pub key: Option<String>,
    /// Price of a million tokens sent.
    pub price_in: Option<f64>,
    /// Price of a million tokens of answer.
    pub price_out: Option<f64>,
}

/// What is to be asked, and about what.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PayloadRequest {
    /// The question.
    pub question: String,
    /// About these documents,
    pub document_ids: Vec<String>,
    /// or this folder,
    pub folder_id: Option<String>,
    /// or this note and what it quotes.
    pub note_id: Option<String>,
}

/// Something to be replaced as well.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct AddedReplacement {
    /// The words.
    pub words: String,
    /// What sort of thing it is: "person", "place" ...
    pub kind: String,
}

/// What stands in the place of words, by the user's choice.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct ChosenName {
    /// The words.
    pub words: String,
    /// What stands there instead, without its brackets.
    pub called: String,
}

/// What the user changed about the replacements.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
pub struct PayloadRevision {
    /// To be replaced as well.
    pub added: Vec<AddedReplacement>,
    /// Not to be replaced.
    pub kept: Vec<String>,
    /// What the user has stand in the place of some words.
    pub called: Vec<ChosenName>,
    /// The text in place of what was made.
    pub edited: Option<String>,
}

/// One replacement.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    /// Where the original stands in the text before.
    pub original: Range,
    /// Where the pseudonym stands in the text after.
    pub replaced: Range,
    /// The original.
    pub words: String,
    /// The pseudonym.
    pub pseudonym: String,
    /// What sort of thing it is.
    pub kind: String,
    /// True where the program is not sure: the user must look.
    pub doubtful: bool,
}

/// A document that a payload draws from.
#[derive(Debug, Clone, Serialize, Type)]
pub struct PayloadSource {
    /// Its title; it is not sent.
    pub title: String,
    /// The pages.
    pub pages: Vec<u32>,
}

/// A payload to be looked at.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreparedPayload {
    /// SHA-256 of the body.
    pub hash: String,
    /// Every line before the body, the key left out.
    pub head: Vec<String>,
    /// The exact body.
    pub body: String,
    /// Where it would go.
    pub address: String,
    /// Where that lies, in words.
    pub place: String,
    /// True where it is a machine of the user's own.
    pub own: bool,
    /// To which model.
    pub model: String,
    /// Bytes of the body.
    pub bytes: u32,
    /// About how many tokens.
    pub about_tokens: u32,
    /// At most so many tokens of answer.
    pub most_answer: u32,
    /// What it costs at most at the user's prices, in words.
    pub cost: Option<String>,
    /// The text before anything was replaced; it is not sent.
    pub original: String,
    /// The text as it was made.
    pub made: String,
    /// The text that is sent.
    pub text: String,
    /// Every replacement.
    pub replacements: Vec<Replacement>,
    /// Names that came back in by the user's own changes.
    pub warnings: Vec<String>,
    /// What it draws from.
    pub sources: Vec<PayloadSource>,
    /// What was left out.
    pub left_out: Vec<String>,
    /// What the user changed so far.
    pub revision: PayloadRevision,
    /// Whether it is for a note, whose decisions can be kept.
    pub for_note: bool,
}

/// What the user decided.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SendDecision {
    /// Send once.
    Once,
    /// Send once, and keep what was decided about names for the note.
    ForThisNote,
}

/// An answer from outside, checked here.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutsideAnswer {
    /// Its number in the ledger.
    pub number: u32,
    /// SHA-256 of what was sent.
    pub hash: String,
    /// What was asked.
    pub question: String,
    /// The answer as plain text.
    pub text: String,
    /// Its sentences, checked.
    pub claims: Vec<Claim>,
    /// True where it is all there.
    pub whole: bool,
    /// The model that wrote it.
    pub model: String,
    /// Where it runs.
    pub endpoint: String,
    /// When it was asked.
    pub at: f64,
    /// What went wrong, in words.
    pub trouble: Vec<String>,
    /// True where it failed and may be charged all the same.
    pub may_be_charged: bool,
}

/// One line of the ledger.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    /// Its number: the first that left is 1.
    pub number: u32,
    /// SHA-256 of what left.
    pub hash: String,
    /// Where it went.
    pub address: String,
    /// To which model.
    pub model: String,
    /// When.
    pub sent_at: f64,
    /// How the user decided.
    pub decision: String,
    /// Bytes that left.
    pub bytes_sent: u32,
    /// Bytes that came back.
    pub bytes_received: Option<u32>,
    /// How it ended.
    pub outcome: String,
    /// What left, to the byte; none where a document it was made of has been deleted.
    pub body: Option<String>,
    /// What came back, turned back and checked; none where nothing did, or what left is gone.
    pub answer: Option<OutsideAnswer>,
}

/// A request that was shown and not sent, by the user's decision.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeclinedRow {
    /// SHA-256 of what would have left; what it said is not kept.
    pub hash: String,
    /// Where it would have gone.
    pub address: String,
    /// To which model.
    pub model: String,
    /// When that was decided.
    pub declined_at: f64,
    /// Bytes that would have left.
    pub bytes: u32,
}

/// Why a large model is offered after a result.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EscalationOffer {
    /// What the user wants to happen.
    pub rule: OfferRule,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// A label that keeps something here.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeepLabel {
    /// Protected by professional privilege.
    Privileged,
    /// The user wants it here and nowhere else.
    NeverLeaves,
}

/// Something that carries a label.
#[derive(Debug, Clone, Serialize, Type)]
pub struct Labelled {
    /// Identifier of a folder or document.
    pub id: String,
    /// Its label.
    pub label: KeepLabel,
}
