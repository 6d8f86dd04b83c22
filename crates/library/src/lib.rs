//! The library: documents, pages, passages, folders, notes, jobs and search.
//!
//! Owns every SQL statement and the vector store. SQLite (SQLCipher, opened by `cabinet-vault`) is the truth;
//! the vectors in LanceDB are derived and can be made again. It knows no model: whoever opens a library hands
//! in an [`Embedder`]. It parses no files: `cabinet-intake` does, in a process of its own.
//!
//! What must always hold:
//! - a document is in the library when its one SQLite transaction has committed, and its sealed original was
//!   durable before that; a kill at any moment loses nothing that was acknowledged;
//! - vectors hold numbers only, never text;
//! - what was deleted is gone from rows, full text, vectors of every version and originals, and a deletion cut
//!   short is finished at the next opening.
#![forbid(unsafe_code)]

mod audit;
mod backup;
mod beside;
mod documents;
mod embed;
mod embedding;
mod error;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod flip_tests;
mod folders;
mod ids;
mod import;
mod labels;
mod notes;
mod payloads;
mod rebuild;
mod scans;
mod schema;
mod scratch;
mod search;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod vectors;
mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cabinet_vault::Vault;
use sqlx::SqlitePool;

pub use audit::{Action, AuditEntry, AuditFilter};
pub use backup::{BackupRecord, BackupWatch};
pub use beside::Deletion;
pub use documents::{About, Document, DocumentState, Heading, Page};
pub use embed::{EmbedError, Embedder};
pub use error::LibraryError;
pub use folders::Folder;
pub use ids::{DocumentId, FolderId, FollowId, JobId, NoteId};
pub use import::{
    Failure, FollowTrouble, Followed, ImportLine, ImportQueue, ImportReport, Inside, Job, JobState, Made,
    Outcome, QueueView, Stage,
};
pub use labels::{Label, Labels};
pub use notes::{Note, NoteRow, NoteVersion};
pub use payloads::{Declined, LedgerFilter, NewPayload, Payload, Sending, SendingEnd};
pub use scans::{DoubtfulPage, PageScan};
pub use search::{Checked, Hit, Look, Mode, Range, SearchRequest, SearchResults, Why};
pub use verify::Verified;

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// An open cabinet's contents. Cheap to clone; every clone is the same library.
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

struct Inner {
    home: PathBuf,
    vault: Arc<Vault>,
    db: SqlitePool,
    /// Absent where the vector store could not be opened: search goes on by words and says so.
    vectors: Option<vectors::VectorStore>,
    embedder: Arc<dyn Embedder>,
    /// What is remembered of the words of a large cabinet.
    lexicon: search::lexicon::Lexicon,
    lists: search::lists::Lists,
    /// One writer of vectors at a time: compaction and deletion rewrite the table's versions.
    vector_writes: tokio::sync::Mutex<()>,
    /// Held while a backup is written; originals are not wiped meanwhile.
    backing_up: tokio::sync::Mutex<()>,
    /// Told when documents wait for their vectors.
    to_embed: tokio::sync::Notify,
    /// Told when a folder is followed or given up.
    to_follow: tokio::sync::Notify,
}

impl Library {
    /// Opens the library inside an unlocked vault, brings it up to date and finishes what a crash left undone.
    pub async fn open(vault: Arc<Vault>, embedder: Arc<dyn Embedder>) -> Result<Self, LibraryError> {
        let db = vault.open_database().await?;
        let opened = Self::open_in(db.clone(), vault, embedder).await;
        if opened.is_err() {
            // Its threads would otherwise go on by themselves.
            db.close().await;
        }
        opened
    }

    async fn open_in(
        db: SqlitePool,
        vault: Arc<Vault>,
        embedder: Arc<dyn Embedder>,
    ) -> Result<Self, LibraryError> {
        let home = vault.home().to_path_buf();
        // Before anything beneath asks for a temporary file.
        scratch::in_memory();
        if let Some(newest) = schema::pending(&db).await? {
            backup::before_migration(&db, &vault, newest).await?;
        }
        schema::migrate(&db).await?;
        let vectors = rebuild::open_vectors(&db, &vault, embedder.as_ref()).await?;
        let library = Self {
            inner: Arc::new(Inner {
                home,
                vault,
                db,
                vectors,
                embedder,
                lexicon: Default::default(),
                lists: Default::default(),
                vector_writes: tokio::sync::Mutex::new(()),
                backing_up: tokio::sync::Mutex::new(()),
                to_embed: tokio::sync::Notify::new(),
                to_follow: tokio::sync::Notify::new(),
            }),
        };
        library.ensure_a_folder().await?;
        library.settle_after_crash().await?;
        let way = library.vault().was_opened_by_keychain();
        library
            .record(Action::Opened, way.then(|| "keychain".to_string()), None)
            .await?;
        Ok(library)
    }

    /// Where the cabinet lies.
    pub fn home(&self) -> &Path {
        &self.inner.home
    }

    /// The vault this library lives in.
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// The same vault, for opening the library once more after it was closed.
    pub fn shared_vault(&self) -> Arc<Vault> {
        self.inner.vault.clone()
    }

    /// Closes the database; outstanding clones fail from here on.
    pub async fn close(&self) {
        self.inner.db.close().await;
    }

    /// Locks: the keys are gone when this returns, and whatever still works on the library fails from then on. Waits
    /// for what the database is doing, but not for long.
    pub async fn lock(&self) {
        const PATIENCE: std::time::Duration = std::time::Duration::from_millis(400);
        // What does not end in time fails at its next page: its keys are gone, and its connection goes with it.
        let _ = tokio::time::timeout(PATIENCE, self.close()).await;
        self.inner.vault.lock();
    }

    /// Runs vault work, which blocks, off the async threads.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, cabinet_vault::VaultError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        let vault = self.inner.vault.clone();
        match tokio::task::spawn_blocking(move || work(&vault)).await {
            Ok(done) => done.map_err(LibraryError::from),
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }

    pub(crate) fn db(&self) -> &SqlitePool {
        &self.inner.db
    }

    pub(crate) fn embedder(&self) -> &dyn Embedder {
        self.inner.embedder.as_ref()
    }

    /// Starts a transaction that writes, taking the write lock at once so that it cannot fail half-way for it.
    pub(crate) async fn write(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, LibraryError> {
        self.db()
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(LibraryError::database("starting to write"))
    }

    /// At opening: jobs that were running wait again, deletions that were cut short are finished, originals without a
    /// document are wiped, and the vectors of the model before where nothing waits for new ones.
    async fn settle_after_crash(&self) -> Result<(), LibraryError> {
        let doing = LibraryError::database("settling after the last session");
        sqlx::query("UPDATE jobs SET state = 'queued' WHERE state = 'running'")
            .execute(self.db())
            .await
            .map_err(&doing)?;
        self.finish_purges().await?;
        self.switch_vectors().await?;
        self.sweep_orphaned_originals().await
    }
}

pub(crate) fn now() -> Millis {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A stored count as the unsigned number it is.
pub(crate) fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}
