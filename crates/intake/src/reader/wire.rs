//! What the parent and the reader child say to each other.
//!
//! Frames over the child's standard input and output: four bytes of length, little end first, then
//! JSON. A request is followed by the file's bytes, an answer by the bytes of the files inside it. Either side refuses a frame above its limit before
//! reading it. The password travels here and nowhere else, never as an argument or in the environment.

use crate::document::{Extracted, PageProblem};
use crate::error::IntakeError;
use crate::scan::Recognition;
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
    /// Whether every page is recognised, whatever text it holds.
    pub every_page: bool,
}

/// The first frame from a child, once its cell is shut.
#[derive(Serialize, Deserialize)]
pub(super) struct Ready {}

/// What a child is asked.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Asked {
    /// Reads a file, which stays open until the next.
    File(Request),
    /// Takes the recognition models, whose files of these lengths follow: detector, recogniser, characters. Answered
    /// by [`Ready`].
    Models([u64; 3]),
    /// Recognises a page of the open file, counted from 1.
    Page(u32),
    /// Draws a page of the open file. The answer's pixels follow it.
    Draw { page: u32, quarters: u8, longest: u32 },
}

/// Asks for one file.
#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    /// How many bytes follow.
    pub length: u64,
    /// The ending of the file's name, nothing more of it.
    pub ending: String,
    pub password: Option<String>,
}

/// The answer to a request; the bytes of each member follow in order, as many as `lengths` says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "there is one reply a file")]
pub(super) enum Reply {
    /// The file, how long its members are, and which of its pages can be recognised.
    Read {
        read: Extracted,
        lengths: Vec<u64>,
        scans: Vec<u32>,
    },
    Failed(IntakeError),
}
/// The answer to a request for a page.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PageReply {
    Recognised(Recognition),
    Failed(PageProblem),
}

/// The answer to a request for a drawing, before its pixels.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DrawReply {
    Drawn { width: u32, height: u32 },
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
