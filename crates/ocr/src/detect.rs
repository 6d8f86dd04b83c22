//! Where lines of text stand: the detector and what is made of its answer.
//!
//! The network gives each pixel a probability of being text, shrunk inside its line (Liao et al., "Real-time Scene Text
//! Detection with Differentiable Binarization", 2020). Patches above a threshold become rectangles, which are grown
//! back by as much as the network was trained to shrink them.

use crate::geometry::{Point, Turned, least_rectangle};
use crate::{OcrError, Picture};
use rten::{Model, RunOptions};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};

/// Sides of what the network sees are multiples of this.
const STEP: usize = 32;
/// Longest side the network sees. At 200 dots an inch an A4 page has 2339; print of eight points keeps 11 pixels.
const LONGEST: usize = 1184;
/// Mean and deviation of the pictures the network was trained on (those of ImageNet, blue first).
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// A pixel above is text.
const PIXEL: f32 = 0.3;
/// A patch whose pixels are on average above is a line.
const PATCH: f32 = 0.5;
/// A patch is grown on each side by this times its area over its perimeter.
const GROWTH: f32 = 1.5;
/// Lower patches, in pixels of what the network sees, are specks.
const LOWEST: f32 = 3.0;
/// More lines than any page has.
const MOST: usize = 3000;

/// Finds lines. In pixels of the picture, in no order.
pub(crate) fn lines(model: &Model, picture: &Picture, run: &RunOptions) -> Result<Vec<Turned>, OcrError> {
    let scale = (LONGEST as f32 / picture.width().max(picture.height()) as f32).min(1.0);
    let fit = |side: usize| ((side as f32 * scale / STEP as f32).round() as usize).max(1) * STEP;
    let (width, height) = (fit(picture.width()), fit(picture.height()));
    let small = picture.resized(width, height);
    let mut data = Vec::with_capacity(3 * width * height);
    for channel in 0..3 {
        let shade = |grey: u8| (f32::from(grey) / 255.0 - MEAN[channel]) / DEVIATION[channel];
        let shades: Vec<f32> = (0..=255).map(shade).collect();
        data.extend(small.grey().iter().map(|grey| shades[usize::from(*grey)]));
    }
    let input = NdTensor::from_data([1, 3, height, width], data);
    let output = model
        .run_one(input.view().into(), Some(run.clone()))
        .map_err(|_| OcrError::Model("the detector could not be run"))?;
    let output: Tensor<f32> = output
        .try_into()
        .map_err(|_| OcrError::Model("the detector's answer has another type"))?;
    if output.shape() != [1, 1, height, width] {
        return Err(OcrError::Model("the detector's answer has another shape"));
    }
    let text = output.into_data();
    let (sx, sy) = (
        picture.width() as f32 / width as f32,
        picture.height() as f32 / height as f32,
    );
    Ok(patches(&text, width, height)
        .into_iter()
        .map(|found| Turned {
            centre: Point::new(found.centre.x * sx, found.centre.y * sy),
            width: found.width * (sx * found.along.0).hypot(sy * found.along.1),
            height: found.height * (sx * found.along.1).hypot(sy * found.along.0),
            ..found
        })
        .collect())
}

/// Rectangles around the patches of text in a map of probabilities.
fn patches(text: &[f32], width: usize, height: usize) -> Vec<Turned> {
    let mut seen = vec![false; text.len()];
    let mut found = Vec::new();
    let mut open = Vec::new();
    for start in 0..text.len() {
        if seen[start] || text[start] <= PIXEL {
            continue;
        }
        let (mut edge, mut sum, mut count) = (Vec::new(), 0.0_f32, 0_u32);
        seen[start] = true;
        open.push(start);
        while let Some(at) = open.pop() {
            let (x, y) = (at % width, at / width);
            sum += text[at];
            count += 1;
            let mut inside = true;
            for ny in y.saturating_sub(1)..=(y + 1).min(height - 1) {
                for nx in x.saturating_sub(1)..=(x + 1).min(width - 1) {
                    let next = ny * width + nx;
                    if text[next] <= PIXEL {
                        inside = false;
                    } else if !seen[next] {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
            if !inside || x == 0 || y == 0 || x == width - 1 || y == height - 1 {
                let (x, y) = (x as f32, y as f32);
                edge.extend(
                    [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(a, b)| Point::new(x + a, y + b)),
                );
            }
        }
        let Some(least) = least_rectangle(&mut edge).map(Turned::levelled) else {
            continue;
        };
        if least.width.min(least.height) < LOWEST || sum < PATCH * count as f32 {
            continue;
        }
        let by = least.width * least.height * GROWTH / (2.0 * (least.width + least.height));
        found.push(least.grown(by));
        if found.len() == MOST {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_becomes_a_rectangle_grown_back() {
        let (width, height) = (64, 32);
        let mut text = vec![0.0; width * height];
        for y in 10..16 {
            for x in 8..48 {
                text[y * width + x] = 0.9;
            }
        }
        text[5 * width + 60] = 0.9;
        let found = patches(&text, width, height);
        assert_eq!(found.len(), 1, "the speck is none: {found:?}");
        let by = 40.0 * 6.0 * GROWTH / 92.0;
        assert!((found[0].width - 40.0 - 2.0 * by).abs() < 0.01, "{found:?}");
        assert!((found[0].centre.x - 28.0).abs() < 0.01 && (found[0].centre.y - 13.0).abs() < 0.01);
    }

    #[test]
    fn what_is_hardly_text_is_left_out() {
        assert!(patches(&vec![0.35; 32 * 32], 32, 32).is_empty());
    }
}
