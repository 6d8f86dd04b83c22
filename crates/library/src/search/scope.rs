//! Which documents a search may find: the wall of a folder, filters, and what a document must say.

use std::collections::HashSet;
use std::sync::Arc;

use super::condition::Condition;
use super::lexicon::{LARGE_TO_TYPE, Size};
use super::query::{self, Query};
use super::show::PassageRow;
use super::{Look, SearchRequest, list};
use crate::{Library, LibraryError};

/// A scope of fewer documents than one in so many is narrow.
const NARROW: usize = 10;

/// Documents to look in.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub folder: Option<i64>,
    pub document: Option<i64>,
    /// Only these, where anything but folder and document was asked for.
    pub documents: Option<Arc<HashSet<i64>>>,
    /// Somebody is typing and waits for the first list.
    pub as_typed: bool,
    /// How closely to look.
    pub look: Look,
    /// How much there is in the whole cabinet.
    pub size: Size,
    /// Whether that is much, for what is asked.
    pub large: bool,
    /// Whether every passage there is may be found.
    pub whole: bool,
    /// Whether a good part of a large cabinet is in the scope.
    pub wide: bool,
}

impl Scope {
    /// The wall, once more, on the row itself: whatever an index says, nothing outside the scope is shown.
    pub(super) fn admits(&self, row: &PassageRow) -> bool {
        self.folder.is_none_or(|folder| folder == row.folder_num)
            && self.document.is_none_or(|document| document == row.document_num)
            && self
                .documents
                .as_ref()
                .is_none_or(|documents| documents.contains(&row.document_num))
    }

    /// The documents as JSON, which SQLite takes as a table.
    pub(super) fn json(&self) -> Option<String> {
        self.documents
            .as_ref()
            .map(|documents| format!("[{}]", list(documents.iter().copied())))
    }
}

impl Library {
    /// The scope of a search; `None` where no document can be in it.
    pub(super) async fn scope(
        &self,
        request: &SearchRequest,
        parsed: &Query,
        missing: &mut Vec<String>,
    ) -> Result<Option<Scope>, LibraryError> {
        let mut scope = Scope {
            folder: match request.folder {
                Some(id) => Some(self.folder_num(id).await?),
                None => None,
            },
            document: match request.document {
                Some(id) => Some(self.document_num(id).await?),
                None => None,
            },
            ..Scope::default()
        };
        scope.as_typed = request.as_typed;
        scope.size = self.size().await?;
        // While the list of words is not there, the index completes what is typed, as in a small cabinet.
        scope.large = self.inner.lexicon.is_large(scope.size.rows)
            || (parsed.unfinished.is_some()
                && scope.size.rows >= LARGE_TO_TYPE
                && self.words(scope.size).is_some());
        if self.inner.lexicon.is_large(scope.size.rows) && !parsed.whole_text {
            scope.look = request.look;
        }
        if let Some(name) = &parsed.filters.folder {
            let named: Option<(i64,)> =
                sqlx::query_as("SELECT num FROM folders WHERE name = ? COLLATE NOCASE")
                    .bind(name)
                    .fetch_optional(self.db())
                    .await
                    .map_err(LibraryError::database("finding a folder"))?;
            let Some((named,)) = named else {
                missing.push(format!("There is no folder \u{201c}{name}\u{201d}"));
                return Ok(None);
            };
            // Never out of the folder that was chosen already.
            if scope.folder.is_some_and(|chosen| chosen != named) {
                return Ok(None);
            }
            scope.folder = Some(named);
        }
        if !request.kinds.is_empty() || !parsed.filters.is_empty() || parsed.condition.is_some() {
            let mut documents = self.filtered(&request.kinds, parsed, &scope).await?;
            if let Some(condition) = &parsed.condition {
                let meeting = self.meeting(condition, &documents, &scope).await?;
                documents.retain(|document| meeting.contains(document));
            }
            scope.documents = Some(Arc::new(documents));
        }
        scope.whole = scope.folder.is_none()
            && scope.document.is_none()
            && scope.documents.is_none()
            && !self.has_trash().await?;
        if scope.large {
            scope.wide = scope.whole || self.width(&scope).await?;
        }
        Ok(Some(scope))
    }

    /// See [`Scope::wide`].
    async fn width(&self, scope: &Scope) -> Result<bool, LibraryError> {
        let (all, inside): (i64, i64) = sqlx::query_as(
            "SELECT count(*), count(*) FILTER (WHERE trashed_at IS NULL AND (?1 IS NULL OR folder = ?1))
             FROM documents",
        )
        .bind(scope.folder)
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("counting documents"))?;
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        let inside = match (&scope.documents, scope.document) {
            (_, Some(_)) => 1,
            (Some(documents), None) => documents.len(),
            (None, None) => count(inside),
        };
        Ok(inside * NARROW >= count(all))
    }

    async fn filtered(
        &self,
        kinds: &[String],
        parsed: &Query,
        scope: &Scope,
    ) -> Result<HashSet<i64>, LibraryError> {
        let filters = &parsed.filters;
        let kinds: Vec<String> = kinds
            .iter()
            .chain(&filters.kinds)
            .map(|kind| format!("\"{}\"", kind.replace(['"', '\\'], "")))
            .collect();
        let rows: Vec<(i64, String, String)> = sqlx::query_as(
            "SELECT num, title, source_name FROM documents
             WHERE trashed_at IS NULL AND (?1 IS NULL OR folder = ?1) AND (?2 IS NULL OR num = ?2)
               AND (?3 = '[]' OR kind IN (SELECT value FROM json_each(?3)))
               AND (?4 IS NULL OR added_at >= ?4) AND (?5 IS NULL OR added_at < ?5)",
        )
        .bind(scope.folder)
        .bind(scope.document)
        .bind(format!("[{}]", kinds.join(",")))
        .bind(filters.from)
        .bind(filters.until)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("filtering documents"))?;
        let wanted: Vec<String> = filters.title.iter().map(|t| cabinet_text::fold(t)).collect();
        Ok(rows
            .into_iter()
            .filter(|(_, title, name)| {
                let named = cabinet_text::fold(&format!("{title}\n{name}"));
                wanted.iter().all(|part| named.contains(part.as_str()))
            })
            .map(|(num, ..)| num)
            .collect())
    }

    /// Every document in a scope.
    pub(super) async fn documents_in(&self, scope: &Scope) -> Result<HashSet<i64>, LibraryError> {
        match &scope.documents {
            Some(documents) => Ok(documents.iter().copied().collect()),
            None => self.filtered(&[], &Query::default(), scope).await,
        }
    }

    /// Those of `all` that meet a condition.
    pub(super) async fn meeting(
        &self,
        condition: &Condition,
        all: &HashSet<i64>,
        scope: &Scope,
    ) -> Result<HashSet<i64>, LibraryError> {
        match condition {
            Condition::Says(expression) => self.saying(expression).await,
            Condition::Begins(word) if scope.large => {
                let most = self
                    .completions(word, scope.size)
                    .stems
                    .into_iter()
                    .take(scope.look.completions());
                let any: Vec<String> = most.map(|(stem, _)| query::term(&stem)).collect();
                if any.is_empty() {
                    return Ok(HashSet::new());
                }
                self.saying(&any.join(" OR ")).await
            }
            Condition::Begins(word) => self.saying(&query::begun(word)).await,
            Condition::Not(inside) => {
                let meeting = Box::pin(self.meeting(inside, all, scope)).await?;
                Ok(all.difference(&meeting).copied().collect())
            }
            Condition::Any(parts) => {
                let mut found = HashSet::new();
                for part in parts {
                    found.extend(Box::pin(self.meeting(part, all, scope)).await?);
                }
                Ok(found)
            }
            Condition::All(parts) => {
                let mut found = all.clone();
                for part in parts {
                    let meeting = Box::pin(self.meeting(part, all, scope)).await?;
                    found.retain(|document| meeting.contains(document));
                }
                Ok(found)
            }
        }
    }

    /// Documents in which a full-text expression holds.
    pub(super) async fn saying(&self, expression: &str) -> Result<HashSet<i64>, LibraryError> {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT DISTINCT document FROM passages INDEXED BY passages_by_num
             WHERE num IN (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?1)",
        )
        .bind(expression)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("finding documents by what they say"))?;
        Ok(rows.into_iter().map(|(document,)| document).collect())
    }
}
