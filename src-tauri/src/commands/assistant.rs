//! What the assistant makes of documents: streamed and cancellable.

use cabinet_assistant::AssistantEvent as Event;
use cabinet_library::Action;
use tauri::State;
use tauri::ipc::Channel;
use tokio_util::sync::CancellationToken;

use super::Answer;
use crate::error::{self, assistant, ui};
use crate::state::{App, Session};
use crate::wire::{AssistantEvent, Grounded, Note};

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

/// A summary of a document. Not in this version yet, and says so.
#[tauri::command]
#[specta::specta]
pub async fn summarize(
    _app: State<'_, App>,
    _document_id: String,
    _style: String,
    _request: String,
    _on_event: Channel<AssistantEvent>,
) -> Answer<Grounded> {
    Err(error::not_yet("Summaries"))
}

/// A new note drafted from documents. Not in this version yet, and says so.
#[tauri::command]
#[specta::specta]
pub async fn draft(
    _app: State<'_, App>,
    _document_ids: Vec<String>,
    _template: String,
    _request: String,
    _on_event: Channel<AssistantEvent>,
) -> Answer<Note> {
    Err(error::not_yet("Drafts"))
}

/// Stops long work within one token.
#[tauri::command]
#[specta::specta]
pub async fn cancel(app: State<'_, App>, request: String) -> Answer<()> {
    app.open()?.cancel(&request);
    Ok(())
}

/// Work the window can cancel; forgotten when it ends, however it ends.
struct Work<'s> {
    session: &'s Session,
    request: String,
    cancel: CancellationToken,
}

impl<'s> Work<'s> {
    fn begin(session: &'s Session, request: &str) -> Self {
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
