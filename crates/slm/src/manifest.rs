//! The list of models: which files belong to a model, and what makes a file the right one.
//!
//! Must always hold: ids and file names are plain names, so that none leads out of the models directory.

use serde::{Deserialize, Serialize};

use crate::SlmError;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Turns text into vectors.
    Embedder,
    /// Writes text.
    Writer,
    /// Reads text from images of pages.
    PageReader,
}

/// A model and its files.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Its folder below the models directory.
    pub id: String,
    /// What it is for.
    pub task: Task,
    /// Its name for people.
    pub title: String,
    /// The package that carries it; none for an imported model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// The pinned version of the package.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The licence of the weights.
    pub licence: String,
    /// Where the model was published.
    pub source: String,
    /// Where the prompt format of a writer comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Not needed to run.
    #[serde(default)]
    pub optional: bool,
    /// Its files.
    #[serde(rename = "file")]
    pub files: Vec<FileEntry>,
}

/// One file of a model.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name on disk.
    pub name: String,
    /// Its path inside the package.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    #[serde(deserialize_with = "digest", serialize_with = "hexadecimal")]
    pub sha256: [u8; 32],
}

/// The list of models.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "model")]
    models: Vec<ModelEntry>,
}

impl Manifest {
    /// The list that this program was built with.
    ///
    /// # Errors
    /// [`SlmError::Manifest`] if the project was built with a wrong list.
    pub fn bundled() -> Result<Self, SlmError> {
        Self::parse(include_str!("../../../models/models.toml"))
    }

    /// Reads a list from its text.
    ///
    /// # Errors
    /// [`SlmError::Manifest`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, SlmError> {
        let manifest: Self = toml::from_str(text).map_err(|error| SlmError::Manifest {
            problem: error.message().to_owned(),
        })?;
        manifest.check()?;
        Ok(manifest)
    }

    /// This list with more models after its own.
    pub(crate) fn with(mut self, models: Vec<ModelEntry>) -> Result<Self, SlmError> {
        self.models.extend(models);
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), SlmError> {
        for (index, model) in self.models.iter().enumerate() {
            let problem = |what: &str| {
                Err(SlmError::Manifest {
                    problem: format!("model {}: {what}", index + 1),
                })
            };
            if !is_plain(&model.id) || model.files.iter().any(|file| !is_plain(&file.name)) {
                return problem("an id or file name is not a plain name");
            }
            if self.models[..index].iter().any(|other| other.id == model.id) {
                return problem("two models have this id");
            }
            if model.files.is_empty() {
                return problem("it has no files");
            }
        }
        Ok(())
    }

    /// All models, in the order of the list.
    pub fn models(&self) -> &[ModelEntry] {
        &self.models
    }

    /// The model of this id.
    ///
    /// # Errors
    /// [`SlmError::UnknownModel`].
    pub fn model(&self, id: &str) -> Result<&ModelEntry, SlmError> {
        self.models
            .iter()
            .find(|model| model.id == id)
            .ok_or_else(|| SlmError::UnknownModel { model: id.to_owned() })
    }

    /// The first model for a task.
    pub fn default_for(&self, task: Task) -> Option<&ModelEntry> {
        self.models.iter().find(|model| model.task == task)
    }
}

/// A name that stays inside the folder it is joined to.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

fn hexadecimal<S: serde::Serializer>(digest: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    to.serialize_str(&digits)
}

fn digest<'de, D: serde::Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(from)?;
    let mut digest = [0; 32];
    let right = text.len() == 64
        && digest.iter_mut().enumerate().all(|(at, byte)| {
            text.get(2 * at..2 * at + 2)
                .is_some_and(|pair| match u8::from_str_radix(pair, 16) {
                    Ok(value) => {
                        *byte = value;
                        pair.bytes().all(|b| b.is_ascii_hexdigit())
                    }
                    Err(_) => false,
                })
        });
    if right {
        Ok(digest)
    } else {
        Err(serde::de::Error::custom("a SHA-256 is 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[model]]
        id = "tiny"
        task = "writer"
        title = "Tiny"
        package = "tiny"
        version = "1"
        licence = "MIT"
        source = "invented"
        [[model.file]]
        name = "tiny.gguf"
        member = "tiny/tiny.gguf"
        bytes = 3
        sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    "#;

    #[test]
    fn the_bundled_list_names_one_required_model_for_each_task() {
        let manifest = Manifest::bundled().unwrap();
        for task in [Task::Embedder, Task::Writer, Task::PageReader] {
            assert!(!manifest.default_for(task).unwrap().optional, "{task:?}");
        }
        assert!(
            manifest
                .models()
                .iter()
                .all(|m| m.task != Task::Writer || m.prompt.is_some())
        );
    }

    #[test]
    fn reads_a_list() {
        let manifest = Manifest::parse(GOOD).unwrap();
        let model = manifest.model("tiny").unwrap();
        assert_eq!(
            (model.task, model.files[0].bytes, model.files[0].sha256[0]),
            (Task::Writer, 3, 0xba)
        );
        assert_eq!(manifest.model("none").unwrap_err().code(), "unknown_model");
    }

    #[test]
    fn rejects_names_that_leave_the_models_directory() {
        for name in [
            "../tiny.gguf",
            "/etc/passwd",
            "a/b",
            "",
            ".",
            "..",
            ".hidden",
            "a\\\\b",
            "c:x",
        ] {
            let bad = GOOD.replace("\"tiny.gguf\"", &format!("\"{name}\""));
            assert!(
                matches!(Manifest::parse(&bad), Err(SlmError::Manifest { .. })),
                "{name}"
            );
            let bad = GOOD.replace("id = \"tiny\"", &format!("id = \"{name}\""));
            assert!(
                matches!(Manifest::parse(&bad), Err(SlmError::Manifest { .. })),
                "{name}"
            );
        }
    }

    #[test]
    fn rejects_wrong_digests_missing_fields_and_doubles() {
        for bad in [
            GOOD.replace("ba78", "zz78"),
            GOOD.replace("ba78", "+a78"),
            GOOD.replace("ba78", ""),
            GOOD.replace("licence = \"MIT\"", ""),
            GOOD.replace("task = \"writer\"", "task = \"cook\""),
            format!("{GOOD}{GOOD}"),
            "models = 3".to_owned(),
        ] {
            assert!(
                matches!(Manifest::parse(&bad), Err(SlmError::Manifest { .. })),
                "{bad}"
            );
        }
    }
}
