//! Which models are there, and the engine that runs them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use cabinet_slm::{
    Engine, EngineModels, GenerateEvent, GenerateRequest, ImportProgress, Message, ModelEntry, ModelState,
    ModelStore, Priority, Purpose, Sampling, SlmError, Task,
};
use tokio_util::sync::CancellationToken;

use crate::EngineEmbedder;

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
    /// Whether it is the one used for its purpose.
    pub chosen: bool,
    /// Whether it is the one that completes what is typed.
    pub completes: bool,
    /// Whether it can be removed: Cabinet goes on without it.
    pub removable: bool,
    /// Bytes of memory that it needs to run; none where its files are not as they should be.
    pub memory: Option<u64>,
}

/// Checks every model that Cabinet needs and every other that is there. Reads and hashes all files; blocks.
pub fn installed(dir: &Path) -> Result<Vec<InstalledModel>, SlmError> {
    let store = ModelStore::installed(dir)?;
    let models = store.manifest().models().iter();
    let rows = models.map(|model| described(&store, model));
    Ok(rows
        .filter(|(row, optional)| !optional || row.state != ModelState::Missing)
        .map(|(row, _)| row)
        .collect())
}

/// A model as it stands, and whether Cabinet goes on without it.
fn described(store: &ModelStore, model: &ModelEntry) -> (InstalledModel, bool) {
    let verified = store.verify(&model.id);
    let memory = verified
        .as_ref()
        .ok()
        .and_then(|model| model.memory().ok().flatten());
    let (state, advice) = match verified {
        Ok(_) => (ModelState::Ready, String::new()),
        Err(e @ SlmError::Missing { .. }) => (ModelState::Missing, e.advice().to_string()),
        Err(e) => (ModelState::Altered, e.advice().to_string()),
    };
    let row = InstalledModel {
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
        chosen: store
            .chosen(model.task)
            .is_some_and(|chosen| chosen.id == model.id),
        completes: store.completer().is_some_and(|chosen| chosen.id == model.id),
        removable: model.optional,
        memory,
    };
    (row, model.optional)
}

/// A file for writing that Cabinet knows by its SHA-256: who has it can import it.
#[derive(Debug, Clone)]
pub struct KnownModel {
    /// Name for people.
    pub title: String,
    /// Licence of the weights.
    pub licence: String,
    /// Where it was published.
    pub source: String,
    /// The package of the ordinary registry that carries it.
    pub package: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// The files that Cabinet knows. Nothing is fetched.
pub fn known_models(dir: &Path) -> Result<Vec<KnownModel>, SlmError> {
    let store = ModelStore::installed(dir)?;
    let models = store.manifest().models().iter();
    let writers = models.filter(|model| model.task == Task::Writer && !model.package.is_empty());
    Ok(writers
        .flat_map(|model| model.files.iter().map(move |file| (model, file)))
        .map(|(model, file)| KnownModel {
            title: model.title.clone(),
            licence: model.licence.clone(),
            source: model.source.clone(),
            package: format!("{} {}", model.package, model.version),
            bytes: file.bytes,
            sha256: file.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
        .collect())
}

/// Takes a GGUF file in, after checking that it can be run here. Blocks; `progress` hears of each megabyte and may
/// end it, which leaves nothing behind.
pub fn import_model(
    dir: &Path,
    file: &Path,
    progress: ImportProgress<'_>,
) -> Result<InstalledModel, SlmError> {
    let mut store = ModelStore::installed(dir)?;
    let model = store.import(file, progress)?;
    Ok(described(&store, &model).0)
}

/// Removes an imported model.
pub fn remove_model(dir: &Path, id: &str) -> Result<(), SlmError> {
    ModelStore::installed(dir)?.remove(id)
}

/// Writes with this model from the next time a cabinet is opened.
pub fn use_model(dir: &Path, id: &str, purpose: Purpose) -> Result<(), SlmError> {
    ModelStore::installed(dir)?.choose(id, purpose)
}

/// How fast the writer is here, in tokens a second.
#[derive(Debug, Clone, Copy)]
pub struct WriterSpeed {
    /// Of text read.
    pub read: f64,
    /// Of text written.
    pub written: f64,
}

/// Has the writer read and write a little invented text.
pub async fn measure_writer(engine: &Engine) -> Result<WriterSpeed, SlmError> {
    engine.load(Priority::Foreground).await?;
    let salt = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |since| since.as_millis());
    // Unlike any text before it, so that nothing of it is remembered.
    let text =
        format!("{salt} lamps stand along the harbour wall, each a little older than the next. ").repeat(16);
    let start = Instant::now();
    let mut events = engine
        .generate(GenerateRequest {
            purpose: Purpose::Drafting,
            messages: vec![Message::user(text)],
            said: String::new(),
            max_new_tokens: 33,
            sampling: Sampling {
                temperature: 1.0,
                ..Sampling::default()
            },
            priority: Priority::Foreground,
            cancel: CancellationToken::new(),
        })
        .await?;
    let mut first = None;
    loop {
        match events.recv().await.ok_or(SlmError::Stopped)? {
            GenerateEvent::Token(_) => {
                first.get_or_insert_with(|| start.elapsed());
            }
            GenerateEvent::Finished {
                prompt_tokens,
                new_tokens,
                ..
            } => {
                let all = start.elapsed();
                let first = first.unwrap_or(all);
                let rest = (all - first).as_secs_f64().max(1e-6);
                #[expect(clippy::cast_precision_loss, reason = "a few hundred tokens")]
                return Ok(WriterSpeed {
                    read: prompt_tokens as f64 / first.as_secs_f64().max(1e-6),
                    written: new_tokens.saturating_sub(1) as f64 / rest,
                });
            }
            GenerateEvent::Failed(error) => return Err(error),
        }
    }
}

/// Why there is no model for writing: which file is missing or altered. None where nothing is wrong with it.
pub fn writer_problem(dir: &Path) -> Option<SlmError> {
    let store = ModelStore::installed(dir).ok()?;
    let writer = store.chosen(Task::Writer)?;
    store.verify(&writer.id).err()
}

/// An engine with whatever models verify; hashing happens off the async threads.
pub(crate) async fn start_engine(dir: PathBuf) -> Engine {
    let verified = tokio::task::spawn_blocking(move || {
        let Ok(store) = ModelStore::installed(dir) else {
            return EngineModels::default();
        };
        // A chosen model that is gone leaves the work to the one that Cabinet comes with.
        let model = |task| {
            let all = store
                .chosen(task)
                .into_iter()
                .chain(store.manifest().default_for(task));
            all.into_iter().find_map(|model| store.verify(&model.id).ok())
        };
        let writer = model(Task::Writer);
        // One that serves both purposes is loaded once.
        let completer = store
            .completer()
            .filter(|chosen| writer.as_ref().is_none_or(|writer| writer.id() != chosen.id))
            .and_then(|chosen| store.verify(&chosen.id).ok());
        EngineModels {
            embedder: model(Task::Embedder),
            writer,
            completer,
        }
    });
    Engine::start(verified.await.unwrap_or_default())
}

/// The embedding model on its own, for who needs vectors without a cabinet.
pub async fn embedder(dir: &Path) -> EngineEmbedder {
    EngineEmbedder::new(start_engine(dir.to_path_buf()).await).await
}
