//! Folders of this machine that are followed.

use cabinet_library::{FollowTrouble, Followed};
use serde::Serialize;
use specta::Type;

use super::file_name;

/// A folder that is followed.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FollowedRow {
    /// Identifier.
    pub id: String,
    /// The folder of the cabinet its files go to.
    pub folder_id: String,
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub place: String,
    /// Files seen in it.
    pub files: u32,
    /// Why nothing can be said of it just now.
    pub trouble: Option<String>,
}

impl FollowedRow {
    pub fn new(followed: &Followed, trouble: Option<FollowTrouble>) -> Self {
        Self {
            id: followed.id.to_string(),
            folder_id: followed.folder.to_string(),
            name: file_name(&followed.path),
            place: followed.path.to_string_lossy().into_owned(),
            files: followed.files,
            trouble: trouble.map(|trouble| {
                let words = match trouble {
                    FollowTrouble::Unreachable => "It cannot be reached just now, so nothing of it is taken over.",
                    FollowTrouble::Empty => {
                        "It held files, and an empty folder lies in its place, as where a drive is not connected. Nothing was removed."
                    }
                };
                words.to_string()
            }),
        }
    }
}
