//! Asks the indexes: full text, titles, vectors.

use std::collections::{HashMap, HashSet};

use cabinet_text::{Wanted, fold, places};
use sqlx::AssertSqlSafe;

use super::marked::Marked;
use super::query::{self, Query};
use super::scope::Scope;
use super::{Look, Mode, letter, list};
use crate::vectors::Within;
use crate::{Library, LibraryError};

/// Passages each half contributes before they are merged.
pub(super) const CANDIDATES: usize = 200;
/// A name in a question comes first where no more passages than this hold it. Taking all names first cost .14 of nDCG@10 on
/// regulatory questions, up to 10 passages .01, up to 3 nothing.
const RARE: usize = 3;
/// Passages looked into at once where few are wanted.
const BLOCK: usize = 32;
/// Documents found by their titles at most.
const TITLED: i64 = 20;

/// Everything.
pub(crate) const EVERY: &str = "";
/// Whether a passage is in a scope, one by one: its document is in an index, so that no row of `passages` is read.
const EACH: &str = " AND EXISTS (SELECT 1 FROM passages p INDEXED BY passages_by_num CROSS JOIN documents d ON d.num = p.document
                      WHERE p.num = passages_fts.rowid AND d.trashed_at IS NULL AND (?3 IS NULL OR d.folder = ?3)
                        AND (?4 IS NULL OR d.num = ?4)
                        AND (?5 IS NULL OR d.num IN (SELECT value FROM json_each(?5))))";
/// Whether a passage is among those of a scope or outside the trash, listed. `CROSS JOIN` asks the documents first, which are
/// few.
pub(crate) const LISTED: &str = " AND +rowid IN (SELECT p.num FROM documents d CROSS JOIN passages p ON p.document = d.num
                      WHERE d.trashed_at IS NULL AND (?3 IS NULL OR d.folder = ?3) AND (?4 IS NULL OR d.num = ?4)
                        AND (?5 IS NULL OR d.num IN (SELECT value FROM json_each(?5))))";

/// In which order passages are wanted.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// By BM25.
    Best,
    /// The last added first; nothing is scored.
    Newest,
}

impl Order {
    pub(crate) fn statement(self, within: &str) -> String {
        let (score, order) = match self {
            Self::Best => ("-rank", "rank"),
            Self::Newest => ("0.0", "rowid DESC"),
        };
        format!(
            "SELECT rowid, {score} FROM passages_fts WHERE passages_fts MATCH ?1{within} ORDER BY {order} LIMIT ?2"
        )
    }
}

impl Library {
    /// Vectors of a query or of its parts; `None` where search by meaning cannot be had, which is said.
    pub(super) async fn query_vectors(
        &self,
        texts: Vec<String>,
        missing: &mut Vec<String>,
    ) -> Option<Vec<Vec<f32>>> {
        let Some(store) = &self.inner.vectors else {
            missing.push("Search by meaning is off: the vector store could not be opened".to_string());
            return None;
        };
        if store.is_aside() {
            missing.push(
                "Search by meaning is off until every document is prepared for the new embedding model"
                    .to_string(),
            );
            return None;
        }
        let vectors = self.embedder().embed(texts, true).await;
        if vectors.is_err() {
            missing.push("Search by meaning is off: the embedding model is not available".to_string());
        }
        vectors.ok()
    }

    /// Passages near a vector, with the cosine.
    pub(super) async fn near(
        &self,
        vector: &[f32],
        scope: &Scope,
        missing: &mut Vec<String>,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        let Some(vectors) = &self.inner.vectors else {
            return Ok(Vec::new());
        };
        let within = Within {
            folder: scope.folder,
            document: scope.document,
            documents: scope.documents.clone(),
        };
        let wants_memory = vectors.wants_memory();
        if !vectors.is_in_memory() && vectors.belongs_in_memory().await {
            if scope.as_typed {
                self.bring_vectors_into_memory();
                say(missing, "Search by meaning is being made ready");
                return Ok(Vec::new());
            }
            self.vectors_into_memory().await;
        } else if wants_memory {
            self.bring_vectors_into_memory();
        }
        match vectors.nearest(vector, within, CANDIDATES).await {
            Ok(near) => Ok(near
                .into_iter()
                .map(|n| (n.passage, f64::from(n.cosine)))
                .collect()),
            Err(_) => {
                say(
                    missing,
                    "Search by meaning is off: the vector store could not be read",
                );
                Ok(Vec::new())
            }
        }
    }

    /// Passages with words of the query, with BM25.
    pub(super) async fn by_words(
        &self,
        parsed: &Query,
        mode: Mode,
        scope: &Scope,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        if let Some(found) = self
            .bounded(parsed, mode == Mode::Hybrid, scope, CANDIDATES)
            .await?
        {
            return Ok(found);
        }
        let expression = match mode {
            Mode::Hybrid => parsed.match_any_and_pairs(),
            // Plain BM25: what the hybrid is compared with.
            Mode::Text | Mode::Vector => parsed.match_any(),
        };
        match expression {
            Some(expression) => {
                let mut found = self.full_text(&expression, scope, CANDIDATES).await?;
                if parsed.unfinished.is_some() {
                    self.keep_marked(parsed, &mut found).await?;
                }
                Ok(found)
            }
            None => Ok(Vec::new()),
        }
    }

    /// Keeps those of some passages that hold a word of the query, or one that begins as the unfinished one does: the index
    /// also finds other words with the stem of what that may become.
    async fn keep_marked(&self, parsed: &Query, found: &mut Vec<(i64, f64)>) -> Result<(), LibraryError> {
        let marked = Marked::new(parsed);
        let texts = self.texts(found.iter().map(|(passage, _)| *passage)).await?;
        let texts = texts.iter().filter(|(_, text)| marked.is_in(text));
        let kept: HashSet<i64> = texts.map(|(passage, _)| *passage).collect();
        found.retain(|(passage, _)| kept.contains(passage));
        Ok(())
    }

    /// Passages in which parts of the query stand to the letter, with how many of them.
    pub(super) async fn to_the_letter(
        &self,
        parsed: &Query,
        scope: &Scope,
    ) -> Result<HashMap<i64, u32>, LibraryError> {
        let mut exact = HashMap::new();
        for (at, (expression, part)) in parsed.match_exact().enumerate() {
            let written = &parsed.exact[at];
            // A question's capitals are often a term that stands in hundreds of passages: with all of those first, what
            // answers the question would come last.
            let term = parsed.question && parsed.names.contains(written);
            let enough = if term { RARE + 1 } else { usize::MAX };
            let standing = if scope.large {
                let quoted = parsed.quoted.contains(written);
                self.bounded_exact(written, &expression, quoted, enough, scope)
                    .await?
            } else {
                let near = self.full_text(&expression, scope, CANDIDATES / 2).await?;
                let near: Vec<i64> = near.into_iter().map(|(passage, _)| passage).collect();
                self.standing(&near, &part, usize::MAX).await?
            };
            if term && standing.len() > RARE {
                continue;
            }
            for passage in standing {
                *exact.entry(passage).or_default() += 1;
            }
        }
        Ok(exact)
    }

    /// Those of the passages in which the words `part` stand to the letter; where fewer would be `enough`, no more are
    /// looked for.
    pub(super) async fn standing(
        &self,
        passages: &[i64],
        part: &[String],
        enough: usize,
    ) -> Result<Vec<i64>, LibraryError> {
        let mut standing = Vec::new();
        let block = if enough < passages.len() {
            BLOCK
        } else {
            usize::MAX
        };
        for some in passages.chunks(block.min(passages.len()).max(1)) {
            let texts = self.texts(some.iter().copied()).await?;
            let inside = |(_, text): &(i64, String)| letter::stands_in(&letter::words(text), part);
            standing.extend(texts.into_iter().filter(inside).map(|(passage, _)| passage));
            if standing.len() >= enough {
                break;
            }
        }
        Ok(standing)
    }

    /// The text of passages, in one row: one for each would cost as much again as to read and decrypt them.
    pub(super) async fn texts(
        &self,
        passages: impl Iterator<Item = i64>,
    ) -> Result<Vec<(i64, String)>, LibraryError> {
        let list = list(passages);
        let (all,): (Option<String>,) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT group_concat(num || ' ' || octet_length(text) || ' ' || text, '') FROM passages WHERE num IN ({list})"
        )))
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("reading passages"))?;
        let (mut texts, mut rest) = (Vec::new(), all.as_deref().unwrap_or_default());
        while let Some((passage, more)) = rest.split_once(' ')
            && let Some((length, more)) = more.split_once(' ')
            && let (Ok(passage), Ok(length)) = (passage.parse(), length.parse())
            && let Some((text, more)) = more.split_at_checked(length)
        {
            texts.push((passage, text.to_string()));
            rest = more;
        }
        Ok(texts)
    }

    /// The first passages of documents whose title or file name holds every word of the query.
    pub(super) async fn by_title(&self, parsed: &Query, scope: &Scope) -> Result<Vec<i64>, LibraryError> {
        // Very many titles may hold what begins so: that is not for a first look, and not ranked.
        let begun = parsed.unfinished.as_ref().filter(|_| scope.look == Look::Close);
        let word = |word: &String| match begun {
            Some(begun) if begun == word => format!("({} OR {})", query::quote(word), query::begun(word)),
            _ => query::quote(word),
        };
        let every: Vec<String> = parsed.words.iter().map(word).collect();
        let order = if begun.is_some() { "t.rowid DESC" } else { "t.rank" };
        let rows: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT min(p.num), d.title || ' ' || d.source_name FROM passages p JOIN documents d ON d.num = p.document
             WHERE d.num IN (
                 SELECT t.rowid FROM documents_fts t JOIN documents d ON d.num = t.rowid
                 WHERE documents_fts MATCH ?1 AND d.trashed_at IS NULL
                   AND (?3 IS NULL OR d.folder = ?3) AND (?4 IS NULL OR d.num = ?4)
                   AND (?5 IS NULL OR d.num IN (SELECT value FROM json_each(?5)))
                 ORDER BY {order} LIMIT ?2)
             GROUP BY d.num",
        )))
        .bind(every.join(" AND "))
        .bind(TITLED)
        .bind(scope.folder)
        .bind(scope.document)
        .bind(scope.json())
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("searching titles"))?;
        let begun: Vec<Wanted> = begun.iter().map(|word| Wanted::beginning(&fold(word))).collect();
        let holds = |(_, title): &(i64, String)| begun.is_empty() || !places(title, &begun).is_empty();
        Ok(rows
            .into_iter()
            .filter(holds)
            .map(|(passage, _)| passage)
            .collect())
    }

    /// BM25 over the full-text index, higher is better.
    pub(super) async fn full_text(
        &self,
        expression: &str,
        scope: &Scope,
        limit: usize,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        self.matching(expression, scope, Order::Best, limit).await
    }

    /// Passages an expression holds for, the newest first, not scored.
    pub(super) async fn newest(
        &self,
        expression: &str,
        scope: &Scope,
        limit: usize,
    ) -> Result<Vec<i64>, LibraryError> {
        let rows = self.matching(expression, scope, Order::Newest, limit).await?;
        Ok(rows.into_iter().map(|(passage, _)| passage).collect())
    }

    /// Passages of a scope an expression holds for, with their BM25 where the best are wanted.
    ///
    /// Looks at no row of `passages`: a common word stands in thousands of them, and every page of that table would
    /// have to be decrypted. The scope is laid over the matches as a set of numbers from an index.
    async fn matching(
        &self,
        expression: &str,
        scope: &Scope,
        order: Order,
        limit: usize,
    ) -> Result<Vec<(i64, f64)>, LibraryError> {
        let within = if scope.whole {
            EVERY
        } else if scope.wide {
            // Most of a large cabinet: its passages would take longer to list than to ask for.
            EACH
        } else {
            LISTED
        };
        sqlx::query_as(AssertSqlSafe(order.statement(within)))
            .bind(expression)
            .bind(number(limit))
            .bind(scope.folder)
            .bind(scope.document)
            .bind(scope.json())
            .fetch_all(self.db())
            .await
            .map_err(LibraryError::database("searching words"))
    }

    /// Those of some passages that are in a scope.
    pub(super) async fn within(
        &self,
        passages: impl Iterator<Item = i64>,
        scope: &Scope,
    ) -> Result<HashSet<i64>, LibraryError> {
        if scope.whole {
            return Ok(passages.collect());
        }
        let list = list(passages);
        // In one row, as in `texts`.
        let (inside,): (Option<String>,) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT group_concat(p.num) FROM passages p INDEXED BY passages_by_num CROSS JOIN documents d ON d.num = p.document
             WHERE p.num IN ({list}) AND d.trashed_at IS NULL AND (?1 IS NULL OR d.folder = ?1)
               AND (?2 IS NULL OR d.num = ?2) AND (?3 IS NULL OR d.num IN (SELECT value FROM json_each(?3)))"
        )))
        .bind(scope.folder)
        .bind(scope.document)
        .bind(scope.json())
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("looking where passages are"))?;
        let inside = inside.unwrap_or_default();
        Ok(inside
            .split(',')
            .filter_map(|passage| passage.parse().ok())
            .collect())
    }

    /// True where a document is in the trash, and so must be kept out of what is found.
    pub(super) async fn has_trash(&self) -> Result<bool, LibraryError> {
        let (trash,): (bool,) =
            sqlx::query_as("SELECT EXISTS (SELECT 1 FROM documents WHERE trashed_at IS NOT NULL)")
                .fetch_one(self.db())
                .await
                .map_err(LibraryError::database("looking for trash"))?;
        Ok(trash)
    }
}

/// Notes what did not take part, once for however many vectors.
fn say(missing: &mut Vec<String>, what: &str) {
    if !missing.iter().any(|said| said == what) {
        missing.push(what.to_string());
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
