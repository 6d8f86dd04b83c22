//! What a draft is made of.

use std::fmt;
use std::str::FromStr;

use crate::selection::{Selection, WORTH_SAYING};
use crate::summary::UnknownName;
use crate::topics::{self, ACTIONS};
use crate::units::Unit;

const ABOUT: &str = "What this is about";
const FACTS: &str = "Key facts";
const ACTIONS_AND_DATES: &str = "Actions and dates";
const MORE: &str = "Further details";

/// The sections of a draft.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Template {
    /// What the papers are about, the facts, what is to be done: for any matter.
    #[default]
    General,
}

impl Template {
    /// Its headings, in the order of the note.
    pub(super) fn sections(self) -> &'static [&'static str] {
        match self {
            Self::General => &[ABOUT, FACTS, ACTIONS_AND_DATES, MORE],
        }
    }

    /// Chooses what stands under each heading. What is chosen once is not chosen again.
    pub(super) fn choose(self, units: &[Unit], documents: usize, selection: &mut Selection<'_>) {
        match self {
            Self::General => {
                for document in 0..documents {
                    // A whole sentence tells more than "Admitted: 3 May".
                    let fragment = |at: usize| if units[at].text.ends_with('.') { 0.0 } else { -0.5 };
                    let of = |at: usize| (units[at].document == document).then(|| fragment(at));
                    selection.best(
                        if documents == 1 { 2 } else { 1 },
                        f32::NEG_INFINITY,
                        Some(ABOUT),
                        of,
                    );
                }
                selection.best(topics::MEDICINES, f32::NEG_INFINITY, Some(FACTS), |at| {
                    topics::is_medicine(&units[at]).then_some(0.0)
                });
                // In turn, so that long sentences under one heading do not leave another empty.
                let few = 4 + documents;
                for _ in 0..few {
                    selection.best(1, WORTH_SAYING, Some(ACTIONS_AND_DATES), |at| {
                        match ACTIONS.in_unit(&units[at]) {
                            0 => None,
                            plainly => Some(0.3 * f32::from(plainly)),
                        }
                    });
                    selection.best(1, WORTH_SAYING, Some(FACTS), |at| {
                        (units[at].facts > 0).then_some(0.1 * units[at].facts.min(3) as f32)
                    });
                }
                selection.best(few, WORTH_SAYING, Some(MORE), |_| Some(0.0));
            }
        }
    }
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
