//! Pages read from their pictures: where their words stand, and what is the matter with pages.

use cabinet_intake::{Document as Read, PageProblem, PageWarning, Scan, ScanWord};
use sqlx::Sqlite;

use crate::{DocumentId, Library, LibraryError, count};

/// Where the words of a recognised page stand.
#[derive(Debug, Clone, PartialEq)]
pub struct PageScan {
    /// How sure the recogniser was of its letters, from 0 to 1.
    pub confidence: f32,
    /// Quarters by which the page is turned clockwise for its text to stand upright.
    pub quarters: u8,
    /// The words in order of the page's text.
    pub words: Vec<ScanWord>,
}

/// A page the user should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtfulPage {
    /// 1-based.
    pub page: u32,
    /// Stable name of what is the matter.
    pub problem: &'static str,
    /// The same in a sentence.
    pub message: String,
}

type Words = Vec<(u32, u32, [u16; 8])>;

impl Library {
    /// Where the words of a page stand on its picture; `None` for a page that was not recognised.
    pub async fn page_scan(&self, id: DocumentId, page: u32) -> Result<Option<PageScan>, LibraryError> {
        let row: Option<(i64, String, Option<f64>)> = sqlx::query_as(
            "SELECT s.quarters, s.words, p.confidence FROM scans s JOIN documents d ON d.num = s.document
             JOIN pages p ON p.document = s.document AND p.number = s.page WHERE d.id = ? AND s.page = ?",
        )
        .bind(id.to_string())
        .bind(page)
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("reading the places of words"))?;
        Ok(row.map(|(quarters, words, confidence)| PageScan {
            confidence: confidence.unwrap_or(0.0) as f32,
            quarters: u8::try_from(quarters).unwrap_or(0),
            // Words that cannot be read are not marked; the text is in its own table.
            words: serde_json::from_str::<Words>(&words)
                .unwrap_or_default()
                .into_iter()
                .map(|(start, end, quad)| ScanWord { start, end, quad })
                .collect(),
        }))
    }

    /// The pages of a document that have no text or doubtful text, blank ones left out.
    pub async fn doubtful_pages(&self, id: DocumentId) -> Result<Vec<DoubtfulPage>, LibraryError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "SELECT p.number, p.problem FROM pages p JOIN documents d ON d.num = p.document
             WHERE d.id = ? AND p.problem IS NOT NULL ORDER BY p.number",
        )
        .bind(id.to_string())
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("listing doubtful pages"))?;
        Ok(rows
            .into_iter()
            .filter_map(|(page, name)| {
                let problem = PageProblem::named(&name).filter(|problem| *problem != PageProblem::Blank)?;
                let page = count(page);
                Some(DoubtfulPage {
                    page,
                    problem: problem.as_str(),
                    message: PageWarning { page, problem }.message(),
                })
            })
            .collect())
    }
}

/// Writes what recognition found beside the pages, which are there already.
pub(crate) async fn store(
    tx: &mut sqlx::Transaction<'_, Sqlite>,
    document: i64,
    read: &Read,
) -> Result<(), LibraryError> {
    let doing = LibraryError::database("storing a document");
    for PageWarning { page, problem } in &read.read.warnings {
        sqlx::query("UPDATE pages SET problem = ? WHERE document = ? AND number = ?")
            .bind(problem.as_str())
            .bind(document)
            .bind(page)
            .execute(&mut **tx)
            .await
            .map_err(&doing)?;
    }
    for scan in &read.scans {
        sqlx::query("UPDATE pages SET confidence = ? WHERE document = ? AND number = ?")
            .bind(f64::from(scan.confidence))
            .bind(document)
            .bind(scan.page)
            .execute(&mut **tx)
            .await
            .map_err(&doing)?;
        sqlx::query("INSERT INTO scans (document, page, quarters, words) VALUES (?, ?, ?, ?)")
            .bind(document)
            .bind(scan.page)
            .bind(scan.quarters)
            .bind(words(scan))
            .execute(&mut **tx)
            .await
            .map_err(&doing)?;
    }
    Ok(())
}

fn words(scan: &Scan) -> String {
    let words: Words = scan
        .words
        .iter()
        .map(|word| (word.start, word.end, word.quad))
        .collect();
    serde_json::to_string(&words).expect("numbers always are JSON")
}
