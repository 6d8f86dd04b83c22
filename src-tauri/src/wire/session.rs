//! Which screen is shown, and what opens and locks the cabinet.

use serde::Serialize;
use specta::Type;

/// Which screen the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// No cabinet exists in the home yet.
    Welcome,
    /// A cabinet exists and is locked.
    Locked,
    /// The cabinet is open.
    Open,
}

/// What the window needs before anything else.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppState {
    /// Which screen to show.
    pub stage: Stage,
    /// Version of the application.
    pub version: String,
    /// True where the kernel refuses network sockets to this process.
    pub sealed: bool,
    /// One plain sentence on what is enforced here.
    pub seal_summary: String,
    /// Folder that holds the cabinet.
    pub home: String,
    /// True where a courier runs beside this process: sending to a large model is on.
    pub courier: bool,
    /// True where the system's keychain may open the cabinet.
    pub keychain: bool,
}

/// Whether the system's keychain may open the cabinet.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeychainView {
    /// True where it may.
    pub on: bool,
    /// What allowing it means, a sentence each.
    pub consequences: Vec<String>,
}

/// How hard a passphrase is to guess.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Strength {
    /// 0 (trivial) to 4 (strong).
    pub score: u8,
    /// "weak", "fair", "strong" ...
    pub label: String,
    /// Time to guess it offline, in words.
    pub guess_time: String,
    /// What to do about it; empty when strong.
    pub advice: Vec<String>,
    /// True where Cabinet accepts it.
    pub accepted: bool,
}

/// Shown once after a cabinet is made.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCode {
    /// Groups of characters, to be written down in order.
    pub groups: Vec<String>,
}

/// Why the cabinet was locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LockReason {
    /// Nobody did anything for a while.
    Idle,
    /// The user asked.
    Asked,
    /// The computer goes to sleep.
    Sleep,
    /// The desktop locked its screen.
    Screen,
}

impl From<cabinet_vault::Strength> for Strength {
    fn from(s: cabinet_vault::Strength) -> Self {
        Self {
            score: s.score,
            label: s.label.to_string(),
            guess_time: s.guess_time,
            advice: s.advice,
            accepted: s.accepted,
        }
    }
}
