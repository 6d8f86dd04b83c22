//! Documents and folders.

use std::process::ExitCode;

use cabinet_library::{Action, Document, DocumentState};
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
pub async fn show(context: &Context, id: &str, text: bool) -> Ended {
    let desk = context.desk().await?;
    let id = id.parse()?;
    let document = desk.library().document(id).await?;
    desk.library()
        .record(Action::Viewed, Some(id.to_string()), None)
        .await?;
    if text {
        for page in desk.library().pages(id).await? {
            context.out.result(
                &json!({ "page": page.number, "text": page.text, "readable": page.readable }),
                || {
                    if document.pages == 1 {
                        page.text.clone()
                    } else {
                        format!("[page {}]\n{}\n", page.number, page.text)
                    }
                },
            );
        }
    } else {
        context.out.result(&row(&document), || words(&document));
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
                context.out.result(&json!({ "id": id, "status": "failed", "error": { "code": "not_removed", "message": e.to_string() } }), || {
                    format!("failed     {id}\n           {e}")
                });
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
        "kind": d.kind,
        "folder": d.folder,
        "pages": d.pages,
        "pages_without_text": d.pages_without_text,
        "chars": d.chars,
        "bytes": d.bytes,
        "passages": d.passages,
        "added_at": d.added_at,
        "state": state(d.state),
    })
}

fn words(d: &Document) -> String {
    let pages = if d.pages == 1 {
        "1 page".to_string()
    } else {
        format!("{} pages", d.pages)
    };
    format!(
        "{}\n    {} · {} · {pages} · {}\n    {}",
        d.title,
        d.source_name,
        d.kind,
        state(d.state),
        d.id
    )
}

fn state(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Embedding => "embedding",
        DocumentState::Ready => "ready",
        DocumentState::Trashed => "trashed",
    }
}
