//! Labels that keep documents here: on a document, on a folder, and on what a document lay in.

use std::str::FromStr;

use crate::{DocumentId, FolderId, Library, LibraryError};

/// Why something may not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Label {
    /// Protected by professional privilege.
    Privileged,
    /// The user wants it here and nowhere else.
    NeverLeaves,
}

impl Label {
    /// As it stands in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::NeverLeaves => "never_leaves",
        }
    }
}

impl FromStr for Label {
    type Err = LibraryError;

    fn from_str(text: &str) -> Result<Self, LibraryError> {
        match text.trim().to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "privileged" => Ok(Self::Privileged),
            "never_leaves" => Ok(Self::NeverLeaves),
            _ => Err(LibraryError::NotFound { noun: "label" }),
        }
    }
}

/// Everything that carries a label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// Folders.
    pub folders: Vec<(FolderId, Label)>,
    /// Documents with a label of their own.
    pub documents: Vec<(DocumentId, Label)>,
}

impl Library {
    /// Puts a label on a folder, or takes it off.
    pub async fn label_folder(&self, id: FolderId, label: Option<Label>) -> Result<(), LibraryError> {
        let done = sqlx::query("UPDATE folders SET label = ? WHERE id = ?")
            .bind(label.map(Label::name))
            .bind(id.to_string())
            .execute(self.db())
            .await
            .map_err(LibraryError::database("labelling a folder"))?;
        found(done.rows_affected(), "folder")
    }

    /// Puts a label on a document, or takes it off.
    pub async fn label_document(&self, id: DocumentId, label: Option<Label>) -> Result<(), LibraryError> {
        let done = sqlx::query("UPDATE documents SET label = ? WHERE id = ?")
            .bind(label.map(Label::name))
            .bind(id.to_string())
            .execute(self.db())
            .await
            .map_err(LibraryError::database("labelling a document"))?;
        found(done.rows_affected(), "document")
    }

    /// All labels there are.
    pub async fn labels(&self) -> Result<Labels, LibraryError> {
        let doing = LibraryError::database("reading labels");
        let folders: Vec<(String, String)> =
            sqlx::query_as("SELECT id, label FROM folders WHERE label IS NOT NULL")
                .fetch_all(self.db())
                .await
                .map_err(&doing)?;
        let documents: Vec<(String, String)> =
            sqlx::query_as("SELECT id, label FROM documents WHERE label IS NOT NULL")
                .fetch_all(self.db())
                .await
                .map_err(&doing)?;
        Ok(Labels {
            folders: parsed(folders)?,
            documents: parsed(documents)?,
        })
    }

    /// The label of a folder.
    pub async fn folder_label(&self, id: FolderId) -> Result<Option<Label>, LibraryError> {
        let row: Option<(Option<String>,)> = sqlx::query_as("SELECT label FROM folders WHERE id = ?")
            .bind(id.to_string())
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("reading a label"))?;
        let (label,) = row.ok_or(LibraryError::NotFound { noun: "folder" })?;
        label.map(|label| label.parse()).transpose()
    }

    /// The label that keeps a document here: its own, that of anything it was taken out of or that was taken out of it,
    /// or that of its folder.
    pub async fn kept_here_by(&self, id: DocumentId) -> Result<Option<Label>, LibraryError> {
        self.document_num(id).await?;
        let row: Option<(String,)> = sqlx::query_as(
            "WITH RECURSIVE around (num) AS (
                 SELECT num FROM documents WHERE id = ?1
                 UNION SELECT o.num FROM around JOIN documents d ON d.num = around.num JOIN documents o ON o.num = d.parent),
             inside (num) AS (
                 SELECT num FROM documents WHERE id = ?1
                 UNION SELECT d.num FROM documents d JOIN inside ON d.parent = inside.num)
             SELECT coalesce(d.label, f.label)
             FROM (SELECT num FROM around UNION SELECT num FROM inside) near
             JOIN documents d ON d.num = near.num JOIN folders f ON f.num = d.folder
             WHERE coalesce(d.label, f.label) IS NOT NULL LIMIT 1",
        )
        .bind(id.to_string())
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("reading labels"))?;
        row.map(|(label,)| label.parse()).transpose()
    }
}

fn found(rows: u64, noun: &'static str) -> Result<(), LibraryError> {
    if rows == 0 {
        Err(LibraryError::NotFound { noun })
    } else {
        Ok(())
    }
}

fn parsed<Id: FromStr<Err = LibraryError>>(
    rows: Vec<(String, String)>,
) -> Result<Vec<(Id, Label)>, LibraryError> {
    rows.into_iter()
        .map(|(id, label)| Ok((id.parse()?, label.parse()?)))
        .collect()
}
