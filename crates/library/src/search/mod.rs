//! Search: words (FTS5, BM25) and meaning (LanceDB, cosine), merged; what stands there to the letter first.
//!
//! Works with no model loaded and with the vector store missing, and says which half is missing.
//!
//! A query is taken apart by [`query`], out of [`lexemes`], a whole text cut down to what tells most by [`long`]; [`scope`] says which
//! documents count and [`look`] how closely; [`find`] asks the indexes, in a large cabinet [`bounded`], which remembers
//! [`lists`]; [`merge`] puts the halves together; [`coverage`] looks at the best once more; [`show`] reads what is shown,
//! [`repeats`] sees which of it says the same, and [`marked`] what is marked in it.

mod approximate;
mod bounded;
mod condition;
mod coverage;
mod exhaustive;
mod feedback;
mod filters;
mod find;
mod letter;
mod lexemes;
pub(crate) mod lexicon;
pub(crate) mod lists;
mod long;
mod look;
mod marked;
mod merge;
mod query;
mod repeats;
mod scope;
mod show;
mod snippet;

use std::time::{Duration, Instant};

use crate::{DocumentId, FolderId, Library, LibraryError};
pub use exhaustive::Checked;
#[cfg(test)]
pub(crate) use find::{EVERY, LISTED, Order};
pub use look::Look;
use query::Query;
use show::Limit;

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
    /// Hits that repeat a better one do not count against the limit, where they can be left out of account at once.
    pub distinct: bool,
    /// The last word may still be being typed.
    pub as_typed: bool,
    /// How closely to look where there is much.
    pub look: Look,
    /// Every document that says all of it, one hit each, however many; so is a query that asks for "all documents
    /// that mention" something.
    pub every: bool,
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
    /// It holds a word that is nearly one of the query's, of which none stands anywhere.
    Approximate,
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
    /// The date that stands on it (YYYY-MM-DD).
    pub dated: Option<String>,
    /// Page.
    pub page: u32,
    /// The headings that the passage stands under, outermost first.
    pub headings: Vec<String>,
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
    /// Which better hit of the same list, counted from the first, says all that this one does.
    pub repeats: Option<usize>,
}

/// Hits, best first, and what did not take part.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResults {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Halves that did not take part or are not complete yet, in words.
    pub missing: Vec<String>,
    /// How many documents were looked at, where all that mention something were asked for.
    pub checked: Option<Checked>,
    /// True where only a first look was taken, so that a close one may rank otherwise.
    pub first_look: bool,
    /// How long it took.
    pub took: Duration,
}

impl Library {
    /// Searches. An empty query finds nothing.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchResults, LibraryError> {
        let started = Instant::now();
        let mut missing = Vec::new();
        let asked = exhaustive::asked_for(&request.query);
        let every = request.every || asked.is_some();
        let mut parsed = Query::parse(asked.unwrap_or(&request.query), request.as_typed && !every);
        missing.append(&mut parsed.filters.unread);
        let (mut checked, mut shortened, mut first_look) = (None, Vec::new(), false);
        let hits = match self.scope(request, &parsed, &mut missing).await? {
            _ if parsed.words.is_empty() => Vec::new(),
            Some(scope) if every => {
                let (hits, looked_at) = self.every(&parsed, &scope).await?;
                checked = Some(looked_at);
                hits
            }
            Some(scope) => {
                if parsed.whole_text && request.mode != Mode::Vector {
                    shortened.push(self.shorten(&mut parsed, scope.size).await?);
                }
                if parsed.whole_text && request.mode != Mode::Text {
                    shortened.extend(long::left_out(&parsed.meaning));
                }
                first_look = scope.look == Look::First;
                self.ranked(request, &mut parsed, &scope, &mut missing).await?
            }
            None => Vec::new(),
        };
        if request.mode != Mode::Text
            && checked.is_none()
            && missing.is_empty()
            && !parsed.words.is_empty()
            && self.waiting_for_vectors().await? > 0
        {
            missing.push("Some documents are still being prepared for search by meaning".to_string());
        }
        missing.extend(shortened);
        Ok(SearchResults {
            hits,
            missing,
            checked,
            first_look,
            took: started.elapsed(),
        })
    }

    async fn ranked(
        &self,
        request: &SearchRequest,
        parsed: &mut Query,
        scope: &scope::Scope,
        missing: &mut Vec<String>,
    ) -> Result<Vec<Hit>, LibraryError> {
        let by_words = request.mode != Mode::Vector;
        let approximate = if by_words {
            self.approximate(parsed, scope, missing).await?
        } else {
            Default::default()
        };
        let asked = &*parsed;
        let meaning = async {
            if request.mode == Mode::Text {
                return Ok::<_, LibraryError>((None, Vec::new()));
            }
            if asked.whole_text {
                return Ok((None, self.near_parts(&asked.meaning, scope, missing).await?));
            }
            let vectors = self.query_vectors(vec![asked.meaning.clone()], missing).await;
            let Some(query) = vectors.and_then(|mut vectors| vectors.pop()) else {
                return Ok((None, Vec::new()));
            };
            let near = self.near(&query, scope, missing).await?;
            Ok((Some(query), near))
        };
        let words = async {
            if by_words {
                tokio::try_join!(
                    self.by_words(asked, request.mode, scope),
                    self.to_the_letter(asked, scope),
                    self.by_title(asked, scope),
                )
            } else {
                Ok(Default::default())
            }
        };
        let (meaning, words) = tokio::join!(meaning, words);
        let ((query, meaning), (words, exact, titled)) = (meaning?, words?);
        let mut found = merge::Found {
            words,
            meaning,
            exact,
            titled,
            approximate,
            ..Default::default()
        };
        if asked.whole_text {
            self.by_document(&mut found).await?;
        } else {
            if let Some(query) = query
                && by_words
                && scope.look == Look::Close
            {
                self.feed_back(&query, &mut found, scope, missing).await?;
            }
            // Each half alone stays what it is, so that they can be compared.
            if request.mode == Mode::Hybrid {
                self.look_again(asked, scope.size, &mut found).await?;
            }
        }
        let limit = if request.distinct && scope.look == Look::Close {
            Limit::Distinct(request.limit)
        } else {
            Limit::Told(request.limit)
        };
        self.hits(&found, asked, scope, limit).await
    }
}

/// Numbers as SQL takes them in a list.
fn list(numbers: impl Iterator<Item = i64>) -> String {
    numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}
