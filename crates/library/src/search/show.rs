//! Reads what the best hits need to be shown.

use std::collections::{HashMap, HashSet};

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

use super::marked::Marked;
use super::merge::Found;
use super::query::Query;
use super::scope::Scope;
use super::{Hit, Range, Why, list, snippet};
use crate::{Library, LibraryError, count};

/// How many hits are wanted, and what becomes of those that repeat a better one.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// All of so many, each for itself.
    Each(usize),
    /// So many, and which of them repeat another.
    Told(usize),
    /// So many that repeat no other, and those that repeat them besides.
    Distinct(usize),
}

/// With so many times the hits that are wanted it is enough, whatever they repeat.
const MANY_TIMES: usize = 4;

impl Library {
    /// Loads what the best need to be shown, leaving out the trash and unwanted kinds.
    pub(super) async fn hits(
        &self,
        found: &Found,
        parsed: &Query,
        scope: &Scope,
        limit: Limit,
    ) -> Result<Vec<Hit>, LibraryError> {
        let ranked = found.merge();
        let by_words: HashSet<i64> = found.words.iter().map(|(passage, _)| *passage).collect();
        let (Limit::Each(most) | Limit::Told(most) | Limit::Distinct(most)) = limit;
        let mut rows = HashMap::new();
        let mut shown: Vec<(i64, f64)> = Vec::new();
        let mut repeats = None;
        // The best alone are read; more only where some of them may not be shown, or say nothing new.
        for some in ranked.chunks(most.max(1)) {
            let more = self.rows(some.iter().map(|(passage, _)| *passage)).await?;
            let admitted =
                |(passage, _): &&(i64, f64)| more.get(passage).is_some_and(|row| scope.admits(row));
            shown.extend(some.iter().filter(admitted));
            rows.extend(more);
            repeats = None;
            if shown.len() < most {
                continue;
            }
            if !matches!(limit, Limit::Distinct(_)) {
                shown.truncate(most);
                break;
            }
            let better = self.repeats(read(&shown, &rows), scope.look).await?;
            let distinct = better.iter().filter(|better| better.is_none()).count();
            repeats = Some(better);
            if distinct >= most || shown.len() >= MANY_TIMES * most {
                break;
            }
        }
        let repeats = match (limit, repeats) {
            (Limit::Each(_), _) => vec![None; shown.len()],
            (_, Some(repeats)) => repeats,
            (_, None) => self.repeats(read(&shown, &rows), scope.look).await?,
        };
        if let Some((one_more, _)) = repeats
            .iter()
            .enumerate()
            .filter(|(_, better)| better.is_none())
            .nth(most)
        {
            shown.truncate(one_more);
        }
        let marked = Marked::new(parsed);
        let mut hits = Vec::with_capacity(shown.len());
        for ((passage, score), repeats) in shown.into_iter().zip(repeats) {
            let Some(row) = rows.get(&passage) else { continue };
            let marks = marked.in_text(&row.text);
            let (snippet, inside) = snippet::cut(&row.text, &marks);
            hits.push(Hit {
                score,
                document: row.document.parse()?,
                folder: row.folder_id.parse()?,
                title: row.title.clone(),
                source_name: row.source_name.clone(),
                kind: row.kind.clone(),
                dated: row.dated.clone(),
                page: row.page,
                headings: row.headings.lines().map(str::to_owned).collect(),
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
                why: if found.exact.contains_key(&passage) {
                    Why::Exact
                } else if found.approximate.passages.contains(&passage) {
                    Why::Approximate
                } else if by_words.contains(&passage) {
                    Why::Words
                } else {
                    Why::Meaning
                },
                repeats,
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
            "SELECT p.num, p.page, p.start, p.\"end\", p.text, p.headings, d.num AS document_num, d.folder AS folder_num,
                    d.id, d.title, d.source_name, d.kind, d.dated, f.id AS folder_id
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
}

/// Passages with what was read of them, in their order.
fn read<'a>(
    shown: &'a [(i64, f64)],
    rows: &'a HashMap<i64, PassageRow>,
) -> impl Iterator<Item = (i64, &'a PassageRow)> {
    shown
        .iter()
        .filter_map(|(passage, _)| Some((*passage, rows.get(passage)?)))
}

pub(super) struct PassageRow {
    document: String,
    pub document_num: i64,
    pub folder_num: i64,
    folder_id: String,
    title: String,
    source_name: String,
    kind: String,
    dated: Option<String>,
    page: u32,
    /// One a line.
    headings: String,
    range: Range,
    pub text: String,
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
            dated: row.try_get("dated").map_err(&doing)?,
            page: count(n("page")?),
            headings: row
                .try_get::<Option<String>, _>("headings")
                .map_err(&doing)?
                .unwrap_or_default(),
            range: Range {
                start: count(n("start")?),
                end: count(n("end")?),
            },
            text: text("text")?,
        };
        Ok((n("num")?, passage))
    }
}
