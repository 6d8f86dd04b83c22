//! The crate from outside: invented patients, parties and papers.
#![allow(missing_docs, clippy::unwrap_used)]

mod export;
mod facts;
mod grounding;
mod keypoints;
mod mutations;
mod table;
