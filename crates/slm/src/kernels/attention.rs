//! Attention of a few rows over cached keys and values.
//!
//! Keys and values of 64 positions and one head form a *span* of whole numbers, twelve bits and a sign for each, with one
//! scale for each position's key and one for its value: finer than 16-bit floats where a vector's numbers are of a size,
//! and ready for the processor's products of 16-bit pairs, which do twice the work of those of floats. Queries, and the
//! weights of a span's positions, are brought to whole numbers here. Scores and sums are 32-bit floats. A span is read
//! once for each tile of rows, with the running maximum that keeps exponentials in range, so no row of scores is ever
//! stored whole.
//!
//! Must always hold: a row sees exactly the positions below its limit, and its result does not depend on the rows
//! beside it, nor on positions it does not see.
#![expect(unsafe_code, reason = "vector loads; lengths are checked at the entry")]

use std::array::from_fn;
use std::ops::Range;

use super::Isa;
use super::activations::round;
use super::isa::by_isa;
use super::panel::{self, Panel, Plain};
use super::rows::exp;

/// Positions of one span.
pub(crate) const SPAN: usize = 64;
/// Rows that share one pass over a span.
const TILE: usize = 6;
/// The largest number of a key or value.
const MOST: f32 = 4_095.0;
/// The largest number of a weight: with 64 of the above a sum stays under 2³¹.
const MOST_WEIGHT: f32 = 8_191.0;

/// How many numbers a span of heads of `size` has: `size / 2 × 64` pairs of keys (dimensions `2i` and `2i + 1` of a
/// position side by side), `32 × size` pairs of values (positions `2i` and `2i + 1` of a dimension), 64 scales of
/// keys, 64 of values. Scales are bfloat16, all else is signed.
pub(crate) const fn span_len(size: usize) -> usize {
    2 * SPAN * (size + 1)
}

/// Keys and values of `count` consecutive positions: rows of `stride` floats, whose numbers from `key` and `value` on
/// are a head's.
#[derive(Clone, Copy)]
pub(crate) struct Heads<'a> {
    pub(crate) rows: &'a [f32],
    pub(crate) stride: usize,
    pub(crate) key: usize,
    pub(crate) value: usize,
    pub(crate) count: usize,
}

by_isa! {
    /// Writes keys and values of heads of `size` into their span, from position `at` of it on.
    pub(crate) remember = remember_rows; (size: usize, span: &mut [u16], at: usize, heads: Heads<'_>)
}

#[inline(always)]
fn remember_rows(size: usize, span: &mut [u16], at: usize, heads: Heads<'_>) {
    assert!(
        size.is_multiple_of(16) && span.len() == span_len(size) && at + heads.count <= SPAN,
        "the positions are inside the span"
    );
    let (keys, rest) = span.split_at_mut(size * SPAN);
    let (values, scales) = rest.split_at_mut(size * SPAN);
    let rows = |n: usize| &heads.rows[n * heads.stride..];
    for (n, position) in (at..at + heads.count).enumerate() {
        let key = &rows(n)[heads.key..][..size];
        let (scale, inverse) = scale_of(key, MOST);
        scales[position] = scale;
        for (part, key) in key.chunks_exact(16).enumerate() {
            for (pair, whole) in whole(key, inverse).chunks_exact(2).enumerate() {
                keys[((part * 8 + pair) * SPAN + position) * 2..][..2].copy_from_slice(whole);
            }
        }
    }
    let value = |n: usize| &rows(n)[heads.value..][..size];
    let mut n = 0;
    while n < heads.count {
        let position = at + n;
        let (scale, inverse) = scale_of(value(n), MOST);
        scales[SPAN + position] = scale;
        let to = &mut values[position / 2 * size * 2..][..size * 2];
        if position.is_multiple_of(2) && n + 1 < heads.count {
            // Both positions of a pair, so that what is written lies side by side.
            let (second_scale, second_inverse) = scale_of(value(n + 1), MOST);
            scales[SPAN + position + 1] = second_scale;
            let both = value(n).chunks_exact(16).zip(value(n + 1).chunks_exact(16));
            for (to, (first, second)) in to.chunks_exact_mut(32).zip(both) {
                let (first, second) = (whole(first, inverse), whole(second, second_inverse));
                for (to, pair) in to.chunks_exact_mut(2).zip(first.iter().zip(second)) {
                    (to[0], to[1]) = (*pair.0, pair.1);
                }
            }
            n += 2;
        } else {
            for (to, value) in to.chunks_exact_mut(32).zip(value(n).chunks_exact(16)) {
                for (to, whole) in to.chunks_exact_mut(2).zip(whole(value, inverse)) {
                    to[position % 2] = whole;
                }
            }
            n += 1;
        }
    }
}

/// What one step of whole numbers up to `most` counts, so that they reach the largest of `values`, as bfloat16; and
/// its inverse.
#[inline(always)]
fn scale_of(values: &[f32], most: f32) -> (u16, f32) {
    let step = largest(values) / most;
    // Up to the next such number: rounded down, the largest value would not be reached.
    let step = step.to_bits().wrapping_add(0xffff) >> 16;
    let inverse = if step == 0 {
        0.0
    } else {
        1.0 / to_float(step as u16)
    };
    (step as u16, inverse)
}

/// A bfloat16 as a float.
#[inline(always)]
fn to_float(scale: u16) -> f32 {
    f32::from_bits(u32::from(scale) << 16)
}

/// Sixteen numbers as whole ones, in two's complement.
#[inline(always)]
fn whole(values: &[f32], inverse: f32) -> [u16; 16] {
    let mut whole = [0; 16];
    for (whole, value) in whole.iter_mut().zip(values) {
        *whole = round(value * inverse) as u16;
    }
    whole
}

/// The largest magnitude. NaN if there is one, so that it is not lost on the way.
#[inline(always)]
fn largest(values: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    for chunk in values.chunks_exact(16) {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            let value = value.abs();
            *lane = if *lane > value { *lane } else { value };
        }
    }
    folded(lanes, |a, b| if a > b { a } else { b })
}

/// Attention of the rows of `queries` (already divided by the root of `size`) over the positions of `spans`. Row `r`
/// sees the last `window` positions below `limits[r]`, at least one. `size` is a multiple of sixteen.
pub(crate) fn attend(
    isa: Isa,
    size: usize,
    queries: &[f32],
    limits: &[usize],
    window: usize,
    spans: &[&[u16]],
    out: &mut [f32],
) {
    let furthest = limits.iter().max().copied().unwrap_or(0);
    assert!(
        size.is_multiple_of(16) && furthest <= spans.len() * SPAN,
        "the positions exist"
    );
    assert!(
        queries.len() == limits.len() * size && out.len() == queries.len(),
        "one query for each row"
    );
    assert!(
        spans.iter().all(|span| span.len() == span_len(size)),
        "whole spans"
    );
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
        fn wide(
            size: usize,
            queries: &[f32],
            limits: &[usize],
            window: usize,
            spans: &[&[u16]],
            out: &mut [f32],
        ) {
            attend_rows::<panel::x86::Wide>(size, queries, limits, window, spans, out);
        }
        #[target_feature(enable = "avx2,fma")]
        fn narrow(
            size: usize,
            queries: &[f32],
            limits: &[usize],
            window: usize,
            spans: &[&[u16]],
            out: &mut [f32],
        ) {
            attend_rows::<panel::x86::Narrow>(size, queries, limits, window, spans, out);
        }
        match isa {
            // SAFETY: an `Isa` other than `Portable` is only made where its instructions were detected.
            Isa::Avx512Vnni => return unsafe { wide(size, queries, limits, window, spans, out) },
            // SAFETY: as above.
            Isa::Avx2 => return unsafe { narrow(size, queries, limits, window, spans, out) },
            Isa::Portable => {}
        }
    }
    #[cfg(target_arch = "aarch64")]
    if isa == Isa::NeonDot {
        return attend_rows::<panel::arm::Neon>(size, queries, limits, window, spans, out);
    }
    let _ = isa;
    attend_rows::<Plain>(size, queries, limits, window, spans, out);
}

/// What one tile of rows needs, and forgets.
struct Tile {
    /// Rows of `size`: queries as whole numbers.
    queries: Vec<i16>,
    /// What one step of a row's query counts.
    steps: [f32; TILE],
    /// How much each position weighs, as whole numbers.
    weights: [[i16; SPAN]; TILE],
    /// What one step of a row's weights counts.
    shares: [f32; TILE],
    /// Six rows of products.
    dots: Vec<i32>,
    /// What one step of each position's key and value counts.
    scales: [[f32; SPAN]; 2],
    best: [f32; TILE],
    total: [f32; TILE],
}

impl Drop for Tile {
    fn drop(&mut self) {
        use zeroize::Zeroize;
        self.queries.zeroize();
        self.weights.zeroize();
        self.dots.zeroize();
    }
}

#[inline(always)]
fn attend_rows<P: Panel>(
    size: usize,
    queries: &[f32],
    limits: &[usize],
    window: usize,
    spans: &[&[u16]],
    out: &mut [f32],
) {
    let most_query = (i32::MAX as f32 / (size as f32 * MOST)).floor().min(MOST_WEIGHT);
    let stride = size.max(SPAN);
    let mut tile = Tile {
        queries: vec![0; TILE * size],
        steps: [0.0; TILE],
        weights: [[0; SPAN]; TILE],
        shares: [0.0; TILE],
        dots: vec![0; TILE * stride],
        scales: [[0.0; SPAN]; 2],
        best: [0.0; TILE],
        total: [0.0; TILE],
    };
    let tiles = queries
        .chunks(TILE * size)
        .zip(out.chunks_mut(TILE * size))
        .zip(limits.chunks(TILE));
    for ((queries, out), limits) in tiles {
        let rows = limits.len();
        let furthest = limits.iter().max().copied().unwrap_or(0);
        let nearest = limits.iter().min().copied().unwrap_or(0).saturating_sub(window) / SPAN;
        for (row, query) in queries.chunks_exact(size).enumerate() {
            let step = largest(query) / most_query;
            let inverse = if step > 1e-30 { 1.0 / step } else { 0.0 };
            tile.steps[row] = step;
            let to = &mut tile.queries[row * size..][..size];
            to.iter_mut()
                .zip(query)
                .for_each(|(to, query)| *to = round(query * inverse) as i16);
        }
        (tile.best, tile.total) = ([f32::NEG_INFINITY; TILE], [0.0; TILE]);
        out.fill(0.0);
        for (index, span) in spans[..furthest.div_ceil(SPAN)].iter().enumerate().skip(nearest) {
            let first = index * SPAN;
            // What no row of the tile sees is not computed, but for the rest of sixteen.
            let columns = (furthest - first).min(SPAN).next_multiple_of(16);
            let (keys, rest) = span.split_at(size * SPAN);
            let (values, scales) = rest.split_at(size * SPAN);
            let dots = tile.dots.as_mut_ptr();
            // SAFETY: `rows` rows of `size` numbers; keys are `size / 2` rows of 64 pairs; the products have room for six
            // rows of 64.
            unsafe {
                let (q, keys) = (tile.queries.as_ptr(), keys.as_ptr().cast());
                P::panel(rows, q, size, size / 2, keys, SPAN, columns, dots, stride);
            }
            for (floats, scales) in tile.scales.iter_mut().zip(scales.chunks_exact(SPAN)) {
                floats
                    .iter_mut()
                    .zip(scales)
                    .for_each(|(float, scale)| *float = to_float(*scale));
            }
            for row in 0..rows {
                let seen = limits[row].saturating_sub(first).min(columns);
                let past = limits[row]
                    .saturating_sub(window)
                    .saturating_sub(first)
                    .min(columns);
                let out = &mut out[row * size..][..size];
                match past..seen {
                    whole @ Range { start: 0, end: SPAN } => {
                        tile.weigh::<SPAN, true>(row, whole, stride, out)
                    }
                    // A short text, as a query is.
                    part if columns == 16 => tile.weigh::<16, false>(row, part, stride, out),
                    part => tile.weigh::<SPAN, false>(row, part, stride, out),
                }
            }
            // SAFETY: `rows` rows of 64 numbers, of which `columns` are taken; values are 32 rows of `size` pairs; the
            // products have room for six rows of `size`.
            unsafe {
                let (w, values) = (tile.weights.as_ptr().cast(), values.as_ptr().cast());
                P::panel(rows, w, SPAN, columns / 2, values, size, size, dots, stride);
            }
            for (row, out) in out.chunks_exact_mut(size).enumerate() {
                let share = tile.shares[row];
                let dots = &tile.dots[row * stride..][..size];
                out.iter_mut()
                    .zip(dots)
                    .for_each(|(out, dot)| *out += *dot as f32 * share);
            }
        }
        for (out, total) in out.chunks_exact_mut(size).zip(tile.total) {
            let share = 1.0 / total;
            out.iter_mut().for_each(|o| *o *= share);
        }
    }
}

impl Tile {
    /// Makes weights of a row's products with the first `COLUMNS` keys of a span, of which it sees `sight` (`WHOLE`: all
    /// of them), and shrinks what earlier spans gave (`out`) where their best score is no longer the best.
    #[inline(always)]
    fn weigh<const COLUMNS: usize, const WHOLE: bool>(
        &mut self,
        row: usize,
        sight: Range<usize>,
        stride: usize,
        out: &mut [f32],
    ) {
        let weights = &mut self.weights[row][..COLUMNS];
        if sight.is_empty() {
            weights.fill(0);
            self.shares[row] = 0.0;
            return;
        }
        let step = self.steps[row];
        let [key_scales, value_scales] = &self.scales;
        let mut scores = [0.0; COLUMNS];
        let dots = &self.dots[row * stride..][..COLUMNS];
        for ((score, dot), scale) in scores.iter_mut().zip(dots).zip(key_scales) {
            *score = *dot as f32 * (step * scale);
        }
        if !WHOLE {
            scores[sight.end..].fill(f32::NEG_INFINITY);
            scores[..sight.start].fill(f32::NEG_INFINITY);
        }
        let high = highest(&scores);
        let mut lanes = [0.0f32; 16];
        let parts = scores.chunks_exact_mut(16).zip(value_scales.chunks_exact(16));
        for (chunk, scales) in parts {
            for ((score, sum), scale) in chunk.iter_mut().zip(&mut lanes).zip(scales) {
                // `exp` never gives quite nothing, and what is not seen must count for nothing at all.
                let sees = WHOLE || *score > f32::NEG_INFINITY;
                let weight = if sees { exp(*score - high) } else { 0.0 };
                *sum += weight;
                *score = if sees { weight * scale } else { 0.0 };
            }
        }
        let heaviest = largest(&scores);
        let inverse = if heaviest > 1e-30 {
            MOST_WEIGHT / heaviest
        } else {
            0.0
        };
        for (weight, score) in weights.iter_mut().zip(&scores) {
            *weight = round(score * inverse) as i16;
        }
        let total = folded(lanes, |a, b| a + b);
        let best = &mut self.best[row];
        let share = if high > *best {
            let shrink = exp(*best - high);
            out.iter_mut().for_each(|o| *o *= shrink);
            (*best, self.total[row]) = (high, self.total[row] * shrink + total);
            1.0
        } else {
            let share = exp(high - *best);
            self.total[row] += total * share;
            share
        };
        self.shares[row] = share * heaviest / MOST_WEIGHT;
    }
}

/// All lanes brought together by halves: one after the other, each would wait for the one before.
#[inline(always)]
fn folded(lanes: [f32; 16], both: impl Fn(f32, f32) -> f32) -> f32 {
    let eight: [f32; 8] = from_fn(|lane| both(lanes[lane], lanes[lane + 8]));
    let four: [f32; 4] = from_fn(|lane| both(eight[lane], eight[lane + 4]));
    let two: [f32; 2] = from_fn(|lane| both(four[lane], four[lane + 2]));
    both(two[0], two[1])
}

#[inline(always)]
fn highest(scores: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 16];
    for chunk in scores.chunks_exact(16) {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = if *score > *lane { *score } else { *lane };
        }
    }
    folded(lanes, |a, b| if b > a { b } else { a })
}

#[cfg(test)]
mod tests;
