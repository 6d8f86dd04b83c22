//! The desk: an open cabinet with its library and its models, and what the assistant makes of stored documents.
//!
//! This is the one place where library, models and assistant meet; the command line and the window both sit at
//! it. It adapts, fetches and hands on. It decides nothing about grounding (the assistant does), storage (the
//! library does) or scheduling (the engine does).
#![forbid(unsafe_code)]

mod adapters;
mod checks;
mod embedder;
pub mod escalation;
mod files;
mod keychain;
mod models;
mod reader;

use std::path::Path;
use std::sync::{Arc, Mutex};

use cabinet_assistant::completion::{self, Typed};
use cabinet_assistant::draft::{self, Draft, Template};
use cabinet_assistant::models::Embed;
use cabinet_assistant::summary::{self, Models, Style, Wanted};
use cabinet_assistant::{AssistantError, Grounded, Listener, SourceDocument, SourcePage, keypoints};
use cabinet_escalation::Courier;
use cabinet_library::{DocumentId, Library, LibraryError};
use cabinet_slm::Engine;
use cabinet_vault::Vault;
use tokio_util::sync::CancellationToken;

use adapters::Asker;

pub use cabinet_escalation::{courier_main, routing};
pub use cabinet_intake::reader_main;
pub use checks::keys_check;
pub use embedder::EngineEmbedder;
pub use files::write_whole;
pub use keychain::KEYCHAIN_CONSEQUENCES;
pub use models::{
    InstalledModel, KnownModel, WriterSpeed, default_models_dir, embedder, import_model, installed,
    known_models, measure_writer, remove_model, use_model, writer_problem,
};
pub use reader::reader;

/// An open cabinet and its models.
pub struct Desk {
    library: Library,
    engine: Engine,
    /// The one that may carry what was approved; none until [`Desk::admit`] lets it in.
    courier: Mutex<Option<Arc<Courier>>>,
}

impl Desk {
    /// Opens the library of an unlocked vault beside the models in `models`. A missing or damaged model is no
    /// error: search goes on by words, and what needs the model says so.
    pub async fn open(vault: Arc<Vault>, models: &Path) -> Result<Self, LibraryError> {
        let engine = models::start_engine(models.to_path_buf()).await;
        let embedder = Arc::new(EngineEmbedder::new(engine.clone()).await);
        Ok(Self {
            library: Library::open(vault, embedder).await?,
            engine,
            courier: Mutex::default(),
        })
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The models' engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A stored document as the assistant reads it.
    pub async fn source(&self, id: DocumentId) -> Result<SourceDocument, LibraryError> {
        let document = self.library.document(id).await?;
        let pages = self.library.pages(id).await?;
        Ok(SourceDocument {
            id: id.to_string(),
            title: document.title,
            pages_without_text: pages.iter().filter(|p| !p.readable).map(|p| p.number).collect(),
            pages: pages
                .into_iter()
                .filter(|p| p.readable)
                .map(|p| SourcePage {
                    number: p.number,
                    text: p.text,
                })
                .collect(),
        })
    }

    /// Whole sentences of a document that say what matters in it, each with its page. Without an embedding model
    /// the words alone decide.
    pub async fn key_points(
        &self,
        document: SourceDocument,
        listen: Listener<'_>,
        cancel: &CancellationToken,
    ) -> Result<Grounded, AssistantError> {
        let models = Asker::waiting(&self.engine);
        keypoints::key_points(&[document], self.embedder(&models), cancel, listen).await
    }

    /// A summary of a document: written by the model where what it writes is borne out by the document, quoted from it
    /// elsewhere. `max_words` is chosen by the length of the document where not said; `keep_unsupported` marks what is
    /// not borne out instead of leaving it out.
    pub async fn summarize(
        &self,
        document: SourceDocument,
        style: Style,
        max_words: Option<usize>,
        keep_unsupported: bool,
        listen: Listener<'_>,
        cancel: &CancellationToken,
    ) -> Result<Grounded, AssistantError> {
        let wanted = Wanted {
            style,
            max_words,
            keep_unsupported,
        };
        let models = Asker::waiting(&self.engine);
        summary::summarize(&document, wanted, self.models(&models), cancel, listen).await
    }

    /// A note drafted from documents, each sentence checked and cited. [`Draft::body`] is what the editor keeps,
    /// [`Draft::note`] what is exported.
    pub async fn draft(
        &self,
        documents: Vec<SourceDocument>,
        template: Template,
        keep_unsupported: bool,
        listen: Listener<'_>,
        cancel: &CancellationToken,
    ) -> Result<Draft, AssistantError> {
        let models = Asker::waiting(&self.engine);
        draft::draft(
            &documents,
            template,
            keep_unsupported,
            self.models(&models),
            cancel,
            listen,
        )
        .await
    }

    /// How a note may go on at the caret: what may be appended there, checked against the note and the pages it cites.
    /// None where nothing is worth offering.
    ///
    /// `before` is the note's text up to the caret, a line for each block; `cited` its pages, the nearest first.
    pub async fn complete(
        &self,
        title: String,
        before: String,
        cited: &[(DocumentId, u32)],
        cancel: &CancellationToken,
    ) -> Result<Option<String>, AssistantError> {
        let mut sources = Vec::with_capacity(cited.len());
        for &(id, number) in cited {
            // A page that is gone bears nothing out.
            let Ok(page) = self.library.page(id, number).await else {
                continue;
            };
            sources.push(SourceDocument {
                id: id.to_string(),
                title: String::new(),
                pages: vec![SourcePage {
                    number,
                    text: page.text,
                }],
                pages_without_text: Vec::new(),
            });
        }
        let typed = Typed {
            title,
            before,
            sources,
        };
        completion::complete(&typed, &Asker::typing(&self.engine), cancel).await
    }

    fn models<'m>(&self, models: &'m Asker) -> Models<'m> {
        Models {
            embedder: self.embedder(models),
            writer: models,
        }
    }

    /// The embedding model, where there is one.
    fn embedder<'m>(&self, models: &'m Asker) -> Option<&'m dyn Embed> {
        self.engine
            .embedder_id()
            .is_some()
            .then_some(models as &dyn Embed)
    }

    /// Locks: the keys are gone when this returns, within a second whatever is going on, and all work on the library
    /// fails from then on. Models that are at work end by themselves.
    pub async fn lock(&self) {
        const PATIENCE: std::time::Duration = std::time::Duration::from_millis(200);
        self.library.lock().await;
        let _ = tokio::time::timeout(PATIENCE, self.engine.unload()).await;
    }

    /// Lets go: wipes what the models remember and closes the library. The keys go with the last handle to the
    /// vault.
    pub async fn close(&self) {
        self.engine.unload().await;
        self.library.close().await;
    }
}
