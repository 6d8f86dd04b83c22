//! Search as one types: a newer search supersedes an older one.

use tauri::State;

use super::Answer;
use crate::error::{self, ui};
use crate::state::App;
use crate::wire::{SearchRequest, SearchResults};

/// Searches.
#[tauri::command]
#[specta::specta]
pub async fn search(app: State<'_, App>, request: SearchRequest) -> Answer<SearchResults> {
    let session = app.open()?;
    let superseded = session.new_search();
    let request = request.try_into()?;
    tokio::select! {
        biased;
        () = superseded.cancelled() => Err(error::superseded()),
        found = session.library().search(&request) => found.map(Into::into).map_err(ui),
    }
}
