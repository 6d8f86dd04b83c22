//! The query language of the library, from its own source files: the crate itself would bring LanceDB.
#![allow(dead_code, reason = "the library calls what the target does not")]

#[path = "../../../../crates/library/src/search/condition.rs"]
pub(crate) mod condition;
#[path = "../../../../crates/library/src/search/filters.rs"]
pub(crate) mod filters;
#[path = "../../../../crates/library/src/search/letter.rs"]
pub(crate) mod letter;
#[path = "../../../../crates/library/src/search/query.rs"]
pub(crate) mod query;
#[path = "../../../../crates/library/src/search/snippet.rs"]
pub(crate) mod snippet;

/// A range of characters, as the library has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: u32,
    pub(crate) end: u32,
}
