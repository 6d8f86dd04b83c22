//! Models that the user brought: taking a file in, listing it, choosing and removing it.
//!
//! What was imported is listed in `imported.toml` in the models directory, in the form of the bundled list, with the
//! SHA-256 that the file had when it came. From then on it is checked like every other model.
//!
//! Must always hold: a file is listed only after it was read to its end, found to be one that this program runs, and
//! has arrived whole in its folder; a file that fails leaves nothing behind.

use std::fs::File;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::Purpose;
use crate::gguf::{Gguf, Value};
use crate::manifest::{FileEntry, Manifest, ModelEntry, Task, is_plain};
use crate::store::{Content, ModelStore};
use crate::writer::WriterText;
use crate::{SlmError, memory};

const LIST: &str = "imported.toml";
/// Where a file arrives. Not a plain name, so no model can have it.
const ARRIVING: &str = ".arriving";

/// The list beside the bundled one.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// The model chosen for writing; without it the first of the bundled list.
    #[serde(skip_serializing_if = "Option::is_none")]
    writer: Option<String>,
    /// The model chosen to complete what is typed; without it the one for writing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    completer: Option<String>,
    #[serde(default, rename = "model", skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelEntry>,
}

/// How far an import is: bytes done, bytes in all. `Break` ends it and leaves nothing behind.
pub type ImportProgress<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

impl ModelStore {
    /// Opens a directory, which need not exist, with the bundled list and what was imported there.
    ///
    /// # Errors
    /// [`SlmError::Manifest`] if the list of imported models cannot be used.
    pub fn installed(dir: impl AsRef<Path>) -> Result<Self, SlmError> {
        let dir = dir.as_ref();
        let (bundled, list) = (Manifest::bundled()?, List::read(dir)?);
        Ok(Self::open(dir, bundled.with(list.models)?))
    }

    /// The model to use for a task: the one chosen, else the first of the list.
    pub fn chosen(&self, task: Task) -> Option<&ModelEntry> {
        let chosen = (task == Task::Writer).then(|| List::read(self.dir()).ok()?.writer);
        let chosen = chosen.flatten().and_then(|id| self.manifest().model(&id).ok());
        chosen.or_else(|| self.manifest().default_for(task))
    }

    /// The model to complete what is typed with: the one chosen, else the one for writing.
    pub fn completer(&self) -> Option<&ModelEntry> {
        let chosen = List::read(self.dir()).ok().and_then(|list| list.completer);
        let chosen = chosen.and_then(|id| self.manifest().model(&id).ok());
        chosen.or_else(|| self.chosen(Task::Writer))
    }

    /// Uses a model for a purpose from the next start of an engine on. What was never chosen for completions follows the
    /// choice for drafting.
    ///
    /// # Errors
    /// An unknown model, one that cannot be chosen, or a directory that cannot be written.
    pub fn choose(&self, id: &str, purpose: Purpose) -> Result<(), SlmError> {
        if self.manifest().model(id)?.task != Task::Writer {
            return Err(SlmError::Request {
                problem: "only a model for writing can be chosen",
            });
        }
        let mut list = List::read(self.dir())?;
        match purpose {
            Purpose::Drafting => list.writer = Some(id.to_owned()),
            Purpose::Completion => list.completer = Some(id.to_owned()),
        }
        list.write(self.dir())
    }

    /// Takes a GGUF file in: checks that this program runs it and that it fits the memory, copies it, and lists it with
    /// its SHA-256. A file that is there already is not copied again.
    ///
    /// # Errors
    /// What is wrong with the file, [`SlmError::NotEnoughMemory`], [`SlmError::NotStored`], or
    /// [`SlmError::Cancelled`] if `progress` said so.
    pub fn import(&mut self, file: &Path, progress: ImportProgress<'_>) -> Result<ModelEntry, SlmError> {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let unreadable = |error: std::io::Error| SlmError::Unreadable {
            model: "to import".to_owned(),
            file: name.clone(),
            kind: error.kind(),
        };
        let source = File::open(file).map_err(unreadable)?;
        if !source.metadata().map_err(unreadable)?.is_file() {
            return Err(SlmError::malformed(format!(
                "{name} is a folder, not a GGUF file"
            )));
        }
        let (title, licence) = {
            let content = Content::of(&source).map_err(unreadable)?;
            check(&content)?
        };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let id = self.free_id(&stem);
        let arriving = self.dir().join(ARRIVING);
        let stored = self.arrive(source, &arriving, progress, unreadable);
        let (sha256, bytes) = match stored {
            Ok(arrived) => arrived,
            Err(error) => {
                let _ = std::fs::remove_dir_all(&arriving);
                return Err(error);
            }
        };
        let known = self.manifest().models().iter().find_map(|model| {
            let file = model.files.iter().find(|file| file.sha256 == sha256)?;
            Some((model.clone(), file.name.clone()))
        });
        if let Some((model, name)) = known {
            let placed = self.place(&arriving, &model.id, &name);
            let _ = std::fs::remove_dir_all(&arriving);
            return placed.map(|()| model);
        }
        let entry = ModelEntry {
            title: title.unwrap_or_else(|| stem.into_owned()),
            licence: licence.unwrap_or_else(|| "not stated in the file".to_owned()),
            source: "imported".to_owned(),
            prompt: Some("from the file".to_owned()),
            files: vec![FileEntry {
                name: "model.gguf".to_owned(),
                member: String::new(),
                bytes,
                sha256,
            }],
            id: id.clone(),
            task: Task::Writer,
            package: String::new(),
            version: String::new(),
            optional: true,
        };
        let listed = std::fs::rename(&arriving, self.dir().join(&id))
            .map_err(not_stored)
            .and_then(|()| {
                // The copy is checked, not the file it came from, which may have changed meanwhile.
                let manifest = Manifest::bundled()?.with(vec![entry.clone()])?;
                check(&Self::open(self.dir(), manifest).verify(&id)?.content(".gguf")?)?;
                let mut list = List::read(self.dir())?;
                list.models.push(entry.clone());
                list.write(self.dir())
            });
        if let Err(error) = listed {
            let _ = std::fs::remove_dir_all(&arriving);
            let _ = std::fs::remove_dir_all(self.dir().join(&id));
            return Err(error);
        }
        *self = Self::installed(self.dir())?;
        Ok(entry)
    }

    /// Removes an imported model and its file. An engine that runs it keeps it until it ends.
    ///
    /// # Errors
    /// An unknown model, one that belongs to Cabinet, or a directory that cannot be written.
    pub fn remove(&mut self, id: &str) -> Result<(), SlmError> {
        if !self.manifest().model(id)?.optional {
            return Err(SlmError::Request {
                problem: "this model belongs to Cabinet and stays",
            });
        }
        let mut list = List::read(self.dir())?;
        list.models.retain(|model| model.id != id);
        list.writer = list.writer.filter(|writer| writer != id);
        list.completer = list.completer.filter(|completer| completer != id);
        list.write(self.dir())?;
        std::fs::remove_dir_all(self.dir().join(id)).map_err(not_stored)?;
        *self = Self::installed(self.dir())?;
        Ok(())
    }

    /// Copies a file and says its SHA-256 and length.
    fn arrive(
        &self,
        mut source: File,
        arriving: &Path,
        progress: ImportProgress<'_>,
        unreadable: impl Fn(std::io::Error) -> SlmError,
    ) -> Result<([u8; 32], u64), SlmError> {
        let all = source.metadata().map_err(&unreadable)?.len();
        if arriving.exists() {
            // Left by an import that was killed.
            std::fs::remove_dir_all(arriving).map_err(not_stored)?;
        }
        std::fs::create_dir_all(arriving).map_err(not_stored)?;
        let mut copy = File::create(arriving.join("model.gguf")).map_err(not_stored)?;
        let (mut hash, mut done, mut buffer) = (Sha256::new(), 0u64, vec![0; 1 << 20]);
        loop {
            if progress(done, all).is_break() {
                return Err(SlmError::Cancelled);
            }
            let count = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(error)),
            };
            hash.update(&buffer[..count]);
            copy.write_all(&buffer[..count]).map_err(not_stored)?;
            done += count as u64;
        }
        copy.sync_all().map_err(not_stored)?;
        Ok((hash.finalize().into(), done))
    }

    /// Puts the file that arrived where a listed model has it.
    fn place(&self, arriving: &Path, model: &str, name: &str) -> Result<(), SlmError> {
        let folder = self.dir().join(model);
        std::fs::create_dir_all(&folder).map_err(not_stored)?;
        std::fs::rename(arriving.join("model.gguf"), folder.join(name)).map_err(not_stored)
    }

    /// A plain name that no model has, made from a file's name.
    fn free_id(&self, stem: &str) -> String {
        let plain: String = stem
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .take(60)
            .collect();
        let plain = plain.trim_matches('-');
        let plain = if plain.is_empty() { "model" } else { plain };
        let free = |id: &str| self.manifest().model(id).is_err() && !self.dir().join(id).exists();
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let mut ids = std::iter::once(plain.to_owned()).chain(numbered);
        ids.find(|id| is_plain(id) && free(id)).unwrap_or_default()
    }
}

/// Whether this program runs a file; its name and licence as far as it states them.
fn check(content: &[u8]) -> Result<(Option<String>, Option<String>), SlmError> {
    let file = Gguf::parse(content)?;
    let text = WriterText::read(&file)?;
    memory::require(text.needs(&file)?)?;
    let stated = |keys: &[&str]| {
        let texts = keys.iter().filter_map(|key| match file.value(key) {
            Some(Value::Text(text)) => Some(text.trim()),
            _ => None,
        });
        let mut texts = texts.filter(|text| !text.is_empty());
        texts
            .next()
            .map(|text| text.chars().filter(|c| !c.is_control()).take(80).collect())
    };
    Ok((
        stated(&["general.name", "general.basename"]),
        stated(&["general.license.name", "general.license"]),
    ))
}

fn not_stored(error: std::io::Error) -> SlmError {
    SlmError::NotStored { kind: error.kind() }
}

impl List {
    fn read(dir: &Path) -> Result<Self, SlmError> {
        let wrong = |problem: String| SlmError::Manifest {
            problem: format!("{LIST}: {problem}"),
        };
        match std::fs::read_to_string(dir.join(LIST)) {
            Ok(text) => toml::from_str(&text).map_err(|error| wrong(error.message().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(wrong(error.kind().to_string())),
        }
    }

    fn write(&self, dir: &Path) -> Result<(), SlmError> {
        let text = toml::to_string(self).map_err(|error| SlmError::Manifest {
            problem: error.to_string(),
        })?;
        let part = dir.join(format!(".{LIST}"));
        std::fs::create_dir_all(dir).map_err(not_stored)?;
        std::fs::write(&part, text).map_err(not_stored)?;
        std::fs::rename(&part, dir.join(LIST)).map_err(not_stored)
    }
}

#[cfg(test)]
#[path = "imports_tests.rs"]
mod tests;
