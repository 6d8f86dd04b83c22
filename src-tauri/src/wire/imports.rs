//! Files on their way in.

use cabinet_library as library;
use serde::Serialize;
use specta::Type;

use super::UiError;

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
    /// For a file inside another: the name of the file that it was taken out of.
    pub inside: Option<String>,
    /// The document it made or found.
    pub document_id: Option<String>,
    /// What there is to say of that document, while it is in the cabinet.
    pub made: Option<MadeRow>,
    /// Why it failed.
    pub error: Option<UiError>,
}

/// What a line of the import report says of a document.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MadeRow {
    /// Its title.
    pub title: String,
    /// Number of pages.
    pub pages: u32,
    /// Those of them read from their picture.
    pub ocr_pages: u32,
    /// Those of these that were hard to read.
    pub faint_pages: u32,
    /// Pages that have text and may lack some, because the file is damaged or cut off.
    pub damaged_pages: u32,
    /// Pages without text.
    pub pages_without_text: u32,
    /// True where it took the place of an earlier version.
    pub replaced: bool,
}

impl From<library::Made> for MadeRow {
    fn from(made: library::Made) -> Self {
        Self {
            title: made.title,
            pages: made.pages,
            ocr_pages: made.ocr_pages,
            faint_pages: made.faint_pages,
            damaged_pages: made.damaged_pages,
            pages_without_text: made.pages_without_text,
            replaced: made.replaced,
        }
    }
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
    /// The first of them: running, then failed, then waiting, then finished, until they are cleared.
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
    /// True while the queue is held, by the user or by itself.
    pub paused: bool,
    /// True while it holds itself; `trouble` says why. Unlike the user's pause this does not outlast a lock.
    pub held: bool,
}

/// What came of an import, however many files it had.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Files added.
    pub added: u32,
    /// Files whose bytes were there already.
    pub duplicate: u32,
    /// Files not added.
    pub failed: u32,
    /// Files stopped by the user.
    pub cancelled: u32,
    /// Those of all these that lay inside another, as an attachment does.
    pub inside: u32,
    /// Pages of the files added.
    pub pages: u32,
    /// Those of them read from their picture.
    pub ocr_pages: u32,
    /// Those of these that were hard to read.
    pub faint_pages: u32,
    /// Pages that have text and may lack some, because the file is damaged or cut off.
    pub damaged_pages: u32,
    /// Pages without text.
    pub pages_without_text: u32,
}

impl From<library::ImportReport> for ImportReport {
    fn from(r: library::ImportReport) -> Self {
        Self {
            added: r.added,
            duplicate: r.duplicate,
            failed: r.failed,
            cancelled: r.cancelled,
            inside: r.inside,
            pages: r.pages,
            ocr_pages: r.ocr_pages,
            faint_pages: r.faint_pages,
            damaged_pages: r.damaged_pages,
            pages_without_text: r.pages_without_text,
        }
    }
}

impl From<library::QueueView> for JobsView {
    fn from(q: library::QueueView) -> Self {
        let stage = match q.stage {
            library::Stage::Reading => ("reading", 0, 0),
            library::Stage::Recognising { done, of } => ("recognising", done, of),
            library::Stage::Storing => ("storing", 0, 0),
        };
        Self {
            jobs: q.jobs.into_iter().map(|line| job_row(line, stage)).collect(),
            open: q.open,
            finished: q.finished,
            passages_done: q.embedding.0,
            passages_total: q.embedding.1,
            held: q.held.is_some(),
            trouble: q.held.map(|held| held.message).or(q.embedding_trouble),
            seconds_left: q.left.map(|left| left.as_secs_f64()),
            paused: q.paused,
        }
    }
}

fn job_row(library::ImportLine { job, made }: library::ImportLine, stage: (&str, u32, u32)) -> JobRow {
    let running = job.state == library::JobState::Running;
    let (stage, done, total) = if running { stage } else { ("", 0, 0) };
    JobRow {
        id: job.id.to_string(),
        inside: job.outer_name(),
        file_name: job.file_name,
        folder_id: job.folder.to_string(),
        stage: stage.to_string(),
        done,
        total,
        state: match job.state {
            library::JobState::Queued => JobState::Queued,
            library::JobState::Running => JobState::Running,
            library::JobState::Added => JobState::Added,
            library::JobState::Duplicate => JobState::Duplicate,
            library::JobState::Failed => JobState::Failed,
            library::JobState::Cancelled => JobState::Cancelled,
        },
        document_id: job.document.map(|id| id.to_string()),
        made: made.map(Into::into),
        error: job.failure.map(|f| UiError {
            code: f.code,
            message: f.message,
            advice: f.advice,
        }),
    }
}
