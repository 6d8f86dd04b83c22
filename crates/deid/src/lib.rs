//! What in a text points at a person, and what stands in its place before the text leaves.
//!
//! Owns: finding names, places, organisations, dates, numbers and the like in clinical and legal writing
//! ([`Finder`]), and putting pseudonyms in their place that can be turned back exactly ([`Pseudonyms`]).
//!
//! Does not know: documents, databases, files, networks. It sees one `&str` at a time; its trained weights and lists
//! are part of the program.
//!
//! Always holds: findings are sorted, do not overlap, are never empty and lie on character boundaries, for any text;
//! and what [`Pseudonyms::replace`] made, [`Pseudonyms::restore`] turns back to the letter.

#![forbid(unsafe_code)]

mod aliases;
mod classifier;
mod finder;
mod finding;
mod gazetteer;
mod names;
mod patterns;
mod pseudonyms;
mod whole;

pub use classifier::training;
pub use finder::Finder;
pub use finding::{Finding, Kind, Layer};
pub use names::NameList;
pub use pseudonyms::{Piece, Pseudonyms, Replaced};
