//! Pages that are pictures: drawing them, and reading them with the recognition models.
//!
//! Owns what the reader child keeps of a file whose pages hold no usable text, so that it can draw any one of them when
//! asked, and the way from recognised lines to a page's text with the place of every word. Runs in the child alone.

mod files;
#[cfg(feature = "fixtures")]
pub mod made;
mod order;

use crate::clean::{Spacing, tidy};
use crate::document::{Extracted, Kind, Method, Page, PageProblem, PageWarning};
use crate::error::IntakeError;
use crate::parse::Parsed;
use crate::pdf;
use cabinet_ocr::{Picture, Recogniser};
use hayro_interpret::hayro_syntax::Pdf;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use files::Format;

/// Pages recognised with less are named to the user.
pub const LEAST_CONFIDENCE: f32 = 0.85;
/// Places are given in so many parts of the page's width and height.
const PARTS: f32 = 10_000.0;

/// A page as read from its picture.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The page, counted from 1.
    pub page: u32,
    /// How sure the recogniser is of its letters, from 0 to 1.
    pub confidence: f32,
    /// Quarters by which the page must be turned clockwise for its text to stand upright.
    pub quarters: u8,
    /// The words in order of the text.
    pub words: Vec<ScanWord>,
}

/// A word on the picture of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanWord {
    /// First character in the page's text, in Unicode scalar values.
    pub start: u32,
    /// Past its last character.
    pub end: u32,
    /// Corners from the upper left onwards as the text is read, each to the right and downwards, in ten-thousandths of
    /// the width and height of the page turned upright.
    pub quad: [u16; 8],
}

/// A page recognised: its text and where its words stand.
#[derive(Serialize, Deserialize)]
pub(crate) struct Recognition {
    pub text: String,
    pub scan: Scan,
}

/// A page drawn, in shades of red, green and blue.
pub(crate) struct Drawn {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

/// A file whose pages can be drawn.
pub(crate) enum Scans {
    /// An open PDF, and what stands beside the text of its pages, counted from 1.
    Pdf { pdf: Pdf, remarks: HashMap<u32, String> },
    /// An image file.
    Image(Vec<u8>),
}

/// Opens an image file: as many pages as it holds pictures, their text still to be recognised.
///
/// # Errors
/// `corrupt` or `too_large`.
pub(crate) fn open_image(bytes: Vec<u8>) -> Result<Parsed, IntakeError> {
    let count = u32::try_from(files::count(&bytes)?).unwrap_or(u32::MAX);
    let pages = (1..=count).map(|number| Page {
        number,
        text: String::new(),
        method: Method::None,
    });
    let warnings = (1..=count).map(|page| PageWarning {
        page,
        problem: PageProblem::NoText,
    });
    let read = Extracted {
        pages: pages.collect(),
        warnings: warnings.collect(),
        ..Extracted::of(Kind::Image)
    };
    Ok(Parsed {
        read,
        scans: Some(((1..=count).collect(), Scans::Image(bytes))),
    })
}

impl Scans {
    /// Recognises a page, counted from 1.
    pub(crate) fn recognise(&self, page: u32, recogniser: &Recogniser) -> Result<Recognition, PageProblem> {
        let read = catch_unwind(AssertUnwindSafe(|| {
            let picture = self.picture(page)?;
            recogniser.read(&picture).map_err(|_| PageProblem::NoText)
        }));
        let read = read.unwrap_or(Err(PageProblem::Damaged))?;
        let (mut text, words) = order::text(&read);
        if text.is_empty() {
            return Err(PageProblem::Illegible);
        }
        if let Self::Pdf { remarks, .. } = self
            && let Some(remarks) = remarks.get(&page)
        {
            text = tidy(&format!("{text}{remarks}"), Spacing::Collapse);
        }
        let part = |place: f32, side: u32| (place / side.max(1) as f32 * PARTS).clamp(0.0, PARTS) as u16;
        let words = words
            .into_iter()
            .map(|word| {
                let mut quad = [0; 8];
                for (corner, point) in quad.chunks_exact_mut(2).zip(word.quad) {
                    corner.copy_from_slice(&[part(point.x, read.width), part(point.y, read.height)]);
                }
                ScanWord {
                    start: u32::try_from(word.start).unwrap_or(u32::MAX),
                    end: u32::try_from(word.end).unwrap_or(u32::MAX),
                    quad,
                }
            })
            .collect();
        Ok(Recognition {
            text,
            scan: Scan {
                page,
                confidence: read.confidence,
                quarters: read.quarters,
                words,
            },
        })
    }

    pub(crate) fn picture(&self, page: u32) -> Result<Picture, PageProblem> {
        match self {
            Self::Pdf { pdf, .. } => pdf::picture(pdf, page).ok_or(PageProblem::Damaged),
            Self::Image(bytes) => {
                let pixels = files::pixels(bytes, page.saturating_sub(1) as usize)
                    .map_err(|_| PageProblem::Damaged)?;
                let grey = pixels
                    .rgb
                    .as_chunks::<3>()
                    .0
                    .iter()
                    .map(|[r, g, b]| pdf::shade(*r, *g, *b));
                Picture::new(pixels.width, pixels.height, grey.collect()).ok_or(PageProblem::Damaged)
            }
        }
    }

    /// Draws a page of an image file, turned clockwise by quarters, no wider or higher than `longest`.
    pub(crate) fn draw(&self, page: u32, quarters: u8, longest: u32) -> Result<Drawn, IntakeError> {
        let corrupt = IntakeError::Corrupt(Kind::Image);
        let Self::Image(bytes) = self else {
            return Err(corrupt);
        };
        catch_unwind(AssertUnwindSafe(|| {
            let pixels = files::pixels(bytes, page.saturating_sub(1) as usize)?;
            Ok(pixels.reduced(longest as usize).turned(quarters))
        }))
        .unwrap_or(Err(corrupt))
    }
}

impl Scan {
    /// Whether a sound reader could have made this for a text of so many characters.
    pub(crate) fn is_sound(&self, chars: usize) -> bool {
        let mut last = 0;
        (0.0..=1.0).contains(&self.confidence)
            && self.quarters < 4
            && self.words.iter().all(|word| {
                let follows = word.start >= last && word.start < word.end && word.end as usize <= chars;
                last = word.end;
                follows && word.quad.iter().all(|place| f32::from(*place) <= PARTS)
            })
    }
}

// Without the words, which tell the length of each.
impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan")
            .field("page", &self.page)
            .field("confidence", &self.confidence)
            .field("quarters", &self.quarters)
            .field("words", &self.words.len())
            .finish()
    }
}
