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
    /// Suggest in grey how a note that is being typed may go on.
    #[serde(default = "yes")]
    pub suggest: bool,
    /// Searches whose results were opened, newest first.
    #[serde(default)]
    pub recent_searches: Vec<String>,
    /// Searches the user keeps.
    #[serde(default)]
    pub saved_searches: Vec<String>,
}

/// What was never set is on.
fn yes() -> bool {
    true
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "system".to_string(),
            lock_after_minutes: 10,
            show_unsupported: false,
            suggest: true,
            recent_searches: Vec::new(),
            saved_searches: Vec::new(),
        }
    }
}
