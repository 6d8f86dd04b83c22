//! `cabinet add`: files and whole folders, one line of outcome each.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;

use cabinet_intake::{Found, walk};
use cabinet_library::{Document, ImportQueue, JobId, JobState, Outcome};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::documents::{deletions, doubtful_pages, pages};
use super::{Context, Ended};
use crate::failure::Failure;

/// Pages named one by one for each file; `show` names them all.
const DOUBTFUL_TOLD: usize = 10;

/// Adds files; the ones that fail have their reason, the rest goes on.
pub async fn add(
    context: &Context,
    folder: Option<String>,
    password: Option<String>,
    paths: Vec<PathBuf>,
) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    let folder = match folder {
        Some(name) => library.folder_named(&name).await?,
        None => library.first_folder().await?,
    };
    let found = tokio::task::spawn_blocking(move || walk(&paths))
        .await
        .map_err(|_| Failure::Internal)?;
    let mut failed = false;
    let mut files = Vec::new();
    for found in found {
        match found {
            Found::File(path) => files.push(path),
            Found::Failed { path, error } => {
                failed = true;
                let error =
                    json!({ "code": error.code(), "message": error.message(), "advice": error.advice() });
                print(
                    context,
                    &line(&path.to_string_lossy(), None, "failed", None, &error, 0),
                    None,
                );
            }
        }
    }
    let (tx, mut outcomes) = mpsc::unbounded_channel::<Outcome>();
    let queue = ImportQueue::start(
        library.clone(),
        cabinet_desk::reader(&context.models),
        Box::new(move |outcome| {
            // The receiver lives as long as the command.
            let _ = tx.send(outcome.clone());
        }),
    );
    let leftover = library.open_jobs().await?;
    if leftover > 0 {
        context.out.note(&format!(
            "Going on with {leftover} files of an earlier import that was cut short"
        ));
    }
    let ids = queue
        .enqueue(&files, folder, password.map(SecretString::from))
        .await?;
    let mut waiting: HashSet<JobId> = ids.iter().copied().collect();
    let mut changes = queue.changes();
    let mut let_go = false;
    let mut done = 0;
    while !waiting.is_empty() {
        let outcome = tokio::select! {
            biased;
            Some(outcome) = outcomes.recv() => outcome,
            _ = changes.changed() => {
                // A queue that holds itself waits for a person, and here is none: the next file may still fit.
                // Held again before any file ended, it will not move.
                match queue.held() {
                    Some(_) if !let_go => queue.pause(false).await?,
                    Some(why) => {
                        failed = true;
                        for (_, path) in ids.iter().zip(&files).filter(|(id, _)| waiting.contains(id)) {
                            print(context, &line(&path.to_string_lossy(), None, "failed", None, &told(&why), 0), None);
                        }
                        break;
                    }
                    None => continue,
                }
                let_go = true;
                continue;
            }
        };
        if !waiting.remove(&outcome.job.id) {
            continue;
        }
        waiting.extend(&outcome.members);
        let_go = false;
        done += 1;
        failed |= outcome.job.state == JobState::Failed;
        report(context, library, &outcome).await?;
        if !context.out.json && ids.len() > 10 && done % 10 == 0 {
            context.out.note(&format!("{done} of {} files", ids.len()));
        }
    }
    queue.settled().await;
    let view = queue.view().await?;
    if let Some(trouble) = view.embedding_trouble {
        context
            .out
            .note(&format!("Documents are found by words only for now: {trouble}"));
    }
    queue.shut_down().await;
    library.clear_jobs().await?;
    Ok(if failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// One line of outcome.
pub(super) async fn report(
    context: &Context,
    library: &cabinet_library::Library,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let job = &outcome.job;
    let (document, doubtful) = match job.document {
        Some(id) => (
            Some(library.document(id).await?),
            library.doubtful_pages(id).await?,
        ),
        None => (None, Vec::new()),
    };
    let status = match job.state {
        JobState::Added => "added",
        JobState::Duplicate => "duplicate",
        JobState::Failed | JobState::Cancelled | JobState::Queued | JobState::Running => "failed",
    };
    let error = job.failure.as_ref().map_or(Value::Null, told);
    let ms = u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX);
    let mut line = line(
        &job.path.to_string_lossy(),
        job.outer_name().as_deref(),
        status,
        document.as_ref(),
        &error,
        ms,
    );
    line["doubtful_pages"] = doubtful_pages(&doubtful);
    print(context, &line, document.as_ref());
    Ok(())
}

fn told(failure: &cabinet_library::Failure) -> Value {
    json!({ "code": failure.code, "message": failure.message, "advice": failure.advice })
}

fn line(
    path: &str,
    inside: Option<&str>,
    status: &str,
    document: Option<&Document>,
    error: &Value,
    ms: u64,
) -> Value {
    json!({
        "path": path,
        "inside": inside,
        "status": status,
        "id": document.map(|d| d.id.to_string()),
        "title": document.map(|d| d.title.as_str()),
        "pages": document.map_or(0, |d| d.pages),
        "pages_without_text": document.map_or(0, |d| d.pages_without_text),
        "chars": document.map_or(0, |d| d.chars),
        "passages": document.map_or(0, |d| d.passages),
        "same_text_as": document.and_then(|d| d.same_text_as).map(|id| id.to_string()),
        "deletions": document.map_or(0, |d| d.deletions),
        "parent_id": document.and_then(|d| d.parent).map(|id| id.to_string()),
        "ocr_pages": document.map_or(0, |d| d.ocr_pages),
        "damaged_pages": document.map_or(0, |d| d.damaged_pages),
        "doubtful_pages": [],
        "error": error,
        "ms": ms,
    })
}

fn print(context: &Context, line: &Value, document: Option<&Document>) {
    context.out.result(line, || {
        let name = line["path"]
            .as_str()
            .map(std::path::Path::new)
            .and_then(std::path::Path::file_name);
        let mut name = name.map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        if let Some(outer) = line["inside"].as_str() {
            name += &format!(", inside {outer}");
        }
        match (line["status"].as_str(), document) {
            (Some("failed"), _) => format!(
                "failed     {name}\n           {}\n           {}",
                line["error"]["message"].as_str().unwrap_or("It was cancelled."),
                line["error"]["advice"].as_str().unwrap_or_default()
            ),
            (Some(status), Some(d)) => {
                let mut told = format!("{status:<10} {name}  ({})", pages(d));
                for page in line["doubtful_pages"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .take(DOUBTFUL_TOLD)
                {
                    told += &format!("\n           {}", page["message"].as_str().unwrap_or_default());
                }
                if d.deletions > 0 {
                    told += &format!(
                        "\n           {}; see `cabinet show ID --deletions`.",
                        deletions(d)
                    );
                }
                if let Some(other) = d.same_text_as {
                    told += &format!("\n           Its text is the same as that of {other}.");
                }
                format!("{told}\n           {}", d.id)
            }
            _ => name,
        }
    });
}
