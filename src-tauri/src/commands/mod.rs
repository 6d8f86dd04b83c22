//! One command per operation: unpack, call, map the error. Nothing is decided here.

pub mod assistant;
pub mod backup;
pub mod documents;
pub mod escalation;
pub mod folders;
pub mod follow;
pub mod imports;
pub mod keychain;
mod lines;
pub mod models;
pub mod notes;
pub mod restore;
pub mod search;
pub mod session;
pub mod system;

use crate::wire::UiError;

/// What every command answers.
pub type Answer<T> = Result<T, UiError>;
