//! Notes: what the user writes. Every save is a version; a save names the version it started from.

use crate::{FolderId, Library, LibraryError, Millis, NoteId, count, now};

/// Saves closer together than this replace each other in the history, so that typing does not fill it.
const VERSION_EVERY_MS: Millis = 60_000;
/// Versions kept of one note; the oldest go first.
const VERSIONS_KEPT: i64 = 200;

/// One line of the list of notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Identifier.
    pub id: NoteId,
    /// Folder it lives in.
    pub folder: FolderId,
    /// Title.
    pub title: String,
    /// When it was last saved.
    pub updated_at: Millis,
}

/// A whole note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Identifier.
    pub id: NoteId,
    /// Folder it lives in.
    pub folder: FolderId,
    /// Title.
    pub title: String,
    /// The editor's document (ProseMirror JSON).
    pub body: String,
    /// Counts up with every save.
    pub version: u32,
    /// When it was last saved.
    pub updated_at: Millis,
}

/// An earlier state of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteVersion {
    /// Its number.
    pub version: u32,
    /// When it was saved.
    pub saved_at: Millis,
    /// Its title then.
    pub title: String,
    /// The editor's document then.
    pub body: String,
}

impl Library {
    /// Notes of one folder or of all, last saved first.
    pub async fn notes(&self, folder: Option<FolderId>) -> Result<Vec<NoteRow>, LibraryError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT n.id, f.id, n.title, n.updated_at FROM notes n JOIN folders f ON f.num = n.folder
             WHERE n.trashed_at IS NULL AND (?1 IS NULL OR f.id = ?1) ORDER BY n.updated_at DESC",
        )
        .bind(folder.map(|f| f.to_string()))
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("listing notes"))?;
        rows.into_iter()
            .map(|(id, folder, title, updated_at)| {
                Ok(NoteRow {
                    id: id.parse()?,
                    folder: folder.parse()?,
                    title,
                    updated_at,
                })
            })
            .collect()
    }

    /// Makes a note.
    pub async fn create_note(&self, folder: FolderId, title: &str, body: &str) -> Result<Note, LibraryError> {
        let id = NoteId::fresh();
        let num = self.folder_num(folder).await?;
        let at = now();
        sqlx::query(
            "INSERT INTO notes (id, folder, title, body, version, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5)",
        )
        .bind(id.to_string())
        .bind(num)
        .bind(title)
        .bind(body)
        .bind(at)
        .execute(self.db())
        .await
        .map_err(LibraryError::database("making a note"))?;
        Ok(Note {
            id,
            folder,
            title: title.to_string(),
            body: body.to_string(),
            version: 1,
            updated_at: at,
        })
    }

    /// A note.
    pub async fn note(&self, id: NoteId) -> Result<Note, LibraryError> {
        let row: Option<(String, String, String, i64, i64)> = sqlx::query_as(
            "SELECT f.id, n.title, n.body, n.version, n.updated_at FROM notes n JOIN folders f ON f.num = n.folder WHERE n.id = ?",
        )
        .bind(id.to_string())
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("reading a note"))?;
        let (folder, title, body, version, updated_at) =
            row.ok_or(LibraryError::NotFound { noun: "note" })?;
        Ok(Note {
            id,
            folder: folder.parse()?,
            title,
            body,
            version: count(version),
            updated_at,
        })
    }

    /// Saves a note that was at `version` when the writer read it; the state before goes into its history.
    pub async fn save_note(
        &self,
        id: NoteId,
        title: &str,
        body: &str,
        version: u32,
    ) -> Result<u32, LibraryError> {
        let doing = LibraryError::database("saving a note");
        let mut tx = self.write().await?;
        let row: Option<(i64, String, String, i64, i64)> =
            sqlx::query_as("SELECT num, title, body, version, updated_at FROM notes WHERE id = ?")
                .bind(id.to_string())
                .fetch_optional(&mut *tx)
                .await
                .map_err(&doing)?;
        let (num, old_title, old_body, current, saved_at) =
            row.ok_or(LibraryError::NotFound { noun: "note" })?;
        if count(current) != version {
            return Err(LibraryError::NoteConflict {
                current: count(current),
            });
        }
        if old_title == title && old_body == body {
            return Ok(version);
        }
        let last: Option<(i64,)> = sqlx::query_as(
            "SELECT max(saved_at) FROM note_versions WHERE note = ? HAVING max(saved_at) IS NOT NULL",
        )
        .bind(num)
        .fetch_optional(&mut *tx)
        .await
        .map_err(&doing)?;
        if last.is_none_or(|(last,)| saved_at - last >= VERSION_EVERY_MS) {
            sqlx::query(
                "INSERT INTO note_versions (note, version, title, body, saved_at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(num)
            .bind(current)
            .bind(old_title)
            .bind(old_body)
            .bind(saved_at)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
            sqlx::query("DELETE FROM note_versions WHERE note = ?1 AND version <= (SELECT max(version) FROM note_versions WHERE note = ?1) - ?2
                         AND (SELECT count(*) FROM note_versions WHERE note = ?1) > ?2")
                .bind(num)
                .bind(VERSIONS_KEPT)
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
        }
        sqlx::query(
            "UPDATE notes SET title = ?, body = ?, version = version + 1, updated_at = ? WHERE num = ?",
        )
        .bind(title)
        .bind(body)
        .bind(now())
        .bind(num)
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
        tx.commit().await.map_err(&doing)?;
        Ok(version + 1)
    }

    /// Earlier states of a note, newest first.
    pub async fn note_versions(&self, id: NoteId) -> Result<Vec<NoteVersion>, LibraryError> {
        let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(
            "SELECT v.version, v.saved_at, v.title, v.body FROM note_versions v JOIN notes n ON n.num = v.note
             WHERE n.id = ? ORDER BY v.version DESC",
        )
        .bind(id.to_string())
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading a note's history"))?;
        Ok(rows
            .into_iter()
            .map(|(version, saved_at, title, body)| NoteVersion {
                version: count(version),
                saved_at,
                title,
                body,
            })
            .collect())
    }

    /// Makes an earlier state the present one; the present one goes into the history first.
    pub async fn restore_note_version(&self, id: NoteId, version: u32) -> Result<Note, LibraryError> {
        let earlier = self
            .note_versions(id)
            .await?
            .into_iter()
            .find(|v| v.version == version)
            .ok_or(LibraryError::NotFound { noun: "version" })?;
        let doing = LibraryError::database("restoring a note");
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT OR IGNORE INTO note_versions (note, version, title, body, saved_at)
             SELECT num, version, title, body, updated_at FROM notes WHERE id = ?",
        )
        .bind(id.to_string())
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
        sqlx::query(
            "UPDATE notes SET title = ?, body = ?, version = version + 1, updated_at = ? WHERE id = ?",
        )
        .bind(&earlier.title)
        .bind(&earlier.body)
        .bind(now())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
        tx.commit().await.map_err(&doing)?;
        self.note(id).await
    }

    /// Puts a note into the trash, or takes it out again.
    pub async fn set_note_trashed(&self, id: NoteId, trashed: bool) -> Result<(), LibraryError> {
        let done = sqlx::query("UPDATE notes SET trashed_at = ? WHERE id = ?")
            .bind(trashed.then(now))
            .bind(id.to_string())
            .execute(self.db())
            .await
            .map_err(LibraryError::database("moving a note to or from the trash"))?;
        if done.rows_affected() == 0 {
            Err(LibraryError::NotFound { noun: "note" })
        } else {
            Ok(())
        }
    }
}
