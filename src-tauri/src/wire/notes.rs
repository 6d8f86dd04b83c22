//! Notes and their versions.

use cabinet_library as library;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::number;

/// One line of the list of notes.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteRow {
    /// Identifier.
    pub id: String,
    /// Folder it lives in.
    pub folder_id: String,
    /// Title.
    pub title: String,
    /// When it was last saved.
    pub updated_at: f64,
}

/// A note as the editor needs it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Identifier.
    pub id: String,
    /// Folder it lives in.
    pub folder_id: String,
    /// Title.
    pub title: String,
    /// The editor's document (ProseMirror JSON), as text.
    pub body: String,
    /// Counts up with every save; a save names the one it started from.
    pub version: u32,
    /// When it was last saved.
    pub updated_at: f64,
}

/// An earlier state of a note.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteVersion {
    /// Its number.
    pub version: u32,
    /// When it was saved.
    pub saved_at: f64,
    /// Its title then.
    pub title: String,
    /// Characters of text.
    pub chars: u32,
}

/// Where a note may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// Markdown with citations as footnotes.
    Markdown,
    /// Word, citations as footnotes.
    Docx,
}

impl From<library::NoteRow> for NoteRow {
    fn from(n: library::NoteRow) -> Self {
        Self {
            id: n.id.to_string(),
            folder_id: n.folder.to_string(),
            title: n.title,
            updated_at: number(n.updated_at),
        }
    }
}

impl From<library::Note> for Note {
    fn from(n: library::Note) -> Self {
        Self {
            id: n.id.to_string(),
            folder_id: n.folder.to_string(),
            title: n.title,
            body: n.body,
            version: n.version,
            updated_at: number(n.updated_at),
        }
    }
}

impl From<library::NoteVersion> for NoteVersion {
    fn from(v: library::NoteVersion) -> Self {
        let chars = u32::try_from(v.body.chars().count()).unwrap_or(u32::MAX);
        Self {
            version: v.version,
            saved_at: number(v.saved_at),
            title: v.title,
            chars,
        }
    }
}
