//! Results on standard output, for people or as JSON; everything else on standard error.

use std::io::Write;

use serde::Serialize;

/// Where results go and how.
#[derive(Clone, Copy)]
pub struct Output {
    /// One JSON object a line instead of words.
    pub json: bool,
}

impl Output {
    /// One result: as JSON, or as the words that `text` makes of it.
    pub fn result(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = if self.json {
            serde_json::to_string(value).expect("results hold nothing that JSON cannot")
        } else {
            text()
        };
        // A reader that went away (`| head`) is no error of ours.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// A part of a result that is still being made, for people alone: JSON comes whole.
    pub fn part(self, text: &str) {
        if !self.json {
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
    }

    /// A word on progress, for people alone.
    pub fn note(self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}
