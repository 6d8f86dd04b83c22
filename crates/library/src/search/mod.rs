//! Search: words (FTS5, BM25) and meaning (LanceDB, cosine), merged; what stands there to the letter first.
//!
//! Works with no model loaded and with the vector store missing, and says which half is missing.

mod query;
mod snippet;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

use crate::vectors::Within;
use crate::{DocumentId, FolderId, Library, LibraryError, count};
use query::Query;

/// Passages each half contributes before they are merged.
const CANDIDATES: usize = 200;
/// Share of meaning in the merged score; the rest is words.
const MEANING: f64 = 0.5;

/// Everything, best first.
pub(crate) const WHOLE: &str =
    "SELECT rowid, -rank FROM passages_fts WHERE passages_fts MATCH ?1 ORDER BY rank LIMIT ?2";
/// As [`WHOLE`], but for a scope or a trash to be laid over it. `CROSS JOIN` asks the documents first, which are few.
pub(crate) const WITHIN: &str = "SELECT rowid, -rank FROM passages_fts
     WHERE passages_fts MATCH ?1
       AND +rowid IN (SELECT p.num FROM documents d CROSS JOIN passages p ON p.document = d.num
                      WHERE d.trashed_at IS NULL AND (?3 IS NULL OR d.folder = ?3) AND (?4 IS NULL OR d.num = ?4))
     ORDER BY rank LIMIT ?2";

/// Which half to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Words and meaning, exact finds first.
    #[default]
    Hybrid,
    /// BM25 over words alone.
    Text,
    /// Cosine of vectors alone.
    Vector,
}

/// What to look for, and where.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// What the user typed.
    pub query: String,
    /// Only in this folder.
    pub folder: Option<FolderId>,
    /// Only in this document.
    pub document: Option<DocumentId>,
    /// Only these kinds; empty means all.
    pub kinds: Vec<String>,
    /// Which half.
    pub mode: Mode,
    /// At most this many hits.
    pub limit: usize,
    /// The last word may still be being typed.
    pub as_typed: bool,
}

/// Why a hit is a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A phrase or identifier of the query stands there to the letter.
    Exact,
    /// Its words match.
    Words,
    /// Its meaning is near.
    Meaning,
}

/// A range of characters, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// One found passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Merged score, comparable within one result only.
    pub score: f64,
    /// Document.
    pub document: DocumentId,
    /// Folder the document is in.
    pub folder: FolderId,
    /// Its title.
    pub title: String,
    /// Its file's name.
    pub source_name: String,
    /// Its kind.
    pub kind: String,
    /// Page.
    pub page: u32,
    /// The passage on the page.
    pub range: Range,
    /// The part of the passage worth showing.
    pub snippet: String,
    /// What to mark in the snippet.
    pub marks: Vec<Range>,
    /// What to mark on the page.
    pub page_marks: Vec<Range>,
    /// Why it is here.
    pub why: Why,
}

/// Hits, best first, and what did not take part.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Halves that did not take part or are not complete yet, in words.
    pub missing: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Library {
    /// Searches. An empty query finds nothing.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchResults, LibraryError> {
        let started = Instant::now();
        let parsed = Query::parse(&request.query, request.as_typed);
        if parsed.words.is_empty() {
            return Ok(SearchResults {
                hits: Vec::new(),
                missing: Vec::new(),
                took: started.elapsed(),
            });
        }
        let scope = self.scope(request).await?;
        let mut missing = Vec::new();
        let by_meaning = async {
            match request.mode {
                Mode::Text => Ok(Vec::new()),
                Mode::Hybrid | Mode::Vector => self.by_meaning(request, &scope, &mut missing).await,
            }
        };
        let by_words = async {
            match request.mode {
                Mode::Vector => Ok::<_, LibraryError>((Vec::new(), HashSet::new())),
                Mode::Hybrid | Mode::Text => Ok((
                    self.by_words(&parsed, &scope).await?,
                    self.to_the_letter(&parsed, &scope).await?,
                )),
            }
        };
        let (meaning, words) = tokio::join!(by_meaning, by_words);
        let (words, exact) = words?;
        let ranked = merge(&words, &meaning?, &exact);
        let hits = self
            .hits(ranked, &words, &exact, &parsed, &scope, request.limit)
            .await?;
        if request.mode != Mode::Text && missing.is_empty() && self.waiting_for_vectors().await? > 0 {
            missing.push("Some documents are still being prepared for search by meaning".to_string());
        }
        Ok(SearchResults {
            hits,
            missing,
            took: started.elapsed(),
        })
    }

    async fn scope(&self, request: &SearchRequest) -> Result<Scope, LibraryError> {
        Ok(Scope {
            folder: match request.folder {
                Some(id) => Some(self.folder_num(id).await?),
                None => None,
            },
            document: match request.document {
                Some(id) => Some(self.document_num(id).await?),
                None => None,
            },
            kinds: request.kinds.clone(),
        })
    }

    async fn by_meaning(
        &self,
        request: &SearchRequest,
        scope: &Scope,
        missing: &mut Vec<String>,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        let Some(vectors) = &self.inner.vectors else {
            missing.push("Search by meaning is off: the vector store could not be opened".to_string());
            return Ok(Vec::new());
        };
        let query = match self.embedder().embed(vec![request.query.clone()], true).await {
            Ok(mut embedded) => match embedded.pop() {
                Some(vector) => vector,
                None => return Ok(Vec::new()),
            },
            Err(_) => {
                missing.push("Search by meaning is off: the embedding model is not available".to_string());
                return Ok(Vec::new());
            }
        };
        let within = Within {
            folder: scope.folder,
            document: scope.document,
        };
        match vectors.nearest(&query, within, CANDIDATES).await {
            Ok(near) => Ok(near
                .into_iter()
                .map(|n| (n.passage, f64::from(n.cosine)))
                .collect()),
            Err(_) => {
                missing.push("Search by meaning is off: the vector store could not be read".to_string());
                Ok(Vec::new())
            }
        }
    }

    async fn by_words(&self, parsed: &Query, scope: &Scope) -> Result<Vec<(i64, f64)>, LibraryError> {
        let Some(expression) = parsed.match_any() else {
            return Ok(Vec::new());
        };
        self.full_text(&expression, scope, CANDIDATES).await
    }

    /// Passages in which a phrase or identifier of the query stands to the letter.
    async fn to_the_letter(&self, parsed: &Query, scope: &Scope) -> Result<HashSet<i64>, LibraryError> {
        let mut exact = HashSet::new();
        for (expression, part) in parsed.match_exact() {
            let near = self.full_text(&expression, scope, CANDIDATES / 2).await?;
            let list = list(near.iter().map(|(passage, _)| *passage));
            let texts: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
                "SELECT num, text FROM passages WHERE num IN ({list})"
            )))
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("reading passages to the letter"))?;
            exact.extend(
                texts
                    .into_iter()
                    .filter(|(_, text)| query::stands_in(text, part))
                    .map(|(passage, _)| passage),
            );
        }
        Ok(exact)
    }

    /// BM25 over the full-text index, higher is better.
    ///
    /// Looks at no row of `passages`: a common word stands in thousands of them, and every page of that table would
    /// have to be decrypted. The scope is laid over the sorted matches as a set of numbers from an index.
    async fn full_text(
        &self,
        expression: &str,
        scope: &Scope,
        limit: usize,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        let whole = scope.folder.is_none() && scope.document.is_none() && !self.has_trash().await?;
        let mut query = sqlx::query_as(if whole { WHOLE } else { WITHIN })
            .bind(expression)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        if !whole {
            query = query.bind(scope.folder).bind(scope.document);
        }
        query
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("searching words"))
    }

    /// True where a document is in the trash, and so must be kept out of what is found.
    async fn has_trash(&self) -> Result<bool, LibraryError> {
        let (trash,): (bool,) =
            sqlx::query_as("SELECT EXISTS (SELECT 1 FROM documents WHERE trashed_at IS NOT NULL)")
                .fetch_one(self.db())
                .await
                .map_err(LibraryError::database("looking for trash"))?;
        Ok(trash)
    }

    /// Loads what the best need to be shown, leaving out the trash and unwanted kinds.
    async fn hits(
        &self,
        ranked: Vec<(i64, f64)>,
        words: &[(i64, f64)],
        exact: &HashSet<i64>,
        parsed: &Query,
        scope: &Scope,
        limit: usize,
    ) -> Result<Vec<Hit>, LibraryError> {
        let by_words: HashSet<i64> = words.iter().map(|(passage, _)| *passage).collect();
        let mut rows = HashMap::new();
        let mut shown: Vec<(i64, f64)> = Vec::new();
        // The best alone are read; more only where some of them may not be shown.
        for some in ranked.chunks(limit.max(1)) {
            let more = self.rows(some.iter().map(|(passage, _)| *passage)).await?;
            let admitted =
                |(passage, _): &&(i64, f64)| more.get(passage).is_some_and(|row| scope.admits(row));
            shown.extend(some.iter().filter(admitted));
            rows.extend(more);
            if shown.len() >= limit {
                break;
            }
        }
        shown.truncate(limit);
        let mut marks = self
            .marks(parsed, shown.iter().map(|(passage, _)| *passage))
            .await?;
        let mut hits = Vec::with_capacity(shown.len());
        for (passage, score) in shown {
            let Some(row) = rows.get(&passage) else { continue };
            let marks = marks.remove(&passage).unwrap_or_default();
            let (snippet, _, inside) = snippet::cut(&row.text, &marks);
            hits.push(Hit {
                score,
                document: row.document.parse()?,
                folder: row.folder_id.parse()?,
                title: row.title.clone(),
                source_name: row.source_name.clone(),
                kind: row.kind.clone(),
                page: row.page,
                range: row.range,
                snippet,
                marks: inside,
                page_marks: marks
                    .iter()
                    .map(|m| Range {
                        start: row.range.start + m.start,
                        end: row.range.start + m.end,
                    })
                    .collect(),
                why: match (exact.contains(&passage), by_words.contains(&passage)) {
                    (true, _) => Why::Exact,
                    (false, true) => Why::Words,
                    (false, false) => Why::Meaning,
                },
            });
        }
        Ok(hits)
    }

    async fn rows(
        &self,
        passages: impl Iterator<Item = i64>,
    ) -> Result<HashMap<i64, PassageRow>, LibraryError> {
        let list = list(passages);
        let sql = format!(
            "SELECT p.num, p.page, p.start, p.\"end\", p.text, d.num AS document_num, d.folder AS folder_num,
                    d.id, d.title, d.source_name, d.kind, f.id AS folder_id
             FROM passages p JOIN documents d ON d.num = p.document JOIN folders f ON f.num = d.folder
             WHERE p.num IN ({list}) AND d.trashed_at IS NULL"
        );
        sqlx::query(AssertSqlSafe(sql))
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("reading passages"))?
            .iter()
            .map(PassageRow::read)
            .collect()
    }

    /// Where the query's words stand in these passages, as the full-text index sees words.
    async fn marks(
        &self,
        parsed: &Query,
        passages: impl Iterator<Item = i64>,
    ) -> Result<HashMap<i64, Vec<Range>>, LibraryError> {
        let Some(expression) = parsed.match_any() else {
            return Ok(HashMap::new());
        };
        let list = list(passages);
        let sql = format!(
            "SELECT rowid, highlight(passages_fts, 0, ?1, ?2) FROM passages_fts
             WHERE passages_fts MATCH ?3 AND rowid IN ({list})"
        );
        let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(snippet::OPEN.to_string())
            .bind(snippet::CLOSE.to_string())
            .bind(expression)
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("marking words"))?;
        Ok(rows
            .into_iter()
            .map(|(passage, text)| (passage, snippet::marks(&text)))
            .collect())
    }
}

/// Numbers as SQL takes them in a list.
fn list(numbers: impl Iterator<Item = i64>) -> String {
    numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}

struct Scope {
    folder: Option<i64>,
    document: Option<i64>,
    kinds: Vec<String>,
}

impl Scope {
    /// The wall, once more, on the row itself: whatever an index says, nothing outside the scope is shown.
    fn admits(&self, row: &PassageRow) -> bool {
        self.folder.is_none_or(|folder| folder == row.folder_num)
            && self.document.is_none_or(|document| document == row.document_num)
            && (self.kinds.is_empty() || self.kinds.contains(&row.kind))
    }
}

struct PassageRow {
    document: String,
    document_num: i64,
    folder_num: i64,
    folder_id: String,
    title: String,
    source_name: String,
    kind: String,
    page: u32,
    range: Range,
    text: String,
}

impl PassageRow {
    fn read(row: &SqliteRow) -> Result<(i64, Self), LibraryError> {
        let doing = LibraryError::database("reading a passage's row");
        let n = |name: &str| row.try_get::<i64, _>(name).map_err(&doing);
        let text = |name: &str| row.try_get::<String, _>(name).map_err(&doing);
        let passage = Self {
            document: text("id")?,
            document_num: n("document_num")?,
            folder_num: n("folder_num")?,
            folder_id: text("folder_id")?,
            title: text("title")?,
            source_name: text("source_name")?,
            kind: text("kind")?,
            page: count(n("page")?),
            range: Range {
                start: count(n("start")?),
                end: count(n("end")?),
            },
            text: text("text")?,
        };
        Ok((n("num")?, passage))
    }
}

/// Merges the halves: each score scaled to 0..1 within its list, then a weighted sum; exact finds before all
/// others, in that same order among themselves. Scaling keeps the distances that a merge by rank throws away.
fn merge(words: &[(i64, f64)], meaning: &[(i64, f64)], exact: &HashSet<i64>) -> Vec<(i64, f64)> {
    let mut scores: HashMap<i64, f64> = HashMap::new();
    let best = words.iter().map(|(_, s)| *s).fold(f64::MIN_POSITIVE, f64::max);
    for (passage, score) in words {
        *scores.entry(*passage).or_default() += (1.0 - MEANING) * (score / best).max(0.0);
    }
    let top = meaning.iter().map(|(_, s)| *s).fold(f64::NEG_INFINITY, f64::max);
    let bottom = meaning.iter().map(|(_, s)| *s).fold(f64::INFINITY, f64::min);
    for (passage, score) in meaning {
        let scaled = if top > bottom {
            (score - bottom) / (top - bottom)
        } else {
            1.0
        };
        *scores.entry(*passage).or_default() += MEANING * scaled;
    }
    for passage in exact {
        *scores.entry(*passage).or_default() += 1.0;
    }
    let mut ranked: Vec<(i64, f64)> = scores.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_find_comes_before_any_merged_score() {
        let ranked = merge(&[(1, 9.0), (2, 3.0)], &[(1, 0.9), (3, 0.1)], &HashSet::from([2]));
        assert_eq!(ranked.iter().map(|r| r.0).collect::<Vec<_>>(), [2, 1, 3]);
    }

    #[test]
    fn one_half_alone_keeps_its_order() {
        let ranked = merge(&[], &[(5, 0.2), (6, 0.8)], &HashSet::new());
        assert_eq!(ranked[0].0, 6);
        assert_eq!(ranked.len(), 2);
    }
}
