//! A note as the writers of files see it.

use crate::document::{Citation, Verdict};

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its title.
    pub title: String,
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// A block of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its words.
        content: Vec<Inline>,
    },
    /// A list.
    List {
        /// The number it starts with; none for bullets.
        start: Option<u32>,
        /// Its items.
        items: Vec<Vec<Self>>,
    },
    /// Quoted blocks.
    Quote(Vec<Self>),
    /// Words quoted from a document.
    Cited {
        /// The words.
        text: String,
        /// Where they stand.
        citation: Citation,
    },
    /// Code, to the letter.
    Code(String),
    /// A line across.
    Rule,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Words of one style.
    Text {
        /// The words.
        text: String,
        /// Their style.
        style: Style,
    },
    /// A new line in the same paragraph.
    Break,
    /// What the words before it rest on.
    Source {
        /// The verdict of the check.
        verdict: Verdict,
        /// Why it is not fully supported.
        reason: Option<String>,
        /// The places.
        citations: Vec<Citation>,
        /// Where the words come from, when a large model elsewhere wrote them.
        origin: Option<String>,
    },
}

/// How words are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// Code.
    pub code: bool,
    /// Underlined.
    pub underline: bool,
}

/// The text of the footnote for a place: "Discharge letter, p. 3: “Ramipril 5 mg once daily.”"
pub(super) fn footnote(citation: &Citation) -> String {
    let quote = citation.quote.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = format!("{}, p. {}", citation.title, citation.page);
    if quote.is_empty() {
        place
    } else {
        format!("{place}: “{quote}”")
    }
}

/// The text of the footnote of a checked sentence.
pub(super) fn source_note(
    verdict: Verdict,
    reason: Option<&str>,
    citations: &[Citation],
    origin: Option<&str>,
) -> String {
    let places = citations.iter().map(footnote).collect::<Vec<_>>().join("; ");
    let flaw = match verdict {
        Verdict::Supported => None,
        Verdict::Partly => Some("Partly borne out by its source"),
        Verdict::Unsupported => Some("Not borne out by its source"),
    };
    let flaw = flaw.map(|flaw| match reason {
        Some(reason) => format!("{flaw}: {reason}"),
        None => format!("{flaw}."),
    });
    let origin = origin.map(|origin| format!("{origin}."));
    let parts = [origin, flaw, (!places.is_empty()).then_some(places)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
