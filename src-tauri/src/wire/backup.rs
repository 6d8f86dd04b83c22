//! Backups and the check of everything stored.

use cabinet_library as library;
use serde::Serialize;
use specta::Type;

use super::{bytes, file_name, number};

/// A backup that was made of this cabinet.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupRow {
    /// When it was begun.
    pub made_at: f64,
    /// True for a whole one, false for one of additions.
    pub whole: bool,
    /// Bytes of the file.
    pub bytes: f64,
    /// Name of the file.
    pub file_name: String,
    /// True where a file lies there now.
    pub there: bool,
}

/// A backup that was written or read, every hash compared.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupMade {
    /// Name of the file.
    pub file_name: String,
    /// When it was begun.
    pub made_at: f64,
    /// "whole", "additions" or "database".
    pub kind: String,
    /// Bytes of the file.
    pub bytes: f64,
    /// Originals in the file.
    pub originals: u32,
    /// Originals that could not be saved, because they were missing or damaged in the cabinet already.
    pub unsaved: u32,
}

/// How far a backup is.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupProgress {
    /// From 0 to 1, in this part of the work.
    pub share: f64,
    /// True while what was written is read back.
    pub checking: bool,
}

/// What a backup says it holds.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BackupContents {
    /// "whole", "additions" or "database".
    pub kind: String,
    /// When it was begun.
    pub made_at: f64,
    /// Documents of the cabinet of that day.
    pub documents: u32,
    /// Bytes of the file.
    pub bytes: f64,
}

/// A cabinet that was brought back.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CabinetRestored {
    /// Where it lies now.
    pub folder: String,
    /// True where that is the place of this program's own cabinet.
    pub here: bool,
    /// Originals that are there.
    pub originals: u32,
    /// Originals that no file held.
    pub missing: u32,
}

/// What a check of everything stored found.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// Documents whose originals were opened and hashed.
    pub documents: u32,
    /// Vectors counted.
    pub vectors: u32,
    /// What is damaged, in words.
    pub damaged: Vec<String>,
    /// What was wrong with something derived and was put right.
    pub repaired: Vec<String>,
    /// True where search by meaning is prepared anew at the next opening.
    pub at_next_opening: bool,
}

impl From<library::BackupRecord> for BackupRow {
    fn from(b: library::BackupRecord) -> Self {
        Self {
            made_at: number(b.made_at),
            whole: b.whole,
            bytes: bytes(b.bytes),
            file_name: file_name(&b.place),
            there: b.place.is_file(),
        }
    }
}

impl From<library::Verified> for VerifyReport {
    fn from(v: library::Verified) -> Self {
        Self {
            documents: v.documents,
            vectors: v.vectors,
            damaged: v.damaged,
            repaired: v.repaired,
            at_next_opening: v.vectors_to_rebuild,
        }
    }
}

impl From<cabinet_vault::Contents> for BackupContents {
    fn from(c: cabinet_vault::Contents) -> Self {
        Self {
            kind: kind(c.kind),
            made_at: bytes(c.made_at),
            documents: u32::try_from(c.originals).unwrap_or(u32::MAX),
            bytes: bytes(c.bytes),
        }
    }
}

fn kind(kind: cabinet_vault::BackupKind) -> String {
    use cabinet_vault::BackupKind;
    match kind {
        BackupKind::Whole => "whole",
        BackupKind::Additions => "additions",
        BackupKind::Database => "database",
    }
    .to_string()
}

/// A backup and the file it is in.
pub fn backup_made(made: &cabinet_vault::Backup, place: &std::path::Path) -> BackupMade {
    BackupMade {
        file_name: file_name(place),
        made_at: bytes(made.made_at),
        kind: kind(made.kind),
        bytes: bytes(made.bytes),
        originals: u32::try_from(made.originals).unwrap_or(u32::MAX),
        unsaved: u32::try_from(made.unsaved.len()).unwrap_or(u32::MAX),
    }
}
