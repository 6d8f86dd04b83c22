//! A note on its way out: its name, its bytes, and writing them whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use cabinet_assistant::export::{ExportError, parse};
use cabinet_library::Note;

use crate::wire::ExportFormat;

impl ExportFormat {
    /// The file name's ending, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Docx => "docx",
        }
    }

    /// What the system's dialog calls it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Markdown => "Markdown",
            Self::Docx => "Word",
        }
    }
}

/// A file name for a note of this title that every system takes.
pub fn file_name(title: &str, format: ExportFormat) -> String {
    let allowed: String = title
        .chars()
        .map(|c| {
            if c.is_control() || r#"\/:*?"<>|"#.contains(c) {
                ' '
            } else {
                c
            }
        })
        .take(120)
        .collect();
    let words = allowed.split_whitespace().collect::<Vec<_>>().join(" ");
    // A leading dot would hide the file, a trailing one is lost on some systems.
    let name = words.trim_matches(['.', ' ']);
    format!(
        "{}.{}",
        if name.is_empty() { "Note" } else { name },
        format.ending()
    )
}

/// The note as a file's bytes, its citations as footnotes.
pub fn render(note: &Note, format: ExportFormat) -> Result<Vec<u8>, ExportError> {
    let note = parse(&note.title, &note.body)?;
    match format {
        ExportFormat::Markdown => Ok(note.to_markdown().into_bytes()),
        ExportFormat::Docx => note.to_docx(),
    }
}

/// Writes a file whole or not at all: what stood there before stays until the new one is on the disk.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut unfinished = OsString::from(".");
    unfinished.push(name);
    unfinished.push(format!(".{}.unfinished", std::process::id()));
    let unfinished = path.with_file_name(unfinished);
    let done = File::create_new(&unfinished)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, path));
    if done.is_err() {
        // What failed is told; a remnant that cannot be removed either is not worth another word.
        let _ = fs::remove_file(&unfinished);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_by_every_system() {
        let name = |title| file_name(title, ExportFormat::Docx);
        assert_eq!(name("Visit of 18 March"), "Visit of 18 March.docx");
        assert_eq!(
            name("Hollis v. Marlow: costs / \"without prejudice\""),
            "Hollis v. Marlow costs without prejudice.docx"
        );
        assert_eq!(name("../../.profile"), "profile.docx");
        assert_eq!(name(" \n "), "Note.docx");
        assert_eq!(file_name("Plan", ExportFormat::Markdown), "Plan.md");
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.md");
        fs::write(&path, "before").unwrap();
        write(&path, b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.md");
        // A folder of that name cannot be replaced by a file.
        fs::create_dir(&path).unwrap();
        assert!(write(&path, b"after").is_err());
        assert!(path.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("missing").join("note.md");
        assert_eq!(
            write(&nowhere, b"after").unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
