//! Sentences, passages and places in a page of text.
//!
//! Owns: where a sentence starts and ends in clinical and legal writing, how sentences are gathered into
//! passages for search and citation, how text is folded so that two spellings of the same words match, and what the
//! full-text index keeps of a word, and which headings a passage stands under.
//!
//! Does not know: documents, pages as records, databases, models. It sees one `&str` at a time, or all pages of one document.
//!
//! Always holds: every [`Span`] counts Unicode scalar values of the text it was made from, start inclusive,
//! end exclusive. The spans of one call are in order, never overlap, start and end on a character that is
//! not white space, and together cover every such character exactly once.

mod boundaries;
mod fold;
mod headings;
mod layout;
mod passages;
mod porter;
mod running;
mod sentences;
mod span;
mod stems;
mod words;

pub use fold::{Folded, fold};
pub use headings::{Heading, Outlined, Trail};
pub use passages::{estimate_tokens, passages};
pub use running::without_running_lines;
pub use sentences::{Kind, Sentence, outline, sentences};
pub use span::{Offsets, Span};
pub use stems::{Wanted, counts, places, stems, stems_within, word_with_stem};
pub use words::is_stop_word;
