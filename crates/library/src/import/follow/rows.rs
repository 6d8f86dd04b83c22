//! The rows of followed folders, and what a difference does to documents.

use std::path::{Path, PathBuf};

use super::compare::{Differences, Files, Sight, Stamp};
use super::{Followed, Looked};
use crate::import::jobs::queue_file;
use crate::{FolderId, FollowId, Library, LibraryError, count, now};

impl Library {
    /// Folders that are followed, oldest first.
    pub async fn followed(&self) -> Result<Vec<Followed>, LibraryError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT w.id, f.id, w.path, (SELECT count(*) FROM followed_files s WHERE s.followed = w.num)
             FROM followed w JOIN folders f ON f.num = w.folder ORDER BY w.num",
        )
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("listing followed folders"))?;
        rows.into_iter()
            .map(|(id, folder, path, files)| {
                Ok(Followed {
                    id: id.parse()?,
                    folder: folder.parse()?,
                    path: PathBuf::from(path),
                    files: count(files),
                })
            })
            .collect()
    }

    /// Follows a folder of this machine into a folder of the cabinet.
    ///
    /// # Errors
    /// It is followed already, or lies in or around one that is: its files would be added twice.
    pub async fn follow(&self, path: &Path, folder: FolderId) -> Result<FollowId, LibraryError> {
        let nested = |other: &Followed| other.path.starts_with(path) || path.starts_with(&other.path);
        if self.followed().await?.iter().any(nested) {
            return Err(LibraryError::FollowedAlready);
        }
        let folder = self.folder_num(folder).await?;
        let id = FollowId::fresh();
        sqlx::query("INSERT INTO followed (id, folder, path, created_at) VALUES (?, ?, ?, ?)")
            .bind(id.to_string())
            .bind(folder)
            .bind(path.to_string_lossy())
            .bind(now())
            .execute(self.db())
            .await
            .map_err(LibraryError::database("following a folder"))?;
        self.inner.to_follow.notify_one();
        Ok(id)
    }

    /// Follows a folder no longer; its documents stay.
    pub async fn unfollow(&self, id: FollowId) -> Result<(), LibraryError> {
        let done = sqlx::query("DELETE FROM followed WHERE id = ?")
            .bind(id.to_string())
            .execute(self.db())
            .await
            .map_err(LibraryError::database("following a folder no longer"))?;
        match done.rows_affected() {
            0 => Err(LibraryError::NotFound {
                noun: "followed folder",
            }),
            _ => {
                self.inner.to_follow.notify_one();
                Ok(())
            }
        }
    }

    /// What was seen in a followed folder before, and which folder that was.
    pub(super) async fn seen(&self, id: FollowId) -> Result<(Files, Option<String>), LibraryError> {
        let doing = LibraryError::database("reading what was seen in a folder");
        let identity: Option<(Option<String>,)> =
            sqlx::query_as("SELECT identity FROM followed WHERE id = ?")
                .bind(id.to_string())
                .fetch_optional(self.db())
                .await
                .map_err(&doing)?;
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT s.path, s.bytes, s.modified FROM followed_files s JOIN followed w ON w.num = s.followed
             WHERE w.id = ?",
        )
        .bind(id.to_string())
        .fetch_all(self.db())
        .await
        .map_err(&doing)?;
        let files = rows
            .into_iter()
            .map(|(path, bytes, modified)| (PathBuf::from(path), Stamp { bytes, modified }))
            .collect();
        Ok((files, identity.and_then(|(identity,)| identity)))
    }

    /// Does here what was done there, all of it or nothing: queues what is to be read, renames, puts what went into the
    /// trash, and remembers what was seen.
    pub(super) async fn take_over(
        &self,
        followed: &Followed,
        found: &Differences,
        sight: &Sight,
    ) -> Result<Looked, LibraryError> {
        let doing = LibraryError::database("taking over what changed in a folder");
        let folder = self.folder_num(followed.folder).await?;
        let mut tx = self.write().await?;
        let row: Option<(i64,)> = sqlx::query_as("SELECT num FROM followed WHERE id = ?")
            .bind(followed.id.to_string())
            .fetch_optional(&mut *tx)
            .await
            .map_err(&doing)?;
        // Given up meanwhile.
        let Some((num,)) = row else {
            return Ok(Looked::default());
        };
        for (from, to) in &found.renamed {
            sqlx::query("DELETE FROM followed_files WHERE followed = ? AND path = ?")
                .bind(num)
                .bind(from.to_string_lossy())
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
            sqlx::query(
                "UPDATE documents SET origin = ?2, source_name = ?3,
                     title = CASE WHEN title = ?4 THEN ?5 ELSE title END
                 WHERE origin = ?1 AND trashed_at IS NULL",
            )
            .bind(from.to_string_lossy())
            .bind(to.to_string_lossy())
            .bind(name(to.file_name()))
            .bind(name(from.file_stem()))
            .bind(name(to.file_stem()))
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        }
        for path in &found.removed {
            sqlx::query(
                "WITH RECURSIVE gone (num) AS (
                     SELECT num FROM documents WHERE origin = ?1 AND trashed_at IS NULL
                     UNION SELECT d.num FROM documents d JOIN gone ON d.parent = gone.num)
                 UPDATE documents SET trashed_at = ?2 WHERE trashed_at IS NULL AND num IN (SELECT num FROM gone)",
            )
            .bind(path.to_string_lossy())
            .bind(now())
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
            // A copy of it was told as a duplicate, and is what is left now: it is read anew.
            sqlx::query(
                "DELETE FROM followed_files WHERE followed = ?1 AND bytes =
                     (SELECT bytes FROM followed_files WHERE followed = ?1 AND path = ?2)
                     AND (path = ?2 OR NOT EXISTS (SELECT 1 FROM documents d WHERE d.origin = path AND d.trashed_at IS NULL))",
            )
            .bind(num)
            .bind(path.to_string_lossy())
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        }
        for path in &found.read {
            queue_file(&mut tx, path, folder).await?;
        }
        for path in found.read.iter().chain(found.renamed.iter().map(|(_, to)| to)) {
            let Some(stamp) = sight.files.get(path) else {
                continue;
            };
            sqlx::query(
                "INSERT INTO followed_files (followed, path, bytes, modified) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (followed, path) DO UPDATE SET bytes = ?3, modified = ?4",
            )
            .bind(num)
            .bind(path.to_string_lossy())
            .bind(stamp.bytes)
            .bind(stamp.modified)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        }
        sqlx::query("UPDATE followed SET identity = ? WHERE num = ?")
            .bind(sight.identity.as_deref())
            .bind(num)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        tx.commit().await.map_err(&doing)?;
        Ok(Looked {
            queued: found.read.len(),
            changed: !found.renamed.is_empty() || !found.removed.is_empty(),
        })
    }
}

fn name(part: Option<&std::ffi::OsStr>) -> String {
    part.unwrap_or_default().to_string_lossy().into_owned()
}
