//! A note on its way out: its name and its bytes.

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
}
