//! Everything that can go wrong with a library, said once.

use cabinet_vault::VaultError;

/// What failed. No variant carries text, names, paths or keys of the user's.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The vault refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed while `doing`.
    #[error("the database failed while {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The database's own error; it may hold values, so it is never displayed.
        #[source]
        source: sqlx::Error,
    },
    /// The disk is full; nothing of the failed step was kept.
    #[error("the disk is full")]
    DiskFull,
    /// The cabinet was written by a newer version.
    #[error("this cabinet was written by a newer version of Cabinet")]
    NewerFormat,
    /// The vector store failed while `doing`; it is derived and can be rebuilt.
    #[error("the vector store failed while {doing}")]
    Vectors {
        /// What was being done.
        doing: &'static str,
        /// The store's own error; never displayed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The embedder failed.
    #[error(transparent)]
    Embed(#[from] crate::EmbedError),
    /// Not an identifier at all.
    #[error("this is not the identifier of a {noun}")]
    NotAnId {
        /// What was looked for.
        noun: &'static str,
    },
    /// No such thing.
    #[error("there is no such {noun}")]
    NotFound {
        /// What was looked for.
        noun: &'static str,
    },
    /// A folder that still holds something cannot go.
    #[error("the folder still holds {documents} documents and {notes} notes")]
    FolderNotEmpty {
        /// Documents in it, the trash included.
        documents: u32,
        /// Notes in it.
        notes: u32,
    },
    /// Two folders cannot share a name.
    #[error("there is a folder of that name already")]
    FolderNameTaken,
    /// One folder cannot be followed twice.
    #[error("this folder, or one in or around it, is followed already")]
    FollowedAlready,
    /// A name must have at least one visible character.
    #[error("a name cannot be empty")]
    EmptyName,
    /// The same bytes lie in that folder already.
    #[error("the folder holds the same document already")]
    DuplicateInFolder,
    /// The note was saved from somewhere else in the meantime.
    #[error("the note was changed elsewhere: it is at version {current}")]
    NoteConflict {
        /// The version stored now.
        current: u32,
    },
    /// The audit log does not hold together.
    #[error("the audit log is broken at entry {number}")]
    AuditBroken {
        /// First entry that does not fit the one before it.
        number: u32,
    },
    /// The database was written to without a pause.
    #[error("the cabinet is too busy just now")]
    Busy,
    /// No backup could be made before the shape of the database was to be changed, so nothing was changed.
    #[error("no backup could be made before bringing the cabinet up to date")]
    NoBackup,
    /// A consent is good for one sending, and that has been.
    #[error("this request was sent before; it takes a new consent")]
    SentBefore,
    /// A stored original is gone or does not match its record.
    #[error("the stored original of a document is damaged")]
    OriginalDamaged,
}

impl LibraryError {
    /// Wraps a database error, telling a full disk apart from the rest.
    pub(crate) fn database(doing: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |source| {
            if cabinet_vault::is_disk_full(&source) {
                Self::DiskFull
            } else if cabinet_vault::is_damaged(&source) {
                Self::Vault(VaultError::DatabaseDamaged)
            } else {
                Self::Database { doing, source }
            }
        }
    }

    /// Wraps an error of the vector store, telling a full disk apart from the rest.
    pub(crate) fn vectors<E: std::error::Error + Send + Sync + 'static>(
        doing: &'static str,
    ) -> impl Fn(E) -> Self {
        move |source| {
            if out_of_space(&source) {
                Self::DiskFull
            } else {
                Self::Vectors {
                    doing,
                    source: Box::new(source),
                }
            }
        }
    }
}

/// Whether "no space left" stands anywhere in the chain of causes.
fn out_of_space(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(e) = cause {
        if let Some(io) = e.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::StorageFull
        {
            return true;
        }
        cause = e.source();
    }
    false
}
