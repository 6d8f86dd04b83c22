//! What went wrong.

use serde::Serialize;
use specta::Type;

/// What went wrong, as the window needs it. The words come from one table in Rust (`error.rs`), so
/// that the command line says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UiError {
    /// Stable name; the window may act on it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do now.
    pub advice: String,
}
