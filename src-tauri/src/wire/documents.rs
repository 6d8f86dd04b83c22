//! Folders, documents and their pages.

use cabinet_library as library;
use serde::Serialize;
use specta::Type;

use super::{bytes, number};

/// A wall between matters, patients or clients.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// Identifier.
    pub id: String,
    /// Name the user gave.
    pub name: String,
    /// Documents in it, the trash not counted.
    pub documents: u32,
    /// Notes in it.
    pub notes: u32,
}

/// Where a document stands on its way to being fully searchable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DocumentState {
    /// Stored and found by words; meaning follows.
    Embedding,
    /// Found by words and by meaning.
    Ready,
    /// In the trash.
    Trashed,
}

/// One line of the document list.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRow {
    /// Identifier.
    pub id: String,
    /// Folder it lives in.
    pub folder_id: String,
    /// Title from the document, else the file's name without its ending.
    pub title: String,
    /// The file's name as it was added.
    pub source_name: String,
    /// "pdf", "docx", "email", "spreadsheet", "image" ...
    pub kind: String,
    /// The document it was taken out of: the message it was attached to, the archive it lay in.
    pub parent_id: Option<String>,
    /// The document that took its place when its file changed; it lies in the trash then.
    pub replaced_by: Option<String>,
    /// Documents whose place it took; they lie in the trash.
    pub versions_before: u32,
    /// How often tracked changes deleted something from it.
    pub deletions: u32,
    /// An earlier document of its folder whose text is the same.
    pub same_text_as: Option<String>,
    /// Who wrote it, as the file says; for a message its sender.
    pub author: Option<String>,
    /// The date that stands on it (YYYY-MM-DD).
    pub dated: Option<String>,
    /// What sort of paper it seems to be, "letter", "contract" ...; a guess, and to be shown as one.
    pub genre: Option<String>,
    /// Number of pages.
    pub pages: u32,
    /// Pages that gave no text.
    pub pages_without_text: u32,
    /// Pages whose text was recognised on their picture.
    pub ocr_pages: u32,
    /// Those of them that were hard to read.
    pub faint_pages: u32,
    /// Pages that have text and may lack some, because the file is damaged or cut off.
    pub damaged_pages: u32,
    /// Characters of text.
    pub chars: u32,
    /// Size of the original in bytes.
    pub bytes: f64,
    /// When it was added.
    pub added_at: f64,
    /// How far it is.
    pub state: DocumentState,
}

/// Words that tracked changes deleted.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// The end of the words before it, in one line.
    pub before: String,
    /// The words.
    pub text: String,
    /// Who deleted them, where the file says so.
    pub author: Option<String>,
    /// When (YYYY-MM-DD), where the file says so.
    pub day: Option<String>,
}

/// A page that has no text, or text that may be wrong.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoubtfulPage {
    /// 1-based.
    pub page: u32,
    /// What is the matter, in a sentence.
    pub message: String,
}

impl From<library::DoubtfulPage> for DoubtfulPage {
    fn from(d: library::DoubtfulPage) -> Self {
        Self {
            page: d.page,
            message: d.message,
        }
    }
}

/// A heading on a page, in characters of its text.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PageHeading {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// 1 for one that stands beneath no other.
    pub level: u8,
}

/// One page of text.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PageText {
    /// 1-based.
    pub page: u32,
    /// The page's text; offsets everywhere refer to it.
    pub text: String,
    /// Its headings, in order.
    pub headings: Vec<PageHeading>,
}

/// Where the words of a recognised page stand.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PageScan {
    /// How sure the recogniser was of its letters, from 0 to 1.
    pub confidence: f32,
    /// Quarters by which the page is turned clockwise for its text to stand upright.
    pub quarters: u8,
    /// The words in order of the page's text.
    pub words: Vec<PlacedWord>,
}

/// A word on the picture of a page.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlacedWord {
    /// First character in the page's text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// Corners from the upper left onwards as the text is read, each to the right and downwards, in ten-thousandths of
    /// the width and height of the page turned upright.
    pub quad: Vec<u16>,
}

impl From<library::Folder> for Folder {
    fn from(f: library::Folder) -> Self {
        Self {
            id: f.id.to_string(),
            name: f.name,
            documents: f.documents,
            notes: f.notes,
        }
    }
}

impl From<library::Deletion> for Deletion {
    fn from(d: library::Deletion) -> Self {
        Self {
            before: d.before,
            text: d.text,
            author: d.author,
            day: d.day,
        }
    }
}

impl From<library::Document> for DocumentRow {
    fn from(d: library::Document) -> Self {
        Self {
            id: d.id.to_string(),
            folder_id: d.folder.to_string(),
            title: d.title,
            source_name: d.source_name,
            kind: d.kind,
            parent_id: d.parent.map(|id| id.to_string()),
            replaced_by: d.replaced_by.map(|id| id.to_string()),
            versions_before: d.versions_before,
            deletions: d.deletions,
            same_text_as: d.same_text_as.map(|id| id.to_string()),
            author: d.about.author,
            dated: d.about.dated,
            genre: d.about.genre,
            pages: d.pages,
            pages_without_text: d.pages_without_text,
            ocr_pages: d.ocr_pages,
            faint_pages: d.faint_pages,
            damaged_pages: d.damaged_pages,
            chars: d.chars,
            bytes: bytes(d.bytes),
            added_at: number(d.added_at),
            state: match d.state {
                library::DocumentState::Embedding => DocumentState::Embedding,
                library::DocumentState::Ready => DocumentState::Ready,
                library::DocumentState::Trashed => DocumentState::Trashed,
            },
        }
    }
}

impl From<library::PageScan> for PageScan {
    fn from(scan: library::PageScan) -> Self {
        let word = |word: cabinet_intake::ScanWord| PlacedWord {
            start: word.start,
            end: word.end,
            quad: word.quad.to_vec(),
        };
        Self {
            confidence: scan.confidence,
            quarters: scan.quarters,
            words: scan.words.into_iter().map(word).collect(),
        }
    }
}
