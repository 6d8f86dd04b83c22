//! Documents: lists, pages, originals, moving, the trash.

use cabinet_intake::Source;
use cabinet_library::{Action, DocumentId};
use tauri::State;
use tauri::ipc::Response;

use super::Answer;
use crate::error::{intake, ui};
use crate::state::App;
use crate::wire::{Deletion, DocumentRow, DoubtfulPage, PageHeading, PageScan, PageText};

/// Documents of one folder or of all; those in the trash or those outside it.
#[tauri::command]
#[specta::specta]
pub async fn documents(
    app: State<'_, App>,
    folder_id: Option<String>,
    trashed: bool,
) -> Answer<Vec<DocumentRow>> {
    let folder = folder_id.map(|id| id.parse()).transpose().map_err(ui)?;
    let documents = app
        .open()?
        .library()
        .documents(folder, trashed)
        .await
        .map_err(ui)?;
    Ok(documents.into_iter().map(Into::into).collect())
}

/// One document; recorded as viewed.
#[tauri::command]
#[specta::specta]
pub async fn document(app: State<'_, App>, id: String) -> Answer<DocumentRow> {
    let session = app.open()?;
    let document = session
        .library()
        .document(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    session
        .library()
        .record(Action::Viewed, Some(id), None)
        .await
        .map_err(ui)?;
    Ok(document.into())
}

/// One page of text.
#[tauri::command]
#[specta::specta]
pub async fn page_text(app: State<'_, App>, id: String, page: u32) -> Answer<PageText> {
    let page = app
        .open()?
        .library()
        .page(id.parse().map_err(ui)?, page)
        .await
        .map_err(ui)?;
    Ok(PageText {
        page: page.number,
        text: page.text,
        headings: page
            .headings
            .into_iter()
            .map(|heading| PageHeading {
                start: heading.start,
                end: heading.end,
                level: heading.level,
            })
            .collect(),
    })
}

/// The pages of a document that have no text, or text that may be wrong, each with what is the matter.
#[tauri::command]
#[specta::specta]
pub async fn doubtful_pages(app: State<'_, App>, id: String) -> Answer<Vec<DoubtfulPage>> {
    let pages = app
        .open()?
        .library()
        .doubtful_pages(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    Ok(pages.into_iter().map(Into::into).collect())
}

/// What tracked changes deleted from a document.
#[tauri::command]
#[specta::specta]
pub async fn deletions(app: State<'_, App>, id: String) -> Answer<Vec<Deletion>> {
    let deletions = app
        .open()?
        .library()
        .deletions(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    Ok(deletions.into_iter().map(Into::into).collect())
}

/// Where the words of a page stand on its picture; nothing for a page that was not recognised.
#[tauri::command]
#[specta::specta]
pub async fn page_scan(app: State<'_, App>, id: String, page: u32) -> Answer<Option<PageScan>> {
    let scan = app
        .open()?
        .library()
        .page_scan(id.parse().map_err(ui)?, page)
        .await
        .map_err(ui)?;
    Ok(scan.map(Into::into))
}

/// A page of an image file, turned upright and no wider or higher than `longest`: width and height in four bytes each,
/// little end first, then red, green, blue and cover for each pixel. It is drawn in the reader's cell, so that no
/// picture is decoded in the window. Raw, as [`original`] is.
#[tauri::command]
pub async fn page_image(app: State<'_, App>, id: String, page: u32, longest: u32) -> Answer<Response> {
    let session = app.open()?;
    let id = id.parse().map_err(ui)?;
    let quarters = session.library().page_scan(id, page).await.map_err(ui)?;
    let source = Source::from_bytes(session.library().original(id).await.map_err(ui)?);
    let source = source.map_err(|e| intake(&e))?;
    let quarters = quarters.map_or(0, |scan| scan.quarters);
    let drawing = session.drawer().draw(&source, page, quarters, longest).await;
    let drawing = drawing.map_err(|e| intake(&e))?;
    let mut bytes = Vec::with_capacity(8 + drawing.rgb.len() / 3 * 4);
    bytes.extend(drawing.width.to_le_bytes());
    bytes.extend(drawing.height.to_le_bytes());
    for [red, green, blue] in drawing.rgb.as_chunks::<3>().0 {
        bytes.extend([*red, *green, *blue, 255]);
    }
    Ok(Response::new(bytes))
}

/// The original's bytes, raw. Not in the generated bindings: they cannot type an `ArrayBuffer`.
#[tauri::command]
pub async fn original(app: State<'_, App>, id: String) -> Answer<Response> {
    let bytes = app
        .open()?
        .library()
        .original(id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    Ok(Response::new(bytes))
}

/// Moves documents into another folder.
#[tauri::command]
#[specta::specta]
pub async fn move_documents(app: State<'_, App>, ids: Vec<String>, folder_id: String) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .move_documents(&parse(&ids)?, folder_id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Puts documents into the trash.
#[tauri::command]
#[specta::specta]
pub async fn trash_documents(app: State<'_, App>, ids: Vec<String>) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .trash_documents(&parse(&ids)?)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Takes documents out of the trash.
#[tauri::command]
#[specta::specta]
pub async fn restore_documents(app: State<'_, App>, ids: Vec<String>) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .restore_documents(&parse(&ids)?)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Deletes documents for ever, everywhere.
#[tauri::command]
#[specta::specta]
pub async fn delete_forever(app: State<'_, App>, ids: Vec<String>) -> Answer<()> {
    let session = app.open()?;
    session
        .library()
        .delete_documents(&parse(&ids)?)
        .await
        .map_err(ui)?;
    session.library_changed();
    Ok(())
}

/// Deletes everything in the trash for ever; returns how many documents that were.
#[tauri::command]
#[specta::specta]
pub async fn empty_trash(app: State<'_, App>) -> Answer<u32> {
    let session = app.open()?;
    let trashed = session.library().documents(None, true).await.map_err(ui)?;
    let ids: Vec<DocumentId> = trashed.into_iter().map(|d| d.id).collect();
    session.library().delete_documents(&ids).await.map_err(ui)?;
    session.library_changed();
    Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
}

/// Identifiers as the window sends them.
pub fn parse(ids: &[String]) -> Answer<Vec<DocumentId>> {
    ids.iter().map(|id| id.parse().map_err(ui)).collect()
}
