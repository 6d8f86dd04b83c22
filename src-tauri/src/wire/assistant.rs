//! What the assistant says, sentence by sentence, and while it works.

use cabinet_assistant as assistant;
use serde::{Deserialize, Serialize};
use specta::Type;

/// How well a generated sentence is borne out by its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Every checked fact stands in the cited sentences.
    Supported,
    /// Most of it stands there; see the reason.
    Partly,
    /// It does not stand there; see the reason.
    Unsupported,
}

/// A place in a document.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// Document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// Page.
    pub page: u32,
    /// First character on the page.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The words that stand there.
    pub quote: String,
}

/// A note at the moment of a key.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Typed {
    /// Its title.
    pub title: String,
    /// Its text up to the caret, a line for each block.
    pub before: String,
    /// The pages that it cites, the nearest first.
    pub sources: Vec<TypedSource>,
}

/// A page that a note cites.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TypedSource {
    /// Document.
    pub document_id: String,
    /// Page.
    pub page: u32,
}

/// One sentence with what bears it out.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// The verdict of the check.
    pub verdict: Verdict,
    /// Why it is not fully supported, in words.
    pub reason: Option<String>,
    /// What it rests on; empty when unsupported.
    pub citations: Vec<Citation>,
    /// True where it is quoted from the source word for word and no model wrote it.
    pub quoted: bool,
    /// Heading it belongs under, where the result has headings.
    pub section: Option<String>,
}

/// What a result has read.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Pages read.
    pub pages_read: u32,
    /// Pages there are.
    pub pages_total: u32,
    /// Pages without readable text.
    pub pages_without_text: u32,
    /// What was left out and why, in words; empty when nothing was.
    pub left_out: Vec<String>,
}

/// Whom a summary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SummaryStyle {
    /// Any paper, for anybody.
    Brief,
    /// About a patient: diagnosis, findings, medicines, plan.
    Clinical,
    /// Agreements and decisions: parties, terms, money, duties.
    Legal,
}

/// What a draft is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DraftTemplate {
    /// For any matter.
    General,
}

/// Key points, a summary or a draft section.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Grounded {
    /// Sentences in reading order.
    pub claims: Vec<Claim>,
    /// What was read.
    pub coverage: Coverage,
    /// Which model wrote it; none for key points.
    pub model: Option<String>,
    /// Claims dropped because nothing in the source bears them out.
    pub removed: u32,
    /// How long it took.
    pub seconds: f64,
}

/// What the assistant says while it works.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum AssistantEvent {
    /// A step with counts.
    #[serde(rename_all = "camelCase")]
    Progress {
        /// What is being done.
        step: String,
        /// Units done.
        done: u32,
        /// Units in all.
        total: u32,
    },
    /// A piece of text as the model writes it; unchecked until a claim replaces it.
    #[serde(rename_all = "camelCase")]
    Text {
        /// The piece.
        piece: String,
    },
    /// A finished, checked sentence; it replaces the streamed text up to here.
    #[serde(rename_all = "camelCase")]
    Claim {
        /// The sentence.
        claim: Claim,
    },
}

impl From<assistant::Claim> for Claim {
    fn from(c: assistant::Claim) -> Self {
        let citation = |c: assistant::Citation| Citation {
            document_id: c.document_id,
            title: c.title,
            page: c.page,
            start: c.start,
            end: c.end,
            quote: c.quote,
        };
        Self {
            text: c.text,
            verdict: match c.verdict {
                assistant::Verdict::Supported => Verdict::Supported,
                assistant::Verdict::Partly => Verdict::Partly,
                assistant::Verdict::Unsupported => Verdict::Unsupported,
            },
            reason: c.reason,
            citations: c.citations.into_iter().map(citation).collect(),
            quoted: c.quoted,
            section: c.section,
        }
    }
}

impl From<assistant::Grounded> for Grounded {
    fn from(g: assistant::Grounded) -> Self {
        Self {
            claims: g.claims.into_iter().map(Into::into).collect(),
            coverage: Coverage {
                pages_read: g.coverage.pages_read,
                pages_total: g.coverage.pages_total,
                pages_without_text: g.coverage.pages_without_text,
                left_out: g.coverage.left_out,
            },
            model: g.model,
            removed: g.removed,
            seconds: g.seconds,
        }
    }
}

impl From<SummaryStyle> for assistant::summary::Style {
    fn from(s: SummaryStyle) -> Self {
        match s {
            SummaryStyle::Brief => Self::Brief,
            SummaryStyle::Clinical => Self::Clinical,
            SummaryStyle::Legal => Self::Legal,
        }
    }
}

impl From<DraftTemplate> for assistant::draft::Template {
    fn from(t: DraftTemplate) -> Self {
        match t {
            DraftTemplate::General => Self::General,
        }
    }
}

impl From<assistant::AssistantEvent> for AssistantEvent {
    fn from(e: assistant::AssistantEvent) -> Self {
        match e {
            assistant::AssistantEvent::Progress { step, done, total } => Self::Progress { step, done, total },
            assistant::AssistantEvent::Text { piece } => Self::Text { piece },
            assistant::AssistantEvent::Claim { claim } => Self::Claim { claim: claim.into() },
        }
    }
}
