//! What belongs to a document and is not its text: what tracked changes deleted, and which other document says the same.

use cabinet_intake::Extracted;
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use crate::{DocumentId, Library, LibraryError};

/// Below this many characters two papers easily say the same by chance, a stamp on a blank form for instance.
const TOO_SHORT_TO_TELL: i64 = 40;

/// Words that tracked changes deleted.
#[derive(Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The end of the words before it, in one line.
    pub before: String,
    /// The words.
    pub text: String,
    /// Who deleted them, where the file says so.
    pub author: Option<String>,
    /// When (YYYY-MM-DD), where the file says so.
    pub day: Option<String>,
}

impl Library {
    /// What tracked changes deleted from a document, in reading order.
    pub async fn deletions(&self, id: DocumentId) -> Result<Vec<Deletion>, LibraryError> {
        let num = self.document_num(id).await?;
        let rows: Vec<(String, String, Option<String>, Option<String>)> = sqlx::query_as(
            "SELECT before, text, author, day FROM deletions WHERE document = ? ORDER BY number",
        )
        .bind(num)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading tracked changes"))?;
        let deletion = |(before, text, author, day)| Deletion {
            before,
            text,
            author,
            day,
        };
        Ok(rows.into_iter().map(deletion).collect())
    }
}

/// Stores what is beside a document that has just got its row.
pub(crate) async fn store(
    tx: &mut SqliteConnection,
    num: i64,
    folder: i64,
    read: &Extracted,
) -> Result<(), LibraryError> {
    let doing = LibraryError::database("storing what is beside a document");
    for (number, deletion) in (1_i64..).zip(&read.deletions) {
        sqlx::query(
            "INSERT INTO deletions (document, number, before, text, author, day) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(num)
        .bind(number)
        .bind(&deletion.before)
        .bind(&deletion.text)
        .bind(deletion.author.as_deref())
        .bind(deletion.day.map(|day| day.to_string()))
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
    }
    let chars = i64::try_from(read.chars()).unwrap_or(i64::MAX);
    if chars < TOO_SHORT_TO_TELL {
        return Ok(());
    }
    // Documents stored by an older program are hashed when one of the same length comes, and only then.
    let older: Vec<(i64,)> = sqlx::query_as(
        "SELECT num FROM documents
         WHERE folder = ? AND chars = ? AND num <> ? AND text_hash IS NULL AND trashed_at IS NULL",
    )
    .bind(folder)
    .bind(chars)
    .bind(num)
    .fetch_all(&mut *tx)
    .await
    .map_err(&doing)?;
    for (older,) in older {
        let pages: Vec<(String,)> =
            sqlx::query_as("SELECT text FROM pages WHERE document = ? ORDER BY number")
                .bind(older)
                .fetch_all(&mut *tx)
                .await
                .map_err(&doing)?;
        set_hash(tx, older, pages.iter().map(|(text,)| text.as_str())).await?;
    }
    set_hash(tx, num, read.pages.iter().map(|page| page.text.as_str())).await
}

async fn set_hash(
    tx: &mut SqliteConnection,
    num: i64,
    pages: impl Iterator<Item = &str>,
) -> Result<(), LibraryError> {
    let mut hash = Sha256::new();
    for page in pages {
        hash.update(page.as_bytes());
        hash.update([0]);
    }
    sqlx::query("UPDATE documents SET text_hash = ? WHERE num = ?")
        .bind(hash.finalize().to_vec())
        .bind(num)
        .execute(&mut *tx)
        .await
        .map_err(LibraryError::database("noting what a document says"))?;
    Ok(())
}
