//! The import queue: files in, documents out, one file at a time beside the embedding of those before it.
//!
//! Two tasks work side by side: the first reads and stores (found by words from then on), the second makes
//! vectors of what was stored. Both stop within one step when the queue is dropped or shut down, and what they
//! left is taken up again by the next queue.

mod jobs;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cabinet_intake::{DEFAULT_FILE_LIMIT, IntakeError, Reader, Source};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use jobs::{Failure, Job, JobState};

use crate::store::{Incoming, Stored};
use crate::{DocumentId, FolderId, JobId, Library, LibraryError};

/// A file that took the reader down this often is set aside.
const ATTEMPTS: u32 = 2;
/// Jobs shown at once.
const SHOWN: u32 = 500;

/// What is being done to the running file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading its text in the reader process.
    Reading,
    /// Writing it into the cabinet.
    Storing,
}

/// The queue as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueView {
    /// Running first, then waiting, then finished.
    pub jobs: Vec<Job>,
    /// What is done to the running one.
    pub stage: Stage,
    /// Files waiting or running.
    pub open: u32,
    /// Files finished since the queue was last empty.
    pub finished: u32,
    /// Passages that have their vectors, of those in the present run; (0, 0) when there is none.
    pub embedding: (u32, u32),
    /// Why vectors are not being made, in words.
    pub embedding_trouble: Option<String>,
    /// Estimated from the pace so far.
    pub left: Option<Duration>,
    /// True while the queue is held, by the user or by itself.
    pub paused: bool,
    /// Why the queue holds itself, where it does.
    pub held: Option<Failure>,
}

/// What became of one file.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The job as it ended.
    pub job: Job,
    /// From taking it up to its end.
    pub took: Duration,
}

/// Runs imports until dropped.
pub struct ImportQueue {
    shared: Arc<Shared>,
    tasks: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    library: Library,
    reader: Reader,
    on_outcome: Box<dyn Fn(&Outcome) + Send + Sync>,
    stop: CancellationToken,
    wake: Notify,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

struct State {
    paused: bool,
    held: Option<Failure>,
    stage: Stage,
    running: Option<(JobId, CancellationToken)>,
    passwords: HashMap<JobId, SecretString>,
    finished: u32,
    since: Option<Instant>,
    reading_idle: bool,
    embedding_idle: bool,
    embedding: (u32, u32),
    embedding_trouble: Option<String>,
}

impl State {
    fn hold(&mut self, why: Failure) {
        self.paused = true;
        self.held = Some(why);
    }
}

impl ImportQueue {
    /// Starts working on whatever waits. `on_outcome` hears of every file that ends.
    pub fn start(library: Library, reader: Reader, on_outcome: Box<dyn Fn(&Outcome) + Send + Sync>) -> Self {
        let shared = Arc::new(Shared {
            library,
            reader,
            on_outcome,
            stop: CancellationToken::new(),
            wake: Notify::new(),
            state: Mutex::new(State {
                paused: false,
                held: None,
                stage: Stage::Reading,
                running: None,
                passwords: HashMap::new(),
                finished: 0,
                since: None,
                reading_idle: false,
                embedding_idle: false,
                embedding: (0, 0),
                embedding_trouble: None,
            }),
            changed: watch::channel(0).0,
        });
        let tasks = vec![
            tokio::spawn({
                let shared = shared.clone();
                async move { shared.read_files().await }
            }),
            tokio::spawn({
                let shared = shared.clone();
                async move { shared.make_vectors().await }
            }),
        ];
        Self {
            shared,
            tasks: tokio::sync::Mutex::new(tasks),
        }
    }

    /// Queues files; each is in the database when this returns.
    pub async fn enqueue(
        &self,
        files: &[PathBuf],
        folder: FolderId,
        password: Option<SecretString>,
    ) -> Result<Vec<JobId>, LibraryError> {
        let ids = self.shared.library.add_jobs(files, folder).await?;
        self.shared.with(|s| {
            if let Some(password) = password {
                s.passwords.extend(ids.iter().map(|id| (*id, password.clone())));
            }
            s.reading_idle = false;
        });
        self.shared.wake.notify_one();
        Ok(ids)
    }

    /// Tries a failed or cancelled file again.
    pub async fn retry(&self, id: JobId, password: Option<SecretString>) -> Result<(), LibraryError> {
        self.shared.with(|s| {
            s.passwords.extend(password.map(|p| (id, p)));
            s.reading_idle = false;
        });
        self.shared.library.requeue_job(id).await?;
        self.shared.wake.notify_one();
        self.shared.tell();
        Ok(())
    }

    /// Cancels one file, waiting or running, or all of them.
    pub async fn cancel(&self, id: Option<JobId>) -> Result<(), LibraryError> {
        self.shared.library.cancel_queued(id).await?;
        self.shared.with(|s| match &s.running {
            Some((running, cancel)) if id.is_none_or(|id| id == *running) => cancel.cancel(),
            _ => {}
        });
        self.shared.tell();
        Ok(())
    }

    /// Holds the queue after the running file, or lets it go on.
    pub fn pause(&self, paused: bool) {
        self.shared.with(|s| {
            s.paused = paused;
            s.held = None;
        });
        self.shared.wake.notify_one();
        self.shared.tell();
    }

    /// Why the queue holds itself until [`Self::pause`] lets it go on: the disk is full, or the database cannot hand
    /// out the next file.
    pub fn held(&self) -> Option<Failure> {
        self.shared.with(|s| s.held.clone())
    }

    /// Changes whenever the view does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// The queue as it is now.
    pub async fn view(&self) -> Result<QueueView, LibraryError> {
        let jobs = self.shared.library.jobs(SHOWN).await?;
        let open = self.shared.library.open_jobs().await?;
        Ok(self.shared.with(|s| QueueView {
            jobs,
            stage: s.stage,
            open,
            finished: s.finished,
            embedding: s.embedding,
            embedding_trouble: s.embedding_trouble.clone(),
            left: match (s.since, s.finished) {
                (Some(since), finished) if finished > 0 && open > 0 => {
                    Some(since.elapsed() * open / finished)
                }
                _ => None,
            },
            paused: s.paused,
            held: s.held.clone(),
        }))
    }

    /// Tells whoever watches that the view changed for a reason outside the queue.
    pub fn tell(&self) {
        self.shared.tell();
    }

    /// Waits until nothing waits: every file has its outcome and every passage its vector, or the reason why
    /// not stands in the view.
    pub async fn settled(&self) {
        let mut changes = self.changes();
        loop {
            let (read, stuck) = self
                .shared
                .with(|s| (s.reading_idle, s.embedding_idle && s.embedding_trouble.is_some()));
            if read && (stuck || matches!(self.shared.library.waiting_for_vectors().await, Ok(0))) {
                return;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Stops within one step; what is left waits for the next queue.
    pub async fn shut_down(&self) {
        self.shared.stop_now();
        for task in self.tasks.lock().await.drain(..) {
            // A task that panicked has nothing to wait for.
            let _ = task.await;
        }
    }
}

impl Drop for ImportQueue {
    fn drop(&mut self) {
        self.shared.stop_now();
    }
}

impl Shared {
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self) {
        self.changed.send_modify(|n| *n += 1);
    }

    fn stop_now(&self) {
        self.stop.cancel();
        self.with(|s| {
            if let Some((_, cancel)) = &s.running {
                cancel.cancel();
            }
        });
    }

    async fn read_files(&self) {
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
                        s.finished = 0;
                        s.since = None;
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
        let cancel = CancellationToken::new();
        let password = self.with(|s| {
            s.stage = Stage::Reading;
            s.reading_idle = false;
            s.since.get_or_insert(started);
            s.running = Some((job.id, cancel.clone()));
            s.passwords.get(&job.id).cloned()
        });
        self.tell();
        let ended = self.import(&job, password, &cancel).await;
        let stopping = self.stop.is_cancelled();
        let (state, document, failure) = match ended {
            Ended::Stored(Stored::Added(id)) => (JobState::Added, Some(id), None),
            Ended::Stored(Stored::Duplicate(id)) => (JobState::Duplicate, Some(id), None),
            Ended::Failed(failure) => (JobState::Failed, None, Some(failure)),
            // Shutting down is not the user's cancel: the file waits for the next session.
            Ended::Cancelled if stopping => (JobState::Queued, None, None),
            Ended::Cancelled => (JobState::Cancelled, None, None),
        };
        if !stopping || state != JobState::Queued {
            // If even this cannot be written, the job is found running at the next opening and tried again.
            let _ = self
                .library
                .finish_job(job.id, state, document, failure.as_ref())
                .await;
        }
        self.with(|s| {
            s.running = None;
            s.finished += 1;
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
            });
        }
        // On a full disk most further files would fail too. After the outcome, so that who sees the queue held knows
        // of the file already.
        if let Some(full) = full {
            self.with(|s| s.hold(full));
        }
        self.tell();
    }

    async fn import(&self, job: &Job, password: Option<SecretString>, cancel: &CancellationToken) -> Ended {
        if job.attempts > ATTEMPTS {
            return Ended::Failed(set_aside());
        }
        let path = job.path.clone();
        let opened = tokio::task::spawn_blocking(move || Source::open(&path, DEFAULT_FILE_LIMIT)).await;
        let source = match opened {
            Ok(Ok(opened)) => Arc::new(opened),
            Ok(Err(e)) => return Ended::Failed(failure(&e)),
            Err(_) => return Ended::Failed(failure(&IntakeError::Crashed)),
        };
        match self.library.find_duplicate(job.folder, &source.sha256()).await {
            Ok(Some(id)) => return Ended::Stored(Stored::Duplicate(id)),
            Ok(None) => {}
            Err(e) => return Ended::Failed(storing_failed(&e)),
        }
        let password = password.as_ref().map(ExposeSecret::expose_secret);
        let read = tokio::select! {
            read = self.reader.read(&source, &job.file_name, password) => read,
            () = cancel.cancelled() => return Ended::Cancelled,
        };
        let extracted = match read {
            Ok(extracted) => extracted,
            Err(e) => return Ended::Failed(failure(&e)),
        };
        self.with(|s| s.stage = Stage::Storing);
        self.tell();
        let incoming = Incoming {
            folder: job.folder,
            source_name: &job.file_name,
            source,
            extracted,
        };
        match self.library.store(incoming).await {
            Ok(stored) => Ended::Stored(stored),
            Err(e) => Ended::Failed(storing_failed(&e)),
        }
    }

    async fn make_vectors(&self) {
        while !self.stop.is_cancelled() {
            let made = self
                .library
                .embed_waiting(&self.stop, &|done, total| {
                    self.with(|s| s.embedding = (done, total));
                    self.tell();
                })
                .await;
            self.with(|s| {
                s.embedding_trouble = made.err().map(|e| e.to_string());
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

enum Ended {
    Stored(Stored),
    Failed(Failure),
    Cancelled,
}

fn failure(e: &IntakeError) -> Failure {
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

fn storing_failed(e: &LibraryError) -> Failure {
    match e {
        LibraryError::DiskFull | LibraryError::Vault(cabinet_vault::VaultError::DiskFull) => Failure {
            code: "disk_full".to_string(),
            message: "The disk is full, so this file was not added. Everything added before is safe."
                .to_string(),
            advice: "Free some space, then choose Retry.".to_string(),
        },
        _ => Failure {
            code: "storage".to_string(),
            message: "The cabinet could not store this file. Everything added before is safe.".to_string(),
            advice: "Choose Retry. If it happens again, run a check of the cabinet.".to_string(),
        },
    }
}

/// Ids of documents that outcomes name.
impl Outcome {
    /// The document that was added or found.
    pub fn document(&self) -> Option<DocumentId> {
        self.job.document
    }
}
