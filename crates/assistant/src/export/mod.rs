//! Notes as files: Markdown, Word and plain text from the editor's document.
//!
//! Owns: reading the editor's JSON, citations as footnotes, what happens to nodes it does not know. Does not touch the
//! file system.
//!
//! Always holds: no word of a note is lost; what is not known is written as its text.

mod docx;
mod markdown;
mod parse;
mod plain;
mod tree;

pub use parse::parse;
pub use tree::{Block, Inline, Note, Style};

/// Why a note could not be exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The note's document is not what the editor writes.
    #[error("the note's document could not be read")]
    Unreadable,
    /// The Word file could not be put together.
    #[error("the Word file could not be written")]
    Unwritable,
}

impl Note {
    /// The note as Markdown, citations as footnotes.
    ///
    /// ```
    /// let body = r#"{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Seen *today*."}]}]}"#;
    /// let note = cabinet_assistant::export::parse("Visit", body)?;
    /// assert_eq!(note.to_markdown(), "# Visit\n\nSeen \\*today\\*.\n");
    /// # Ok::<(), cabinet_assistant::export::ExportError>(())
    /// ```
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::write(self)
    }

    /// The note as a Word file, citations as footnotes.
    ///
    /// # Errors
    /// The file could not be put together.
    pub fn to_docx(&self) -> Result<Vec<u8>, ExportError> {
        docx::write(self)
    }

    /// The note's words alone, one block a line: what its full-text search looks at.
    #[must_use]
    pub fn to_text(&self) -> String {
        plain::write(self)
    }
}
