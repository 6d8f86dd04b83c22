//! What is searched for and found.

use cabinet_library as library;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::UiError;
use crate::error::ui;

/// Which half of the search to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SearchMode {
    /// Words and meaning.
    Hybrid,
    /// Words alone.
    Text,
    /// Meaning alone.
    Vector,
}

/// What the search page asks.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchRequest {
    /// What the user typed.
    pub query: String,
    /// Only in this folder.
    pub folder_id: Option<String>,
    /// Only in this document.
    pub document_id: Option<String>,
    /// Only these kinds; empty means all.
    pub kinds: Vec<String>,
    /// Which half.
    pub mode: SearchMode,
    /// At most this many hits.
    pub limit: u32,
    /// A list at once is wanted rather than the best one: in a large cabinet less is looked at.
    pub first_look: bool,
}

/// Why a hit is a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// A quoted phrase or identifier stands there to the letter.
    Exact,
    /// The words match.
    Words,
    /// The meaning is near.
    Meaning,
    /// It holds a word that is nearly one of the query's.
    Approximate,
}

/// A range of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct Range {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// One found passage.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// 1-based.
    pub rank: u32,
    /// Score of the fused ranking; only comparable within one result.
    pub score: f64,
    /// Document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// Its file's name.
    pub source_name: String,
    /// Its kind.
    pub kind: String,
    /// The date that stands on it (YYYY-MM-DD).
    pub dated: Option<String>,
    /// Page of the passage.
    pub page: u32,
    /// The headings that the passage stands under, outermost first.
    pub headings: Vec<String>,
    /// The passage on its page.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The part of the passage worth showing.
    pub snippet: String,
    /// What to mark, within the snippet.
    pub marks: Vec<Range>,
    /// What to mark, on the page.
    pub page_marks: Vec<Range>,
    /// Why it is here.
    pub why: Why,
    /// Rank of a better hit that says all that this one does.
    pub repeats: Option<u32>,
}

/// How many documents a list was made from.
#[derive(Debug, Clone, Copy, Serialize, Type)]
pub struct Checked {
    /// Documents whose text was looked at.
    pub checked: u32,
    /// Documents there are where was to be looked.
    pub of: u32,
}

/// What the search page shows.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Halves that did not take part, in words; empty when all is well.
    pub missing: Vec<String>,
    /// Where all documents that mention something were asked for.
    pub checked: Option<Checked>,
    /// Asked again without `first_look`, hits may be other ones or in another order.
    pub first_look: bool,
    /// How long it took.
    pub ms: f64,
}

impl TryFrom<SearchRequest> for library::SearchRequest {
    type Error = UiError;
    fn try_from(r: SearchRequest) -> Result<Self, UiError> {
        Ok(Self {
            query: r.query,
            folder: r.folder_id.map(|id| id.parse()).transpose().map_err(ui)?,
            document: r.document_id.map(|id| id.parse()).transpose().map_err(ui)?,
            kinds: r.kinds,
            mode: match r.mode {
                SearchMode::Hybrid => library::Mode::Hybrid,
                SearchMode::Text => library::Mode::Text,
                SearchMode::Vector => library::Mode::Vector,
            },
            limit: usize::try_from(r.limit.min(500)).unwrap_or(500),
            distinct: true,
            as_typed: true,
            look: if r.first_look {
                library::Look::First
            } else {
                library::Look::Close
            },
            every: false,
        })
    }
}

fn ranges(marks: Vec<library::Range>) -> Vec<Range> {
    marks
        .into_iter()
        .map(|m| Range {
            start: m.start,
            end: m.end,
        })
        .collect()
}

impl From<library::SearchResults> for SearchResults {
    fn from(r: library::SearchResults) -> Self {
        let hit = |(rank, h): (u32, library::Hit)| Hit {
            rank,
            score: h.score,
            document_id: h.document.to_string(),
            title: h.title,
            source_name: h.source_name,
            kind: h.kind,
            dated: h.dated,
            page: h.page,
            headings: h.headings,
            start: h.range.start,
            end: h.range.end,
            snippet: h.snippet,
            marks: ranges(h.marks),
            page_marks: ranges(h.page_marks),
            why: match h.why {
                library::Why::Exact => Why::Exact,
                library::Why::Words => Why::Words,
                library::Why::Meaning => Why::Meaning,
                library::Why::Approximate => Why::Approximate,
            },
            repeats: h.repeats.and_then(|better| u32::try_from(better + 1).ok()),
        };
        Self {
            hits: (1..).zip(r.hits).map(hit).collect(),
            missing: r.missing,
            first_look: r.first_look,
            checked: r.checked.map(|c| Checked {
                checked: c.checked,
                of: c.of,
            }),
            ms: r.took.as_secs_f64() * 1000.0,
        }
    }
}
