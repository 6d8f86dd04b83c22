//! Key points, summaries, claim checks, drafts, completions and the export of notes.

pub mod completion;
mod document;
pub mod draft;
mod events;
pub mod export;
pub mod facts;
pub mod grounding;
pub mod keypoints;
pub mod models;
mod ranking;
mod reading;
mod salience;
mod selection;
pub mod summary;
mod topics;
mod units;
mod writing;

pub use document::{Citation, Claim, Coverage, SourceDocument, SourcePage, Verdict};
pub use events::{AssistantError, AssistantEvent, Grounded, Listener};
