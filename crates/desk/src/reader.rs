//! The reader process of this very program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cabinet_intake::{ModelFiles, Reader, ReaderLimits};
use cabinet_slm::{Manifest, ModelStore, Task};

/// Every program of Cabinet is also its own reader, when started with `--reader`. Pages that are pictures are
/// recognised with the model in `models`, if it is there and unaltered.
///
/// Where the system cannot say which program this is, the reader cannot start, and each file says so.
pub fn reader(models: &Path) -> Reader {
    let program = std::env::current_exe().unwrap_or_default();
    let models = models.to_path_buf();
    Reader::new(program, vec!["--reader".into()], ReaderLimits::default())
        .with_models(Arc::new(move || page_reader(models.clone())))
}

/// The bytes of the recognition model, verified. Blocks.
fn page_reader(dir: PathBuf) -> Option<ModelFiles> {
    let store = ModelStore::open(dir, Manifest::bundled().ok()?);
    let model = store
        .verify(&store.manifest().default_for(Task::PageReader)?.id)
        .ok()?;
    Some(ModelFiles {
        detector: model.bytes("_det_small.rten").ok()?,
        recogniser: model.bytes("_rec_small.rten").ok()?,
        characters: model.bytes("_dict.txt").ok()?,
    })
}
