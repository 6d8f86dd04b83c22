//! What the assistant makes of documents: streamed and cancellable.

use cabinet_assistant::AssistantEvent as Event;
use cabinet_library::{Action, DocumentId};
use tauri::State;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::Answer;
use super::documents::parse;
use crate::error::{self, assistant, ui};
use crate::state::{App, Session};
use crate::wire::{AssistantEvent, DraftTemplate, Grounded, Note, SummaryStyle, Typed};

/// Whole sentences of a document that say what matters in it.
#[tauri::command]
#[specta::specta]
pub async fn key_points(
    app: State<'_, App>,
    document_id: String,
    request: String,
    on_event: Channel<AssistantEvent>,
) -> Answer<Grounded> {
    let session = app.open()?;
    let source = session
        .desk()
        .source(document_id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    let work = Work::begin(&session, &request);
    let points = session
        .desk()
        .key_points(source, &forward(on_event), &work.cancel)
        .await
        .map_err(|e| assistant(&e))?;
    session
        .library()
        .record(Action::Generated, Some(document_id), None)
        .await
        .map_err(ui)?;
    Ok(points.into())
}

/// A summary of a document, each sentence checked against it.
#[tauri::command]
#[specta::specta]
pub async fn summarize(
    app: State<'_, App>,
    document_id: String,
    style: SummaryStyle,
    request: String,
    on_event: Channel<AssistantEvent>,
) -> Answer<Grounded> {
    let session = app.open()?;
    let source = session
        .desk()
        .source(document_id.parse().map_err(ui)?)
        .await
        .map_err(ui)?;
    let keep_unsupported = session.settings().await?.show_unsupported;
    let work = Work::begin(&session, &request);
    let summary = session
        .desk()
        .summarize(
            source,
            style.into(),
            None,
            keep_unsupported,
            &forward(on_event),
            &work.cancel,
        )
        .await
        .map_err(|e| assistant(&e))?;
    session
        .library()
        .record(Action::Generated, Some(document_id), None)
        .await
        .map_err(ui)?;
    Ok(summary.into())
}

/// A new note drafted from documents, beside the first of them; each sentence checked and cited.
#[tauri::command]
#[specta::specta]
pub async fn draft(
    app: State<'_, App>,
    document_ids: Vec<String>,
    template: DraftTemplate,
    request: String,
    on_event: Channel<AssistantEvent>,
) -> Answer<Note> {
    let session = app.open()?;
    let ids: Vec<DocumentId> = parse(&document_ids)?;
    let first = *ids.first().ok_or_else(error::nothing_chosen)?;
    let folder = session.library().document(first).await.map_err(ui)?.folder;
    let mut sources = Vec::with_capacity(ids.len());
    for id in ids {
        sources.push(session.desk().source(id).await.map_err(ui)?);
    }
    let keep_unsupported = session.settings().await?.show_unsupported;
    let work = Work::begin(&session, &request);
    let draft = session
        .desk()
        .draft(
            sources,
            template.into(),
            keep_unsupported,
            &forward(on_event),
            &work.cancel,
        )
        .await
        .map_err(|e| assistant(&e))?;
    let note = session
        .library()
        .create_note(folder, &draft.title, &draft.body())
        .await
        .map_err(ui)?;
    for document in document_ids {
        session
            .library()
            .record(Action::Generated, Some(document), None)
            .await
            .map_err(ui)?;
    }
    session.library_changed();
    Ok(note.into())
}

/// How a note that is being typed may go on at the caret: what may be appended there, none where nothing is worth offering.
#[tauri::command]
#[specta::specta]
pub async fn complete(app: State<'_, App>, typed: Typed, request: String) -> Answer<Option<String>> {
    let session = app.open()?;
    let mut cited = Vec::with_capacity(typed.sources.len());
    for source in typed.sources {
        cited.push((source.document_id.parse().map_err(ui)?, source.page));
    }
    let work = Work::begin(&session, &request);
    session
        .desk()
        .complete(typed.title, typed.before, &cited, &work.cancel)
        .await
        .map_err(|e| assistant(&e))
}

/// Stops long work within one token.
#[tauri::command]
#[specta::specta]
pub async fn cancel(app: State<'_, App>, request: String) -> Answer<()> {
    app.open()?.cancel(&request);
    Ok(())
}

/// Work the window can cancel; forgotten when it ends, however it ends.
pub(super) struct Work<'s> {
    session: &'s Session,
    request: String,
    pub(super) cancel: CancellationToken,
}

impl<'s> Work<'s> {
    pub(super) fn begin(session: &'s Session, request: &str) -> Self {
        Self {
            session,
            request: request.to_string(),
            cancel: session.begin(request),
        }
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.session.end(&self.request);
    }
}

fn forward(channel: Channel<AssistantEvent>) -> impl Fn(Event) + Send + Sync {
    move |event| {
        // A window that is gone hears nothing; its work is cancelled elsewhere.
        let _ = channel.send(event.into());
    }
}
