//! What a request asks about: whole documents, or the passages of them that fit the question.

use std::collections::BTreeSet;

use cabinet_library::{DocumentId, FolderId, Mode, SearchRequest};
use cabinet_text::Offsets;

use super::barriers::note_text;
use super::prepare::{EscalationRequest, PreparedSource};
use super::{EscalationError, EscalationSettings};
use crate::Desk;

/// Characters of excerpts in one request: a large model reads them in seconds, and a person can still look at them.
const MOST_CHARS: usize = 40_000;
/// Passages looked for where the documents are longer than that.
const PASSAGES: usize = 24;

/// The excerpts of a request.
#[derive(Default)]
pub(super) struct Gathered {
    pub excerpts: Vec<String>,
    pub sources: Vec<PreparedSource>,
    pub left_out: Vec<String>,
    chars: usize,
}

impl Gathered {
    fn add(&mut self, text: &str) -> bool {
        let text = text.trim();
        let chars = text.chars().count();
        if text.is_empty() || self.chars + chars > MOST_CHARS {
            return text.is_empty();
        }
        self.chars += chars;
        self.excerpts.push(text.to_owned());
        true
    }

    fn draw_from(&mut self, id: DocumentId, title: &str, page: u32) {
        match self.sources.iter_mut().find(|source| source.id == id) {
            Some(source) if !source.pages.contains(&page) => source.pages.push(page),
            Some(_) => {}
            None => self.sources.push(PreparedSource {
                id,
                title: title.to_owned(),
                pages: vec![page],
            }),
        }
    }
}

impl Desk {
    pub(super) async fn gather(
        &self,
        request: &EscalationRequest,
        settings: &EscalationSettings,
    ) -> Result<Gathered, EscalationError> {
        let mut gathered = Gathered::default();
        if let Some(note) = request.note {
            let note = self.library().note(note).await?;
            if !gathered.add(&note_text(&note.body)) {
                gathered
                    .left_out
                    .push("the note is too long to be sent".to_owned());
            }
        }
        let whole: usize = {
            let mut chars = 0;
            for id in &request.documents {
                chars += usize::try_from(self.library().document(*id).await?.chars).unwrap_or(usize::MAX);
            }
            chars
        };
        if whole + gathered.chars <= MOST_CHARS {
            for id in &request.documents {
                let source = self.source(*id).await?;
                for page in &source.pages {
                    if gathered.add(&page.text) {
                        gathered.draw_from(*id, &source.title, page.number);
                    }
                }
            }
        } else {
            for id in &request.documents {
                let limit = PASSAGES.div_ceil(request.documents.len());
                self.look_for(request, None, Some(*id), limit, settings, &mut gathered)
                    .await?;
            }
            let words =
                "the documents are longer than one request: only passages that fit the question are in it";
            gathered.left_out.push(words.to_owned());
        }
        if let Some(folder) = request.folder {
            self.look_for(request, Some(folder), None, PASSAGES, settings, &mut gathered)
                .await?;
        }
        Ok(gathered)
    }

    /// Adds the passages that fit the question and may leave.
    async fn look_for(
        &self,
        request: &EscalationRequest,
        folder: Option<FolderId>,
        document: Option<DocumentId>,
        limit: usize,
        settings: &EscalationSettings,
        gathered: &mut Gathered,
    ) -> Result<(), EscalationError> {
        let found = self
            .library()
            .search(&SearchRequest {
                query: request.question.clone(),
                folder,
                document,
                mode: Mode::Hybrid,
                limit,
                ..SearchRequest::default()
            })
            .await?;
        let mut kept_here = BTreeSet::new();
        for hit in found.hits {
            match self.may_leave(hit.document, settings).await {
                Err(EscalationError::Labelled { .. } | EscalationError::OtherFolder) => {
                    kept_here.insert(hit.document);
                    continue;
                }
                other => other?,
            }
            let page = self.library().page(hit.document, hit.page).await?;
            let offsets = Offsets::new(&page.text);
            let at = |place: u32| usize::try_from(place).unwrap_or(usize::MAX).min(offsets.len());
            let span = cabinet_text::Span::new(at(hit.range.start), at(hit.range.end));
            if gathered.add(offsets.slice(span)) {
                gathered.draw_from(hit.document, &hit.title, hit.page);
            }
        }
        if !kept_here.is_empty() {
            let words = format!("{} documents with a label that keeps them here", kept_here.len());
            gathered.left_out.push(words);
        }
        Ok(())
    }
}
