//! The crate from outside: invented patients, parties and papers.
#![allow(missing_docs, clippy::unwrap_used)]

mod facts;
mod grounding;
mod mutations;
mod table;
