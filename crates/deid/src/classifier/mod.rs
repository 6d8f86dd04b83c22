//! The trained layer: a linear-chain model over words, lists and context, in plain Rust.

mod crf;
pub(crate) mod features;
pub(crate) mod lexicon;
pub(crate) mod tokens;
mod weights;
pub(crate) mod writing;

pub mod training;

use std::sync::{Arc, LazyLock};

use crate::{Finding, Kind, Layer};
use crf::{CLASSES, Row, TAGS};
use tokens::Token;
pub use weights::Weights;

static DATA: &[u8] = include_bytes!("../../data/weights.bin");
static SHIPPED: LazyLock<Arc<Weights>> = LazyLock::new(|| {
    Arc::new(Weights::read(DATA).expect("the weights are part of the program and a test reads them"))
});

/// The weights that are part of the program.
pub(crate) fn shipped() -> Arc<Weights> {
    SHIPPED.clone()
}

/// From this likelihood of being anything at all, a token is taken; below one half it wants a look. What is left out by
/// mistake cannot be called back, so it is low. For a text without its capitals, up to a page and longer, by the sort of
/// writing in the order of [`writing::Sort`]: in legal writing almost any body, place or trait can tell who is meant.
const TAKEN: [[f32; 2]; 4] = [[0.15; 2], [0.18, 0.08], [0.01, 0.028], [0.08; 2]];
/// The same for a text with its capitals.
const TAKEN_BY_CAPITALS: f32 = 0.08;
/// Tokens scored together; a chain is cut at the end of a line or sentence near there.
const CHAIN: usize = 400;

/// What the classifier takes for something that points at a person. `patterns` are what the forms found.
pub(crate) fn find(
    weights: &Weights,
    taken: Option<f32>,
    text: &str,
    tokens: &[Token],
    patterns: &[Finding],
) -> Vec<Finding> {
    let taken = taken.unwrap_or_else(|| {
        if writing::has_both_cases(tokens) {
            TAKEN_BY_CAPITALS
        } else {
            TAKEN[writing::sort(tokens) as usize][usize::from(writing::is_long(tokens))]
        }
    });
    let features = features::features(tokens, patterns);
    let mut found = Vec::new();
    for chain in chains(tokens) {
        let scores: Vec<Row> = features[chain.clone()]
            .iter()
            .map(|features| weights.scores(features))
            .collect();
        let likely = crf::forward_backward(&scores, weights.transitions(), None, false).marginals;
        gather(text, taken, &tokens[chain], &likely, &mut found);
    }
    found
}

/// Puts taken tokens of one class together.
fn gather(text: &str, taken: f32, tokens: &[Token], likely: &[Row], found: &mut Vec<Finding>) {
    let mut open: Option<(usize, Finding)> = None;
    for (token, row) in tokens.iter().zip(likely) {
        let something = 1.0 - row[0];
        if something < taken {
            found.extend(open.take().map(|(_, finding)| finding));
            continue;
        }
        let class = (0..CLASSES.len())
            .max_by(|&a, &b| of_class(row, a).total_cmp(&of_class(row, b)))
            .unwrap_or_default();
        let begins = row[crf::begins(class)] > row[crf::goes_on(class)];
        match &mut open {
            Some((same, finding)) if *same == class && !begins => {
                finding.range.end = token.range.end;
                finding.confidence = finding.confidence.min(something);
            }
            _ => {
                found.extend(open.take().map(|(_, finding)| finding));
                open = Some((
                    class,
                    Finding {
                        range: token.range.clone(),
                        kind: CLASSES[class],
                        confidence: something.clamp(0.0, 1.0),
                        layer: Layer::Classifier,
                    },
                ));
            }
        }
    }
    found.extend(open.map(|(_, finding)| finding));
    found.retain(|finding| text[finding.range.clone()].chars().any(char::is_alphanumeric));
}

fn of_class(row: &Row, class: usize) -> f32 {
    row[crf::begins(class)] + row[crf::goes_on(class)]
}

/// Runs of tokens to score together: whole lines or sentences, about [`CHAIN`] long.
fn chains(tokens: &[Token]) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let most = (start + CHAIN).min(tokens.len());
        let end = if most == tokens.len() {
            most
        } else {
            let cut = |at: &usize| tokens[*at].starts_line || tokens[at - 1].small == ".";
            (start + CHAIN / 2..=most).rev().find(cut).unwrap_or(most)
        };
        out.push(start..end);
        start = end;
    }
    out
}

/// The class of a kind, where the classifier knows it.
fn class_of(kind: Kind) -> Option<usize> {
    CLASSES.iter().position(|&class| class == kind)
}

const _: () = assert!(
    TAGS <= u32::BITS as usize,
    "tags of a token are bits of one number"
);
