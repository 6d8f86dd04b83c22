//! The queue as lists and reports show it: each file with what became of it.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::jobs::{COLUMNS, IN_ORDER, Job, job};
use crate::{Library, LibraryError, count};

/// One line of the report: a file, and the document it made or found, where that is still in the cabinet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// The file on its way.
    pub job: Job,
    /// Its document.
    pub made: Option<Made>,
}

/// What a report says of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Its title.
    pub title: String,
    /// Number of pages.
    pub pages: u32,
    /// Pages whose text was recognised on their picture.
    pub ocr_pages: u32,
    /// Those of them that were hard to read.
    pub faint_pages: u32,
    /// Pages that have text and may lack some, because the file is damaged or cut off.
    pub damaged_pages: u32,
    /// Their numbers, the first of them.
    pub faint_on: String,
    /// Pages that gave no text.
    pub pages_without_text: u32,
    /// Their numbers, the first of them.
    pub unread_on: String,
    /// How often tracked changes deleted something from it.
    pub deletions: u32,
    /// Title of an earlier document of its folder whose text is the same.
    pub same_text_as: Option<String>,
    /// True where it took the place of an earlier version.
    pub replaced: bool,
}

impl Library {
    /// The first `limit` files of the queue and of what is done: running first, then failed ones, which want somebody,
    /// then waiting, then finished.
    pub async fn import_lines(&self, limit: u32) -> Result<Vec<ImportLine>, LibraryError> {
        // Limited before anything is counted: sorting would otherwise count for every job there is.
        sqlx::query(sqlx::AssertSqlSafe(sql()))
            .bind(limit)
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("listing jobs"))?
            .iter()
            .map(line)
            .collect()
    }
}

pub(crate) fn sql() -> String {
    let (faint_on, unread_on) = (numbers("p.problem = 'faint'"), numbers("p.method = 'none'"));
    format!(
        "SELECT {COLUMNS}, d.title, d.pages,
             (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.method = 'ocr') AS recognised,
             (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.problem = 'faint') AS faint,
             (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.problem = 'damaged' AND p.method <> 'none') AS damaged,
             (SELECT count(*) FROM pages p WHERE p.document = d.num AND p.method = 'none') AS unread,
             {faint_on} AS faint_on, {unread_on} AS unread_on,
             (SELECT count(*) FROM deletions x WHERE x.document = d.num) AS deletions,
             (SELECT o.title FROM documents o WHERE o.folder = d.folder AND o.text_hash = d.text_hash AND o.num < d.num
                 AND o.trashed_at IS NULL ORDER BY o.num LIMIT 1) AS twin,
             EXISTS (SELECT 1 FROM documents o WHERE o.replaced_by = d.id AND o.parent IS NULL) AS replaced
         FROM (SELECT * FROM jobs j ORDER BY {IN_ORDER} LIMIT ?) j
             JOIN folders f ON f.num = j.folder LEFT JOIN documents d ON d.id = j.document_id
         ORDER BY {IN_ORDER}"
    )
}

/// The numbers of pages, for people: of a hundred unreadable ones nobody needs each.
fn numbers(condition: &str) -> String {
    format!(
        "(SELECT group_concat(number, ', ') FROM (SELECT p.number FROM pages p INDEXED BY pages_by_method
             WHERE p.document = d.num AND {condition} ORDER BY p.number LIMIT 100))"
    )
}

fn line(row: &SqliteRow) -> Result<ImportLine, LibraryError> {
    let doing = LibraryError::database("reading a line of the import report");
    let number = |name: &str| row.try_get::<Option<i64>, _>(name).map_err(&doing);
    let counted = |name: &str| number(name).map(|n| count(n.unwrap_or(0)));
    let perhaps = |name: &str| row.try_get::<Option<String>, _>(name).map_err(&doing);
    let made = match perhaps("title")? {
        Some(title) => Some(Made {
            title,
            pages: counted("pages")?,
            ocr_pages: counted("recognised")?,
            faint_pages: counted("faint")?,
            damaged_pages: counted("damaged")?,
            faint_on: perhaps("faint_on")?.unwrap_or_default(),
            pages_without_text: counted("unread")?,
            unread_on: perhaps("unread_on")?.unwrap_or_default(),
            deletions: counted("deletions")?,
            same_text_as: perhaps("twin")?,
            replaced: number("replaced")? == Some(1),
        }),
        None => None,
    };
    Ok(ImportLine { job: job(row)?, made })
}
