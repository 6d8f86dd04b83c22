//! Where a vector search may look, for the table and for the copy in memory.

use std::collections::HashSet;
use std::sync::Arc;

use cabinet_nearest::Owner;

/// Where a vector search may look.
#[derive(Clone, Default)]
pub(crate) struct Within {
    pub folder: Option<i64>,
    pub document: Option<i64>,
    /// Only these, where anything but folder and document was asked for.
    pub documents: Option<Arc<HashSet<i64>>>,
}

impl Within {
    pub(super) fn admits(&self, owner: &Owner) -> bool {
        self.folder.is_none_or(|folder| folder == owner.folder)
            && self.document.is_none_or(|document| document == owner.document)
            && self
                .documents
                .as_ref()
                .is_none_or(|documents| documents.contains(&owner.document))
    }
}

/// Rows of these documents, as LanceDB takes it.
pub(super) fn among(documents: &[i64]) -> String {
    let list = documents.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    format!("document IN ({list})")
}

pub(super) fn filter(within: &Within) -> Option<String> {
    let documents = within.documents.as_ref().map(|documents| {
        if documents.is_empty() {
            "false".to_string()
        } else {
            among(&documents.iter().copied().collect::<Vec<_>>())
        }
    });
    let parts: Vec<String> = [
        within.folder.map(|folder| format!("folder = {folder}")),
        within.document.map(|document| format!("document = {document}")),
        documents,
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" AND "))
}
