//! What the queue does with one file after another, and why a file fails.

use std::sync::Arc;
use std::time::Instant;

use cabinet_intake::{DEFAULT_FILE_LIMIT, IntakeError, Progress, Source};
use secrecy::{ExposeSecret, SecretString};
use tokio_util::sync::CancellationToken;

use super::{Failure, Job, JobState, Outcome, Shared, Stage};
use crate::store::{Incoming, Stored};
use crate::{JobId, LibraryError};

/// A file that took the reader down this often is set aside.
const ATTEMPTS: u32 = 2;

impl Shared {
    pub(super) async fn read_files(&self) {
        while !self.stop.is_cancelled() {
            let next = if self.with(|s| s.paused) {
                Ok(None)
            } else {
                self.library.take_job().await
            };
            match next {
                Ok(Some(job)) => self.work_on(job).await,
                waits => {
                    self.with(|s| {
                        if let Err(e) = waits {
                            s.hold(storing_failed(&e));
                        }
                        s.reading_idle = true;
                        if !s.paused {
                            s.pace.clear();
                        }
                    });
                    self.tell();
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = self.stop.cancelled() => {}
                    }
                }
            }
        }
    }

    async fn work_on(&self, job: Job) {
        let started = Instant::now();
        let cancel = self.stop.child_token();
        let password = self.with(|s| {
            s.stage = Stage::Reading;
            s.pace.begin(started);
            s.reading_idle = false;
            s.running = Some((job.id, cancel.clone()));
            s.passwords.get(&job.id).cloned()
        });
        self.tell();
        let mut members = Vec::new();
        let ended = self.import(&job, password, &cancel, &mut members).await;
        let stopping = self.stop.is_cancelled();
        let (state, document, failure) = match ended {
            Ended::Stored(Stored::Added(id)) => (JobState::Added, Some(id), None),
            Ended::Stored(Stored::Duplicate(id)) => (JobState::Duplicate, Some(id), None),
            Ended::Failed(failure) => (JobState::Failed, None, Some(failure)),
            // Shutting down is not the user's cancel: the file waits for the next session.
            Ended::Cancelled if stopping => (JobState::Queued, None, None),
            Ended::Cancelled => (JobState::Cancelled, None, None),
        };
        // If even this cannot be written, the job is found running at the next opening and tried again.
        let _ = match state {
            JobState::Queued => self.library.put_back(job.id).await,
            _ => {
                self.library
                    .finish_job(job.id, state, document, failure.as_ref())
                    .await
            }
        };
        self.with(|s| {
            s.running = None;
            s.pace.end(Instant::now());
            if state != JobState::Failed {
                s.passwords.remove(&job.id);
            }
        });
        let full = failure.clone().filter(|f| f.code == "disk_full");
        if state != JobState::Queued {
            (self.on_outcome)(&Outcome {
                job: Job {
                    state,
                    document,
                    failure,
                    ..job
                },
                took: started.elapsed(),
                members: members.clone(),
            });
            self.tell_of_refused(&members).await;
        }
        // On a full disk most further files would fail too. After the outcome, so that who sees the queue held knows
        // of the file already.
        if let Some(full) = full {
            self.with(|s| s.hold(full));
        }
        if !stopping {
            // Should this fail, the pause stays and is shown.
            let _ = self.end_idle_pause().await;
        }
        self.tell();
    }

    /// Reads and stores one file; the jobs of the files inside it go to `members`.
    async fn import(
        &self,
        job: &Job,
        password: Option<SecretString>,
        cancel: &CancellationToken,
        members: &mut Vec<JobId>,
    ) -> Ended {
        if job.attempts > ATTEMPTS {
            return Ended::Failed(set_aside());
        }
        let source = match job.inside {
            Some(inside) => match self.take_out(&inside, password.as_ref(), cancel).await {
                Ok(source) => source,
                Err(ended) => return ended,
            },
            None => {
                let path = job.path.clone();
                let opened =
                    tokio::task::spawn_blocking(move || Source::open(&path, DEFAULT_FILE_LIMIT)).await;
                match opened {
                    Ok(Ok(opened)) => Arc::new(opened),
                    Ok(Err(e)) => return Ended::Failed(failure(&e)),
                    Err(_) => return Ended::Failed(failure(&IntakeError::Crashed)),
                }
            }
        };
        match self.library.find_duplicate(job.folder, &source.sha256()).await {
            // Cut short between storing it and queueing what it holds, it is opened again.
            Ok(Some(id)) if job.attempts > 1 && !matches!(self.library.was_opened(id).await, Ok(true)) => {}
            Ok(Some(id)) => return Ended::Stored(Stored::Duplicate(id)),
            Ok(None) => {}
            Err(e) => return Ended::Failed(storing_failed(&e)),
        }
        let password = password.as_ref().map(ExposeSecret::expose_secret);
        let progress = |Progress { done, of }| {
            self.with(|s| {
                s.stage = Stage::Recognising { done, of };
                s.pace.recognised(done, of, Instant::now());
            });
            self.tell();
        };
        let read = tokio::select! {
            read = self.reader.read_pages(&source, &job.file_name, password, &progress) => read,
            () = cancel.cancelled() => return Ended::Cancelled,
        };
        let mut read = match read {
            Ok(read) => read,
            Err(e) => return Ended::Failed(failure(&e)),
        };
        self.with(|s| s.stage = Stage::Storing);
        self.tell();
        let inside = std::mem::take(&mut read.read.members);
        let incoming = Incoming {
            folder: job.folder,
            source_name: job.file_name.rsplit('/').next().unwrap_or(&job.file_name),
            origin: job.inside.is_none().then_some(job.path.as_path()),
            source,
            read,
            parent: job.inside.map(|inside| inside.document),
        };
        let stored = match self.library.store(incoming).await {
            Ok(stored) => stored,
            Err(e) => return Ended::Failed(storing_failed(&e)),
        };
        let (Stored::Added(id) | Stored::Duplicate(id)) = stored;
        match self.queue_members(job, id, inside).await {
            Ok(ids) => *members = ids,
            Err(e) => return Ended::Failed(storing_failed(&e)),
        }
        Ended::Stored(stored)
    }

    pub(super) async fn make_vectors(&self) {
        while !self.stop.is_cancelled() {
            let made = self
                .library
                .embed_waiting(&self.stop, &|done, total| {
                    self.with(|s| {
                        s.embedding = (done, total);
                        s.embedding_trouble = None;
                    });
                    self.tell();
                })
                .await;
            self.with(|s| {
                s.embedding_trouble = made.err().map(|e| embedding_failed(&e));
                s.embedding_idle = true;
                s.embedding = (0, 0);
            });
            self.tell();
            // What was stored while the last round ran has left its word in the notification.
            tokio::select! {
                () = self.library.inner.to_embed.notified() => {}
                () = self.stop.cancelled() => {}
            }
            self.with(|s| s.embedding_idle = false);
        }
    }
}

/// How the work on one file ended.
pub(super) enum Ended {
    Stored(Stored),
    Failed(Failure),
    Cancelled,
}

pub(super) fn failure(e: &IntakeError) -> Failure {
    Failure {
        code: e.code().to_string(),
        message: e.message(),
        advice: e.advice().to_string(),
    }
}

fn set_aside() -> Failure {
    Failure {
        code: "set_aside".to_string(),
        message: "Reading this file stopped the reader twice, so it was set aside.".to_string(),
        advice: "Open it in the program it came from, save it again, and add the new copy.".to_string(),
    }
}

pub(super) fn storing_failed(e: &LibraryError) -> Failure {
    match e {
        LibraryError::DiskFull | LibraryError::Vault(cabinet_vault::VaultError::DiskFull) => Failure {
            code: "disk_full".to_string(),
            message: "The disk is full, so this file was not added. Everything added before is safe."
                .to_string(),
            advice: "Free some space, then try again.".to_string(),
        },
        _ => Failure {
            code: "storage".to_string(),
            message: "The cabinet could not store this file. Everything added before is safe.".to_string(),
            advice: "Try again. If it happens again, run a check of the cabinet.".to_string(),
        },
    }
}

fn embedding_failed(e: &LibraryError) -> String {
    match e {
        LibraryError::DiskFull | LibraryError::Vault(cabinet_vault::VaultError::DiskFull) => {
            "The disk is full, so search by meaning has to wait. Words are found already.".to_string()
        }
        e => format!("Search by meaning could not be prepared: {e}."),
    }
}
