//! The rows of the import queue. A job is in the database before its file is touched, so that a kill forgets
//! none; what was running when the last session ended waits again.

use std::path::PathBuf;

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
}

const COLUMNS: &str = "SELECT j.id, j.path, j.file_name, f.id, j.state, j.attempts, j.document_id, j.error_code, j.error_text, j.error_advice
     FROM jobs j JOIN folders f ON f.num = j.folder";

type Row = (
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl Library {
    pub(super) async fn add_jobs(
        &self,
        files: &[PathBuf],
        folder: FolderId,
    ) -> Result<Vec<JobId>, LibraryError> {
        let doing = LibraryError::database("queueing files");
        let folder = self.folder_num(folder).await?;
        let mut tx = self.write().await?;
        let mut ids = Vec::with_capacity(files.len());
        for path in files {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            let id = JobId::fresh();
            sqlx::query("INSERT INTO jobs (id, path, file_name, folder, state, created_at) VALUES (?, ?, ?, ?, 'queued', ?)")
                .bind(id.to_string())
                .bind(path.to_string_lossy())
                .bind(name)
                .bind(folder)
                .bind(now())
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
            ids.push(id);
        }
        tx.commit().await.map_err(&doing)?;
        Ok(ids)
    }

    /// Takes the next waiting job and marks it as running.
    pub(super) async fn take_job(&self) -> Result<Option<Job>, LibraryError> {
        let doing = LibraryError::database("taking the next file");
        let row: Option<(String,)> = sqlx::query_as(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1
             WHERE num = (SELECT num FROM jobs WHERE state = 'queued' ORDER BY num LIMIT 1) RETURNING id",
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
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE j.id = ?")))
            .bind(id.to_string())
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("reading a job"))?;
        job(row.ok_or(LibraryError::NotFound { noun: "job" })?)
    }

    /// The newest jobs: running first, then waiting, then finished.
    pub async fn jobs(&self, limit: u32) -> Result<Vec<Job>, LibraryError> {
        let sql = format!(
            "{COLUMNS} ORDER BY CASE j.state WHEN 'running' THEN 0 WHEN 'queued' THEN 1 ELSE 2 END,
                CASE WHEN j.state = 'queued' THEN j.num ELSE -j.num END LIMIT ?"
        );
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(limit)
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("listing jobs"))?;
        rows.into_iter().map(job).collect()
    }

    /// Jobs waiting or running.
    pub async fn open_jobs(&self) -> Result<u32, LibraryError> {
        let (n,): (i64,) = sqlx::query_as("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("counting jobs"))?;
        Ok(count(n))
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
    pub(super) async fn cancel_queued(&self, id: Option<JobId>) -> Result<(), LibraryError> {
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

fn job(
    (id, path, file_name, folder, state, attempts, document, code, message, advice): Row,
) -> Result<Job, LibraryError> {
    Ok(Job {
        id: id.parse()?,
        path: PathBuf::from(path),
        file_name,
        folder: folder.parse()?,
        state: JobState::named(&state),
        attempts: count(attempts),
        document: document.map(|d| d.parse()).transpose()?,
        failure: code.map(|code| Failure {
            code,
            message: message.unwrap_or_default(),
            advice: advice.unwrap_or_default(),
        }),
    })
}
