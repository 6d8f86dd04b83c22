//! Storing one read document: the original sealed first, then everything else in one transaction.

use std::path::Path;
use std::sync::Arc;

use cabinet_intake::{Document as Read, Extracted, Kind, Source};
use cabinet_text::{Heading, Span, Trail};

use crate::audit::{self, Action};
use crate::{DocumentId, FolderId, Library, LibraryError, beside, now, scans};

/// Tokens of a passage. The splitter goes up to a quarter above it; the embedding model reads 256, its two
/// markers included.
const PASSAGE_TOKENS: usize = 200;

/// A file that was read and is about to be stored.
pub(crate) struct Incoming<'a> {
    pub folder: FolderId,
    pub source_name: &'a str,
    /// Where the file lay; none for a file inside a document.
    pub origin: Option<&'a Path>,
    pub source: Arc<Source>,
    pub read: Read,
    /// The document this file was taken out of.
    pub parent: Option<DocumentId>,
}

/// What became of it.
pub(crate) enum Stored {
    Added(DocumentId),
    Duplicate(DocumentId),
}

impl Library {
    /// The document with these bytes in this folder, the trash not counted.
    pub(crate) async fn find_duplicate(
        &self,
        folder: FolderId,
        sha256: &[u8; 32],
    ) -> Result<Option<DocumentId>, LibraryError> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT d.id FROM documents d JOIN folders f ON f.num = d.folder
             WHERE f.id = ? AND d.sha256 = ? AND d.trashed_at IS NULL",
        )
        .bind(folder.to_string())
        .bind(sha256.as_slice())
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("looking for a duplicate"))?;
        row.map(|(id,)| id.parse()).transpose()
    }

    /// Stores a document. Acknowledged means durable: the original is sealed and synced before the
    /// transaction that makes the document exist; a crash between the two leaves an orphan that the next
    /// opening sweeps.
    pub(crate) async fn store(&self, incoming: Incoming<'_>) -> Result<Stored, LibraryError> {
        if let Some(id) = self
            .find_duplicate(incoming.folder, &incoming.source.sha256())
            .await?
        {
            return Ok(Stored::Duplicate(id));
        }
        let id = DocumentId::fresh();
        let source = incoming.source.clone();
        self.blocking(move |vault| {
            #[cfg(test)]
            if crate::tests::cost::is_plain(vault.home()) {
                return crate::tests::cost::put_plain(vault.home(), id.uuid(), source.bytes());
            }
            vault.objects().put(id.uuid(), source.bytes())
        })
        .await?;
        match self.store_rows(id, &incoming).await {
            Ok(()) => {
                self.inner.to_embed.notify_one();
                Ok(Stored::Added(id))
            }
            Err(e) => {
                // The transaction rolled back; the original has no owner.
                let _ = self
                    .blocking(move |vault| vault.objects().delete(id.uuid()))
                    .await;
                match self
                    .find_duplicate(incoming.folder, &incoming.source.sha256())
                    .await?
                {
                    Some(other) => Ok(Stored::Duplicate(other)),
                    None => Err(e),
                }
            }
        }
    }

    async fn store_rows(&self, id: DocumentId, incoming: &Incoming<'_>) -> Result<(), LibraryError> {
        let doing = LibraryError::database("storing a document");
        let folder = self.folder_num(incoming.folder).await?;
        let extracted = &incoming.read.read;
        let details = &extracted.details;
        let mut tx = self.write().await?;
        // Gone or moved meanwhile, it is forgotten.
        let parent: Option<(i64,)> = sqlx::query_as("SELECT num FROM documents WHERE id = ? AND folder = ?")
            .bind(incoming.parent.map(|parent| parent.to_string()))
            .bind(folder)
            .fetch_optional(&mut *tx)
            .await
            .map_err(&doing)?;
        let origin = incoming.origin.map(Path::to_string_lossy);
        let (num,): (i64,) = sqlx::query_as(
            "INSERT INTO documents (id, folder, title, source_name, kind, bytes, sha256, pages, chars, added_at,
                 author, created_on, modified_on, dated, language, genre, parent, origin)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING num",
        )
        .bind(id.to_string())
        .bind(folder)
        .bind(title(extracted.title.as_deref(), incoming.source_name))
        .bind(incoming.source_name)
        .bind(extracted.kind.as_str())
        .bind(stored(incoming.source.bytes().len()))
        .bind(incoming.source.sha256().to_vec())
        .bind(stored(extracted.pages.len()))
        .bind(stored(extracted.chars()))
        .bind(now())
        .bind(details.author.as_deref())
        .bind(details.created.map(|day| day.to_string()))
        .bind(details.modified.map(|day| day.to_string()))
        .bind(details.dated.map(|day| day.to_string()))
        .bind(details.language.as_deref())
        .bind(details.genre.map(|genre| genre.as_str()))
        .bind(parent.map(|(num,)| num))
        .bind(origin.as_deref())
        .fetch_one(&mut *tx)
        .await
        .map_err(&doing)?;
        // A file that changed is a new version of its document: the one before, with what was taken out of it, goes to
        // the trash and can be brought back.
        sqlx::query(
            "WITH RECURSIVE older (num) AS (
                 SELECT num FROM documents WHERE origin = ?1 AND folder = ?2 AND num <> ?3 AND trashed_at IS NULL
                 UNION SELECT d.num FROM documents d JOIN older ON d.parent = older.num)
             UPDATE documents SET trashed_at = ?4, replaced_by = ?5
             WHERE trashed_at IS NULL AND num IN (SELECT num FROM older)",
        )
        .bind(origin.as_deref())
        .bind(folder)
        .bind(num)
        .bind(now())
        .bind(id.to_string())
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
        let texts: Vec<&str> = extracted.pages.iter().map(|page| page.text.as_str()).collect();
        let bodies = cabinet_text::without_running_lines(&texts);
        let title = title(extracted.title.as_deref(), incoming.source_name);
        let running: Vec<&str> = texts
            .iter()
            .zip(&bodies)
            .flat_map(|(text, body)| outside(text, *body))
            .collect();
        let mut trail = Trail::new(running.into_iter().chain([title.as_str()]));
        let said = Said::of(extracted);
        for (page, body) in extracted.pages.iter().zip(bodies) {
            let passages = self.passages(&page.text, body);
            let spans: Vec<Span> = passages.iter().map(|(span, _)| *span).collect();
            let outlined = trail.page(&page.text, said.on(page.number).as_deref(), &spans);
            let headings: Vec<[usize; 3]> = outlined
                .headings
                .iter()
                .map(|heading| [heading.span.start, heading.span.end, usize::from(heading.level)])
                .collect();
            sqlx::query(
                "INSERT INTO pages (document, number, text, method, headings) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(num)
            .bind(page.number)
            .bind(&page.text)
            .bind(page.method.as_str())
            .bind(serde_json::to_string(&headings).unwrap_or_default())
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
            for ((span, text), path) in passages.into_iter().zip(outlined.paths) {
                sqlx::query(
                    "INSERT INTO passages (document, page, start, \"end\", text, headings) VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(num)
                .bind(page.number)
                .bind(stored(span.start))
                .bind(stored(span.end))
                .bind(text)
                .bind(path.join("\n"))
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
            }
        }
        scans::store(&mut tx, num, &incoming.read).await?;
        beside::store(&mut tx, num, folder, extracted).await?;
        audit::append(&mut tx, Action::Imported, Some(id.to_string()), None).await?;
        tx.commit().await.map_err(&doing)
    }

    /// Runs of whole sentences of a page's body, sized for the embedding model.
    fn passages<'t>(&self, page: &'t str, body: Span) -> Vec<(Span, &'t str)> {
        let count = |text: &str| self.embedder().count_tokens(text);
        let offsets = cabinet_text::Offsets::new(page);
        cabinet_text::passages(offsets.slice(body), PASSAGE_TOKENS, count)
            .into_iter()
            .map(|span| Span::new(body.start + span.start, body.start + span.end))
            .map(|span| (span, offsets.slice(span)))
            .collect()
    }
}

/// What a file says of its headings.
enum Said<'r> {
    /// These, and no others.
    These(&'r [cabinet_intake::Heading]),
    /// Nothing, in a format whose papers have some.
    Nothing,
}

impl<'r> Said<'r> {
    fn of(read: &'r Extracted) -> Self {
        let papers = matches!(
            read.kind,
            Kind::Pdf
                | Kind::Docx
                | Kind::Text
                | Kind::Html
                | Kind::Rtf
                | Kind::Doc
                | Kind::Odt
                | Kind::Image
        );
        if read.headings.is_empty() && papers {
            Self::Nothing
        } else {
            Self::These(&read.headings)
        }
    }

    /// Those on one page; none where they are to be guessed.
    fn on(&self, page: u32) -> Option<Vec<Heading>> {
        let Self::These(headings) = self else { return None };
        let from = headings.partition_point(|heading| heading.page < page);
        let here = headings[from..].iter().take_while(|heading| heading.page == page);
        let at = |heading: &cabinet_intake::Heading| Heading {
            span: Span::new(heading.start as usize, heading.end as usize),
            level: heading.level,
        };
        Some(here.map(at).collect())
    }
}

/// The lines of a page before and after its body.
fn outside(page: &str, body: Span) -> impl Iterator<Item = &str> {
    let offsets = cabinet_text::Offsets::new(page);
    let before = offsets.slice(Span::new(0, body.start));
    let after = offsets.slice(Span::new(body.end, offsets.len()));
    before
        .lines()
        .chain(after.lines())
        .filter(|line| !line.trim().is_empty())
}

/// The document's own title where it has a usable one, else the file's name without its ending.
fn title(own: Option<&str>, source_name: &str) -> String {
    match own.map(str::trim) {
        Some(own) if !own.is_empty() => own.to_string(),
        _ => Path::new(source_name).file_stem().map_or_else(
            || source_name.to_string(),
            |stem| stem.to_string_lossy().into_owned(),
        ),
    }
}

fn stored(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
