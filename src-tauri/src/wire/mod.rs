//! The plain types that cross to the window, one file a page of it, each with the way from Cabinet's own types.
//!
//! Every type here is exported to `ui/src/lib/ipc/bindings.ts`; a test fails when that file is stale.
//! Times are milliseconds since the Unix epoch; offsets are Unicode scalar values within one page.

mod assistant;
mod backup;
mod documents;
mod error;
pub mod escalation;
mod escalation_from;
mod follow;
mod imports;
mod models;
mod notes;
mod privacy;
mod search;
mod session;
mod settings;

pub use assistant::{AssistantEvent, Claim, DraftTemplate, Grounded, SummaryStyle, Typed};
pub use backup::{
    BackupContents, BackupMade, BackupProgress, BackupRow, CabinetRestored, VerifyReport, backup_made,
};
pub use documents::{Deletion, DocumentRow, DoubtfulPage, Folder, PageHeading, PageScan, PageText};
pub use error::UiError;
pub use follow::FollowedRow;
pub use imports::{ImportReport, JobsView};
pub use models::{KnownModelRow, ModelProgress, ModelRow, WriterSpeedRow, WritingTask, model_progress};
pub use notes::{ExportFormat, Note, NoteRow, NoteVersion};
pub use privacy::{AuditEntry, AuditFilter, PrivacyReport};
pub use search::{Range, SearchRequest, SearchResults};
pub use session::{AppState, KeychainView, LockReason, RecoveryCode, Stage, Strength};
pub use settings::Settings;

#[expect(clippy::cast_precision_loss, reason = "times and sizes stay far below 2^53")]
fn number(n: i64) -> f64 {
    n as f64
}

fn bytes(n: u64) -> f64 {
    number(i64::try_from(n).unwrap_or(i64::MAX))
}

fn file_name(place: &std::path::Path) -> String {
    place
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
