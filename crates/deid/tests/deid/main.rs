//! The crate from outside: properties that hold for any text, and the way there and back.
#![allow(missing_docs, clippy::unwrap_used)]

mod kinds;
mod properties;
mod round_trip;
mod whole;
