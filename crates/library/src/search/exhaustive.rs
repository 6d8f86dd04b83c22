//! Questions whose answer is a list: "all documents that mention X". Every document is looked at, none is left out for
//! being far down, and what could not be looked at is counted.

use std::collections::HashMap;

use super::Hit;
use super::condition::Condition;
use super::merge::Found;
use super::query::{self, Query};
use super::scope::Scope;
use super::show::Limit;
use crate::{Library, LibraryError, count};

/// How many documents a list was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Documents whose text was looked at.
    pub checked: u32,
    /// Documents there are where was to be looked; those beyond `checked` have no text that can be read.
    pub of: u32,
}

impl Library {
    /// One hit for each document that says everything the query asks for, most mentions first.
    pub(super) async fn every(
        &self,
        parsed: &Query,
        scope: &Scope,
    ) -> Result<(Vec<Hit>, Checked), LibraryError> {
        let all = self.documents_in(scope).await?;
        let condition = parsed.condition.clone().unwrap_or_else(|| {
            let parts = parsed.words.iter().map(|word| query::quote(word));
            let quoted = parsed.quoted.iter().map(|phrase| query::exactly(phrase));
            Condition::All(parts.chain(quoted).map(Condition::Says).collect())
        });
        let found = self.meeting(&condition, &all, scope).await?;
        let found: std::collections::HashSet<i64> = found.intersection(&all).copied().collect();
        let within = Scope {
            documents: Some(std::sync::Arc::new(found)),
            ..Scope::default()
        };
        let doing = LibraryError::database("listing every document");
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT min(num), count(*) FROM passages INDEXED BY passages_by_num
             WHERE num IN (SELECT rowid FROM passages_fts WHERE passages_fts MATCH ?1)
               AND document IN (SELECT value FROM json_each(?2))
             GROUP BY document",
        )
        .bind(parsed.match_any().unwrap_or_default())
        .bind(within.json())
        .fetch_all(self.db())
        .await
        .map_err(&doing)?;
        let (readable,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM documents d WHERE d.num IN (SELECT value FROM json_each(?1))
               AND EXISTS (SELECT 1 FROM passages p WHERE p.document = d.num)",
        )
        .bind(format!("[{}]", super::list(all.iter().copied())))
        .fetch_one(self.db())
        .await
        .map_err(&doing)?;
        let listed = Found {
            words: rows
                .iter()
                .map(|(first, mentions)| (*first, *mentions as f64))
                .collect(),
            exact: HashMap::new(),
            ..Found::default()
        };
        let hits = self
            .hits(&listed, parsed, &within, Limit::Each(rows.len()))
            .await?;
        let checked = Checked {
            checked: count(readable),
            of: u32::try_from(all.len()).unwrap_or(u32::MAX),
        };
        Ok((hits, checked))
    }
}

/// What a question asks a list for, where it does: "which documents mention warfarin?" asks for "warfarin".
pub(super) fn asked_for(question: &str) -> Option<&str> {
    let mut rest = question.trim();
    while let Some(after) = after(
        rest,
        &["please", "list", "show", "find", "give", "tell", "me", "us"],
    ) {
        rest = after;
    }
    rest = after(rest, &["all", "every", "each", "which", "what"])
        .or_else(|| after(after(rest, &["how"])?, &["many"]))?;
    while let Some(after) = after(rest, &["of", "the", "my", "our", "these", "those"]) {
        rest = after;
    }
    rest = after(
        rest,
        &[
            "document",
            "documents",
            "file",
            "files",
            "paper",
            "papers",
            "letter",
            "letters",
            "record",
            "records",
            "contract",
            "contracts",
        ],
    )?;
    while let Some(after) = after(
        rest,
        &["that", "which", "do", "does", "are", "is", "there", "here"],
    ) {
        rest = after;
    }
    rest = after(
        rest,
        &[
            "mention",
            "mentions",
            "mentioning",
            "contain",
            "contains",
            "containing",
            "name",
            "names",
            "naming",
            "include",
            "includes",
            "including",
            "cite",
            "cites",
            "citing",
            "about",
            "with",
        ],
    )
    .or_else(|| after(after(rest, &["refer", "refers", "referring"])?, &["to"]))
    .or_else(|| {
        after(
            after(rest, &["talk", "talks", "speak", "speaks"])?,
            &["about", "of"],
        )
    })?;
    let asked = rest.trim_end_matches(['?', '.', '!', ' ']);
    (!asked.is_empty()).then_some(asked)
}

/// What follows one of these words at the beginning.
fn after<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    words
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word))
        .then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_for_lists_are_told_from_others() {
        for (question, asked) in [
            ("All documents that mention Ada Example", Some("Ada Example")),
            (
                "which files contain \"service charge\"?",
                Some("\"service charge\""),
            ),
            ("How many of the letters refer to warfarin?", Some("warfarin")),
            ("please list every document about rent", Some("rent")),
            ("which drug was stopped?", None),
            ("all documents", None),
            ("documents that mention rent", None),
        ] {
            assert_eq!(asked_for(question), asked, "{question}");
        }
    }
}
