//! Identifiers as types, so that one cannot stand where another is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::LibraryError;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts by the time it was made.
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }

            /// The identifier as a UUID.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = LibraryError;
            fn from_str(text: &str) -> Result<Self, LibraryError> {
                Uuid::parse_str(text.trim()).map(Self).map_err(|_| LibraryError::NotAnId { noun: $noun })
            }
        }
    };
}

identifier!(
    /// One folder.
    FolderId,
    "folder"
);
identifier!(
    /// One document.
    DocumentId,
    "document"
);
identifier!(
    /// One note.
    NoteId,
    "note"
);
identifier!(
    /// One job.
    JobId,
    "job"
);
identifier!(
    /// One folder of the machine that is followed.
    FollowId,
    "followed folder"
);
