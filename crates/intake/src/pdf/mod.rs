//! PDF: text in reading order, page by page.
//!
//! Owns opening, passwords, the outcome of each page and the title. The interpreter is `hayro`, which
//! was measured against `pdf-extract` and `pdf_oxide` on real files and read the most of them; the
//! same crate can draw pages for recognition later. What makes letters lines and lines paragraphs is
//! in the modules beneath. A page on which the interpreter panics costs that page alone, and not even
//! that if `pdf-extract` can read it.
//!
//! Text is given as paragraphs: lines of one paragraph are joined, other line ends stay, and a blank
//! line stands between blocks. Text that is drawn but not visible is kept, because that is how a
//! searchable scan carries its text.

mod beside;
mod bidi;
mod blocks;
mod glyphs;
mod hyphens;
mod lines;
mod raster;
mod second;

use crate::clean::{Spacing, tidy};
use crate::details::{self, Day, Details};
use crate::document::{Extracted, Kind, Method, Page, PageProblem, PageWarning};
use crate::error::{Excess, IntakeError, Lock};
use crate::limits::{MOST_PAGES, TextBudget};
use crate::parse::Parsed;
use crate::scan::Scans;
use crate::title;
use blocks::Block;
use cabinet_ocr::Picture;
use hayro_interpret::InterpreterCache;
use hayro_interpret::hayro_syntax::object::{DateTime, Dict};
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page};
use memchr::memmem;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A page with fewer letters than two lines hold may be a scan with a stamp on it ...
const FEW_LETTERS: usize = 160;
/// ... if a picture covers this share of it.
const MOST_OF_A_PAGE: f64 = 0.5;

/// Reads a PDF.
///
/// # Errors
/// `encrypted`, `wrong_password`, `corrupt`, `no_text`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>, password: Option<&str>, every_page: bool) -> Result<Parsed, IntakeError> {
    let bytes = Arc::new(bytes);
    let pdf = open(&bytes, password)?;
    let count = pdf.pages().len();
    if count == 0 {
        return Err(IntakeError::Corrupt(Kind::Pdf));
    }
    if count > MOST_PAGES {
        return Err(IntakeError::TooLarge(Excess::Pages));
    }
    let mut budget = TextBudget::default();
    let mut texts = Vec::with_capacity(count);
    let mut problems = Vec::with_capacity(count);
    let mut scans = Vec::new();
    let mut heading = None;
    let mut begun = false;
    let mut cache = InterpreterCache::new();
    for (number, page) in (1..).zip(pdf.pages().iter()) {
        let (text, problem) = match catch_unwind(AssertUnwindSafe(|| look(&pdf, page, &cache))) {
            Ok(Look {
                text,
                problem,
                largest,
                scan,
            }) => {
                scans.extend((scan || every_page).then_some(number));
                if !begun {
                    heading = largest;
                }
                begun |= !text.is_empty();
                (text, problem)
            }
            Err(_) => {
                // What the panic left half done must not reach the next page.
                cache = InterpreterCache::new();
                (String::new(), Some(PageProblem::Damaged))
            }
        };
        let text = if every_page { String::new() } else { text };
        budget.spend(text.len())?;
        texts.push(text);
        problems.push(problem);
    }
    let damaged: Vec<usize> = (0..count)
        .filter(|at| problems[*at] == Some(PageProblem::Damaged))
        .collect();
    for at in second::fill(&mut texts, &damaged, &bytes, password) {
        budget.spend(texts[at].len())?;
        problems[at] = None;
    }
    hyphens::mend(&mut texts);
    let mut remarks = HashMap::new();
    if !every_page {
        for (at, page) in pdf.pages().iter().enumerate() {
            let beside =
                catch_unwind(AssertUnwindSafe(|| beside::text(page, &texts[at]))).unwrap_or_default();
            budget.spend(beside.len())?;
            if !beside.is_empty() {
                texts[at].push_str(&beside);
                problems[at] = problems[at].filter(|problem| *problem != PageProblem::Blank);
                remarks.insert(u32::try_from(at + 1).unwrap_or(u32::MAX), beside);
            }
        }
    }
    // What is left of a file that was cut off may still have pages, but nothing on them: not a scan.
    match conclude(&pdf, texts, &problems, heading) {
        Ok(read) if !read.has_text() && cut_off(&bytes) => Err(IntakeError::Corrupt(Kind::Pdf)),
        Ok(read) if !read.has_text() && scans.is_empty() => Err(IntakeError::NoText {
            pages: u32::try_from(count).unwrap_or(u32::MAX),
        }),
        Ok(mut read) => {
            let last_has_text = read
                .pages
                .last()
                .is_some_and(|page| page.method == Method::Native);
            // What is said of a page without text says more.
            if (cut_off(&bytes) || lost_pages(&pdf)) && last_has_text {
                read.cut_off();
            }
            Ok(Parsed {
                read,
                scans: (!scans.is_empty()).then_some((scans, Scans::Pdf { pdf, remarks })),
            })
        }
        Err(error) => Err(error),
    }
}

/// Draws a page, counted from 1. May panic on damaged files; the caller catches.
pub(crate) fn picture(pdf: &Pdf, page: u32) -> Option<Picture> {
    let page = pdf.pages().get(page.checked_sub(1)? as usize)?;
    raster::picture(pdf, page, &InterpreterCache::new())
}

pub(crate) use raster::shade;

/// Whether the end mark, which stands within the last kilobyte of a whole PDF (ISO 32000-1, 7.5.5 and annex H), is
/// missing.
fn cut_off(bytes: &[u8]) -> bool {
    memmem::find(&bytes[bytes.len().saturating_sub(2048)..], b"%%EOF").is_none()
}

/// Whether the tree of pages says that there are more than were found (ISO 32000-1, 7.7.3.2).
fn lost_pages(pdf: &Pdf) -> bool {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let said = root.and_then(|root| root.get::<Dict<'_>>("Pages")?.get::<u32>("Count"));
    said.is_some_and(|said| said as usize > pdf.pages().len())
}

fn conclude(
    pdf: &Pdf,
    texts: Vec<String>,
    problems: &[Option<PageProblem>],
    heading: Option<String>,
) -> Result<Extracted, IntakeError> {
    let mut pages = Vec::with_capacity(texts.len());
    let mut warnings = Vec::new();
    for (number, (text, problem)) in (1..).zip(texts.iter().zip(problems)) {
        let text = tidy(text, Spacing::Collapse);
        let method = if text.is_empty() {
            Method::None
        } else {
            Method::Native
        };
        let problem = problem.or((method == Method::None).then_some(PageProblem::NoText));
        warnings.extend(problem.map(|problem| PageWarning {
            page: number,
            problem,
        }));
        pages.push(Page { number, text, method });
    }
    let first = pages.iter().find(|page| page.method == Method::Native);
    let damaged = |problem: &Option<PageProblem>| *problem == Some(PageProblem::Damaged);
    if first.is_none() && problems.iter().all(damaged) {
        return Err(IntakeError::Corrupt(Kind::Pdf));
    }
    let title = pdf
        .metadata()
        .title
        .as_deref()
        .map(pdf_string)
        .as_deref()
        .and_then(title::declared);
    let title = title
        .or(heading)
        .or_else(|| first.and_then(|first| title::heading(&first.text)));
    Ok(Extracted {
        title,
        pages,
        warnings,
        details: details(pdf),
        ..Extracted::of(Kind::Pdf)
    })
}

/// What the file says of itself.
fn details(pdf: &Pdf) -> Details {
    let said = pdf.metadata();
    let day = |date: Option<DateTime>| date.and_then(|date| Day::new(date.year, date.month, date.day));
    Details {
        author: said
            .author
            .as_deref()
            .map(pdf_string)
            .as_deref()
            .and_then(details::name),
        created: day(said.creation_date),
        modified: day(said.modification_date),
        ..Details::default()
    }
}

fn open(bytes: &Arc<Vec<u8>>, password: Option<&str>) -> Result<Pdf, IntakeError> {
    // A damaged protected file fails before its protection is looked at; this tells the two apart.
    let protected = memmem::find(bytes, b"/Encrypt").is_some() && memmem::find(bytes, b"/Standard").is_some();
    let locked = if password.is_some() {
        IntakeError::WrongPassword
    } else {
        IntakeError::Encrypted(Lock::Password)
    };
    let attempt = |password: &str| {
        let bytes = Arc::clone(bytes);
        catch_unwind(AssertUnwindSafe(|| Pdf::new_with_password(bytes, password)))
            .unwrap_or(Err(LoadPdfError::Invalid))
    };
    // The empty password is tried first: most protected files only forbid printing or copying.
    let mut opened = attempt("");
    if let (Err(_), Some(password)) = (&opened, password) {
        opened = attempt(password);
    }
    opened.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => locked,
        LoadPdfError::Decryption(_) => IntakeError::Encrypted(Lock::Certificate),
        LoadPdfError::Invalid if protected => locked,
        LoadPdfError::Invalid => IntakeError::Corrupt(Kind::Pdf),
    })
}

struct Look {
    text: String,
    problem: Option<PageProblem>,
    largest: Option<String>,
    /// The page is a picture, whatever little text stands on it: a stamp, the header of a fax.
    scan: bool,
}

fn look<'a>(pdf: &'a Pdf, page: &page::Page<'a>, cache: &InterpreterCache<'a>) -> Look {
    let drawing = glyphs::draw(pdf, page, cache);
    let drawn = drawing
        .glyphs
        .iter()
        .filter(|glyph| !glyph.text.trim().is_empty())
        .count();
    let problem = if drawing.unmapped * 2 > drawn {
        Some(PageProblem::Unmapped)
    } else if drawn > 0 {
        None
    } else if drawing.pictures > 0 {
        Some(PageProblem::NoText)
    } else {
        Some(PageProblem::Blank)
    };
    let scan = match problem {
        Some(PageProblem::NoText | PageProblem::Unmapped) => true,
        None => drawn < FEW_LETTERS && drawing.pictured > MOST_OF_A_PAGE,
        Some(_) => false,
    };
    let blocks = blocks::blocks(lines::lines(drawing.glyphs));
    Look {
        scan,
        text: text(&blocks),
        problem,
        largest: largest(&blocks),
    }
}

fn text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        for (at, placed) in block.lines.iter().enumerate() {
            // The mark of a broken word is a control character, so no line may bring its own.
            let line: String = placed
                .line
                .text
                .trim()
                .chars()
                .filter(|c| !c.is_control())
                .collect();
            out.push_str(&line);
            let next = block.lines.get(at + 1).map_or("", |next| next.line.text.trim());
            out.push(match placed.wraps {
                true if hyphens::breaks_at(&line, next) => hyphens::MARK,
                true => ' ',
                false => '\n',
            });
        }
        out.push('\n');
    }
    out
}

/// The heading of a page, if one is set in clearly larger letters than most of the text.
fn largest(blocks: &[Block]) -> Option<String> {
    let letters = |block: &Block| {
        block
            .lines
            .iter()
            .map(|placed| placed.line.text.len())
            .sum::<usize>()
    };
    let size = |block: &Block| block.lines.first().map_or(0.0, |placed| placed.line.size);
    let mut sizes: Vec<(f64, usize)> = blocks.iter().map(|block| (size(block), letters(block))).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = sizes.iter().map(|(_, letters)| letters).sum::<usize>() / 2;
    let mut seen = 0;
    let usual = sizes.iter().find(|(_, letters)| {
        seen += letters;
        seen > half
    });
    let usual = usual.map_or(f64::MAX, |(size, _)| *size);
    let lines = |block: &Block| -> String {
        block
            .lines
            .iter()
            .map(|placed| placed.line.text.trim())
            .collect::<Vec<_>>()
            .join(" ")
    };
    blocks
        .iter()
        .filter(|block| size(block) > 1.2 * usual && block.lines.len() <= 3)
        .filter_map(|block| {
            title::heading(&tidy(&lines(block), Spacing::Collapse)).map(|title| (size(block), title))
        })
        .reduce(|best, next| if next.0 > 1.05 * best.0 { next } else { best })
        .map(|(_, title)| title)
}

/// A text string of the document: UTF-16 or UTF-8 with a mark, else close enough to Latin.
fn pdf_string(bytes: &[u8]) -> String {
    let encoding =
        encoding_rs::Encoding::for_bom(bytes).map_or(encoding_rs::WINDOWS_1252, |(encoding, _)| encoding);
    encoding.decode(bytes).0.replace('\0', "")
}
