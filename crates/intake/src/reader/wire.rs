//! What the parent and the reader child say to each other.
//!
//! Frames over the child's standard input and output: four bytes of length, little end first, then
//! JSON. A request is followed by the file's bytes. Either side refuses a frame above its limit before
//! reading it. The password travels here and nowhere else, never as an argument or in the environment.

use crate::document::Extracted;
use crate::error::IntakeError;
use serde::{Deserialize, Serialize};

/// The largest frame a child reads.
pub(super) const MOST_ASKED: usize = 64 << 10;
/// The largest frame a parent reads: the text of the largest document, every character escaped.
pub(super) const MOST_ANSWERED: usize = 2 * crate::limits::MOST_TEXT + (32 << 20);

/// The first frame to a child.
#[derive(Serialize, Deserialize)]
pub(super) struct Setup {
    pub memory_bytes: u64,
    pub cpu_seconds: u64,
}

/// The first frame from a child, once its cell is shut.
#[derive(Serialize, Deserialize)]
pub(super) struct Ready {}

/// Asks for one file.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    /// How many bytes follow.
    pub length: u64,
    /// The ending of the file's name, nothing more of it.
    pub ending: String,
    pub password: Option<String>,
}

/// The answer to a request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reply {
    Read(Extracted),
    Failed(IntakeError),
}

/// A frame ready to write; `None` if it would pass the limit.
pub(super) fn frame(content: &impl Serialize, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, content).ok()?;
    let length = bytes.len() - 4;
    if length > limit {
        return None;
    }
    bytes[..4].copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    Some(bytes)
}

/// The length a frame's head announces; `None` above the limit.
pub(super) fn length(head: [u8; 4], limit: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(head))
        .ok()
        .filter(|length| *length <= limit)
}
