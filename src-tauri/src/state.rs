//! What the window holds while a cabinet is open, and how it lets go of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use cabinet_desk::Desk;
use cabinet_escalation::{Courier, CourierProcess, Limits};
use cabinet_intake::{Found, Reader, walk};
use cabinet_library::{FolderId, ImportQueue, Library};
use secrecy::SecretString;
use tauri::{AppHandle, Emitter};
use tokio_util::sync::CancellationToken;

use crate::commands::Answer;
use crate::dialogs::Dialogs;
use crate::error::{self, ui};
use crate::wire::{JobsView, LockReason, Settings, UiError};

/// Jobs are told to the window at most this often.
const JOBS_EVERY: Duration = Duration::from_millis(200);
/// How often the idle lock looks at the clock.
const IDLE_EVERY: Duration = Duration::from_secs(5);

/// The courier of this program, if it was started with one. It outlives sessions: a locked cabinet sends nothing, and
/// the next may only send where this one would.
enum Carrier {
    None,
    Started(CourierProcess),
    Ours(Arc<Courier>),
}

/// The application: where the cabinet lies, and the open one.
pub struct App {
    /// Where the cabinet lies.
    pub home: PathBuf,
    /// Where the models lie.
    pub models: PathBuf,
    /// Who is asked for files and places.
    pub dialogs: Dialogs,
    courier: Mutex<Carrier>,
    restoring: Restoring,
    session: RwLock<Option<Arc<Session>>>,
}

impl App {
    /// An application with its cabinet locked.
    pub fn new(home: PathBuf, models: PathBuf, dialogs: Dialogs, courier: Option<CourierProcess>) -> Self {
        Self {
            home,
            models,
            dialogs,
            courier: Mutex::new(courier.map_or(Carrier::None, Carrier::Started)),
            restoring: Restoring::default(),
            session: RwLock::new(None),
        }
    }

    /// The restore that is being prepared or goes on; it needs no open cabinet.
    pub fn restoring(&self) -> &Restoring {
        &self.restoring
    }

    /// The open cabinet, or the error that it is locked.
    pub fn open(&self) -> Result<Arc<Session>, UiError> {
        self.session
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(error::locked)
    }

    /// Keeps an opened cabinet.
    pub fn put(&self, session: Arc<Session>) {
        *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    /// The courier, if there is one. To be asked for inside the runtime.
    pub fn courier(&self) -> Option<Arc<Courier>> {
        let mut held = self.courier.lock().unwrap_or_else(PoisonError::into_inner);
        *held = match std::mem::replace(&mut *held, Carrier::None) {
            Carrier::Started(process) => match process.into_courier(Limits::default()) {
                Ok(courier) => Carrier::Ours(Arc::new(courier)),
                Err(_) => Carrier::None,
            },
            other => other,
        };
        match &*held {
            Carrier::Ours(courier) if courier.lives() => Some(courier.clone()),
            _ => None,
        }
    }

    /// Whether a courier runs, for the line that every screen shows.
    pub fn has_courier(&self) -> bool {
        match &*self.courier.lock().unwrap_or_else(PoisonError::into_inner) {
            Carrier::None => false,
            Carrier::Started(_) => true,
            Carrier::Ours(courier) => courier.lives(),
        }
    }

    /// Lets go of the open cabinet: cancels its work, drops its keys, tells the window.
    pub async fn lock(&self, handle: &AppHandle, reason: LockReason) {
        let session = self
            .session
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(session) = session {
            // The window first: what it shows goes at once, whatever the rest takes.
            let _ = handle.emit("locked", reason);
            session.close().await;
        }
    }
}

/// The backup that was chosen to restore, and how to stop.
#[derive(Default)]
pub struct Restoring {
    place: Mutex<Option<PathBuf>>,
    cancel: Mutex<CancellationToken>,
}

impl Restoring {
    /// Remembers a choice. It stays on this side, so that the window names no paths.
    pub fn choose(&self, place: Option<PathBuf>) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// What was chosen.
    pub fn chosen(&self) -> Option<PathBuf> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins; the token is cancelled by [`Self::stop`].
    pub fn begin(&self) -> CancellationToken {
        let token = CancellationToken::new();
        *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        token
    }

    /// Stops what was begun.
    pub fn stop(&self) {
        self.cancel
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .cancel();
    }
}

/// An open cabinet with everything that works on it.
pub struct Session {
    desk: Desk,
    queue: ImportQueue,
    drawer: Reader,
    handle: AppHandle,
    requests: Mutex<HashMap<String, CancellationToken>>,
    search: Mutex<CancellationToken>,
    active: Mutex<Instant>,
    closing: CancellationToken,
}

impl Session {
    /// Starts the queue, the idle clock and the reporting of changes for an opened desk.
    ///
    /// # Errors
    /// Where the queue cannot be read; the desk is closed again then.
    pub async fn start(desk: Desk, models: &Path, handle: AppHandle) -> Answer<Arc<Self>> {
        // Outcomes change the queue as well, and every change of the queue is told by `report_jobs`.
        let resumed = ImportQueue::resume(
            desk.library().clone(),
            cabinet_desk::reader(models),
            Box::new(|_| {}),
        );
        let queue = match resumed.await {
            Ok(queue) => queue,
            Err(e) => {
                desk.close().await;
                return Err(ui(e));
            }
        };
        let session = Arc::new(Self {
            desk,
            queue,
            // One of its own: a page is to be seen while a long file is being read.
            drawer: cabinet_desk::reader(models),
            handle,
            requests: Mutex::default(),
            search: Mutex::default(),
            active: Mutex::new(Instant::now()),
            closing: CancellationToken::new(),
        });
        let following = session.clone();
        tauri::async_runtime::spawn(async move { following.queue.follow().await });
        tauri::async_runtime::spawn(report_jobs(Arc::downgrade(&session), session.closing.clone()));
        tauri::async_runtime::spawn(watch_idleness(Arc::downgrade(&session), session.closing.clone()));
        Ok(session)
    }

    /// The library.
    pub fn library(&self) -> &Library {
        self.desk.library()
    }

    /// The assistant's desk.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The import queue.
    pub fn queue(&self) -> &ImportQueue {
        &self.queue
    }

    /// Draws pages of image files.
    pub fn drawer(&self) -> &Reader {
        &self.drawer
    }

    /// Walks what was dropped and queues its files. What cannot be walked is an error naming it when it was all
    /// there was; beside other files it is queued like them, so that it fails in the list with its reason.
    pub async fn import(
        &self,
        paths: Vec<PathBuf>,
        folder: FolderId,
        password: Option<SecretString>,
    ) -> Answer<u32> {
        let found = tokio::task::spawn_blocking(move || walk(&paths))
            .await
            .map_err(|_| error::internal())?;
        if let [Found::Failed { path, error }] = found.as_slice() {
            return Err(error::unreadable(&name(path), error));
        }
        let files: Vec<PathBuf> = found.iter().map(|one| one.path().to_owned()).collect();
        self.queue.enqueue(&files, folder, password).await.map_err(ui)?;
        self.jobs_changed();
        Ok(u32::try_from(files.len()).unwrap_or(u32::MAX))
    }

    /// Tells the window to fetch lists again.
    pub fn library_changed(&self) {
        let _ = self.handle.emit("library-changed", ());
    }

    /// Tells the window to fetch the queue again.
    pub fn jobs_changed(&self) {
        self.queue.tell();
    }

    /// The user did something.
    pub fn touch(&self) {
        *self.active.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Cancels the search before and gives the token of the next.
    pub fn new_search(&self) -> CancellationToken {
        let mut current = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        current.cancel();
        *current = self.closing.child_token();
        current.clone()
    }

    /// A token for long work that the window can cancel under the name it chose.
    pub fn begin(&self, request: &str) -> CancellationToken {
        let token = self.closing.child_token();
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(request.to_string(), token.clone());
        token
    }

    /// That work ended.
    pub fn end(&self, request: &str) {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(request);
    }

    /// Cancels that work.
    pub fn cancel(&self, request: &str) {
        if let Some(token) = self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(request)
        {
            token.cancel();
        }
    }

    /// The user's settings.
    pub async fn settings(&self) -> Answer<Settings> {
        let stored = self.library().setting("app").await.map_err(ui)?;
        Ok(stored
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    async fn close(&self) {
        const PATIENCE: Duration = Duration::from_millis(200);
        self.closing.cancel();
        // A file that is being read goes on for a moment; it fails when the keys go, and is read again next time.
        let _ = tokio::time::timeout(PATIENCE, self.queue.shut_down()).await;
        self.desk.lock().await;
    }
}

async fn report_jobs(session: std::sync::Weak<Session>, closing: CancellationToken) {
    let Some(mut changes) = session.upgrade().map(|s| s.queue.changes()) else {
        return;
    };
    loop {
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = closing.cancelled() => return,
        }
        let Some(session) = session.upgrade() else { return };
        if let Ok(view) = session.queue.view().await {
            let _ = session.handle.emit("jobs-changed", JobsView::from(view));
            // A document was added, or can be found by its meaning now; the window fetches at its own pace.
            session.library_changed();
        }
        drop(session);
        tokio::time::sleep(JOBS_EVERY).await;
    }
}

async fn watch_idleness(session: std::sync::Weak<Session>, closing: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(IDLE_EVERY) => {}
            () = closing.cancelled() => return,
        }
        let Some(session) = session.upgrade() else { return };
        let Ok(settings) = session.settings().await else {
            continue;
        };
        let idle = session
            .active
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed();
        if settings.lock_after_minutes > 0 && idle >= Duration::from_secs(60) * settings.lock_after_minutes {
            let handle = session.handle.clone();
            drop(session);
            lock(&handle, LockReason::Idle).await;
            return;
        }
    }
}

/// Locks whatever is open.
pub async fn lock(handle: &AppHandle, reason: LockReason) {
    use tauri::Manager;
    handle.state::<App>().lock(handle, reason).await;
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
