//! Which models are there, and the engine that runs them.

use std::path::{Path, PathBuf};

use crate::EngineEmbedder;
use cabinet_slm::{Engine, EngineModels, Manifest, ModelState, ModelStore, SlmError, Task};

/// Where the models lie unless said otherwise: `CABINET_MODELS`, else the user's cache.
pub fn default_models_dir() -> PathBuf {
    ModelStore::default_dir().unwrap_or_else(|| PathBuf::from("models"))
}

/// One model of the list and how its files stand.
#[derive(Debug, Clone)]
pub struct InstalledModel {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// What it is for, in a word.
    pub purpose: &'static str,
    /// Licence of the weights.
    pub licence: String,
    /// Bytes of all its files.
    pub bytes: u64,
    /// How its files stand.
    pub state: ModelState,
    /// What to do when they are not as they should be; empty otherwise.
    pub advice: String,
}

/// Checks every model that Cabinet needs. Reads and hashes all files; blocks.
pub fn installed(dir: &Path) -> Result<Vec<InstalledModel>, SlmError> {
    let store = ModelStore::open(dir, Manifest::bundled()?);
    store
        .manifest()
        .models()
        .iter()
        .filter(|model| !model.optional)
        .map(|model| {
            let (state, advice) = match store.verify(&model.id) {
                Ok(_) => (ModelState::Ready, String::new()),
                Err(e @ SlmError::Missing { .. }) => (ModelState::Missing, e.advice().to_string()),
                Err(e) => (ModelState::Altered, e.advice().to_string()),
            };
            Ok(InstalledModel {
                id: model.id.clone(),
                title: model.title.clone(),
                purpose: match model.task {
                    Task::Embedder => "embedding",
                    Task::Writer => "writing",
                    Task::PageReader => "reading scans",
                },
                licence: model.licence.clone(),
                bytes: model.files.iter().map(|f| f.bytes).sum(),
                state,
                advice,
            })
        })
        .collect()
}

/// Why there is no model for writing: which file is missing or altered. None where nothing is wrong with it.
pub fn writer_problem(dir: &Path) -> Option<SlmError> {
    let store = ModelStore::open(dir, Manifest::bundled().ok()?);
    let writer = store.manifest().default_for(Task::Writer)?;
    store.verify(&writer.id).err()
}

/// An engine with whatever models verify; hashing happens off the async threads.
pub(crate) async fn start_engine(dir: PathBuf) -> Engine {
    let verified = tokio::task::spawn_blocking(move || {
        let Ok(manifest) = Manifest::bundled() else {
            return EngineModels::default();
        };
        let store = ModelStore::open(dir, manifest);
        let model = |task| {
            store
                .manifest()
                .default_for(task)
                .and_then(|model| store.verify(&model.id).ok())
        };
        EngineModels {
            embedder: model(Task::Embedder),
            writer: model(Task::Writer),
        }
    });
    Engine::start(verified.await.unwrap_or_default())
}

/// The embedding model on its own, for who needs vectors without a cabinet.
pub async fn embedder(dir: &Path) -> EngineEmbedder {
    EngineEmbedder::new(start_engine(dir.to_path_buf()).await).await
}
