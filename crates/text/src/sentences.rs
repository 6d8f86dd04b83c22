//! Splits a page into sentences, headings and items.

use crate::boundaries::Boundaries;
use crate::layout;
use crate::span::Span;

/// What a sentence is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Stands above what follows: "4.1 Termination", "MEDICATION:".
    Heading,
    /// Belongs to an item of a list: "(a) pay the rent;".
    Item,
    /// Running text.
    Prose,
}

/// One sentence and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Characters at its start that number or bullet an item, the space after them included.
    pub marker: usize,
    /// True for the first sentence of a paragraph, heading or item.
    pub opens_block: bool,
}

/// Splits a page into sentences and says what each one is.
#[must_use]
pub fn outline(text: &str) -> Vec<Sentence> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    for block in layout::blocks(&chars) {
        let Span { start, end } = block.span;
        if block.kind == Kind::Heading {
            found.push(Sentence {
                span: block.span,
                kind: block.kind,
                marker: block.marker,
                opens_block: true,
            });
            continue;
        }
        let mut boundaries = Boundaries::new(&chars[..end], start);
        let mut from = start;
        while from < end {
            let to = boundaries.next_end(from);
            let trimmed = chars[from..to]
                .iter()
                .rposition(|c| !c.is_whitespace())
                .map_or(from, |last| from + last + 1);
            if trimmed > from {
                let opens_block = from == start;
                let marker = if opens_block {
                    block.marker.min(trimmed - from)
                } else {
                    0
                };
                found.push(Sentence {
                    span: Span::new(from, trimmed),
                    kind: block.kind,
                    marker,
                    opens_block,
                });
            }
            from = to;
            while from < end && chars[from].is_whitespace() {
                from += 1;
            }
        }
    }
    found
}

/// Splits a page into sentences.
///
/// ```
/// use cabinet_text::{sentences, Offsets};
/// let page = "Seen by Dr. Ellis at 3 p.m. today. Continue ramipril 2.5 mg\nonce daily.";
/// let offsets = Offsets::new(page);
/// let found: Vec<&str> = sentences(page).into_iter().map(|span| offsets.slice(span)).collect();
/// assert_eq!(found, ["Seen by Dr. Ellis at 3 p.m. today.", "Continue ramipril 2.5 mg\nonce daily."]);
/// ```
#[must_use]
pub fn sentences(text: &str) -> Vec<Span> {
    outline(text).into_iter().map(|sentence| sentence.span).collect()
}
