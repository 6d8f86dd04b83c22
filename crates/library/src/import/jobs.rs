//! The rows of the import queue. A job is in the database before its file is touched, so that a kill forgets
//! none; what was running when the last session ended waits again.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use crate::{DocumentId, FolderId, JobId, Library, LibraryError, count, now};

/// State of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waiting its turn.
    Queued,
    /// Being worked on.
    Running,
    /// The document is in the cabinet.
    Added,
    /// The same bytes were in that folder already.
    Duplicate,
    /// Nothing was added; see the failure.
    Failed,
    /// Stopped by the user.
    Cancelled,
}

impl JobState {
    fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Added => "added",
            Self::Duplicate => "duplicate",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "added" => Self::Added,
            "duplicate" => Self::Duplicate,
            "cancelled" => Self::Cancelled,
            _ => Self::Failed,
        }
    }
}

/// Why a file was not added, in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable name.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// What came of an import: files, those inside others among them, and the pages of those that were added and are still here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// Those of them whose text was recognised on their picture.
    pub ocr_pages: u32,
    /// Those of these that were hard to read.
    pub faint_pages: u32,
    /// Pages that have text and may lack some, because the file is damaged or cut off.
    pub damaged_pages: u32,
    /// Pages that gave no text.
    pub pages_without_text: u32,
}

/// One file on its way in, or what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// Where the file lay when it was dropped.
    pub path: PathBuf,
    /// Its name.
    pub file_name: String,
    /// Folder it goes to.
    pub folder: FolderId,
    /// Where it stands.
    pub state: JobState,
    /// How often the reader started on it.
    pub attempts: u32,
    /// The document it made or found.
    pub document: Option<DocumentId>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// For a file inside a document: where it lies.
    pub inside: Option<Inside>,
}

impl Job {
    /// For a file inside another: the name of the file that it was taken out of.
    pub fn outer_name(&self) -> Option<String> {
        self.inside?;
        // A member's place is that of the file around it with the member's name after it, which may have folders in it.
        let steps = Path::new(&self.file_name).components().count();
        let outer = self.path.ancestors().nth(steps)?.file_name()?;
        Some(outer.to_string_lossy().into_owned())
    }
}

/// Where a file inside a document lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// The document.
    pub document: DocumentId,
    /// Which of its files, from 0.
    pub member: usize,
    /// The job of the outermost file.
    pub root: JobId,
    /// How many documents lie around it.
    pub depth: u32,
}

/// A file inside a document, about to be queued, or to be told of at once where it could not be taken out.
pub(crate) struct NewMember {
    pub name: String,
    pub problem: Option<Failure>,
}

pub(super) const COLUMNS: &str =
    "j.id, j.path, j.file_name, f.id AS folder_id, j.state, j.attempts, j.document_id, j.error_code, j.error_text,
        j.error_advice, j.parent_document, j.member, j.root, j.depth";

/// Running first, then failed ones, which want somebody, then waiting, then finished; the newest first, of the waiting the
/// next.
pub(super) const IN_ORDER: &str =
    "CASE j.state WHEN 'running' THEN 0 WHEN 'failed' THEN 1 WHEN 'queued' THEN 2 ELSE 3 END,
        CASE WHEN j.state = 'queued' THEN j.num ELSE -j.num END";

impl Library {
    pub(crate) async fn add_jobs(
        &self,
        files: &[PathBuf],
        folder: FolderId,
    ) -> Result<Vec<JobId>, LibraryError> {
        let doing = LibraryError::database("queueing files");
        let folder = self.folder_num(folder).await?;
        let mut tx = self.write().await?;
        let mut ids = Vec::with_capacity(files.len());
        for path in files {
            ids.push(queue_file(&mut tx, path, folder).await?);
        }
        tx.commit().await.map_err(&doing)?;
        Ok(ids)
    }

    /// Queues the files inside a document; those that could not be taken out end at once. Their order is kept.
    pub(crate) async fn add_member_jobs(
        &self,
        outer: &Job,
        document: DocumentId,
        members: &[NewMember],
    ) -> Result<Vec<JobId>, LibraryError> {
        let doing = LibraryError::database("queueing the files inside a document");
        let folder = self.folder_num(outer.folder).await?;
        let mut tx = self.write().await?;
        let mut ids = Vec::with_capacity(members.len());
        for (number, member) in (0_i64..).zip(members) {
            let id = JobId::fresh();
            let problem = member.problem.as_ref();
            let state = problem.map_or(JobState::Queued, |_| JobState::Failed);
            sqlx::query(
                "INSERT INTO jobs (id, path, file_name, folder, state, created_at, finished_at, error_code, error_text,
                     error_advice, parent_document, member, root, depth)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(id.to_string())
            .bind(outer.path.join(&member.name).to_string_lossy())
            .bind(&member.name)
            .bind(folder)
            .bind(state.name())
            .bind(now())
            .bind(problem.map(|_| now()))
            .bind(problem.map(|f| f.code.as_str()))
            .bind(problem.map(|f| f.message.as_str()))
            .bind(problem.map(|f| f.advice.as_str()))
            .bind(document.to_string())
            .bind(number)
            .bind(outer.inside.map_or(outer.id, |inside| inside.root).to_string())
            .bind(outer.inside.map_or(0, |inside| inside.depth) + 1)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
            ids.push(id);
        }
        tx.commit().await.map_err(&doing)?;
        Ok(ids)
    }

    /// How many jobs there are for files inside that job's file, at whatever depth.
    pub(super) async fn jobs_inside(&self, root: JobId) -> Result<u32, LibraryError> {
        let (n,): (i64,) = sqlx::query_as("SELECT count(*) FROM jobs WHERE root = ?")
            .bind(root.to_string())
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("counting jobs"))?;
        Ok(count(n))
    }

    /// Whether the files inside a document were queued or taken out before.
    pub(super) async fn was_opened(&self, document: DocumentId) -> Result<bool, LibraryError> {
        let (yes,): (bool,) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE parent_document = ?1)
                 OR EXISTS (SELECT 1 FROM documents d JOIN documents o ON o.num = d.parent WHERE o.id = ?1)",
        )
        .bind(document.to_string())
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("looking into a document"))?;
        Ok(yes)
    }

    /// Takes the next waiting job and marks it as running; files inside a document that is at hand go first.
    pub(super) async fn take_job(&self) -> Result<Option<Job>, LibraryError> {
        let doing = LibraryError::database("taking the next file");
        let row: Option<(String,)> = sqlx::query_as(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1
             WHERE num = coalesce(
                 (SELECT num FROM jobs WHERE state = 'queued' AND root IS NOT NULL ORDER BY num LIMIT 1),
                 (SELECT num FROM jobs WHERE state = 'queued' ORDER BY num LIMIT 1)) RETURNING id",
        )
        .fetch_optional(self.db())
        .await
        .map_err(&doing)?;
        match row {
            Some((id,)) => self.job(id.parse()?).await.map(Some),
            None => Ok(None),
        }
    }

    /// One job.
    pub async fn job(&self, id: JobId) -> Result<Job, LibraryError> {
        let sql = format!("SELECT {COLUMNS} FROM jobs j JOIN folders f ON f.num = j.folder WHERE j.id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.to_string())
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("reading a job"))?;
        job(&row.ok_or(LibraryError::NotFound { noun: "job" })?)
    }

    /// Jobs waiting or running.
    pub async fn open_jobs(&self) -> Result<u32, LibraryError> {
        let (n,): (i64,) = sqlx::query_as("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("counting jobs"))?;
        Ok(count(n))
    }

    /// What came of all jobs that are kept, however many.
    pub async fn import_report(&self) -> Result<ImportReport, LibraryError> {
        let doing = LibraryError::database("counting what was imported");
        let (added, duplicate, failed, cancelled, inside): (i64, i64, i64, i64, i64) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE state = 'added'), count(*) FILTER (WHERE state = 'duplicate'),
                 count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'),
                 count(*) FILTER (WHERE root IS NOT NULL AND state NOT IN ('queued', 'running')) FROM jobs",
        )
        .fetch_one(self.db())
        .await
        .map_err(&doing)?;
        let (pages, recognised, faint, damaged, unread): (i64, i64, i64, i64, i64) = sqlx::query_as(
            "SELECT count(*), count(*) FILTER (WHERE method = 'ocr'), count(*) FILTER (WHERE problem = 'faint'),
                 count(*) FILTER (WHERE problem = 'damaged' AND method <> 'none'), count(*) FILTER (WHERE method = 'none')
             FROM pages WHERE document IN
                 (SELECT d.num FROM jobs j JOIN documents d ON d.id = j.document_id WHERE j.state = 'added')",
        )
        .fetch_one(self.db())
        .await
        .map_err(&doing)?;
        Ok(ImportReport {
            added: count(added),
            duplicate: count(duplicate),
            failed: count(failed),
            cancelled: count(cancelled),
            inside: count(inside),
            pages: count(pages),
            ocr_pages: count(recognised),
            faint_pages: count(faint),
            damaged_pages: count(damaged),
            pages_without_text: count(unread),
        })
    }

    pub(super) async fn finish_job(
        &self,
        id: JobId,
        state: JobState,
        document: Option<DocumentId>,
        failure: Option<&Failure>,
    ) -> Result<(), LibraryError> {
        sqlx::query(
            "UPDATE jobs SET state = ?, document_id = ?, error_code = ?, error_text = ?, error_advice = ?, finished_at = ? WHERE id = ?",
        )
        .bind(state.name())
        .bind(document.map(|d| d.to_string()))
        .bind(failure.map(|f| f.code.as_str()))
        .bind(failure.map(|f| f.message.as_str()))
        .bind(failure.map(|f| f.advice.as_str()))
        .bind(now())
        .bind(id.to_string())
        .execute(self.db())
        .await
        .map_err(LibraryError::database("finishing a job"))?;
        Ok(())
    }

    /// Lets a running job wait again as if it had not been taken: that the cabinet was locked meanwhile says nothing
    /// against its file.
    pub(super) async fn put_back(&self, id: JobId) -> Result<(), LibraryError> {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', attempts = attempts - 1 WHERE id = ? AND state = 'running'",
        )
        .bind(id.to_string())
        .execute(self.db())
        .await
        .map_err(LibraryError::database("putting a file back"))?;
        Ok(())
    }

    /// Lets a finished job wait again from scratch.
    pub(super) async fn requeue_job(&self, id: JobId) -> Result<(), LibraryError> {
        sqlx::query(
            "UPDATE jobs SET state = 'queued', attempts = 0, error_code = NULL, error_text = NULL, error_advice = NULL, finished_at = NULL
             WHERE id = ? AND state IN ('failed', 'cancelled')",
        )
        .bind(id.to_string())
        .execute(self.db())
        .await
        .map_err(LibraryError::database("queueing a file again"))?;
        Ok(())
    }

    /// Cancels one waiting job, or all of them.
    pub(crate) async fn cancel_queued(&self, id: Option<JobId>) -> Result<(), LibraryError> {
        sqlx::query("UPDATE jobs SET state = 'cancelled', finished_at = ?1 WHERE state = 'queued' AND (?2 IS NULL OR id = ?2)")
            .bind(now())
            .bind(id.map(|id| id.to_string()))
            .execute(self.db())
            .await
            .map_err(LibraryError::database("cancelling files"))?;
        Ok(())
    }

    /// Forgets finished jobs.
    pub async fn clear_jobs(&self) -> Result<(), LibraryError> {
        sqlx::query("DELETE FROM jobs WHERE state NOT IN ('queued', 'running')")
            .execute(self.db())
            .await
            .map_err(LibraryError::database("clearing finished jobs"))?;
        Ok(())
    }
}

/// Queues one file.
pub(super) async fn queue_file(
    tx: &mut Transaction<'_, Sqlite>,
    path: &Path,
    folder: i64,
) -> Result<JobId, LibraryError> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let id = JobId::fresh();
    sqlx::query(
        "INSERT INTO jobs (id, path, file_name, folder, state, created_at) VALUES (?, ?, ?, ?, 'queued', ?)",
    )
    .bind(id.to_string())
    .bind(path.to_string_lossy())
    .bind(name)
    .bind(folder)
    .bind(now())
    .execute(&mut **tx)
    .await
    .map_err(LibraryError::database("queueing files"))?;
    Ok(id)
}

pub(super) fn job(row: &SqliteRow) -> Result<Job, LibraryError> {
    let doing = LibraryError::database("reading a job's row");
    let text = |name: &str| row.try_get::<String, _>(name).map_err(&doing);
    let perhaps = |name: &str| row.try_get::<Option<String>, _>(name).map_err(&doing);
    let number = |name: &str| row.try_get::<Option<i64>, _>(name).map_err(&doing);
    let inside = match (perhaps("parent_document")?, number("member")?, perhaps("root")?) {
        (Some(document), Some(member), Some(root)) => Some(Inside {
            document: document.parse()?,
            member: usize::try_from(member).unwrap_or(usize::MAX),
            root: root.parse()?,
            depth: count(number("depth")?.unwrap_or(0)),
        }),
        _ => None,
    };
    Ok(Job {
        id: text("id")?.parse()?,
        path: PathBuf::from(text("path")?),
        file_name: text("file_name")?,
        folder: text("folder_id")?.parse()?,
        state: JobState::named(&text("state")?),
        attempts: count(number("attempts")?.unwrap_or(0)),
        document: perhaps("document_id")?.map(|d| d.parse()).transpose()?,
        failure: match perhaps("error_code")? {
            Some(code) => Some(Failure {
                code,
                message: perhaps("error_text")?.unwrap_or_default(),
                advice: perhaps("error_advice")?.unwrap_or_default(),
            }),
            None => None,
        },
        inside,
    })
}
