//! What a line says: the recogniser, read out by connectionist temporal classification.
//!
//! The network gives a distribution over the characters and a blank for each step along the line; the best character of
//! each step, repetitions and blanks left out, is the text (Graves et al., 2006, "best path").

use crate::geometry::Quad;
use crate::{OcrError, Picture};
use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

/// Height of what the network sees.
const HEIGHT: usize = 48;
/// Shorter lines are filled up to this width with grey. Training filled them up to 320, which costs more and reads no better.
const NARROWEST: usize = 64;
/// Longer lines are squeezed further.
const WIDEST: usize = 3200;
/// Lines are narrowed to this share of their width, which costs that much less: benches/README.md has the figures.
const SQUEEZE: f32 = 0.85;

/// One character as read.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub text: char,
    /// Between 0 and 1.
    pub confidence: f32,
    /// Where its middle stands along the line, between 0 and 1.
    pub at: f32,
}

/// Reads the line in a quadrilateral.
pub(crate) fn letters(
    model: &Model,
    characters: &[char],
    picture: &Picture,
    quad: &Quad,
    run: &RunOptions,
) -> Result<Vec<Letter>, OcrError> {
    let side = |a: usize, b: usize| (quad[a].x - quad[b].x).hypot(quad[a].y - quad[b].y);
    let ratio = side(0, 1) / side(0, 3).max(1.0);
    let width = ((ratio * HEIGHT as f32 * SQUEEZE).ceil() as usize).clamp(8, WIDEST);
    let filled = width.max(NARROWEST).next_multiple_of(8);
    let line = picture.cut_out(quad, width, HEIGHT);
    let mut data = vec![0.0; 3 * HEIGHT * filled];
    for (row, pixels) in line.chunks_exact(width).enumerate() {
        for channel in 0..3 {
            let start = (channel * HEIGHT + row) * filled;
            for (out, grey) in data[start..start + width].iter_mut().zip(pixels) {
                *out = f32::from(*grey) / 127.5 - 1.0;
            }
        }
    }
    let input = NdTensor::from_data([1, 3, HEIGHT, filled], data);
    let output = model
        .run_one(input.view().into(), Some(run.clone()))
        .map_err(|_| OcrError::Model("the recogniser could not be run"))?;
    let output: Tensor<f32> = output
        .try_into()
        .map_err(|_| OcrError::Model("the recogniser's answer has another type"))?;
    let [1, steps, classes] = *output.shape() else {
        return Err(OcrError::Model("the recogniser's answer has another shape"));
    };
    // The blank before the characters of the list.
    if classes != characters.len() + 1 {
        return Err(OcrError::Model(
            "the recogniser knows other characters than its list",
        ));
    }
    let data = output.into_data();
    Ok(best_path(
        &data,
        classes,
        characters,
        (steps * width) as f32 / filled as f32,
    ))
}

/// `span` steps cover the line itself; what follows is filling.
fn best_path(steps: &[f32], classes: usize, characters: &[char], span: f32) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    // The run of equal steps that the last letter comes from: where it began and its class.
    let mut last: Option<(usize, usize)> = None;
    for (at, step) in steps.chunks_exact(classes).enumerate() {
        let (class, confidence) =
            step.iter().enumerate().fold(
                (0, f32::MIN),
                |best, (class, p)| if *p > best.1 { (class, *p) } else { best },
            );
        if class == 0 {
            last = None;
            continue;
        }
        match (last, letters.last_mut()) {
            (Some((begin, same)), Some(letter)) if same == class => {
                letter.confidence = letter.confidence.max(confidence);
                letter.at = ((begin + at) as f32 / 2.0 + 0.5) / span;
            }
            _ => {
                letters.push(Letter {
                    text: characters[class - 1],
                    confidence,
                    at: (at as f32 + 0.5) / span,
                });
                last = Some((at, class));
            }
        }
    }
    for letter in &mut letters {
        letter.at = letter.at.min(1.0);
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_and_blanks_are_left_out() {
        let steps: Vec<f32> = [1, 1, 0, 1, 2, 2, 2, 0]
            .iter()
            .flat_map(|class| (0..3).map(move |c| if c == *class { 0.8 } else { 0.1 }))
            .collect();
        let letters = best_path(&steps, 3, &['a', 'b'], 8.0);
        let text: String = letters.iter().map(|letter| letter.text).collect();
        assert_eq!(text, "aab");
        assert!(
            (letters[0].at - 0.125).abs() < 1e-6 && (letters[2].at - 5.5 / 8.0).abs() < 1e-6,
            "{letters:?}"
        );
        assert!(
            letters
                .iter()
                .all(|letter| (letter.confidence - 0.8).abs() < 1e-6)
        );
    }
}
