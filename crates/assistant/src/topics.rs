//! Matters that a reader of a paper looks for, and the words that show them.

use crate::facts::{self, Value};
use crate::units::Unit;

/// A matter of weight.
#[derive(Debug)]
pub(crate) struct Topic {
    /// Words of headings that it stands under; a beginning of a word is enough.
    headings: &'static [&'static str],
    /// Words that it is spoken of with; likewise.
    words: &'static [&'static str],
}

impl Topic {
    /// How plainly a sentence speaks of it: 0 not at all, 1 with a word, 2 under its heading.
    pub(crate) fn in_unit(&self, unit: &Unit) -> u8 {
        // A row of a table says little by itself, whatever its words.
        if unit.text.starts_with('|') {
            return 0;
        }
        let heading = unit
            .heading
            .as_deref()
            .map(cabinet_text::fold)
            .unwrap_or_default();
        if begins_word(&heading, self.headings) {
            return 2;
        }
        u8::from(begins_word(&cabinet_text::fold(&unit.text), self.words))
    }
}

/// True for a line of a list of medicines: "Ramipril 5 mg once daily" under "Medication".
pub(crate) fn is_medicine(unit: &Unit) -> bool {
    const LONGEST: usize = 14;
    let listed = unit.words <= LONGEST && unit.opens && !unit.text.starts_with('|');
    let heading = unit
        .heading
        .as_deref()
        .map(cabinet_text::fold)
        .unwrap_or_default();
    listed
        && begins_word(&heading, &["medic", "drug", "prescri"])
        && facts::facts(&unit.text)
            .iter()
            .any(|fact| matches!(fact.value, Value::Quantity(..) | Value::Frequency(_)))
}

fn begins_word(text: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| {
        text.match_indices(beginning)
            .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric()))
    })
}

/// Lines of a list of medicines that one result may hold.
pub(crate) const MEDICINES: usize = 8;

/// What a clinician looks for.
pub(crate) const CLINICAL: &[Topic] = &[
    Topic {
        headings: &["diagnos", "impression", "assessment", "conclusion", "opinion"],
        words: &[
            "diagnos",
            "impression",
            "consistent with",
            "suggestive of",
            "suffer",
        ],
    },
    Topic {
        headings: &["complaint", "presenting", "reason", "history", "indication"],
        words: &[
            "admitted",
            "presented",
            "presents",
            "referred",
            "complain",
            "for seeing",
            "seen in",
            "was seen",
            "reviewed",
        ],
    },
    Topic {
        headings: &["medic", "treatment", "drugs", "prescri"],
        words: &[
            "mg",
            "started on",
            "started",
            "stopped",
            "prescri",
            "units",
            "dose",
            "tablet",
            "surgery",
            "operation",
        ],
    },
    Topic {
        headings: &["allerg"],
        words: &["allerg", "intoleran", "anaphyla"],
    },
    Topic {
        headings: &["finding", "result", "investigation", "examination", "imaging"],
        words: &[
            "showed",
            "shows",
            "revealed",
            "normal",
            "raised",
            "ct ",
            "mri",
            "x-ray",
            "blood pressure",
        ],
    },
    Topic {
        headings: &["plan", "recommend", "follow", "action", "advice"],
        words: &[
            "follow",
            "review",
            "arrange",
            "recommend",
            "advised",
            "should",
            "will be",
            "please",
            "refer",
            "clinic",
        ],
    },
];

/// What a lawyer looks for.
pub(crate) const LEGAL: &[Topic] = &[
    Topic {
        headings: &[
            "parties",
            "background",
            "recital",
            "purpose",
            "scope",
            "facts",
            "introduction",
        ],
        words: &[
            "between",
            "made on",
            "dated",
            "claimant",
            "plaintiff",
            "defendant",
            "appellant",
        ],
    },
    Topic {
        headings: &[
            "payment",
            "fee",
            "rent",
            "price",
            "compensation",
            "deposit",
            "damages",
            "remuneration",
        ],
        words: &[
            "pay",
            "rent of",
            "fee",
            "price",
            "£",
            "$",
            "€",
            "salary",
            "damages",
            "instalment",
            "interest at",
        ],
    },
    Topic {
        headings: &["term", "duration", "commencement", "period", "renewal"],
        words: &[
            "commenc",
            "expire",
            "effective date",
            "period of",
            "term of",
            "renew",
        ],
    },
    Topic {
        headings: &[
            "obligation",
            "duties",
            "covenant",
            "services",
            "use of",
            "confidential",
        ],
        words: &["shall", "must", "agrees to", "undertakes", "may not"],
    },
    Topic {
        headings: &["terminat", "break", "notice", "default", "breach"],
        words: &["terminat", "notice", "breach", "default", "forfeit"],
    },
    Topic {
        headings: &["liabil", "indemn", "warrant", "insurance"],
        words: &["liab", "indemn", "warrant", "insur"],
    },
    Topic {
        headings: &[
            "conclusion",
            "held",
            "decision",
            "order",
            "judgment",
            "disposition",
        ],
        words: &[
            "held",
            "hold that",
            "ordered",
            "dismiss",
            "judgment for",
            "finds that",
            "find that",
            "allowed",
            "affirm",
        ],
    },
];

/// What anybody asks next: who must do what, and by when.
pub(crate) const ACTIONS: Topic = Topic {
    headings: &[
        "plan",
        "recommend",
        "action",
        "next step",
        "follow",
        "advice",
        "deadline",
        "order",
    ],
    words: &[
        "shall",
        "must",
        "should",
        "will be",
        "will see",
        "to be",
        "please",
        "recommend",
        "arrange",
        "advis",
        "follow up",
        "follow-up",
        "review in",
        "no later than",
        "deadline",
        "due ",
        "ordered",
        "agrees to",
        "undertakes",
        "has been told",
        "needs to",
        "appointment",
        "notice",
    ],
};
