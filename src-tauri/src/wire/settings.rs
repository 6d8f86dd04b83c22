//! What the user may set.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What the user may set.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// "system", "light" or "dark".
    pub theme: String,
    /// Lock after this many idle minutes; 0 means never.
    pub lock_after_minutes: u32,
    /// Show unsupported claims hatched instead of leaving them out.
    pub show_unsupported: bool,
    /// Searches whose results were opened, newest first.
    #[serde(default)]
    pub recent_searches: Vec<String>,
    /// Searches the user keeps.
    #[serde(default)]
    pub saved_searches: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "system".to_string(),
            lock_after_minutes: 10,
            show_unsupported: false,
            recent_searches: Vec::new(),
            saved_searches: Vec::new(),
        }
    }
}
