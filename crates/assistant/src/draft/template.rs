//! What a draft is made of.

use std::fmt;
use std::str::FromStr;

use crate::summary::UnknownName;

/// The sections of a draft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Template {
    /// What the papers are about, the facts, what is to be done: for any matter.
    #[default]
    General,
}

impl FromStr for Template {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "general" => Ok(Self::General),
            _ => Err(UnknownName {
                what: "template",
                given: name.to_owned(),
                known: "general",
            }),
        }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::General => "general",
        })
    }
}
