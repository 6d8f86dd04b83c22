//! The models directory: finding a model's files and proving that they are the right ones.
//!
//! Must always hold: the bytes that a model is built from come from the very file handles whose content was hashed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::SlmError;
use crate::manifest::{FileEntry, Manifest, ModelEntry, Task};

/// The models directory and the list it is checked against.
#[derive(Debug, Clone)]
pub struct ModelStore {
    dir: PathBuf,
    manifest: Manifest,
}

/// How a model's files stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelState {
    /// All there and unaltered.
    Ready,
    /// At least one file is missing.
    Missing,
    /// All there, but at least one is not the file it should be.
    Altered,
}

impl ModelStore {
    /// Opens a directory, which need not exist.
    pub fn open(dir: impl Into<PathBuf>, manifest: Manifest) -> Self {
        Self {
            dir: dir.into(),
            manifest,
        }
    }

    /// `CABINET_MODELS`, else `models` below `CABINET_CACHE`, else below Cabinet's folder in the user's cache. `None`
    /// if the system names no home.
    pub fn default_dir() -> Option<PathBuf> {
        let variable = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        if let Some(dir) = variable("CABINET_MODELS") {
            return Some(dir);
        }
        let cache = variable("CABINET_CACHE").or_else(|| {
            let base = if cfg!(windows) {
                variable("LOCALAPPDATA")?
            } else if cfg!(target_os = "macos") {
                variable("HOME")?.join("Library/Caches")
            } else {
                variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")))?
            };
            Some(base.join("cabinet"))
        });
        Some(cache?.join("models"))
    }

    pub(crate) fn dir(&self) -> &std::path::Path {
        &self.dir
    }

    /// The list this store was opened with.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads and hashes every file of a model.
    ///
    /// # Errors
    /// The first file that is missing, unreadable or not what the list says.
    pub fn verify(&self, id: &str) -> Result<VerifiedModel, SlmError> {
        let entry = self.manifest.model(id)?.clone();
        let files = entry
            .files
            .iter()
            .map(|file| self.verify_file(&entry, file))
            .collect::<Result<_, _>>()?;
        Ok(VerifiedModel { entry, files })
    }

    /// Whether a model can be used.
    ///
    /// # Errors
    /// An unknown model, or files that cannot be read.
    pub fn state(&self, id: &str) -> Result<ModelState, SlmError> {
        match self.verify(id) {
            Ok(_) => Ok(ModelState::Ready),
            Err(SlmError::Missing { .. }) => Ok(ModelState::Missing),
            Err(SlmError::WrongSize { .. } | SlmError::Altered { .. }) => Ok(ModelState::Altered),
            Err(other) => Err(other),
        }
    }

    fn verify_file(&self, model: &ModelEntry, entry: &FileEntry) -> Result<VerifiedFile, SlmError> {
        let file = File::open(self.dir.join(&model.id).join(&entry.name))
            .map_err(|error| cannot_read(&model.id, &entry.name, &error))?;
        let verified = VerifiedFile {
            model: model.id.clone(),
            entry: entry.clone(),
            file,
            stamp: None,
        };
        verified.check_length()?;
        let stamp = verified.modified();
        verified.check_digest(&mut &verified.file)?;
        Ok(VerifiedFile { stamp, ..verified })
    }
}

fn cannot_read(model: &str, file: &str, error: &std::io::Error) -> SlmError {
    let (model, file) = (model.to_owned(), file.to_owned());
    match error.kind() {
        std::io::ErrorKind::NotFound => SlmError::Missing { model, file },
        kind => SlmError::Unreadable { model, file, kind },
    }
}

/// A model whose files are open and were found unaltered.
#[derive(Debug)]
pub struct VerifiedModel {
    entry: ModelEntry,
    files: Vec<VerifiedFile>,
}

impl VerifiedModel {
    /// Its id in the list.
    pub fn id(&self) -> &str {
        &self.entry.id
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        &self.entry.title
    }

    /// What it is for.
    pub fn task(&self) -> Task {
        self.entry.task
    }

    /// Bytes of memory that a writer needs to run with a text of 2,048 tokens; none for other models.
    ///
    /// # Errors
    /// A file that is not one this program runs.
    pub fn memory(&self) -> Result<Option<u64>, SlmError> {
        if self.task() != Task::Writer {
            return Ok(None);
        }
        let content = self.content(".gguf")?;
        let file = crate::gguf::Gguf::parse(&content)?;
        crate::writer::WriterText::read(&file)?.needs(&file).map(Some)
    }

    /// A copy of the bytes of the only file whose name ends so: for a process that gets no file.
    ///
    /// # Errors
    /// No such file, or one that changed since it was verified.
    pub fn bytes(&self, ending: &str) -> Result<Vec<u8>, SlmError> {
        self.content(ending).map(|content| content.to_vec())
    }

    /// The content of the only file whose name ends so.
    pub(crate) fn content(&self, ending: &str) -> Result<Content, SlmError> {
        self.files
            .iter()
            .find(|file| file.entry.name.ends_with(ending))
            .ok_or_else(|| SlmError::Missing {
                model: self.entry.id.clone(),
                file: format!("*{ending}"),
            })?
            .map()
    }
}

#[derive(Debug)]
struct VerifiedFile {
    model: String,
    entry: FileEntry,
    file: File,
    /// When the file was last changed, as of before it was hashed.
    stamp: Option<SystemTime>,
}

impl VerifiedFile {
    fn modified(&self) -> Option<SystemTime> {
        self.file.metadata().and_then(|data| data.modified()).ok()
    }

    fn unreadable(&self, error: &std::io::Error) -> SlmError {
        cannot_read(&self.model, &self.entry.name, error)
    }

    fn check_length(&self) -> Result<(), SlmError> {
        let data = self.file.metadata().map_err(|error| self.unreadable(&error))?;
        let (expected, found) = (self.entry.bytes, data.len());
        if found == expected && data.is_file() {
            return Ok(());
        }
        Err(SlmError::WrongSize {
            model: self.model.clone(),
            file: self.entry.name.clone(),
            expected,
            found,
        })
    }

    fn check_digest(&self, content: &mut (impl Read + Seek)) -> Result<(), SlmError> {
        content
            .seek(SeekFrom::Start(0))
            .map_err(|error| self.unreadable(&error))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => hash.update(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
        if hash.finalize()[..] == self.entry.sha256 {
            Ok(())
        } else {
            Err(SlmError::Altered {
                model: self.model.clone(),
                file: self.entry.name.clone(),
            })
        }
    }

    /// Maps the verified file. If it changed since it was hashed, the mapping itself is hashed again.
    fn map(&self) -> Result<Content, SlmError> {
        self.check_length()?;
        let content = Content::of(&self.file).map_err(|error| self.unreadable(&error))?;
        if self.stamp.is_none() || self.modified() != self.stamp {
            self.check_digest(&mut std::io::Cursor::new(&*content))?;
        }
        Ok(content)
    }
}

/// The bytes of a model file, in memory only as far as they are read.
pub(crate) struct Content(memmap2::Mmap);

impl Content {
    #[expect(
        unsafe_code,
        reason = "mapping a file: loading a model then needs no second copy of it"
    )]
    pub(crate) fn of(file: &File) -> std::io::Result<Self> {
        // SAFETY: a mapping is unsound if the file changes below it. Model files are only ever replaced by renaming a
        // new file into place, which leaves the open one alone; the mapping lives only while weights are packed, and
        // nothing read from it is trusted to keep its value: every number is copied out before it is checked.
        unsafe { memmap2::Mmap::map(file) }.map(Self)
    }
}

impl std::ops::Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "abc".
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn store(content: Option<&[u8]>) -> (tempfile::TempDir, ModelStore) {
        let dir = tempfile::tempdir().unwrap();
        let manifest = Manifest::parse(&format!(
            "[[model]]\nid='tiny'\ntask='writer'\ntitle='Tiny'\npackage='t'\nversion='1'\nlicence='MIT'\nsource='invented'\n\
             [[model.file]]\nname='tiny.gguf'\nmember='tiny.gguf'\nbytes=3\nsha256='{ABC}'\n"
        ))
        .unwrap();
        if let Some(content) = content {
            std::fs::create_dir(dir.path().join("tiny")).unwrap();
            std::fs::write(dir.path().join("tiny/tiny.gguf"), content).unwrap();
        }
        let store = ModelStore::open(dir.path(), manifest);
        (dir, store)
    }

    #[test]
    fn a_right_file_is_ready_and_its_content_is_what_was_hashed() {
        let (_dir, store) = store(Some(b"abc"));
        assert_eq!(store.state("tiny").unwrap(), ModelState::Ready);
        assert_eq!(&*store.verify("tiny").unwrap().content(".gguf").unwrap(), b"abc");
    }

    #[test]
    fn rejects_a_missing_file() {
        let (_dir, store) = store(None);
        assert_eq!(store.state("tiny").unwrap(), ModelState::Missing);
        let error = store.verify("tiny").unwrap_err();
        assert!(
            error.to_string().contains("tiny.gguf") && error.advice().contains("npm run models"),
            "{error}"
        );
    }

    #[test]
    fn rejects_a_truncated_file_with_both_sizes() {
        let (_dir, store) = store(Some(b"ab"));
        assert_eq!(store.state("tiny").unwrap(), ModelState::Altered);
        assert!(matches!(
            store.verify("tiny"),
            Err(SlmError::WrongSize {
                expected: 3,
                found: 2,
                ..
            })
        ));
    }

    #[test]
    fn rejects_an_altered_file() {
        let (_dir, store) = store(Some(b"abd"));
        assert!(matches!(store.verify("tiny"), Err(SlmError::Altered { .. })));
    }

    #[test]
    fn rejects_a_folder_in_place_of_a_file() {
        let (dir, store) = store(None);
        std::fs::create_dir_all(dir.path().join("tiny/tiny.gguf")).unwrap();
        assert!(store.verify("tiny").is_err());
    }

    #[test]
    fn rejects_a_file_altered_after_it_was_verified() {
        let (dir, store) = store(Some(b"abc"));
        let model = store.verify("tiny").unwrap();
        // Some file systems count time in steps of a few milliseconds.
        std::thread::sleep(std::time::Duration::from_millis(30));
        std::fs::write(dir.path().join("tiny/tiny.gguf"), b"abd").unwrap();
        assert!(matches!(model.content(".gguf"), Err(SlmError::Altered { .. })));
    }

    #[test]
    fn a_file_replaced_by_renaming_does_not_disturb_a_verified_model() {
        let (dir, store) = store(Some(b"abc"));
        let model = store.verify("tiny").unwrap();
        std::fs::write(dir.path().join("new"), b"abd").unwrap();
        std::fs::rename(dir.path().join("new"), dir.path().join("tiny/tiny.gguf")).unwrap();
        assert_eq!(&*model.content(".gguf").unwrap(), b"abc");
    }
}
