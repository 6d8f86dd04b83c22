//! Folders: walls between matters, patients or clients.

use crate::error::LibraryError;
use crate::{FolderId, Library, count, now};

/// A folder with what it holds, the trash not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Identifier.
    pub id: FolderId,
    /// The name the user gave.
    pub name: String,
    /// Documents in it.
    pub documents: u32,
    /// Notes in it.
    pub notes: u32,
}

const FIRST_FOLDER: &str = "General";

impl Library {
    /// All folders by name.
    pub async fn folders(&self) -> Result<Vec<Folder>, LibraryError> {
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
            "SELECT id, name,
                    (SELECT count(*) FROM documents d WHERE d.folder = f.num AND d.trashed_at IS NULL),
                    (SELECT count(*) FROM notes n WHERE n.folder = f.num AND n.trashed_at IS NULL)
             FROM folders f ORDER BY name COLLATE NOCASE",
        )
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("listing folders"))?;
        rows.into_iter()
            .map(|(id, name, documents, notes)| {
                Ok(Folder {
                    id: id.parse()?,
                    name,
                    documents: count(documents),
                    notes: count(notes),
                })
            })
            .collect()
    }

    /// The folder that takes what names no other: the oldest one.
    pub async fn first_folder(&self) -> Result<FolderId, LibraryError> {
        let (id,): (String,) = sqlx::query_as("SELECT id FROM folders ORDER BY num LIMIT 1")
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("finding a folder"))?;
        id.parse()
    }

    /// The folder of that name, made if there is none.
    pub async fn folder_named(&self, name: &str) -> Result<FolderId, LibraryError> {
        match self.find_folder(name).await? {
            Some(id) => Ok(id),
            None => self.create_folder(name).await,
        }
    }

    /// The folder with that name or identifier, if there is one.
    pub async fn find_folder(&self, name: &str) -> Result<Option<FolderId>, LibraryError> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT id FROM folders WHERE name = ?1 COLLATE NOCASE OR id = ?1")
                .bind(name.trim())
                .fetch_optional(self.db())
                .await
                .map_err(LibraryError::database("finding a folder"))?;
        row.map(|(id,)| id.parse()).transpose()
    }

    /// Makes a folder.
    pub async fn create_folder(&self, name: &str) -> Result<FolderId, LibraryError> {
        let name = visible(name)?;
        let id = FolderId::fresh();
        sqlx::query("INSERT INTO folders (id, name, created_at) VALUES (?, ?, ?)")
            .bind(id.to_string())
            .bind(name)
            .bind(now())
            .execute(self.db())
            .await
            .map_err(name_taken("making a folder"))?;
        Ok(id)
    }

    /// Renames a folder.
    pub async fn rename_folder(&self, id: FolderId, name: &str) -> Result<(), LibraryError> {
        let done = sqlx::query("UPDATE folders SET name = ? WHERE id = ?")
            .bind(visible(name)?)
            .bind(id.to_string())
            .execute(self.db())
            .await
            .map_err(name_taken("renaming a folder"))?;
        if done.rows_affected() == 0 {
            Err(LibraryError::NotFound { noun: "folder" })
        } else {
            Ok(())
        }
    }

    /// Deletes an empty folder; one that still holds something, the trash included, is refused. The last
    /// folder is replaced by a fresh one: there is always somewhere to drop a file.
    pub async fn delete_folder(&self, id: FolderId) -> Result<(), LibraryError> {
        let num = self.folder_num(id).await?;
        let doing = LibraryError::database("deleting a folder");
        let (documents, notes): (i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM documents WHERE folder = ?1), (SELECT count(*) FROM notes WHERE folder = ?1)",
        )
        .bind(num)
        .fetch_one(self.db())
        .await
        .map_err(&doing)?;
        if documents + notes > 0 {
            return Err(LibraryError::FolderNotEmpty {
                documents: count(documents),
                notes: count(notes),
            });
        }
        sqlx::query("DELETE FROM folders WHERE num = ?")
            .bind(num)
            .execute(self.db())
            .await
            .map_err(&doing)?;
        self.ensure_a_folder().await
    }

    pub(crate) async fn ensure_a_folder(&self) -> Result<(), LibraryError> {
        let (folders,): (i64,) = sqlx::query_as("SELECT count(*) FROM folders")
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("counting folders"))?;
        if folders == 0 {
            self.create_folder(FIRST_FOLDER).await?;
        }
        Ok(())
    }

    pub(crate) async fn folder_num(&self, id: FolderId) -> Result<i64, LibraryError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT num FROM folders WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("finding a folder"))?;
        row.map(|(num,)| num)
            .ok_or(LibraryError::NotFound { noun: "folder" })
    }
}

fn visible(name: &str) -> Result<&str, LibraryError> {
    let name = name.trim();
    if name.is_empty() {
        Err(LibraryError::EmptyName)
    } else {
        Ok(name)
    }
}

fn name_taken(doing: &'static str) -> impl Fn(sqlx::Error) -> LibraryError {
    move |e| match e.as_database_error() {
        Some(d) if d.is_unique_violation() => LibraryError::FolderNameTaken,
        _ => LibraryError::database(doing)(e),
    }
}
