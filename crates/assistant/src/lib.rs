//! Key points, summaries, claim checks, drafts and the export of notes.
pub mod facts;
