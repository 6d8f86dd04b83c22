//! The system's dialogs, in which a person says what comes into the cabinet and where a note goes.
//!
//! WebDriver cannot reach a dialog of the system. The build it drives therefore reads the answers from files that a
//! test wrote; that form is chosen by the program's entry, so that no other program can be talked into it.

use std::path::PathBuf;

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// Whom to ask.
pub enum Dialogs {
    /// The person in front of the machine.
    System,
    /// A folder with one file for each question (`files`, `folder`, `save`), a path on each line of it. A file that
    /// is not there means: thought better of it.
    #[cfg(feature = "driven")]
    Written(PathBuf),
}

impl Dialogs {
    /// Files to add.
    pub async fn files(&self, handle: &AppHandle) -> Vec<PathBuf> {
        #[cfg(feature = "driven")]
        if let Self::Written(answers) = self {
            return written(answers, "files");
        }
        let dialog = handle.dialog().file().set_title("Add documents");
        let chosen = ask(|answer| dialog.pick_files(move |files| drop(answer.send(files)))).await;
        paths(chosen.unwrap_or_default())
    }

    /// A folder: to add with all that is in it, or to write into.
    pub async fn folder(&self, handle: &AppHandle, title: &str) -> Option<PathBuf> {
        #[cfg(feature = "driven")]
        if let Self::Written(answers) = self {
            return written(answers, "folder").pop();
        }
        let dialog = handle.dialog().file().set_title(title);
        let chosen = ask(|answer| dialog.pick_folder(move |folder| drop(answer.send(folder)))).await;
        paths(chosen.into_iter().collect()).pop()
    }

    /// A model to take in.
    pub async fn model(&self, handle: &AppHandle) -> Option<PathBuf> {
        #[cfg(feature = "driven")]
        if let Self::Written(answers) = self {
            return written(answers, "model").pop();
        }
        let dialog = handle
            .dialog()
            .file()
            .set_title("Add a model")
            .add_filter("GGUF model", &["gguf"]);
        let chosen = ask(|answer| dialog.pick_file(move |file| drop(answer.send(file)))).await;
        paths(chosen.into_iter().collect()).pop()
    }

    /// A backup to look at.
    pub async fn backup(&self, handle: &AppHandle, title: &str) -> Option<PathBuf> {
        #[cfg(feature = "driven")]
        if let Self::Written(answers) = self {
            return written(answers, "backup").pop();
        }
        let dialog = handle
            .dialog()
            .file()
            .set_title(title)
            .add_filter("Backup", &["age"]);
        let chosen = ask(|answer| dialog.pick_file(move |file| drop(answer.send(file)))).await;
        paths(chosen.into_iter().collect()).pop()
    }

    /// Where to write a file; the system asks before one is replaced.
    pub async fn save(
        &self,
        handle: &AppHandle,
        title: &str,
        name: &str,
        kind: &str,
        ending: &str,
    ) -> Option<PathBuf> {
        #[cfg(feature = "driven")]
        if let Self::Written(answers) = self {
            return written(answers, "save").pop();
        }
        let dialog: FileDialogBuilder<_> = handle
            .dialog()
            .file()
            .set_title(title)
            .set_file_name(name)
            .add_filter(kind, &[ending]);
        let chosen = ask(|answer| dialog.save_file(move |file| drop(answer.send(file)))).await;
        paths(chosen.into_iter().collect()).pop()
    }
}

/// Opens a dialog and waits for its answer; one that goes away unanswered is a no.
async fn ask<T>(open: impl FnOnce(oneshot::Sender<Option<T>>)) -> Option<T> {
    let (answer, answered) = oneshot::channel();
    open(answer);
    answered.await.ok().flatten()
}

fn paths(files: Vec<FilePath>) -> Vec<PathBuf> {
    files
        .into_iter()
        .filter_map(|file| file.into_path().ok())
        .collect()
}

#[cfg(feature = "driven")]
fn written(answers: &std::path::Path, question: &str) -> Vec<PathBuf> {
    let answer = std::fs::read_to_string(answers.join(question)).unwrap_or_default();
    answer
        .lines()
        .filter(|line| !line.is_empty())
        .map(PathBuf::from)
        .collect()
}
