//! The crate from outside: invented clinical and legal text, and properties that hold for any text.
#![allow(missing_docs, clippy::unwrap_used)]

mod passages;
mod properties;
mod sentences;
