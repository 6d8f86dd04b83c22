//! The picture of a page in, lines of text with places and confidence out.
//!
//! Owns the two PP-OCR networks (a detector of lines, a recogniser of characters), what goes into them and what is
//! made of their answers, and which way up a page stands. Knows no file format, no document and no database; whoever
//! loads the models has verified their bytes.
//!
//! What must always hold: nothing here reads a file, starts a thread after [`stay_on_this_thread`], or panics on any
//! picture; every place lies within the page.

mod detect;
mod geometry;
mod picture;
mod recognise;

use std::collections::HashMap;
use std::sync::Arc;

use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use serde::{Deserialize, Serialize};

use geometry::Turned;
use recognise::Letter;

pub use geometry::{Point, Quad};
pub use picture::Picture;

/// Lines read worse than this are more likely a pattern or a stain than text, and are left out of the text.
const LEAST: f32 = 0.5;
/// Lines looked at to tell which way up a page stands.
const SAMPLE: usize = 5;
/// A sample read so well is the right way up.
const CERTAIN: f32 = 0.9;
/// Boxes so much taller than wide hold text that runs up or down.
const STANDING: f32 = 1.5;

/// Why pages cannot be recognised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcrError {
    /// The models are not what this program expects.
    #[error("the recognition model does not fit this program: {0}")]
    Model(&'static str),
}

/// The bytes of the models' files.
#[derive(Clone, Default)]
pub struct ModelFiles {
    /// The detector (`.rten`).
    pub detector: Vec<u8>,
    /// The recogniser (`.rten`).
    pub recogniser: Vec<u8>,
    /// Its characters, one a line, in UTF-8.
    pub characters: Vec<u8>,
}

/// The loaded models.
pub struct Recogniser {
    detector: Model,
    recogniser: Model,
    characters: Vec<char>,
    run: RunOptions,
}

/// A page as recognised, the right way up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recognised {
    /// Quarters by which the picture must be turned clockwise for its text to stand upright.
    pub quarters: u8,
    /// Width of the page the right way up, in pixels of the picture.
    pub width: u32,
    /// Height of the page the right way up.
    pub height: u32,
    /// Mean over all characters found, those left out included; between 0 and 1, and 0 where there are none.
    pub confidence: f32,
    /// The lines, in no order.
    pub lines: Vec<Line>,
}

/// A line of text. All places are in pixels of the page the right way up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Mean over its characters, between 0 and 1.
    pub confidence: f32,
    /// Its words from left to right; at least one.
    pub words: Vec<Word>,
    /// Where it stands.
    pub quad: Quad,
}

/// A word of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// What it says; without white space.
    pub text: String,
    /// Where it stands.
    pub quad: Quad,
}

/// Keeps all computing on the calling thread from now on, for a process that may start no other. Call it once, early.
pub fn stay_on_this_thread() {
    // An error says that somebody did so before; then there is nothing to do.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global();
}

impl Recogniser {
    /// Loads the models from bytes that were verified.
    ///
    /// # Errors
    /// When they are not models, or not such as this program can run.
    pub fn load(files: ModelFiles) -> Result<Self, OcrError> {
        let load = |bytes, problem| {
            let mut options = ModelOptions::with_all_ops();
            options.prepack_weights(true);
            options.load(bytes).map_err(|_| OcrError::Model(problem))
        };
        let list = std::str::from_utf8(&files.characters)
            .map_err(|_| OcrError::Model("the list of characters is not UTF-8"))?;
        let mut characters = Vec::new();
        for line in list.lines() {
            // A few entries are longer than one character; the first stands for them.
            characters.push(line.chars().next().unwrap_or(' '));
        }
        characters.push(' ');
        Ok(Self {
            detector: load(files.detector, "the detector cannot be loaded")?,
            recogniser: load(files.recogniser, "the recogniser cannot be loaded")?,
            characters,
            // Pages are read side by side by several processes rather than one by several threads.
            run: RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1)))),
        })
    }

    /// Reads a page, whichever way up it stands.
    ///
    /// # Errors
    /// Only for models that do not fit.
    pub fn read(&self, picture: &Picture) -> Result<Recognised, OcrError> {
        let mut boxes = detect::lines(&self.detector, picture, &self.run)?;
        let mut known = HashMap::new();
        let quarters = self.quarters(picture, &mut boxes, &mut known)?;
        let turned = picture.turned(quarters);
        let (mut lines, mut sum, mut count) = (Vec::new(), 0.0, 0_u32);
        for (at, found) in boxes.iter().enumerate() {
            let (letters, quad) = match known.remove(&at) {
                Some(letters) => (letters, found.quad()),
                None => self.best_letters(&turned, found)?,
            };
            let confidence = mean(&letters);
            sum += letters.iter().map(|letter| letter.confidence).sum::<f32>();
            count += u32::try_from(letters.len()).unwrap_or(u32::MAX);
            let words = words(&letters, &quad);
            if confidence >= LEAST && !words.is_empty() {
                lines.push(Line {
                    confidence,
                    words,
                    quad,
                });
            }
        }
        Ok(Recognised {
            quarters,
            width: u32::try_from(turned.width()).unwrap_or(u32::MAX),
            height: u32::try_from(turned.height()).unwrap_or(u32::MAX),
            confidence: if count == 0 { 0.0 } else { sum / count as f32 },
            lines,
        })
    }

    /// Which way up the page stands; turns the boxes with it. What was read on the way is left in `known`, by box.
    fn quarters(
        &self,
        picture: &Picture,
        boxes: &mut [Turned],
        known: &mut HashMap<usize, Vec<Letter>>,
    ) -> Result<u8, OcrError> {
        let lying: f32 = boxes.iter().filter(|b| !stands(b)).map(|b| b.width).sum();
        let standing: f32 = boxes.iter().filter(|b| stands(b)).map(|b| b.height).sum();
        let sideways = standing > lying;
        if sideways {
            turn(boxes, 1, picture);
        }
        let first = u8::from(sideways);
        let upright = picture.turned(first);
        let mut sample: Vec<usize> = (0..boxes.len()).filter(|at| !stands(&boxes[*at])).collect();
        sample.sort_by(|a, b| boxes[*b].width.total_cmp(&boxes[*a].width));
        sample.truncate(SAMPLE);
        let read = |corners: usize| -> Result<(f32, HashMap<usize, Vec<Letter>>), OcrError> {
            let (mut sum, mut read) = (0.0, HashMap::new());
            for at in &sample {
                let letters = self.letters(&upright, &from_corner(boxes[*at].quad(), corners))?;
                sum += mean(&letters) / sample.len() as f32;
                read.insert(*at, letters);
            }
            Ok((sum, read))
        };
        let (as_is, letters) = read(0)?;
        if as_is < CERTAIN {
            let (upside_down, turned) = read(2)?;
            if upside_down > as_is {
                turn(boxes, 2, &upright);
                *known = turned;
                return Ok(first + 2);
            }
        }
        *known = letters;
        Ok(first)
    }

    /// Reads a box; one that stands, upwards and downwards, whichever reads better.
    fn best_letters(&self, picture: &Picture, found: &Turned) -> Result<(Vec<Letter>, Quad), OcrError> {
        let quad = found.quad();
        if !stands(found) {
            return Ok((self.letters(picture, &quad)?, quad));
        }
        let mut best: Option<(Vec<Letter>, Quad)> = None;
        for corners in [1, 3, 0] {
            let quad = from_corner(quad, corners);
            let letters = self.letters(picture, &quad)?;
            if best
                .as_ref()
                .is_none_or(|(before, _)| mean(&letters) > mean(before))
            {
                best = Some((letters, quad));
            }
        }
        Ok(best.unwrap_or((Vec::new(), quad)))
    }

    fn letters(&self, picture: &Picture, quad: &Quad) -> Result<Vec<Letter>, OcrError> {
        recognise::letters(&self.recogniser, &self.characters, picture, quad, &self.run)
    }
}

impl std::fmt::Debug for Recogniser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recogniser").finish_non_exhaustive()
    }
}

fn stands(found: &Turned) -> bool {
    found.height > STANDING * found.width
}

/// Turns boxes with the picture they lie on, clockwise by quarters.
fn turn(boxes: &mut [Turned], quarters: u8, picture: &Picture) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    for found in boxes {
        let (Point { x, y }, (ax, ay)) = (found.centre, found.along);
        *found = match quarters {
            1 => Turned {
                centre: Point::new(height - y, x),
                along: (-ay, ax),
                ..*found
            },
            _ => Turned {
                centre: Point::new(width - x, height - y),
                along: (-ax, -ay),
                ..*found
            },
        }
        .levelled();
    }
}

/// The same rectangle, read from another corner.
fn from_corner(quad: Quad, first: usize) -> Quad {
    std::array::from_fn(|at| quad[(at + first) % 4])
}

fn mean(letters: &[Letter]) -> f32 {
    if letters.is_empty() {
        return 0.0;
    }
    letters.iter().map(|letter| letter.confidence).sum::<f32>() / letters.len() as f32
}

/// Words and where they stand. The network tells about where the middle of each letter is; a word reaches half a letter
/// beyond. Boxes were grown by a good quarter of their height on each side, which no word needs.
fn words(letters: &[Letter], quad: &Quad) -> Vec<Word> {
    let pitch = match (letters.first(), letters.last()) {
        (Some(first), Some(last)) if letters.len() > 1 => (last.at - first.at) / (letters.len() - 1) as f32,
        _ => 1.0,
    };
    let [a, b, c, d] = *quad;
    let side = |from: Point, to: Point| (to.x - from.x).hypot(to.y - from.y);
    let margin = (0.25 * side(a, d) / side(a, b).max(1.0)).min(0.4);
    let at = |along: f32, down: f32| a.towards(b, along).towards(d.towards(c, along), down);
    letters
        .split(|letter| letter.text.is_whitespace())
        .filter_map(|word| {
            let (first, last) = (word.first()?, word.last()?);
            let from = (first.at - 0.6 * pitch).clamp(margin, 1.0 - margin);
            let to = (last.at + 0.6 * pitch).clamp(from, 1.0 - margin);
            Some(Word {
                text: word.iter().map(|letter| letter.text).collect(),
                quad: [at(from, 0.18), at(to, 0.18), at(to, 0.82), at(from, 0.82)],
            })
        })
        .collect()
}
