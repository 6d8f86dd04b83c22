//! What comes out of a file: pages of text in reading order, and what was found wanting on the way.
//!
//! Owns the vocabulary shared by the reader child, its parent and the callers. Knows no format.
//! A page's text is always NFC, uses `\n` alone for line ends and holds no other control character
//! than the tab; every offset anywhere in Cabinet counts Unicode scalar values within one such text.

use crate::clean::is_tidy;
use crate::details::{self, Day, Details};
use crate::error::IntakeError;
use crate::headings;
use crate::limits::{MOST_DELETIONS, MOST_HEADINGS, MOST_MEMBERS, MOST_PAGES, MOST_TEXT};
use serde::{Deserialize, Serialize};

/// The longest title kept, in characters.
pub(crate) const LONGEST_TITLE: usize = 200;

/// The longest name of a member kept, in characters.
pub(crate) const LONGEST_NAME: usize = 300;

/// A format Cabinet reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Office Open XML word processing (`.docx`, and its macro and template siblings).
    Docx,
    /// Text without markup.
    Text,
    /// Text with Markdown markup, kept as written.
    Markdown,
    /// A web page.
    Html,
    /// Rich Text Format.
    Rtf,
    /// Word 97 to 2003, and Word 6 and 95.
    Doc,
    /// OpenDocument text.
    Odt,
    /// OpenDocument presentation.
    Odp,
    /// Office Open XML presentation (`.pptx` and its siblings).
    Pptx,
    /// A spreadsheet in any of the formats of Excel and OpenDocument.
    Spreadsheet,
    /// A table as text, one row a line.
    Csv,
    /// An e-mail message as sent (RFC 5322).
    Email,
    /// A message saved by Outlook.
    Outlook,
    /// Many messages in one file (RFC 4155).
    Mailbox,
    /// A ZIP archive of files.
    Zip,
    /// A picture, or several in one file: scans and photographs of pages.
    Image,
}

impl Kind {
    /// The name used on the command line, in the database and in the window.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Pdf => "pdf",
            Kind::Docx => "docx",
            Kind::Text => "text",
            Kind::Markdown => "markdown",
            Kind::Html => "html",
            Kind::Rtf => "rtf",
            Kind::Doc => "doc",
            Kind::Odt => "odt",
            Kind::Odp => "odp",
            Kind::Pptx => "pptx",
            Kind::Spreadsheet => "spreadsheet",
            Kind::Csv => "csv",
            Kind::Email => "email",
            Kind::Outlook => "outlook",
            Kind::Mailbox => "mailbox",
            Kind::Zip => "zip",
            Kind::Image => "image",
        }
    }
}

/// How a page's text was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The text was in the file.
    Native,
    /// The text was recognised on a picture of the page.
    Ocr,
    /// The page has no text; see the document's warnings for why.
    None,
}

impl Method {
    /// The name used in the database and in the window.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Native => "native",
            Method::Ocr => "ocr",
            Method::None => "none",
        }
    }
}

/// One page, or what stands for a page in formats that have none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 1, without gaps.
    pub number: u32,
    /// The text in reading order; empty exactly when `method` is [`Method::None`].
    pub text: String,
    /// How the text was obtained.
    pub method: Method,
}

/// Something the user should know about one page of a document that was otherwise read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageWarning {
    /// The page, counted from 1.
    pub page: u32,
    /// What is the matter with it.
    pub problem: PageProblem,
}

/// What can be the matter with one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageProblem {
    /// Nothing is drawn on the page.
    Blank,
    /// The page shows pictures or drawings but holds no text; it may be a scan.
    NoText,
    /// The page is a picture on which no text could be recognised.
    Illegible,
    /// The page was read from its picture, with little certainty.
    Faint,
    /// Recognising the page took too long or too much memory.
    GivenUp,
    /// The page's fonts do not say which letters they show, so its text is not usable.
    Unmapped,
    /// The page could not be interpreted, or the file ends in it before it should.
    Damaged,
}

impl PageProblem {
    /// The name used on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            PageProblem::Blank => "blank",
            PageProblem::NoText => "no_text",
            PageProblem::Illegible => "illegible",
            PageProblem::Faint => "faint",
            PageProblem::GivenUp => "given_up",
            PageProblem::Unmapped => "unmapped",
            PageProblem::Damaged => "damaged",
        }
    }
}

impl PageProblem {
    /// The problem of that name.
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Blank,
            Self::NoText,
            Self::Illegible,
            Self::Faint,
            Self::GivenUp,
            Self::Unmapped,
            Self::Damaged,
        ]
        .into_iter()
        .find(|problem| problem.as_str() == name)
    }
}

impl PageWarning {
    /// A sentence for the user.
    pub fn message(&self) -> String {
        let page = self.page;
        match self.problem {
            PageProblem::Blank => format!("Page {page} is blank."),
            PageProblem::NoText => format!("Page {page} has no text; it may be a scan."),
            PageProblem::Illegible => format!("Page {page} is a picture on which no text could be read."),
            PageProblem::Faint => {
                format!("Page {page} is hard to read; compare its text with the page.")
            }
            PageProblem::GivenUp => {
                format!("Page {page} took too long or too much memory to read; it has no text.")
            }
            PageProblem::Unmapped => {
                format!(
                    "Page {page} shows text in fonts that do not say which letters they are; it was left out."
                )
            }
            PageProblem::Damaged => format!("Page {page} is damaged or cut off; text may be missing."),
        }
    }
}

/// A file inside a file: an attachment of a message, a message of a mailbox, an entry of an archive.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, with the folders it lies in; only ever shown, never used as a path.
    pub name: String,
    /// Why it could not be taken out, if so.
    pub problem: Option<IntakeError>,
    /// The bytes, which travel beside the rest and not in it; empty where there is a problem.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// A line that the file itself calls a heading of what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// The page it stands on, counted from 1.
    pub page: u32,
    /// Its first character in the page's text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// 1 for the outermost, at most 9.
    pub level: u8,
}

/// Words that tracked changes deleted. They are no part of the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The end of the words before it, in one line; empty at the start of a paragraph.
    pub before: String,
    /// The words.
    pub text: String,
    /// Who deleted them, where the file says so.
    pub author: Option<String>,
    /// When, where the file says so.
    pub day: Option<Day>,
}

impl Deletion {
    fn is_sound(&self) -> bool {
        !self.text.is_empty()
            && is_tidy(&self.text)
            && is_tidy(&self.before)
            && self.author.as_deref().is_none_or(details::is_person)
            && self.day.is_none_or(Day::exists)
    }

    fn bytes(&self) -> usize {
        self.text.len() + self.before.len()
    }
}

/// A document as read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// The format, decided by content.
    pub kind: Kind,
    /// The document's own title, or its first line that looks like one.
    pub title: Option<String>,
    /// Every page, in order, without gaps; at least one has text.
    pub pages: Vec<Page>,
    /// What the user should know about single pages, in page order.
    pub warnings: Vec<PageWarning>,
    /// What is known or guessed about the document as a whole.
    pub details: Details,
    /// What the file calls headings, in reading order; empty too where the format has no way to say so.
    pub headings: Vec<Heading>,
    /// What tracked changes deleted, in reading order.
    pub deletions: Vec<Deletion>,
    /// The files inside it, which are documents of their own.
    pub members: Vec<Member>,
}

impl Extracted {
    /// Notes that the file is damaged or ends before it should, so that something may be missing from its last page on.
    pub(crate) fn cut_off(&mut self) {
        let page = self.pages.last().map_or(1, |page| page.number);
        self.warnings.retain(|warning| warning.page != page);
        let problem = PageProblem::Damaged;
        self.warnings.push(PageWarning { page, problem });
    }

    /// A document of this kind with nothing in it yet.
    pub(crate) fn of(kind: Kind) -> Self {
        Self {
            kind,
            title: None,
            pages: Vec::new(),
            warnings: Vec::new(),
            details: Details::default(),
            headings: Vec::new(),
            deletions: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Whether a sound reader could have made this: the promises of this module, and sane sizes.
    pub(crate) fn is_sound(&self) -> bool {
        let pages = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        let numbered = (1..).zip(&self.pages).all(|(number, page)| page.number == number);
        let methods = self
            .pages
            .iter()
            .all(|page| page.text.is_empty() == (page.method == Method::None));
        let tidy = self.pages.iter().all(|page| is_tidy(&page.text));
        let title = self.title.as_ref().is_none_or(|title| {
            title.chars().count() <= LONGEST_TITLE
                && is_tidy(title)
                && !title.contains('\n')
                && !title.is_empty()
        });
        let warnings = self
            .warnings
            .iter()
            .all(|warning| (1..=pages).contains(&warning.page));
        // Composing characters may lengthen a text a little beyond what was counted while reading.
        let size = self.pages.iter().map(|page| page.text.len()).sum::<usize>();
        let sized = size <= MOST_TEXT + MOST_TEXT / 4 && self.pages.len() <= MOST_PAGES;
        let members = self.members.len() <= MOST_MEMBERS
            && self
                .members
                .iter()
                .all(|member| member.name.chars().count() <= LONGEST_NAME && is_tidy(&member.name));
        let deletions = self.deletions.len() <= MOST_DELETIONS
            && self.deletions.iter().all(Deletion::is_sound)
            && self.deletions.iter().map(Deletion::bytes).sum::<usize>() <= MOST_TEXT * 2;
        numbered
            && methods
            && !self.pages.is_empty()
            && tidy
            && title
            && warnings
            && sized
            && members
            && deletions
            && self.has_sound_headings()
            && self.details.is_sound()
    }

    /// Whether each heading stands where there is text, after the one before it.
    fn has_sound_headings(&self) -> bool {
        let mut sound = self.headings.len() <= MOST_HEADINGS;
        let mut before = (0, 0);
        for of_page in self.headings.chunk_by(|one, other| one.page == other.page) {
            let page = of_page[0]
                .page
                .checked_sub(1)
                .and_then(|at| self.pages.get(at as usize));
            let chars = page.map_or(0, |page| page.text.chars().count());
            for heading in of_page {
                sound &= before <= (heading.page, heading.start)
                    && heading.start < heading.end
                    && heading.end as usize <= chars
                    && (1..=headings::DEEPEST).contains(&heading.level);
                before = (heading.page, heading.end);
            }
        }
        sound
    }

    /// Whether any page has text.
    pub(crate) fn has_text(&self) -> bool {
        self.pages.iter().any(|page| page.method != Method::None)
    }

    /// Unicode scalar values over all pages.
    pub fn chars(&self) -> usize {
        self.pages.iter().map(|page| page.text.chars().count()).sum()
    }
}

// `Debug` without the text, so that no test or log line can print a document.
impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("number", &self.number)
            .field("chars", &self.text.chars().count())
            .field("method", &self.method)
            .finish()
    }
}

impl std::fmt::Debug for Extracted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Extracted")
            .field("kind", &self.kind)
            .field("titled", &self.title.is_some())
            .field("pages", &self.pages)
            .field("warnings", &self.warnings)
            .field("headings", &self.headings.len())
            .field("deletions", &self.deletions.len())
            .field("members", &self.members.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Deletion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deletion")
            .field("chars", &self.text.chars().count())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member")
            .field("bytes", &self.bytes.len())
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}
