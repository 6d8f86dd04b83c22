//! Verified model files in; vectors and text out. Everything runs on this processor.
//!
//! Owns the model files' verification, their formats, their arithmetic, and the order of work on the one thread that
//! runs them. Deliberately knows nothing of documents, and opens neither a socket nor any file but model files.
//!
//! Must always hold: weights come only from files whose SHA-256 was checked on the very handle that is read; no text,
//! prompt or vector is written anywhere or appears in an error; locking ([`Engine::unload`]) overwrites all that is
//! remembered of any text.
//!
//! ```no_run
//! use cabinet_slm::{Engine, EngineModels, Manifest, ModelStore, Priority, SlmError};
//!
//! # async fn example() -> Result<(), SlmError> {
//! let dir = ModelStore::default_dir().unwrap_or_default();
//! let store = ModelStore::open(dir, Manifest::bundled()?);
//! let embedder = Some(store.verify("all-minilm-l6-v2")?);
//! let engine = Engine::start(EngineModels { embedder, writer: None, completer: None });
//! let vectors = engine.embed(vec!["a query".to_owned()], Priority::Typing).await?;
//! assert_eq!(vectors[0].len(), 384);
//! # Ok(())
//! # }
//! ```
//!
//! candle reads the weight formats; the products of weights and rows are the crate's own (`src/kernels` says why), and
//! the tests hold them against candle's models.

mod embedder;
mod engine;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gguf;
mod imports;
mod kernels;
#[cfg(any(test, feature = "fuzzing"))]
mod made;
mod manifest;
pub mod measure;
mod memory;
#[cfg(test)]
mod real_tests;
#[cfg(test)]
mod reference;
mod store;
mod writer;

pub use embedder::EmbedderText;
pub use engine::{Engine, EngineModels, FinishReason, GenerateEvent, GenerateRequest, Priority, Purpose};
pub use error::SlmError;
pub use imports::ImportProgress;
pub use manifest::{FileEntry, Manifest, ModelEntry, Task};
pub use store::{ModelState, ModelStore, VerifiedModel};
pub use writer::{Form, Message, Original, Role, Sampling};
