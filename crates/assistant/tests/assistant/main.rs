//! The crate from outside: invented patients, parties and papers.
#![allow(missing_docs, clippy::unwrap_used)]

mod draft;
mod export;
mod facts;
mod grounding;
mod keypoints;
mod mutations;
mod summary;
mod table;
mod writer;
