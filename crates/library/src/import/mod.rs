//! The import queue: files in, documents out, one file at a time beside the embedding of those before it.
//!
//! Two tasks work side by side: the first reads and stores (found by words from then on), the second makes
//! vectors of what was stored. Both stop within one step when the queue is dropped or shut down, and what they
//! left is taken up again by the next queue.

mod follow;
mod jobs;
mod lines;
mod members;
mod pace;
mod work;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cabinet_intake::Reader;
use secrecy::SecretString;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use follow::{FollowTrouble, Followed};
#[cfg(test)]
pub(crate) use jobs::NewMember;
pub use jobs::{Failure, ImportReport, Inside, Job, JobState};
#[cfg(test)]
pub(crate) use lines::sql as lines_sql;
pub use lines::{ImportLine, Made};

use crate::{DocumentId, FolderId, FollowId, JobId, Library, LibraryError};
use members::Taken;
use pace::Pace;

/// Jobs shown at once.
const SHOWN: u32 = 500;
/// The setting that keeps a pause while files wait.
const PAUSED: &str = "imports_paused";

/// What is being done to the running file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading its text in the reader process.
    Reading,
    /// Recognising pages that are pictures.
    Recognising {
        /// Pages done.
        done: u32,
        /// Pages to recognise.
        of: u32,
    },
    /// Writing it into the cabinet.
    Storing,
}

/// The queue as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueView {
    /// The first of them: running, then failed, then waiting, then finished.
    pub jobs: Vec<ImportLine>,
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
    /// The jobs of the files inside it, which follow.
    pub members: Vec<JobId>,
}

impl Outcome {
    /// The document that was added or found.
    pub fn document(&self) -> Option<DocumentId> {
        self.job.document
    }
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
    pace: Pace,
    reading_idle: bool,
    embedding_idle: bool,
    embedding: (u32, u32),
    embedding_trouble: Option<String>,
    /// Files taken out of the document that is being worked through.
    taken: Option<Taken>,
    /// Followed folders of which nothing can be said just now.
    trouble: HashMap<FollowId, FollowTrouble>,
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
        Self::start_as(library, reader, on_outcome, false)
    }

    /// Starts as the last queue ended: held, where its user had paused it and files still wait.
    ///
    /// # Errors
    /// Those of the database; nothing was started then.
    pub async fn resume(
        library: Library,
        reader: Reader,
        on_outcome: Box<dyn Fn(&Outcome) + Send + Sync>,
    ) -> Result<Self, LibraryError> {
        let kept = kept_pause(&library).await?;
        let paused = kept && library.open_jobs().await? > 0;
        if kept && !paused {
            // The command line has done the rest meanwhile. A disk too full to note it must not keep the cabinet shut.
            let _ = library.set_setting(PAUSED, "false").await;
        }
        Ok(Self::start_as(library, reader, on_outcome, paused))
    }

    fn start_as(
        library: Library,
        reader: Reader,
        on_outcome: Box<dyn Fn(&Outcome) + Send + Sync>,
        paused: bool,
    ) -> Self {
        let shared = Arc::new(Shared {
            library,
            reader,
            on_outcome,
            stop: CancellationToken::new(),
            wake: Notify::new(),
            state: Mutex::new(State {
                paused,
                held: None,
                stage: Stage::Reading,
                running: None,
                passwords: HashMap::new(),
                pace: Pace::default(),
                reading_idle: false,
                embedding_idle: false,
                embedding: (0, 0),
                embedding_trouble: None,
                taken: None,
                trouble: HashMap::new(),
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

    /// Follows the folders that are to be followed, from now until the queue is dropped.
    pub async fn follow(&self) {
        let shared = self.shared.clone();
        let task = tokio::spawn(async move { shared.follow().await });
        self.tasks.lock().await.push(task);
    }

    /// Looks once at the folders that are followed and queues what changed in them.
    pub async fn look_once(&self) -> Result<(), LibraryError> {
        self.shared.look_at_all().await.map(|_| ())
    }

    /// Why nothing can be said of a followed folder just now, where that is so.
    pub fn follow_trouble(&self, id: FollowId) -> Option<FollowTrouble> {
        self.shared.with(|s| s.trouble.get(&id).copied())
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
        self.shared.end_idle_pause().await?;
        self.shared.tell();
        Ok(())
    }

    /// Holds the queue after the running file, or lets it go on. A pause outlasts the queue as long as files wait, see
    /// [`Self::resume`].
    ///
    /// # Errors
    /// Those of the database; the queue is held or goes on all the same, it is only not remembered.
    pub async fn pause(&self, paused: bool) -> Result<(), LibraryError> {
        self.shared.pause(paused).await
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
        let jobs = self.shared.library.import_lines(SHOWN).await?;
        let open = self.shared.library.open_jobs().await?;
        Ok(self.shared.with(|s| QueueView {
            jobs,
            stage: s.stage,
            open,
            finished: s.pace.finished(),
            embedding: s.embedding,
            embedding_trouble: s.embedding_trouble.clone(),
            left: s.pace.left(open, Instant::now()).filter(|_| !s.paused),
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
        self.shared.stop.cancel();
        for task in self.tasks.lock().await.drain(..) {
            // A task that panicked has nothing to wait for.
            let _ = task.await;
        }
    }
}

impl Drop for ImportQueue {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// Whether the user's pause is to last.
async fn kept_pause(library: &Library) -> Result<bool, LibraryError> {
    Ok(library.setting(PAUSED).await?.as_deref() == Some("true"))
}

impl Shared {
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn pause(&self, paused: bool) -> Result<(), LibraryError> {
        self.with(|s| {
            s.paused = paused;
            s.held = None;
            // Until the reader has looked, something may wait.
            s.reading_idle &= paused;
        });
        self.wake.notify_one();
        self.tell();
        // Nothing is written where nothing changes: a queue that a full disk held is let go on by this too.
        if kept_pause(&self.library).await? != paused {
            self.library.set_setting(PAUSED, &paused.to_string()).await?;
        }
        Ok(())
    }

    /// A pause ends with the last file that waited, so that what is added days later does not lie still.
    async fn end_idle_pause(&self) -> Result<(), LibraryError> {
        if self.with(|s| s.paused && s.held.is_none()) && self.library.open_jobs().await? == 0 {
            self.pause(false).await?;
        }
        Ok(())
    }

    fn tell(&self) {
        self.changed.send_modify(|n| *n += 1);
    }
}
