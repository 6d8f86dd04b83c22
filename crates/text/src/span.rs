//! Places in a text, and the way from characters to bytes and back.

use std::ops::Range;

/// A range of Unicode scalar values, start inclusive, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span runs forwards");
        Self { start, end }
    }

    /// How many characters it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// True where it holds no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.end == self.start
    }

    /// True where every character of `other` is also in this one.
    #[must_use]
    pub fn contains(&self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Translates between characters and bytes of one text.
///
/// A plain ASCII text costs nothing; any other costs four bytes per character.
#[derive(Debug, Clone)]
pub struct Offsets<'a> {
    text: &'a str,
    /// Byte at which each character starts, and the length of the text at the end; empty for ASCII.
    starts: Vec<u32>,
}

impl<'a> Offsets<'a> {
    /// Measures a text.
    ///
    /// # Panics
    /// If the text is longer than 4 GiB; a page never is.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .map(|at| u32::try_from(at).expect("a page of text is shorter than 4 GiB"))
                .collect()
        };
        Self { text, starts }
    }

    /// The text that was measured.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Number of characters.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.starts.is_empty() {
            self.text.len()
        } else {
            self.starts.len() - 1
        }
    }

    /// True for the empty text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The byte at which a character starts; offsets beyond the end give the end.
    #[must_use]
    pub fn byte(&self, character: usize) -> usize {
        if self.starts.is_empty() {
            character.min(self.text.len())
        } else {
            self.starts
                .get(character)
                .map_or(self.text.len(), |&at| at as usize)
        }
    }

    /// The character that the byte belongs to; bytes beyond the end give the end.
    #[must_use]
    pub fn character(&self, byte: usize) -> usize {
        if self.starts.is_empty() {
            return byte.min(self.text.len());
        }
        match self.starts.binary_search_by(|&at| (at as usize).cmp(&byte)) {
            Ok(found) => found,
            Err(after) => (after - 1).min(self.len()),
        }
    }

    /// The bytes of a span.
    #[must_use]
    pub fn bytes(&self, span: Span) -> Range<usize> {
        self.byte(span.start)..self.byte(span.end)
    }

    /// The span of a byte range that starts and ends between characters.
    #[must_use]
    pub fn span(&self, bytes: Range<usize>) -> Span {
        Span::new(self.character(bytes.start), self.character(bytes.end))
    }

    /// The words of a span. A span beyond the end is cut at the end.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'a str {
        &self.text[self.bytes(span)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        let text = "5 µg für Zoë 🩺.";
        let offsets = Offsets::new(text);
        assert_eq!(offsets.len(), text.chars().count());
        assert_eq!(offsets.slice(Span::new(2, 4)), "µg");
        assert_eq!(offsets.slice(Span::new(9, 12)), "Zoë");
        assert_eq!(offsets.span(offsets.bytes(Span::new(9, 14))), Span::new(9, 14));
        assert_eq!(
            offsets.slice(Span::new(13, 99)),
            "🩺.",
            "beyond the end means the end"
        );
    }
}
