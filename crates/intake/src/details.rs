//! What is known or guessed about a document as a whole: who, when, in which language, what sort of paper.
//!
//! Owns the vocabulary and the bounds. Dates are days: a file's times carry no zone one could trust, and nobody
//! looks for a letter by its minute.

use crate::clean::{Spacing, is_tidy, tidy};
use serde::{Deserialize, Serialize};

/// The longest name of a person kept, in characters.
const LONGEST_PERSON: usize = 120;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Day {
    /// 1600 to 2200.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, as the month allows.
    pub day: u8,
}

impl Day {
    /// A day that exists, in the years documents are from.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1600..=2200).contains(&year) && (1..=last).contains(&day)).then_some(Self { year, month, day })
    }

    /// Whether the calendar has it: what comes over a wire may be anything.
    pub(crate) fn exists(self) -> bool {
        Day::new(self.year, self.month, self.day).is_some()
    }

    /// The day at the head of an ISO 8601 date, with or without a time.
    pub(crate) fn from_iso(text: &str) -> Option<Self> {
        let mut parts = text.trim().get(..10)?.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The day that many days after 1 January 1601, from where Microsoft counts.
    pub(crate) fn from_1601(days: u64) -> Option<Self> {
        let mut left = u32::try_from(days).ok().filter(|days| *days < 220_000)?;
        let mut year = 1601;
        let length = |year: u16| if Day::new(year, 2, 29).is_some() { 366 } else { 365 };
        while left >= length(year) {
            left -= length(year);
            year += 1;
        }
        (1..=12)
            .flat_map(|month| (1..=31).filter_map(move |day| Day::new(year, month, day)))
            .nth(left as usize)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What sort of paper a document seems to be. A guess, and to be shown as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Genre {
    /// A letter from one person to another.
    Letter,
    /// An e-mail message.
    Email,
    /// What a hospital writes when a patient leaves.
    DischargeSummary,
    /// What a laboratory or an imaging department found.
    TestReport,
    /// Notes of a consultation.
    ClinicalNote,
    /// An agreement, lease, licence or deed.
    Contract,
    /// What a party tells a court: claim, defence, motion, petition.
    Pleading,
    /// What a court or tribunal decided.
    Judgment,
    /// What a witness says.
    WitnessStatement,
    /// What is owed for what.
    Invoice,
    /// What a meeting said and decided.
    Minutes,
    /// A questionnaire or form to be filled in.
    Form,
    /// A table of figures.
    Table,
    /// Slides.
    Presentation,
}

impl Genre {
    /// The name used on the command line, in the database and in the window.
    pub fn as_str(self) -> &'static str {
        match self {
            Genre::Letter => "letter",
            Genre::Email => "email",
            Genre::DischargeSummary => "discharge_summary",
            Genre::TestReport => "test_report",
            Genre::ClinicalNote => "clinical_note",
            Genre::Contract => "contract",
            Genre::Pleading => "pleading",
            Genre::Judgment => "judgment",
            Genre::WitnessStatement => "witness_statement",
            Genre::Invoice => "invoice",
            Genre::Minutes => "minutes",
            Genre::Form => "form",
            Genre::Table => "table",
            Genre::Presentation => "presentation",
        }
    }
}

/// What is known or guessed about a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Who wrote it, as the file says; for a message its sender.
    pub author: Option<String>,
    /// When the file says it was begun.
    pub created: Option<Day>,
    /// When the file says it was last changed.
    pub modified: Option<Day>,
    /// The date that stands on it; for a message the day it was sent.
    pub dated: Option<Day>,
    /// The language most of it is in (ISO 639-1).
    pub language: Option<String>,
    /// What sort of paper it seems to be.
    pub genre: Option<Genre>,
}

impl Details {
    /// Whether a sound reader could have made this.
    pub(crate) fn is_sound(&self) -> bool {
        let day = |day: Option<Day>| day.is_none_or(Day::exists);
        let author = self.author.as_deref().is_none_or(is_person);
        let language = self
            .language
            .as_ref()
            .is_none_or(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()));
        author && language && day(self.created) && day(self.modified) && day(self.dated)
    }
}

/// Whether [`name`] could have made this.
pub(crate) fn is_person(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= LONGEST_PERSON && is_tidy(name) && !name.contains('\n')
}

/// A person's name out of a file's properties, unless a program wrote its own there.
pub(crate) fn name(text: &str) -> Option<String> {
    let name = tidy(text, Spacing::Collapse).replace('\n', " ");
    let lower = name.to_lowercase();
    let nobody = [
        "",
        "user",
        "admin",
        "administrator",
        "unknown",
        "owner",
        "author",
        "microsoft office user",
    ];
    let program = [
        "apache poi",
        "python-docx",
        "openpyxl",
        "libreoffice",
        "acrobat",
        "latex",
        "calibre",
        "pandoc",
    ];
    let refused = nobody.contains(&lower.as_str())
        || program.iter().any(|program| lower.contains(program))
        || !name.chars().any(char::is_alphabetic);
    (!refused).then(|| {
        name.chars()
            .take(LONGEST_PERSON)
            .collect::<String>()
            .trim_end()
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_exist_or_are_refused() {
        let iso = |text: &str| Day::from_iso(text).map(|day| day.to_string());
        assert_eq!(iso("2024-02-29T10:00:00Z").as_deref(), Some("2024-02-29"));
        assert_eq!(iso("2023-02-29"), None);
        assert_eq!(iso("1900-02-29"), None);
        assert_eq!(iso("0001-01-01"), None);
        assert_eq!(iso("today, or so"), None);
    }

    #[test]
    fn days_are_counted_as_microsoft_does() {
        let of = |days: u64| Day::from_1601(days).map(|day| day.to_string());
        assert_eq!(of(0).as_deref(), Some("1601-01-01"));
        assert_eq!(
            of(134_774).as_deref(),
            Some("1970-01-01"),
            "11,644,473,600 seconds lie between"
        );
        assert_eq!(of(134_774 + 19_782).as_deref(), Some("2024-02-29"));
        assert_eq!(of(u64::MAX), None);
    }

    #[test]
    fn programs_are_no_authors() {
        assert_eq!(name(" Amara\tOsei\n").as_deref(), Some("Amara Osei"));
        assert_eq!(name("Administrator"), None);
        assert_eq!(name("Apache POI"), None);
        assert_eq!(name("--"), None);
    }
}
