//! How the shipped weights were made; `examples/train.rs` runs it. Not used when finding.

use std::collections::HashMap;
use std::ops::Range;

use super::crf::{self, Row, TAGS, forward_backward};
use super::{Weights, chains, class_of, features, tokens};
use crate::{Kind, patterns};

/// One marked text.
pub struct Example {
    /// The text.
    pub text: String,
    /// What is marked, in bytes, in order, apart.
    pub spans: Vec<(Range<usize>, Kind)>,
    /// Where nothing is known either way.
    pub unknown: Vec<Range<usize>>,
    /// How much it counts.
    pub weight: f32,
}

/// How to train.
#[derive(Clone, Copy)]
pub struct Options {
    /// Times through all texts.
    pub rounds: usize,
    /// The first step's size.
    pub rate: f32,
    /// How strongly weights are drawn to nought, a step.
    pub decay: f32,
    /// At most so many features are kept.
    pub most: usize,
    /// Features seen on fewer tokens do not count.
    pub fewest: u32,
    /// For the order of the texts.
    pub seed: u64,
}

/// A chain ready to be learnt from.
struct Prepared {
    features: Vec<Vec<u32>>,
    allowed: Vec<u32>,
    weight: f32,
}

/// Learns from the examples by AdaGrad (Duchi, Hazan, Singer 2011) on the likelihood of what is marked; where something is
/// unknown, every tag is as good. Each text is learnt from a second time without its capitals. The same examples and
/// options give the same bytes, those of [`Weights::read`]. `report` hears the mean loss of each round.
pub fn train(examples: &[Example], options: Options, mut report: impl FnMut(usize, f64)) -> Vec<u8> {
    let mut prepared = Vec::new();
    for example in examples {
        prepare(example, &mut prepared);
    }
    // Features get small numbers, so that weights lie together.
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for feature in prepared.iter().flat_map(|chain| &chain.features).flatten() {
        *counts.entry(*feature).or_default() += 1;
    }
    let mut keys: Vec<u32> = counts
        .into_iter()
        .filter(|(_, count)| *count >= options.fewest)
        .map(|(key, _)| key)
        .collect();
    keys.sort_unstable();
    let numbers: HashMap<u32, u32> = keys.iter().copied().zip(0..).collect();
    for features in prepared.iter_mut().flat_map(|chain| &mut chain.features) {
        *features = features
            .iter()
            .filter_map(|feature| numbers.get(feature).copied())
            .collect();
    }
    drop(numbers);

    let mut learner = Learner {
        weights: vec![[0.0; TAGS]; keys.len()],
        squares: vec![[1e-3; TAGS]; keys.len()],
        transitions: [[0.0; TAGS]; TAGS],
        transition_squares: [[1e-3; TAGS]; TAGS],
    };
    let mut order: Vec<usize> = (0..prepared.len()).collect();
    let mut state = options.seed;
    for round in 0..options.rounds {
        for at in (1..order.len()).rev() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (state >> 33) as usize % (at + 1));
        }
        let loss: f64 = order
            .iter()
            .map(|&at| learner.learn(&prepared[at], options))
            .sum();
        report(round, loss / prepared.len().max(1) as f64);
    }
    let rows: HashMap<u32, Row> = keys.into_iter().zip(learner.weights).collect();
    Weights::write(&learner.transitions, &rows, options.most)
}

fn prepare(example: &Example, to: &mut Vec<Prepared>) {
    let marks = |tokens: &[tokens::Token]| -> Vec<u32> {
        let all = (1u32 << TAGS) - 1;
        tokens
            .iter()
            .map(|token| {
                let meets =
                    |range: &Range<usize>| token.range.start < range.end && range.start < token.range.end;
                if example.unknown.iter().any(meets) {
                    return all;
                }
                match example.spans.iter().find(|(range, _)| meets(range)) {
                    None => 1,
                    Some((range, kind)) => match class_of(*kind) {
                        None => all,
                        Some(class) if token.range.start <= range.start => 1 << crf::begins(class),
                        Some(class) => 1 << crf::goes_on(class),
                    },
                }
            })
            .collect()
    };
    let tokens = tokens::tokens(&example.text);
    let allowed = marks(&tokens);
    let without_capitals = example.text.chars().map(small).collect();
    for copy in [example.text.clone(), without_capitals] {
        let own = tokens::tokens(&copy);
        // A text whose words change with its case cannot lend its marks.
        if own.len() != tokens.len() {
            continue;
        }
        let features = features::features(&own, &patterns::find(&copy));
        for chain in chains(&own) {
            let mut allowed = allowed[chain.clone()].to_vec();
            begin_anew(&mut allowed);
            to.push(Prepared {
                features: features[chain].to_vec(),
                allowed,
                weight: example.weight,
            });
        }
    }
}

/// The small letter, where it is one alone: the Turkish İ would be two, and its word fall apart.
fn small(c: char) -> char {
    let mut folded = c.to_lowercase();
    match (folded.next(), folded.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// What goes on with nothing before it begins instead: after a cut, or where two marks share a token.
fn begin_anew(allowed: &mut [u32]) {
    let mut before = 1;
    for tags in allowed {
        for class in 0..crf::CLASSES.len() {
            let (begins, goes_on) = (1 << crf::begins(class), 1 << crf::goes_on(class));
            if *tags == goes_on && before & (begins | goes_on) == 0 {
                *tags = begins;
            }
        }
        before = *tags;
    }
}

struct Learner {
    weights: Vec<Row>,
    squares: Vec<Row>,
    transitions: [Row; TAGS],
    transition_squares: [Row; TAGS],
}

impl Learner {
    /// One step; returns the loss before it.
    fn learn(&mut self, chain: &Prepared, options: Options) -> f64 {
        let scores: Vec<Row> = chain
            .features
            .iter()
            .map(|features| {
                let mut sum = [0f32; TAGS];
                for &feature in features {
                    for (value, weight) in sum.iter_mut().zip(&self.weights[feature as usize]) {
                        *value += weight;
                    }
                }
                sum
            })
            .collect();
        let free = forward_backward(&scores, &self.transitions, None, true);
        let held = forward_backward(&scores, &self.transitions, Some(&chain.allowed), true);
        if !held.log_sum.is_finite() {
            return 0.0;
        }
        for ((features, free), held) in chain.features.iter().zip(&free.marginals).zip(&held.marginals) {
            let gradient: Row = std::array::from_fn(|tag| (free[tag] - held[tag]) * chain.weight);
            if gradient.iter().all(|value| value.abs() < 1e-4) {
                continue;
            }
            for &feature in features {
                let weights = &mut self.weights[feature as usize];
                let squares = &mut self.squares[feature as usize];
                for tag in 0..TAGS {
                    let slope = gradient[tag] + options.decay * weights[tag];
                    squares[tag] += slope * slope;
                    weights[tag] -= options.rate * slope / squares[tag].sqrt();
                }
            }
        }
        for before in 0..TAGS {
            for after in 0..TAGS {
                let slope = (free.steps[before][after] - held.steps[before][after]) * chain.weight;
                let square = &mut self.transition_squares[before][after];
                *square += slope * slope;
                self.transitions[before][after] -= options.rate * slope / square.sqrt();
            }
        }
        free.log_sum - held.log_sum
    }
}
