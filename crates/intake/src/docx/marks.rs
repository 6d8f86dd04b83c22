//! Marks in a text being read: where pages and sections end, and where a note is referred to.
//!
//! Control characters, for which a document's own text has no use.

/// A page break set by hand.
pub(super) const BREAK: char = '\u{0c}';
/// Where Word last began a page, or must if it is not already on a new one.
pub(super) const RENDERED: char = '\u{1c}';
/// The end of a section, which may end a page.
pub(super) const SECTION: char = '\u{1d}';
/// Stands before and after the number of a note.
pub(super) const NOTE: char = '\u{02}';

/// Whether a character is one of the marks above.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, BREAK | RENDERED | SECTION)
}

/// A text without these marks, and without the places of notes.
pub(super) fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, piece) in text.split(NOTE).enumerate() {
        if at % 2 == 0 || piece.parse::<usize>().is_err() {
            out.extend(piece.chars().filter(|c| !is_break(*c)));
        }
    }
    out
}
