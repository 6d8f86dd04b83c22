//! `cabinet search`, one query or many.

use std::path::Path;
use std::process::ExitCode;

use cabinet_library::{Action, Hit, Look, Mode, SearchRequest, SearchResults, Why};
use serde_json::{Value, json};

use super::assistant::offered;
use super::{Context, Ended, named_folder};
use crate::args::{self, SearchArgs};
use crate::batch;
use crate::failure::Failure;

/// Searches.
pub async fn search(context: &Context, args: SearchArgs) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    let mut request = SearchRequest {
        query: args.query.unwrap_or_default(),
        folder: named_folder(library, args.folder.as_deref()).await?,
        document: args.document.as_deref().map(str::parse).transpose()?,
        kinds: Vec::new(),
        mode: match args.mode {
            args::Mode::Hybrid => Mode::Hybrid,
            args::Mode::Text => Mode::Text,
            args::Mode::Vector => Mode::Vector,
        },
        limit: args.limit,
        distinct: false,
        as_typed: false,
        look: Look::Close,
        every: args.every,
    };
    let mut said: Vec<String> = Vec::new();
    let mut found = 0;
    match args.batch {
        None => {
            let results = library.search(&request).await?;
            found += results.hits.len();
            for (rank, hit) in (1..).zip(&results.hits) {
                context.out.result(&line(rank, hit), || words(rank, hit));
            }
            if results.hits.is_empty() {
                context.out.note("Nothing was found.");
            }
            if let Some(checked) = results.checked {
                said.push(format!(
                    "{} mention it; checked {} of {} documents",
                    results.hits.len(),
                    checked.checked,
                    checked.of
                ));
            }
            said.extend(results.missing);
            let best: Vec<&str> = results.hits.iter().map(|hit| hit.snippet.as_str()).collect();
            let offer = desk.offer_after_search(&request.query, &best).await?;
            let offered = offered(offer.as_ref());
            if !offered.is_empty() {
                context.out.note(offered.trim());
            }
        }
        Some(file) => {
            for (id, query) in queries(&file)? {
                request.query = query;
                let results = library.search(&request).await?;
                found += results.hits.len();
                let hits: Vec<Value> = (1..)
                    .zip(&results.hits)
                    .map(|(rank, hit)| line(rank, hit))
                    .collect();
                let ms = results.took.as_secs_f64() * 1000.0;
                context.out.result(&batch_line(&id, &hits, &results, ms), || {
                    let names: Vec<String> = (1..)
                        .zip(&results.hits)
                        .map(|(rank, hit)| words(rank, hit))
                        .collect();
                    format!("[{id}]\n{}", names.join("\n"))
                });
                said.extend(results.missing);
            }
        }
    }
    said.sort();
    said.dedup();
    for missing in said {
        context.out.note(&format!("{missing}."));
    }
    library
        .record(
            Action::Searched,
            None,
            Some(u32::try_from(found).unwrap_or(u32::MAX)),
        )
        .await?;
    Ok(ExitCode::SUCCESS)
}

fn queries(file: &Path) -> Result<Vec<(Value, String)>, Failure> {
    batch::read(file)?
        .into_iter()
        .map(
            |line| match (line.get("id"), line.get("query").and_then(Value::as_str)) {
                (Some(id), Some(query)) => Ok((id.clone(), query.to_string())),
                _ => Err(Failure::Batch(
                    "a line has no \"id\" or no \"query\".".to_string(),
                )),
            },
        )
        .collect()
}

fn batch_line(id: &Value, hits: &[Value], results: &SearchResults, ms: f64) -> Value {
    let mut line = json!({ "id": id, "hits": hits, "missing": results.missing, "ms": ms });
    if let Some(checked) = results.checked {
        line["checked"] = json!({ "checked": checked.checked, "of": checked.of });
    }
    line
}

fn line(rank: usize, hit: &Hit) -> Value {
    json!({
        "rank": rank,
        "score": hit.score,
        "document_id": hit.document,
        "title": hit.title,
        "source_name": hit.source_name,
        "page": hit.page,
        "headings": hit.headings,
        "start": hit.range.start,
        "end": hit.range.end,
        "snippet": hit.snippet,
        "marks": hit.marks.iter().map(|m| json!([m.start, m.end])).collect::<Vec<_>>(),
        "why": match hit.why {
            Why::Exact => "exact",
            Why::Words => "words",
            Why::Meaning => "meaning",
            Why::Approximate => "approximate",
        },
        "repeats": hit.repeats.map(|better| better + 1),
    })
}

fn words(rank: usize, hit: &Hit) -> String {
    let place = [std::slice::from_ref(&hit.title), &hit.headings]
        .concat()
        .join(" › ");
    match hit.repeats {
        Some(better) => format!(
            "{rank:>3}. {place} · page {}, the same as {}",
            hit.page,
            better + 1
        ),
        None => format!(
            "{rank:>3}. {place} · page {}\n     {}",
            hit.page,
            hit.snippet.trim()
        ),
    }
}
