//! Documents and their pages: listing, reading, moving, the trash, and deletion that deletes everywhere.

use std::collections::HashSet;
use std::str::FromStr;

use cabinet_vault::VaultError;
use serde::Deserialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::audit::{self, Action};
use crate::{DocumentId, FolderId, Library, LibraryError, Millis, count, now};

/// How far a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentState {
    /// Stored and found by words; its vectors are still to come.
    Embedding,
    /// Found by words and by meaning.
    Ready,
    /// In the trash.
    Trashed,
}

/// One document as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Identifier.
    pub id: DocumentId,
    /// Folder it lives in.
    pub folder: FolderId,
    /// Title from the document, else the file's name without its ending.
    pub title: String,
    /// The file's name as it was added.
    pub source_name: String,
    /// What it is: "pdf", "docx", "text" ...
    pub kind: String,
    /// Size of the original in bytes.
    pub bytes: u64,
    /// Number of pages.
    pub pages: u32,
    /// Pages that gave no text.
    pub pages_without_text: u32,
    /// Pages whose text was recognised on their picture.
    pub ocr_pages: u32,
    /// Those of them that were hard to read.
    pub faint_pages: u32,
    /// Pages that have text and may lack some, because the file is damaged or cut off.
    pub damaged_pages: u32,
    /// Characters of text.
    pub chars: u32,
    /// Passages it was split into.
    pub passages: u32,
    /// When it was added.
    pub added_at: Millis,
    /// How far it is.
    pub state: DocumentState,
    /// The document it was taken out of: the message it was attached to, the archive it lay in.
    pub parent: Option<DocumentId>,
    /// The document that took its place when its file changed; it lies in the trash then.
    pub replaced_by: Option<DocumentId>,
    /// Documents whose place it took, those deleted for ever not counted.
    pub versions_before: u32,
    /// How often tracked changes deleted something from it.
    pub deletions: u32,
    /// An earlier document of its folder whose text is the same, letter by letter.
    pub same_text_as: Option<DocumentId>,
    /// What is known or guessed about it as a whole.
    pub about: About,
}

/// What is known or guessed about a document. Days are written YYYY-MM-DD.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Who wrote it, as the file says; for a message its sender.
    pub author: Option<String>,
    /// When the file says it was begun.
    pub created_on: Option<String>,
    /// When the file says it was last changed.
    pub modified_on: Option<String>,
    /// The date that stands on it; for a message the day it was sent.
    pub dated: Option<String>,
    /// The language most of it is in (ISO 639-1).
    pub language: Option<String>,
    /// What sort of paper it seems to be: "letter", "contract" ... A guess, and to be shown as one.
    pub genre: Option<String>,
}

/// A heading on a page, in characters of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "(u32, u32, u8)")]
pub struct Heading {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// 1 for one that stands beneath no other.
    pub level: u8,
}

impl From<(u32, u32, u8)> for Heading {
    fn from((start, end, level): (u32, u32, u8)) -> Self {
        Self { start, end, level }
    }
}

/// One page of text; offsets everywhere are Unicode scalar values in `text`.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// 1-based.
    pub number: u32,
    /// Its text; empty where none could be read.
    pub text: String,
    /// Whether the page gave text.
    pub readable: bool,
    /// How its text was obtained: "native", "ocr", or "none".
    pub method: String,
    /// How sure the recogniser was of its letters, from 0 to 1; `None` where the text was in the file.
    pub confidence: Option<f64>,
    /// Its headings; none for documents stored before these were kept.
    pub headings: Vec<Heading>,
}

pub(crate) const COLUMNS: &str =
    "SELECT d.num, d.id, f.id AS folder_id, d.title, d.source_name, d.kind, d.bytes, d.pages, d.chars,
        d.author, d.created_on, d.modified_on, d.dated, d.language, d.genre,
        (SELECT o.id FROM documents o WHERE o.num = d.parent) AS parent,
        d.replaced_by, (SELECT count(*) FROM documents o WHERE o.replaced_by = d.id AND o.parent IS NULL) AS older,
        d.added_at, d.trashed_at IS NOT NULL AS trashed, d.embedded_by IS NOT NULL AS embedded,
        (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.method = 'none') AS unread,
        (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.method = 'ocr') AS recognised,
        (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.problem = 'faint') AS faint,
        (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.problem = 'damaged' AND p.method <> 'none') AS damaged,
        (SELECT count(*) FROM passages p WHERE p.document = d.num) AS passages,
        (SELECT count(*) FROM deletions x WHERE x.document = d.num) AS deletions,
        (SELECT o.id FROM documents o WHERE o.folder = d.folder AND o.text_hash = d.text_hash AND o.num < d.num
            AND o.trashed_at IS NULL ORDER BY o.num LIMIT 1) AS twin
     FROM documents d JOIN folders f ON f.num = d.folder";

impl Library {
    /// Documents of one folder or of all, newest first; those in the trash or those outside it.
    pub async fn documents(
        &self,
        folder: Option<FolderId>,
        trashed: bool,
    ) -> Result<Vec<Document>, LibraryError> {
        let sql = format!(
            "{COLUMNS} WHERE (d.trashed_at IS NOT NULL) = ?1 AND (?2 IS NULL OR f.id = ?2) ORDER BY d.num DESC"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(trashed)
            .bind(folder.map(|f| f.to_string()))
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("listing documents"))?
            .iter()
            .map(document)
            .collect()
    }

    /// One document, in the trash or not.
    pub async fn document(&self, id: DocumentId) -> Result<Document, LibraryError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE d.id = ?")))
            .bind(id.to_string())
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("finding a document"))?;
        document(&row.ok_or(LibraryError::NotFound { noun: "document" })?)
    }

    /// All pages of a document.
    pub async fn pages(&self, id: DocumentId) -> Result<Vec<Page>, LibraryError> {
        let num = self.document_num(id).await?;
        let rows: Vec<PageRow> = sqlx::query_as(
            "SELECT number, text, method, confidence, headings FROM pages WHERE document = ? ORDER BY number",
        )
        .bind(num)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading pages"))?;
        Ok(rows.into_iter().map(page).collect())
    }

    /// One page of a document.
    pub async fn page(&self, id: DocumentId, number: u32) -> Result<Page, LibraryError> {
        let row: Option<PageRow> = sqlx::query_as(
            "SELECT p.number, p.text, p.method, p.confidence, p.headings FROM pages p JOIN documents d ON d.num = p.document
             WHERE d.id = ? AND p.number = ?",
        )
        .bind(id.to_string())
        .bind(number)
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("reading a page"))?;
        row.map(page).ok_or(LibraryError::NotFound { noun: "page" })
    }

    /// The original bytes, as they were added.
    pub async fn original(&self, id: DocumentId) -> Result<Vec<u8>, LibraryError> {
        self.document_num(id).await?;
        self.blocking(move |vault| vault.objects().get(id.uuid()))
            .await
            .map_err(|e| match e {
                LibraryError::Vault(VaultError::ObjectMissing | VaultError::ObjectDamaged { .. }) => {
                    LibraryError::OriginalDamaged
                }
                other => other,
            })
    }

    /// These documents, each followed by all that were taken out of it.
    async fn with_inside(&self, ids: &[DocumentId]) -> Result<Vec<DocumentId>, LibraryError> {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            let found: Vec<(String,)> = sqlx::query_as(
                "WITH RECURSIVE inside (num) AS (
                     SELECT num FROM documents WHERE id = ?
                     UNION SELECT d.num FROM documents d JOIN inside ON d.parent = inside.num)
                 SELECT d.id FROM inside JOIN documents d ON d.num = inside.num",
            )
            .bind(id.to_string())
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("finding what a document holds"))?;
            if found.is_empty() {
                return Err(LibraryError::NotFound { noun: "document" });
            }
            for (id,) in found {
                let id = DocumentId::from_str(&id)?;
                if !all.contains(&id) {
                    all.push(id);
                }
            }
        }
        Ok(all)
    }

    /// Moves documents into another folder, with all that were taken out of them. One that leaves what it was taken
    /// out of behind forgets it: nothing may tell of what lies behind another wall.
    pub async fn move_documents(&self, ids: &[DocumentId], folder: FolderId) -> Result<(), LibraryError> {
        let ids = &self.with_inside(ids).await?;
        let folder = self.folder_num(folder).await?;
        let doing = LibraryError::database("moving documents");
        // Held throughout, so that no embedding round stores vectors behind the old wall meanwhile.
        let _writer = self.inner.vector_writes.lock().await;
        let mut tx = self.write().await?;
        let mut embedded = Vec::with_capacity(ids.len());
        for id in ids {
            let row: Option<(i64, Option<String>)> =
                sqlx::query_as("SELECT num, embedded_by FROM documents WHERE id = ?")
                    .bind(id.to_string())
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(&doing)?;
            let (num, model) = row.ok_or(LibraryError::NotFound { noun: "document" })?;
            // Until its vectors have followed, the document counts as not embedded: a crash in between makes
            // them again rather than leaving them behind the wrong wall.
            sqlx::query("UPDATE documents SET folder = ?, embedded_by = NULL WHERE num = ?")
                .bind(folder)
                .bind(num)
                .execute(&mut *tx)
                .await
                .map_err(duplicate("moving documents"))?;
            sqlx::query(
                "UPDATE documents SET parent = NULL
                 WHERE num = ?1 AND parent IN (SELECT num FROM documents WHERE folder <> ?2)",
            )
            .bind(num)
            .bind(folder)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
            embedded.extend(model.map(|model| (num, model)));
        }
        tx.commit().await.map_err(&doing)?;
        if let Some(vectors) = &self.inner.vectors {
            let nums: Vec<i64> = embedded.iter().map(|(num, _)| *num).collect();
            vectors.move_documents(&nums, folder).await?;
            for (num, model) in &embedded {
                sqlx::query("UPDATE documents SET embedded_by = ? WHERE num = ?")
                    .bind(model)
                    .bind(num)
                    .execute(self.db())
                    .await
                    .map_err(&doing)?;
            }
        }
        Ok(())
    }

    /// Puts documents into the trash, with all that were taken out of them: out of lists and searches, until restored or deleted for ever.
    pub async fn trash_documents(&self, ids: &[DocumentId]) -> Result<(), LibraryError> {
        self.set_trashed(ids, Some(now())).await
    }

    /// Takes documents out of the trash.
    pub async fn restore_documents(&self, ids: &[DocumentId]) -> Result<(), LibraryError> {
        self.set_trashed(ids, None).await
    }

    async fn set_trashed(&self, ids: &[DocumentId], at: Option<Millis>) -> Result<(), LibraryError> {
        let ids = self.with_inside(ids).await?;
        let mut tx = self.write().await?;
        for id in ids {
            let done = sqlx::query("UPDATE documents SET trashed_at = ?, replaced_by = NULL WHERE id = ?")
                .bind(at)
                .bind(id.to_string())
                .execute(&mut *tx)
                .await
                .map_err(duplicate("moving documents to or from the trash"))?;
            if done.rows_affected() == 0 {
                return Err(LibraryError::NotFound { noun: "document" });
            }
        }
        tx.commit()
            .await
            .map_err(LibraryError::database("moving documents to or from the trash"))
    }

    /// Deletes documents for ever, with all that were taken out of them: rows, full text, vectors in every version,
    /// originals. While a backup is being written the rows go at once, the rest when it is done.
    pub async fn delete_documents(&self, ids: &[DocumentId]) -> Result<(), LibraryError> {
        let doing = LibraryError::database("deleting documents");
        let ids = self.with_inside(ids).await?;
        let mut tx = self.write().await?;
        for id in ids {
            let text = id.to_string();
            let row: Option<(i64,)> = sqlx::query_as("SELECT num FROM documents WHERE id = ?")
                .bind(&text)
                .fetch_optional(&mut *tx)
                .await
                .map_err(&doing)?;
            let (num,) = row.ok_or(LibraryError::NotFound { noun: "document" })?;
            for sql in [
                "DELETE FROM passages WHERE document = ?",
                "DELETE FROM pages WHERE document = ?",
                "DELETE FROM documents WHERE num = ?",
            ] {
                sqlx::query(sql)
                    .bind(num)
                    .execute(&mut *tx)
                    .await
                    .map_err(&doing)?;
            }
            sqlx::query("DELETE FROM jobs WHERE ?1 IN (document_id, parent_document)")
                .bind(&text)
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
            sqlx::query("INSERT INTO purges (document, id) VALUES (?, ?)")
                .bind(num)
                .bind(&text)
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
            audit::append(&mut tx, Action::Deleted, Some(text), None).await?;
        }
        tx.commit().await.map_err(&doing)?;
        self.finish_purges().await
    }

    /// Wipes what deleted documents left outside the rows. Runs after each deletion and at opening.
    pub(crate) async fn finish_purges(&self) -> Result<(), LibraryError> {
        let doing = LibraryError::database("finishing a deletion");
        let purges: Vec<(i64, String)> = sqlx::query_as("SELECT document, id FROM purges")
            .fetch_all(self.db())
            .await
            .map_err(&doing)?;
        if purges.is_empty() {
            return Ok(());
        }
        // A backup that is being written still needs the originals; it finishes the purge when it is done.
        let Ok(_no_backup) = self.inner.backing_up.try_lock() else {
            return Ok(());
        };
        // Without the vector store the purge stays on the list: it is finished when the store is back.
        let Some(vectors) = &self.inner.vectors else {
            return Ok(());
        };
        {
            let _writer = self.inner.vector_writes.lock().await;
            let nums: Vec<i64> = purges.iter().map(|(num, _)| *num).collect();
            vectors.remove_documents(&nums).await?;
        }
        for (_, id) in &purges {
            let uuid = DocumentId::from_str(id)?.uuid();
            match self.blocking(move |vault| vault.objects().delete(uuid)).await {
                Ok(()) | Err(LibraryError::Vault(VaultError::ObjectMissing)) => {}
                Err(e) => return Err(e),
            }
        }
        for (num, _) in &purges {
            sqlx::query("DELETE FROM purges WHERE document = ?")
                .bind(num)
                .execute(self.db())
                .await
                .map_err(&doing)?;
        }
        // The write-ahead log still holds the old pages; folding it back overwrites them.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(self.db())
            .await
            .map_err(&doing)?;
        Ok(())
    }

    /// Wipes originals that no document claims: a kill between sealing one and committing its rows.
    pub(crate) async fn sweep_orphaned_originals(&self) -> Result<(), LibraryError> {
        let originals = self.blocking(|vault| vault.objects().list()).await?;
        // All at once: a question for each would keep a large cabinet from opening for seconds.
        let claimed: Vec<(String,)> = sqlx::query_as("SELECT id FROM documents")
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("looking for orphans"))?;
        let claimed: HashSet<String> = claimed.into_iter().map(|(id,)| id).collect();
        for uuid in originals {
            if !claimed.contains(&uuid.to_string()) {
                self.blocking(move |vault| vault.clear_original(uuid)).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn document_num(&self, id: DocumentId) -> Result<i64, LibraryError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT num FROM documents WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("finding a document"))?;
        row.map(|(num,)| num)
            .ok_or(LibraryError::NotFound { noun: "document" })
    }
}

fn document(row: &SqliteRow) -> Result<Document, LibraryError> {
    let doing = LibraryError::database("reading a document's row");
    let n = |name: &str| row.try_get::<i64, _>(name).map_err(&doing);
    let text = |name: &str| row.try_get::<String, _>(name).map_err(&doing);
    let yes = |name: &str| row.try_get::<bool, _>(name).map_err(&doing);
    let perhaps = |name: &str| row.try_get::<Option<String>, _>(name).map_err(&doing);
    Ok(Document {
        id: text("id")?.parse()?,
        folder: text("folder_id")?.parse()?,
        title: text("title")?,
        source_name: text("source_name")?,
        kind: text("kind")?,
        bytes: u64::try_from(n("bytes")?).unwrap_or(0),
        pages: count(n("pages")?),
        pages_without_text: count(n("unread")?),
        ocr_pages: count(n("recognised")?),
        faint_pages: count(n("faint")?),
        damaged_pages: count(n("damaged")?),
        chars: count(n("chars")?),
        passages: count(n("passages")?),
        added_at: n("added_at")?,
        state: match (yes("trashed")?, yes("embedded")?) {
            (true, _) => DocumentState::Trashed,
            (false, true) => DocumentState::Ready,
            (false, false) => DocumentState::Embedding,
        },
        parent: perhaps("parent")?.map(|id| id.parse()).transpose()?,
        replaced_by: perhaps("replaced_by")?.map(|id| id.parse()).transpose()?,
        versions_before: count(n("older")?),
        deletions: count(n("deletions")?),
        same_text_as: perhaps("twin")?.map(|id| id.parse()).transpose()?,
        about: About {
            author: perhaps("author")?,
            created_on: perhaps("created_on")?,
            modified_on: perhaps("modified_on")?,
            dated: perhaps("dated")?,
            language: perhaps("language")?,
            genre: perhaps("genre")?,
        },
    })
}

type PageRow = (i64, String, String, Option<f64>, Option<String>);

fn page((number, text, method, confidence, headings): PageRow) -> Page {
    Page {
        number: count(number),
        text,
        readable: method != "none",
        method,
        confidence,
        headings: headings
            .and_then(|kept| serde_json::from_str(&kept).ok())
            .unwrap_or_default(),
    }
}

fn duplicate(doing: &'static str) -> impl Fn(sqlx::Error) -> LibraryError {
    move |e| match e.as_database_error() {
        Some(d) if d.is_unique_violation() => LibraryError::DuplicateInFolder,
        _ => LibraryError::database(doing)(e),
    }
}
