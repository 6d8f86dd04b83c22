//! Key points, summaries, claim checks, drafts and the export of notes.

mod document;
pub mod facts;
pub mod grounding;
mod reading;

pub use document::{Citation, Claim, Coverage, SourceDocument, SourcePage, Verdict};
