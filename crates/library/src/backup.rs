//! Backups of an open cabinet, and the record of those that were made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cabinet_vault::{Backup, BackupKind, BackupPlan, BackupProgress, Vault};
use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqlitePool};
use uuid::Uuid;

use crate::audit::Action;
use crate::{Library, LibraryError, Millis};

/// Told of progress; answers whether to go on.
pub type BackupWatch = Box<dyn FnMut(BackupProgress) -> bool + Send>;

/// A backup that was made of this cabinet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRecord {
    /// When it was begun.
    pub made_at: Millis,
    /// True for a whole one, false for one of additions.
    pub whole: bool,
    /// Bytes of the file.
    pub bytes: u64,
    /// Where it was written to.
    pub place: PathBuf,
}

/// Backups made before the database's shape was changed are kept for the last so many changes.
const KEPT_BEFORE_MIGRATIONS: usize = 2;

impl Library {
    /// Writes a backup while everything goes on, and reads it back. With `base`, a whole backup, only what is not in
    /// that one is added to the database. What is deleted meanwhile is wiped when it is done.
    ///
    /// # Errors
    /// As [`Vault::back_up`]; [`LibraryError::Busy`] where the database finds no moment of rest.
    pub async fn back_up(
        &self,
        place: PathBuf,
        base: Option<PathBuf>,
        mut watch: BackupWatch,
    ) -> Result<Backup, LibraryError> {
        let made = {
            let _quiet = self.inner.backing_up.lock().await;
            let mut rest = at_rest(self.db(), self.home()).await?;
            let originals = originals(&mut rest).await?;
            let plan = BackupPlan {
                originals,
                base,
                database_only: false,
            };
            let to = place.clone();
            let made = self
                .blocking(move |vault| vault.back_up(&to, &plan, &mut *watch))
                .await;
            end_rest(rest).await?;
            made?
        };
        self.finish_purges().await?;
        self.remember(&made, &place).await?;
        Ok(made)
    }

    /// Reads a backup of this cabinet from end to end and compares every hash.
    ///
    /// # Errors
    /// As [`Vault::check_backup`].
    pub async fn check_backup(&self, place: PathBuf, mut watch: BackupWatch) -> Result<Backup, LibraryError> {
        self.blocking(move |vault| vault.check_backup(&place, &mut *watch))
            .await
    }

    /// Backups that were made of this cabinet, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn backups(&self, limit: u32) -> Result<Vec<BackupRecord>, LibraryError> {
        let rows: Vec<(i64, String, i64, String)> =
            sqlx::query_as("SELECT made_at, kind, bytes, place FROM backups ORDER BY made_at DESC LIMIT ?")
                .bind(limit)
                .fetch_all(self.db())
                .await
                .map_err(LibraryError::database("listing backups"))?;
        Ok(rows
            .into_iter()
            .map(|(made_at, kind, bytes, place)| BackupRecord {
                made_at,
                whole: kind == "whole",
                bytes: u64::try_from(bytes).unwrap_or(0),
                place: place.into(),
            })
            .collect())
    }

    async fn remember(&self, made: &Backup, place: &Path) -> Result<(), LibraryError> {
        let doing = LibraryError::database("recording a backup");
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO backups (id, made_at, kind, base, bytes, place) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(made.id.to_string())
            .bind(i64::try_from(made.made_at).unwrap_or(i64::MAX))
            .bind(if made.kind == BackupKind::Whole {
                "whole"
            } else {
                "additions"
            })
            .bind(made.base.map(|base| base.to_string()))
            .bind(i64::try_from(made.bytes).unwrap_or(i64::MAX))
            .bind(place.to_string_lossy())
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        let n = u32::try_from(made.originals).ok();
        crate::audit::append(&mut tx, Action::BackedUp, Some(made.id.to_string()), n).await?;
        tx.commit().await.map_err(&doing)
    }
}

/// Before the shape of the database is changed from what is to what `newest` names: a backup of it beside the
/// originals, which no change of shape touches. Read back and compared like every other.
pub(crate) async fn before_migration(
    db: &SqlitePool,
    vault: &std::sync::Arc<Vault>,
    newest: i64,
) -> Result<(), LibraryError> {
    let folder = vault.home().join("backups");
    std::fs::create_dir_all(&folder).map_err(|_| LibraryError::NoBackup)?;
    let mut rest = at_rest(db, vault.home()).await?;
    let plan = BackupPlan {
        originals: originals(&mut rest).await?,
        base: None,
        database_only: true,
    };
    let place = folder.join(format!("before-{newest:04}.age"));
    let vault = vault.clone();
    let made = tokio::task::spawn_blocking(move || vault.back_up(&place, &plan, &mut |_| true)).await;
    end_rest(rest).await?;
    match made {
        Ok(made) => made?,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    };
    let mut older: Vec<PathBuf> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "age"))
        .collect();
    older.sort_unstable();
    for path in older.iter().rev().skip(KEPT_BEFORE_MIGRATIONS) {
        // One too many is no harm.
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// Brings the database file to rest: everything committed is in it, and it stays as it is while the connection that
/// is given is kept. Others read and write meanwhile; what they write stays in the log.
///
/// A reader that began when the log was empty reads the file alone, and while it does SQLite writes nothing back
/// into the file (`WAL_READ_LOCK(0)` in its source). So: fold the log back, begin to read, and see that the log was
/// still empty then.
async fn at_rest(db: &SqlitePool, home: &Path) -> Result<PoolConnection<Sqlite>, LibraryError> {
    const TRIES: u32 = 500;
    let doing = LibraryError::database("bringing the database to rest");
    for _ in 0..TRIES {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(db)
            .await
            .map_err(&doing)?;
        let mut rest = db.acquire().await.map_err(&doing)?;
        sqlx::query("BEGIN").execute(&mut *rest).await.map_err(&doing)?;
        sqlx::query("SELECT count(*) FROM sqlite_schema")
            .fetch_one(&mut *rest)
            .await
            .map_err(&doing)?;
        let log = std::fs::metadata(home.join("cabinet.db-wal")).map_or(0, |log| log.len());
        if log == 0 {
            return Ok(rest);
        }
        end_rest(rest).await?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(LibraryError::Busy)
}

async fn end_rest(mut rest: PoolConnection<Sqlite>) -> Result<(), LibraryError> {
    sqlx::query("ROLLBACK")
        .execute(&mut *rest)
        .await
        .map(drop)
        .map_err(LibraryError::database("ending the database's rest"))
}

/// Identifiers of all originals that the database knows.
async fn originals(rest: &mut PoolConnection<Sqlite>) -> Result<Vec<Uuid>, LibraryError> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT id FROM documents ORDER BY num")
        .fetch_all(&mut **rest)
        .await
        .map_err(LibraryError::database("listing originals"))?;
    rows.iter()
        .map(|(id,)| Ok(id.parse::<crate::DocumentId>()?.uuid()))
        .collect()
}
