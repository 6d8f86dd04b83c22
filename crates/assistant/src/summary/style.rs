//! What a summary looks for.

use std::fmt;
use std::str::FromStr;

use crate::topics::{self, Topic};

/// Whom a summary is for, which decides what counts as a matter of weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Any paper, for anybody.
    #[default]
    Brief,
    /// Letters and reports about a patient: diagnosis, findings, medicines, plan.
    Clinical,
    /// Agreements and decisions: parties, terms, money, duties, ends.
    Legal,
}

/// A name that stands for nothing here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} called {given:?}; there is {known}")]
pub struct UnknownName {
    /// "style" or "template".
    pub what: &'static str,
    /// What was asked for.
    pub given: String,
    /// What there is, in words.
    pub known: &'static str,
}

impl Style {
    /// Words of a summary where a brief one has so many. Who works with a paper needs more of it than who looks at it.
    pub(crate) fn room(self, brief: usize) -> usize {
        match self {
            Self::Brief => brief,
            Self::Clinical | Self::Legal => brief * 7 / 5,
        }
    }

    /// Matters that a summary speaks of wherever the document does.
    pub(crate) fn topics(self) -> &'static [Topic] {
        match self {
            Self::Brief => &[],
            Self::Clinical => topics::CLINICAL,
            Self::Legal => topics::LEGAL,
        }
    }
}

impl FromStr for Style {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "brief" => Ok(Self::Brief),
            "clinical" => Ok(Self::Clinical),
            "legal" => Ok(Self::Legal),
            _ => Err(UnknownName {
                what: "style",
                given: name.to_owned(),
                known: "brief, clinical and legal",
            }),
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Brief => "brief",
            Self::Clinical => "clinical",
            Self::Legal => "legal",
        })
    }
}
