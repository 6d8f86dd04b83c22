//! What is enforced here, and what was done.

use cabinet_library as library;
use serde::{Deserialize, Serialize};
use specta::Type;

use super::number;

/// One thing the system was asked to refuse, and whether it does.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SealCheck {
    /// What was tried: "IPv4 socket" ...
    pub name: String,
    /// True where it was refused just now.
    pub refused: bool,
    /// By what, or why not.
    pub detail: String,
}

/// The privacy page.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrivacyReport {
    /// Tried live when the page was opened.
    pub checks: Vec<SealCheck>,
    /// Where the data lies.
    pub home: String,
    /// What it takes on disk.
    pub bytes: f64,
    /// True where the cabinet locks with the desktop's screen.
    pub locks_with_screen: bool,
    /// True where the cabinet locks before the computer sleeps.
    pub locks_before_sleep: bool,
    /// Requests that ever left this machine.
    pub sent: u32,
    /// Requests that were approved and never left, because nobody took them.
    pub never_left: u32,
}

/// Which entries of the audit log are asked for; what is null lets everything through.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditFilter {
    /// Entries of smaller numbers.
    pub before: Option<u32>,
    /// Entries of this action.
    pub action: Option<String>,
    /// Entries of this moment and later.
    pub from: Option<f64>,
    /// Entries before this moment.
    pub until: Option<f64>,
}

/// One line of the audit log: what was done, never what was in it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Place in the chain.
    pub number: u32,
    /// When.
    pub at: f64,
    /// "opened", "imported", "viewed", "searched" ...
    pub action: String,
    /// Identifier of what it was done to, where there is one.
    pub subject: Option<String>,
    /// A count that belongs to it.
    pub count: Option<u32>,
}

impl From<cabinet_seal::SealCheck> for SealCheck {
    fn from(c: cabinet_seal::SealCheck) -> Self {
        Self {
            name: c.name,
            refused: c.refused,
            detail: c.detail,
        }
    }
}

impl From<library::AuditEntry> for AuditEntry {
    fn from(e: library::AuditEntry) -> Self {
        Self {
            number: e.number,
            at: number(e.at),
            action: e.action,
            subject: e.subject,
            count: e.count,
        }
    }
}

impl From<AuditFilter> for library::AuditFilter {
    fn from(f: AuditFilter) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "moments in milliseconds are whole numbers"
        )]
        let moment = |at: f64| at as i64;
        Self {
            before: f.before,
            action: f.action,
            from: f.from.map(moment),
            until: f.until.map(moment),
            subject: None,
        }
    }
}
