//! Documents and folders.

use std::process::ExitCode;

use cabinet_library::{Action, Document, DocumentState, DoubtfulPage, LibraryError};
use serde_json::{Value, json};

use super::{Context, Ended, named_folder};
use crate::args::FolderCommand;
use crate::failure::Failure;

/// `cabinet list`
pub async fn list(context: &Context, folder: Option<String>, trash: bool) -> Ended {
    let desk = context.desk().await?;
    let folder = named_folder(desk.library(), folder.as_deref()).await?;
    let documents = desk.library().documents(folder, trash).await?;
    if documents.is_empty() {
        context
            .out
            .note("There are no documents here yet. `cabinet add FILE` adds one.");
    }
    for document in &documents {
        context.out.result(&row(document), || words(document));
    }
    Ok(ExitCode::SUCCESS)
}

/// `cabinet show`
pub async fn show(context: &Context, id: &str, text: bool, deletions: bool) -> Ended {
    let desk = context.desk().await?;
    let id = id.parse()?;
    let document = desk.library().document(id).await?;
    desk.library()
        .record(Action::Viewed, Some(id.to_string()), None)
        .await?;
    if text {
        for page in desk.library().pages(id).await? {
            context.out.result(
                &json!({
                    "page": page.number, "text": page.text, "readable": page.readable,
                    "method": page.method, "confidence": page.confidence,
                }),
                || {
                    if document.pages == 1 {
                        page.text.clone()
                    } else {
                        format!("[page {}]\n{}\n", page.number, page.text)
                    }
                },
            );
        }
    } else if deletions {
        let deletions = desk.library().deletions(id).await?;
        if deletions.is_empty() {
            context
                .out
                .note("Tracked changes deleted nothing from this document.");
        }
        for deletion in deletions {
            let (author, day) = (deletion.author.as_deref(), deletion.day.as_deref());
            let value =
                json!({ "before": deletion.before, "deleted": deletion.text, "author": author, "day": day });
            context.out.result(&value, || {
                let who: String = [author, day]
                    .into_iter()
                    .flatten()
                    .map(|one| format!("  ({one})"))
                    .collect();
                format!("\u{2026}{} [{}]{who}", deletion.before, deletion.text)
            });
        }
    } else {
        let doubtful = desk.library().doubtful_pages(id).await?;
        let mut value = row(&document);
        value["doubtful_pages"] = doubtful_pages(&doubtful);
        context.out.result(&value, || {
            let told = doubtful.iter().map(|page| format!("\n    {}", page.message));
            words(&document) + &told.collect::<String>()
        });
    }
    Ok(ExitCode::SUCCESS)
}

/// `cabinet remove`
pub async fn remove(context: &Context, ids: Vec<String>) -> Ended {
    let desk = context.desk().await?;
    let mut failed = false;
    for id in ids {
        let removed = match id.parse() {
            Ok(document) => desk.library().delete_documents(&[document]).await,
            Err(e) => Err(e),
        };
        match removed {
            Ok(()) => context.out.result(&json!({ "id": id, "status": "removed" }), || {
                format!("removed    {id}")
            }),
            Err(e) => {
                failed = true;
                let code = match e {
                    LibraryError::DiskFull => "disk_full",
                    _ => "not_removed",
                };
                context.out.result(
                    &json!({ "id": id, "status": "failed", "error": { "code": code, "message": e.to_string() } }),
                    || format!("failed     {id}\n           {e}"),
                );
            }
        }
    }
    Ok(if failed {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// `cabinet folder ...`
pub async fn folder(context: &Context, command: FolderCommand) -> Ended {
    let desk = context.desk().await?;
    let library = desk.library();
    let find = async |name: &str| {
        library
            .find_folder(name)
            .await?
            .ok_or_else(|| Failure::NoSuchFolder(name.to_string()))
    };
    match command {
        FolderCommand::List => {
            for folder in library.folders().await? {
                let value = json!({ "id": folder.id, "name": folder.name, "documents": folder.documents, "notes": folder.notes });
                context.out.result(&value, || {
                    format!(
                        "{:<32} {} documents, {} notes",
                        folder.name, folder.documents, folder.notes
                    )
                });
            }
        }
        FolderCommand::Create { name } => {
            let id = library.create_folder(&name).await?;
            context.out.result(&json!({ "id": id, "status": "created" }), || {
                format!("created    {name}")
            });
        }
        FolderCommand::Rename { folder, name } => {
            library.rename_folder(find(&folder).await?, &name).await?;
            context
                .out
                .result(&json!({ "status": "renamed" }), || format!("renamed    {name}"));
        }
        FolderCommand::Delete { folder } => {
            library.delete_folder(find(&folder).await?).await?;
            context
                .out
                .result(&json!({ "status": "deleted" }), || format!("deleted    {folder}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(d: &Document) -> Value {
    json!({
        "id": d.id,
        "title": d.title,
        "source_name": d.source_name,
        "replaced_by": d.replaced_by,
        "versions_before": d.versions_before,
        "kind": d.kind,
        "folder": d.folder,
        "pages": d.pages,
        "pages_without_text": d.pages_without_text,
        "ocr_pages": d.ocr_pages,
        "damaged_pages": d.damaged_pages,
        "chars": d.chars,
        "bytes": d.bytes,
        "passages": d.passages,
        "deletions": d.deletions,
        "same_text_as": d.same_text_as,
        "added_at": d.added_at,
        "state": state(d.state),
        "parent_id": d.parent,
        "author": d.about.author,
        "created": d.about.created_on,
        "modified": d.about.modified_on,
        "dated": d.about.dated,
        "language": d.about.language,
        "genre_guess": d.about.genre,
    })
}

fn words(d: &Document) -> String {
    let about = &d.about;
    let known = [
        about
            .genre
            .as_ref()
            .map(|genre| format!("probably {}", genre.replace('_', " "))),
        about.dated.as_ref().map(|day| format!("dated {day}")),
        about.author.as_ref().map(|author| format!("by {author}")),
        about
            .language
            .as_ref()
            .map(|language| format!("language {language}")),
        d.parent.map(|parent| format!("from {parent}")),
        (d.deletions > 0).then(|| deletions(d)),
        d.same_text_as.map(|other| format!("the same text as {other}")),
    ];
    let known: String = known
        .into_iter()
        .flatten()
        .map(|word| format!(" · {word}"))
        .collect();
    format!(
        "{}\n    {} · {} · {} · {}{known}\n    {}",
        d.title,
        d.source_name,
        d.kind,
        pages(d),
        state(d.state),
        d.id
    )
}

/// "2 deletions by tracked changes left out"
pub fn deletions(d: &Document) -> String {
    let noun = if d.deletions == 1 { "deletion" } else { "deletions" };
    format!("{} {noun} by tracked changes left out", d.deletions)
}

/// "3 pages, 2 read from pictures, 1 of them hard to read, 1 without text"
pub fn pages(d: &Document) -> String {
    let mut told = match d.pages {
        1 => "1 page".to_string(),
        n => format!("{n} pages"),
    };
    if d.ocr_pages > 0 {
        told += &match d.ocr_pages {
            n if n == d.pages => ", read from its picture".to_string(),
            n => format!(", {n} read from pictures"),
        };
    }
    if d.faint_pages > 0 {
        told += &format!(", {} hard to read", d.faint_pages);
    }
    if d.damaged_pages > 0 {
        told += &format!(
            ", {} damaged or cut off, where text may be missing",
            d.damaged_pages
        );
    }
    if d.pages_without_text > 0 {
        told += &format!(", {} without text", d.pages_without_text);
    }
    told
}

/// Pages the user should look at, each with its reason.
pub fn doubtful_pages(pages: &[DoubtfulPage]) -> Value {
    pages
        .iter()
        .map(|p| json!({ "page": p.page, "problem": p.problem, "message": p.message }))
        .collect()
}

fn state(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Embedding => "embedding",
        DocumentState::Ready => "ready",
        DocumentState::Trashed => "trashed",
    }
}
