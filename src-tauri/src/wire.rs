//! The plain types that cross to the window, and nothing else: no logic, no behaviour.
//!
//! Every type here is exported to `ui/src/lib/ipc/bindings.ts`; a test fails when that file is stale.
//! Times are milliseconds since the Unix epoch; offsets are Unicode scalar values within one page.

use serde::{Deserialize, Serialize};
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

/// A wall between matters, patients or clients.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Folder {
    /// Identifier.
    pub id: String,
    /// Name the user gave.
    pub name: String,
    /// Documents in it, the trash not counted.
    pub documents: u32,
    /// Notes in it.
    pub notes: u32,
}

/// Where a document stands on its way to being fully searchable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DocumentState {
    /// Stored and found by words; meaning follows.
    Embedding,
    /// Found by words and by meaning.
    Ready,
    /// In the trash.
    Trashed,
}

/// One line of the document list.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRow {
    /// Identifier.
    pub id: String,
    /// Folder it lives in.
    pub folder_id: String,
    /// Title from the document, else the file's name without its ending.
    pub title: String,
    /// The file's name as it was added.
    pub source_name: String,
    /// "pdf", "docx", "text", "markdown", "html".
    pub kind: String,
    /// Number of pages.
    pub pages: u32,
    /// Pages that gave no text.
    pub pages_without_text: u32,
    /// Characters of text.
    pub chars: u32,
    /// Size of the original in bytes.
    pub bytes: f64,
    /// When it was added.
    pub added_at: f64,
    /// How far it is.
    pub state: DocumentState,
}

/// One page of text.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PageText {
    /// 1-based.
    pub page: u32,
    /// The page's text; offsets everywhere refer to it.
    pub text: String,
}

/// One piece of work on one file.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobRow {
    /// Identifier.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// Folder it goes to.
    pub folder_id: String,
    /// Where it stands.
    pub state: JobState,
    /// What is being done now, in words: "reading", "embedding" ...
    pub stage: String,
    /// Units done in this stage.
    pub done: u32,
    /// Units in this stage; 0 where unknown.
    pub total: u32,
    /// The document it made or found.
    pub document_id: Option<String>,
    /// Why it failed.
    pub error: Option<UiError>,
}

/// State of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// Waiting its turn.
    Queued,
    /// Being worked on.
    Running,
    /// The document is in the cabinet.
    Added,
    /// The same bytes were there already.
    Duplicate,
    /// Nothing was added; see the error.
    Failed,
    /// Stopped by the user.
    Cancelled,
}

/// The import queue as a whole.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobsView {
    /// Newest first; finished ones of this and earlier sessions until cleared.
    pub jobs: Vec<JobRow>,
    /// Files waiting or running.
    pub open: u32,
    /// Files finished since the queue was last empty.
    pub finished: u32,
    /// Passages prepared for search by meaning in the present run, and how many there are; both 0 when none is
    /// under way.
    pub passages_done: u32,
    /// See `passages_done`.
    pub passages_total: u32,
    /// Why documents are not being prepared for search by meaning, in words.
    pub trouble: Option<String>,
    /// Estimated seconds left, once there is something to estimate from.
    pub seconds_left: Option<f64>,
    /// True while the user holds the queue.
    pub paused: bool,
}

/// Which half of the search to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SearchMode {
    /// Words and meaning.
    Hybrid,
    /// Words alone.
    Text,
    /// Meaning alone.
    Vector,
}

/// What the search page asks.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchRequest {
    /// What the user typed.
    pub query: String,
    /// Only in this folder.
    pub folder_id: Option<String>,
    /// Only in this document.
    pub document_id: Option<String>,
    /// Only these kinds; empty means all.
    pub kinds: Vec<String>,
    /// Which half.
    pub mode: SearchMode,
    /// At most this many hits.
    pub limit: u32,
}

/// Why a hit is a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// A quoted phrase or identifier stands there to the letter.
    Exact,
    /// The words match.
    Words,
    /// The meaning is near.
    Meaning,
}

/// A range of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct Range {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// One found passage.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Hit {
    /// 1-based.
    pub rank: u32,
    /// Score of the fused ranking; only comparable within one result.
    pub score: f64,
    /// Document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// Its file's name.
    pub source_name: String,
    /// Its kind.
    pub kind: String,
    /// Page of the passage.
    pub page: u32,
    /// The passage on its page.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The part of the passage worth showing.
    pub snippet: String,
    /// What to mark, within the snippet.
    pub marks: Vec<Range>,
    /// What to mark, on the page.
    pub page_marks: Vec<Range>,
    /// Why it is here.
    pub why: Why,
}

/// What the search page shows.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Halves that did not take part, in words; empty when all is well.
    pub missing: Vec<String>,
    /// How long it took.
    pub ms: f64,
}

/// How well a generated sentence is borne out by its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Every checked fact stands in the cited sentences.
    Supported,
    /// Most of it stands there; see the reason.
    Partly,
    /// It does not stand there; see the reason.
    Unsupported,
}

/// A place in a document.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// Document.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// Page.
    pub page: u32,
    /// First character on the page.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The words that stand there.
    pub quote: String,
}

/// One sentence with what bears it out.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// The verdict of the check.
    pub verdict: Verdict,
    /// Why it is not fully supported, in words.
    pub reason: Option<String>,
    /// What it rests on; empty when unsupported.
    pub citations: Vec<Citation>,
    /// True where it is quoted from the source word for word and no model wrote it.
    pub quoted: bool,
    /// Heading it belongs under, where the result has headings.
    pub section: Option<String>,
}

/// What a result has read.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Pages read.
    pub pages_read: u32,
    /// Pages there are.
    pub pages_total: u32,
    /// Pages without readable text.
    pub pages_without_text: u32,
    /// What was left out and why, in words; empty when nothing was.
    pub left_out: Vec<String>,
}

/// Whom a summary is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SummaryStyle {
    /// Any paper, for anybody.
    Brief,
    /// About a patient: diagnosis, findings, medicines, plan.
    Clinical,
    /// Agreements and decisions: parties, terms, money, duties.
    Legal,
}

/// What a draft is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DraftTemplate {
    /// For any matter.
    General,
}

/// Key points, a summary or a draft section.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Grounded {
    /// Sentences in reading order.
    pub claims: Vec<Claim>,
    /// What was read.
    pub coverage: Coverage,
    /// Which model wrote it; none for key points.
    pub model: Option<String>,
    /// Claims dropped because nothing in the source bears them out.
    pub removed: u32,
    /// How long it took.
    pub seconds: f64,
}

/// What the assistant says while it works.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum AssistantEvent {
    /// A step with counts.
    #[serde(rename_all = "camelCase")]
    Progress {
        /// What is being done.
        step: String,
        /// Units done.
        done: u32,
        /// Units in all.
        total: u32,
    },
    /// A piece of text as the model writes it; unchecked until a claim replaces it.
    #[serde(rename_all = "camelCase")]
    Text {
        /// The piece.
        piece: String,
    },
    /// A finished, checked sentence; it replaces the streamed text up to here.
    #[serde(rename_all = "camelCase")]
    Claim {
        /// The sentence.
        claim: Claim,
    },
}

/// One line of the list of notes.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteRow {
    /// Identifier.
    pub id: String,
    /// Folder it lives in.
    pub folder_id: String,
    /// Title.
    pub title: String,
    /// When it was last saved.
    pub updated_at: f64,
}

/// A note as the editor needs it.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Identifier.
    pub id: String,
    /// Folder it lives in.
    pub folder_id: String,
    /// Title.
    pub title: String,
    /// The editor's document (ProseMirror JSON), as text.
    pub body: String,
    /// Counts up with every save; a save names the one it started from.
    pub version: u32,
    /// When it was last saved.
    pub updated_at: f64,
}

/// An earlier state of a note.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoteVersion {
    /// Its number.
    pub version: u32,
    /// When it was saved.
    pub saved_at: f64,
    /// Its title then.
    pub title: String,
    /// Characters of text.
    pub chars: u32,
}

/// Where a note may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// Markdown with citations as footnotes.
    Markdown,
    /// Word, citations as footnotes.
    Docx,
}

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
    /// Things ever sent from this machine; there is no way to send in this version.
    pub sent: u32,
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
}

/// One model file.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ModelRow {
    /// Identifier in `models.toml`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// "embedding" or "writing".
    pub purpose: String,
    /// Licence.
    pub license: String,
    /// Size in bytes.
    pub bytes: f64,
    /// "ready", "missing", "altered".
    pub state: String,
    /// What to do when it is not ready; empty otherwise.
    pub advice: String,
}

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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "system".to_string(),
            lock_after_minutes: 10,
            show_unsupported: false,
        }
    }
}

/// Why the cabinet was locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LockReason {
    /// Nobody did anything for a while.
    Idle,
    /// The user asked.
    Asked,
}

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
