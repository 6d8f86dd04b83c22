//! Model files.

use cabinet_desk::{InstalledModel, KnownModel, WriterSpeed};
use cabinet_slm::{ModelState, Purpose};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::bytes;

/// One model file.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelRow {
    /// Identifier in `models.toml`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// "embedding" or "writing".
    pub purpose: String,
    /// Licence.
    pub license: String,
    /// Size in bytes.
    pub bytes: f64,
    /// "ready", "missing", "altered".
    pub state: String,
    /// What to do when it is not ready; empty otherwise.
    pub advice: String,
    /// Whether it is the one used for its purpose, from the next opening of the cabinet on.
    pub chosen: bool,
    /// Whether it is the one that completes what is typed in notes, from the next opening of the cabinet on.
    pub completes: bool,
    /// Whether it can be removed.
    pub removable: bool,
    /// Bytes of memory that it needs to run; 0 where that is not known.
    pub memory: f64,
}

/// A file for writing that Cabinet knows by its SHA-256.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KnownModelRow {
    /// Name for people.
    pub name: String,
    /// Licence.
    pub license: String,
    /// Where it was published.
    pub source: String,
    /// The package that carries it, and its version.
    pub package: String,
    /// Size in bytes.
    pub bytes: f64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// What a model writes.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum WritingTask {
    /// Summaries and drafts.
    Drafting,
    /// How a note that is being typed may go on.
    Completion,
}

impl From<WritingTask> for Purpose {
    fn from(task: WritingTask) -> Self {
        match task {
            WritingTask::Drafting => Self::Drafting,
            WritingTask::Completion => Self::Completion,
        }
    }
}

/// How far the import of a model is.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelProgress {
    /// Bytes copied and hashed.
    pub done: f64,
    /// Bytes in all.
    pub all: f64,
}

/// How fast the writer is on this machine, in tokens a second.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WriterSpeedRow {
    /// Of text read.
    pub read: f64,
    /// Of text written.
    pub written: f64,
}

impl From<InstalledModel> for ModelRow {
    fn from(m: InstalledModel) -> Self {
        Self {
            id: m.id,
            name: m.title,
            purpose: m.purpose.to_string(),
            license: m.licence,
            bytes: bytes(m.bytes),
            state: match m.state {
                ModelState::Ready => "ready",
                ModelState::Missing => "missing",
                ModelState::Altered => "altered",
            }
            .to_string(),
            advice: m.advice,
            chosen: m.chosen,
            completes: m.completes,
            removable: m.removable,
            memory: m.memory.map_or(0.0, bytes),
        }
    }
}

impl From<KnownModel> for KnownModelRow {
    fn from(m: KnownModel) -> Self {
        Self {
            name: m.title,
            license: m.licence,
            source: m.source,
            package: m.package,
            bytes: bytes(m.bytes),
            sha256: m.sha256,
        }
    }
}

/// How far an import is.
pub fn model_progress(done: u64, all: u64) -> ModelProgress {
    ModelProgress {
        done: bytes(done),
        all: bytes(all),
    }
}

impl From<WriterSpeed> for WriterSpeedRow {
    fn from(speed: WriterSpeed) -> Self {
        Self {
            read: speed.read,
            written: speed.written,
        }
    }
}
