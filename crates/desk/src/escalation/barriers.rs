//! What keeps text here: labels on documents and folders, also through what a note quotes, and folders the switch does
//! not name.

use std::collections::BTreeSet;

use cabinet_library::{DocumentId, FolderId, Label, LibraryError, Note};
use serde_json::Value;

use super::words::Runs;
use super::{EscalationError, EscalationSettings};
use crate::Desk;

impl Desk {
    /// Refuses where this document may not leave.
    pub(super) async fn may_leave(
        &self,
        id: DocumentId,
        settings: &EscalationSettings,
    ) -> Result<(), EscalationError> {
        let folder = self.library().document(id).await?.folder;
        if let Some(label) = self.library().kept_here_by(id).await? {
            let what = "a document, or the folder or file it lies in,";
            return Err(EscalationError::Labelled { what, label });
        }
        within(folder, settings)
    }

    /// Refuses where nothing of this folder may leave.
    pub(super) async fn folder_may_leave(
        &self,
        folder: FolderId,
        settings: &EscalationSettings,
    ) -> Result<(), EscalationError> {
        if let Some(label) = self.library().folder_label(folder).await? {
            let what = "the folder";
            return Err(EscalationError::Labelled { what, label });
        }
        within(folder, settings)
    }

    /// Refuses where this note, or anything it quotes, may not leave. Gives the documents it quotes.
    pub(super) async fn note_may_leave(
        &self,
        note: &Note,
        settings: &EscalationSettings,
    ) -> Result<Vec<DocumentId>, EscalationError> {
        self.folder_may_leave(note.folder, settings).await?;
        let quoted = quoted(&note.body)?;
        for id in &quoted {
            match self.may_leave(*id, settings).await {
                Err(EscalationError::Library(LibraryError::NotFound { .. })) => {
                    return Err(EscalationError::QuoteGone);
                }
                other => other?,
            }
        }
        Ok(quoted)
    }

    /// Refuses text that repeats a sentence of a document which is kept here, however it came there.
    pub(super) async fn repeats_nothing_kept_here(&self, text: &str) -> Result<(), EscalationError> {
        let runs = Runs::of(text);
        if runs.is_empty() {
            return Ok(());
        }
        let labels = self.library().labels().await?;
        let mut kept: Vec<(DocumentId, Label)> = labels.documents;
        for (folder, label) in labels.folders {
            let documents = self.library().documents(Some(folder), false).await?;
            kept.extend(documents.into_iter().map(|document| (document.id, label)));
        }
        for (document, label) in kept {
            for page in self.library().pages(document).await? {
                if runs.share_with(&page.text) {
                    let what = "a document that the text repeats word for word";
                    return Err(EscalationError::Labelled { what, label });
                }
            }
        }
        Ok(())
    }
}

fn within(folder: FolderId, settings: &EscalationSettings) -> Result<(), EscalationError> {
    match &settings.folders {
        Some(folders) if !folders.contains(&folder) => Err(EscalationError::OtherFolder),
        _ => Ok(()),
    }
}

/// Every document that a note names as a source: in its quotations and beside its claims.
fn quoted(body: &str) -> Result<Vec<DocumentId>, EscalationError> {
    fn walk(value: &Value, found: &mut BTreeSet<DocumentId>) -> Result<(), EscalationError> {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(id) if name == "documentId" && !id.is_empty() => {
                            // One that cannot be read cannot be looked up either.
                            found.insert(id.parse().map_err(|_| EscalationError::QuoteGone)?);
                        }
                        _ => walk(value, found)?,
                    }
                }
                Ok(())
            }
            Value::Array(values) => values.iter().try_for_each(|value| walk(value, found)),
            _ => Ok(()),
        }
    }
    let body: Value = serde_json::from_str(body).map_err(|_| EscalationError::Unreadable)?;
    let mut found = BTreeSet::new();
    walk(&body, &mut found)?;
    Ok(found.into_iter().collect())
}

/// The text of a note, a line a block.
pub(super) fn note_text(body: &str) -> String {
    fn walk(value: &Value, text: &mut String) {
        if let Some(words) = value.get("text").and_then(Value::as_str) {
            text.push_str(words);
        }
        if let Some(inside) = value.get("content").and_then(Value::as_array) {
            inside.iter().for_each(|value| walk(value, text));
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
    }
    let mut text = String::new();
    if let Ok(body) = serde_json::from_str(body) {
        walk(&body, &mut text);
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_and_claims_both_name_their_documents() {
        let (one, two) = (DocumentId::fresh(), DocumentId::fresh());
        let body = serde_json::json!({ "type": "doc", "content": [
            { "type": "citedQuote", "attrs": { "documentId": one, "page": 1 }, "content": [{ "type": "text", "text": "Quoted." }] },
            { "type": "paragraph", "content": [
                { "type": "text", "text": "Claimed", "marks": [{ "type": "claim", "attrs": { "citations": [{ "documentId": two }] } }] },
                { "type": "text", "text": " and more." },
            ]},
        ]})
        .to_string();
        let mut expected = vec![one, two];
        expected.sort();
        assert_eq!(quoted(&body).unwrap(), expected);
        assert_eq!(note_text(&body), "Quoted.\nClaimed and more.");
        let odd = r#"{"attrs":{"documentId":"nobody"}}"#;
        assert!(matches!(quoted(odd), Err(EscalationError::QuoteGone)));
    }
}
