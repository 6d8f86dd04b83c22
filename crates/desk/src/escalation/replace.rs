//! What points at people in a request, replaced, with the names that the folder's documents hold.

use std::collections::BTreeSet;

use cabinet_deid::{Finder, Finding, Layer, NameList, Pseudonyms};
use cabinet_library::{DocumentId, FolderId, LibraryError};
use cabinet_text::Offsets;

use super::EscalationError;
use super::prepare::{Place, Revision, Work};
use crate::Desk;

/// Bytes of a folder that are read for its people.
const MOST_NAMES: usize = 8 << 20;
/// Below this the finder kept a place to be on the safe side, and a person should look (`cabinet_deid::Finding`).
const DOUBTFUL: f32 = 0.5;

impl Desk {
    /// People and parties that the documents of a folder name, wherever they name them.
    ///
    /// # Errors
    /// When the library cannot be read.
    pub async fn folder_names(&self, folder: FolderId) -> Result<NameList, LibraryError> {
        self.names_in(BTreeSet::from([folder]), Vec::new(), Vec::new())
            .await
    }

    /// People and parties of the folders that a request draws from.
    pub(super) async fn names(&self, work: &Work) -> Result<NameList, EscalationError> {
        let mut folders = BTreeSet::new();
        for source in &work.sources {
            folders.insert(self.library().document(source.id).await?.folder);
        }
        if let Some(note) = work.request.note {
            folders.insert(self.library().note(note).await?.folder);
        }
        // The sources themselves first, should the folder be longer than what is read of it.
        let first = work.sources.iter().map(|source| source.id).collect();
        Ok(self.names_in(folders, first, vec![work.original.clone()]).await?)
    }

    async fn names_in(
        &self,
        folders: BTreeSet<FolderId>,
        first: Vec<DocumentId>,
        mut texts: Vec<String>,
    ) -> Result<NameList, LibraryError> {
        let mut documents = first;
        for folder in folders {
            for document in self.library().documents(Some(folder), false).await? {
                if !documents.contains(&document.id) {
                    documents.push(document.id);
                }
            }
        }
        let mut bytes = 0;
        for id in documents {
            for page in self.library().pages(id).await? {
                bytes += page.text.len();
                texts.push(page.text);
            }
            if bytes > MOST_NAMES {
                break;
            }
        }
        let named =
            tokio::task::spawn_blocking(move || NameList::from_texts(texts.iter().map(String::as_str)));
        Ok(named
            .await
            .unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic())))
    }
}

/// Finds and replaces; hands the list of names back.
pub(super) fn replace(
    original: &str,
    revision: &Revision,
    names: &NameList,
    seed: u64,
) -> (String, Vec<Place>, Pseudonyms, NameList) {
    let mut findings = Finder::new().find(original, names);
    findings.retain(|found| {
        !revision
            .kept
            .iter()
            .any(|kept| kept == &original[found.range.clone()])
    });
    for (words, kind) in revision
        .added
        .iter()
        .filter(|(words, _)| !words.trim().is_empty())
    {
        findings.extend(original.match_indices(words.as_str()).map(|(at, words)| Finding {
            range: at..at + words.len(),
            kind: *kind,
            confidence: 1.0,
            layer: Layer::User,
        }));
    }
    let mut pseudonyms = Pseudonyms::new(seed);
    for (words, called) in &revision.called {
        // Those that cannot serve were refused before.
        pseudonyms.call(original, words, called);
    }
    let replaced = pseudonyms.replace(original, &findings);
    let (before, after) = (Offsets::new(original), Offsets::new(&replaced.text));
    let places = replaced
        .pieces
        .iter()
        .map(|piece| {
            // Overlapping findings became one piece: it is as sure as the surest of them.
            let surest = findings
                .iter()
                .filter(|found| {
                    found.range.start < piece.original.end && piece.original.start < found.range.end
                })
                .max_by(|one, other| one.confidence.total_cmp(&other.confidence));
            Place {
                original: before.character(piece.original.start)..before.character(piece.original.end),
                replaced: after.character(piece.replaced.start)..after.character(piece.replaced.end),
                words: original[piece.original.clone()].to_owned(),
                pseudonym: replaced.text[piece.replaced.clone()].to_owned(),
                kind: piece.kind,
                layer: surest.map_or(Layer::Pattern, |found| found.layer),
                doubtful: surest.is_some_and(|found| found.confidence < DOUBTFUL),
            }
        })
        .collect();
    (replaced.text, places, pseudonyms, names.clone())
}

/// The first of the names the user chose that could not be turned back in an answer; none where all can.
pub(super) fn unusable(original: &str, revision: &Revision) -> Option<String> {
    let mut tried = Pseudonyms::new(0);
    let mut chosen = revision.called.iter();
    let refused = chosen.find(|(words, called)| !tried.call(original, words, called))?;
    Some(refused.1.clone())
}

/// Names that the user put into what stands in their own place.
pub(super) fn named_again(places: &[Place], revision: &Revision) -> Vec<String> {
    let mut again: BTreeSet<&str> = BTreeSet::new();
    for (_, called) in &revision.called {
        let called = called.to_lowercase();
        let parts = |name: &str| -> Vec<String> {
            let words = name.split(|c: char| !c.is_alphanumeric());
            words
                .filter(|word| word.chars().count() > 2)
                .map(str::to_lowercase)
                .collect()
        };
        let said = parts(&called);
        again.extend(
            places
                .iter()
                .filter(|place| parts(&place.words).iter().any(|part| said.contains(part)))
                .map(|place| place.words.as_str()),
        );
    }
    again.into_iter().map(str::to_owned).collect()
}

/// What the user's own changes brought in that would have been replaced.
pub(super) fn came_back(text: &str, places: &[Place], names: &NameList, revision: &Revision) -> Vec<String> {
    let pseudonyms: BTreeSet<&str> = places.iter().map(|place| place.pseudonym.as_str()).collect();
    let found = Finder::new().find(text, names);
    let mut back: BTreeSet<&str> = found
        .into_iter()
        .map(|found| &text[found.range])
        .filter(|words| !pseudonyms.iter().any(|known| known.contains(words)))
        .filter(|words| !revision.kept.iter().any(|kept| kept == words))
        .collect();
    back.extend(
        places
            .iter()
            .map(|place| place.words.as_str())
            .filter(|words| words.len() > 3 && text.contains(words)),
    );
    back.into_iter().map(str::to_owned).collect()
}
