//! What the assistant reads, and how it points back into it.

use serde::{Deserialize, Serialize};

/// A document as the assistant reads it.
#[derive(Debug, Clone)]
pub struct SourceDocument {
    /// Identifier, handed back in citations.
    pub id: String,
    /// Title, handed back in citations.
    pub title: String,
    /// Its pages in order, those without text left out or empty.
    pub pages: Vec<SourcePage>,
    /// Numbers of the pages that gave no text.
    pub pages_without_text: Vec<u32>,
}

/// One page of a document.
#[derive(Debug, Clone)]
pub struct SourcePage {
    /// 1-based.
    pub number: u32,
    /// Its text; offsets count Unicode scalar values of it.
    pub text: String,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// How well a sentence is borne out by its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It does not stand there; see the reason.
    Unsupported,
    /// Most of it stands there; see the reason.
    Partly,
    /// Every checked fact stands in the cited sentences.
    Supported,
}

/// One sentence with what bears it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// True where the sentence is quoted from the source word for word and no model wrote it.
    pub quoted: bool,
    /// Heading it belongs under, where the result has headings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// What a result has read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

impl Coverage {
    /// What reading these documents to the end covers.
    #[must_use]
    pub fn of(documents: &[SourceDocument]) -> Self {
        let count = |pages: usize| u32::try_from(pages).unwrap_or(u32::MAX);
        let mut coverage = Self::default();
        for document in documents {
            let empty = |page: &&SourcePage| page.text.trim().is_empty();
            let mut without: Vec<u32> = document.pages_without_text.clone();
            without.extend(document.pages.iter().filter(empty).map(|page| page.number));
            without.sort_unstable();
            without.dedup();
            let read = document
                .pages
                .iter()
                .filter(|page| !page.text.trim().is_empty())
                .count();
            coverage.pages_read += count(read);
            coverage.pages_without_text += count(without.len());
            coverage.pages_total += count(read) + count(without.len());
        }
        coverage
    }
}
