//! Attention of a few rows over cached keys and values.
//!
//! Keys and values of 64 positions and one head form a *span*: keys by dimension (64 positions side by side), values
//! by position, both as 16-bit floats. Scores, weights and sums are 32-bit. A span is read once for each tile of
//! rows, with the running maximum that keeps exponentials in range, so no row of scores is ever stored whole.
//!
//! Must always hold: a row sees exactly the positions below its limit, and its result does not depend on the rows
//! beside it.
#![expect(unsafe_code, reason = "vector loads; lengths are checked at the entry")]

use half::f16;

use super::Isa;
use super::pack::to_halves;
use super::panel::{self, Panel, Plain};
use super::rows::exp;

/// Positions of one span.
pub(crate) const SPAN: usize = 64;
/// Rows that share one pass over a span.
const TILE: usize = 6;

/// Keys and values of one head at 64 positions.
#[derive(Clone, Copy)]
pub(crate) struct Span<'a> {
    /// `size × 64`.
    pub(crate) keys: &'a [f16],
    /// `64 × size`.
    pub(crate) values: &'a [f16],
}

/// Writes the key and value of one position into its span.
pub(crate) fn remember(keys: &mut [f16], values: &mut [f16], position: usize, key: &[f32], value: &[f32]) {
    let size = key.len();
    to_halves(value, &mut values[position * size..(position + 1) * size]);
    let mut halves = [f16::ZERO; SPAN];
    for (part, key) in key.chunks(SPAN).enumerate() {
        let halves = &mut halves[..key.len()];
        to_halves(key, halves);
        for (dimension, half) in halves.iter().enumerate() {
            keys[(part * SPAN + dimension) * SPAN + position] = *half;
        }
    }
}

/// Attention of the rows of `queries` (already divided by the root of `size`) over the positions of `spans`. Row `r`
/// sees the last `window` positions below `limits[r]`, at least one. `size` is a multiple of sixteen.
pub(crate) fn attend(
    isa: Isa,
    size: usize,
    queries: &[f32],
    limits: &[usize],
    window: usize,
    spans: &[Span<'_>],
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
        spans
            .iter()
            .all(|s| s.keys.len() == size * SPAN && s.values.len() == size * SPAN),
        "whole spans"
    );
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,f16c")]
        fn wide(
            size: usize,
            queries: &[f32],
            limits: &[usize],
            window: usize,
            spans: &[Span<'_>],
            out: &mut [f32],
        ) {
            attend_rows::<panel::x86::Wide>(size, queries, limits, window, spans, out);
        }
        #[target_feature(enable = "avx2,fma,f16c")]
        fn narrow(
            size: usize,
            queries: &[f32],
            limits: &[usize],
            window: usize,
            spans: &[Span<'_>],
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

#[inline(always)]
fn attend_rows<P: Panel>(
    size: usize,
    queries: &[f32],
    limits: &[usize],
    window: usize,
    spans: &[Span<'_>],
    out: &mut [f32],
) {
    let tiles = queries
        .chunks(TILE * size)
        .zip(out.chunks_mut(TILE * size))
        .zip(limits.chunks(TILE));
    for ((queries, out), limits) in tiles {
        let rows = limits.len();
        let furthest = limits.iter().max().copied().unwrap_or(0);
        let nearest = limits.iter().min().copied().unwrap_or(0).saturating_sub(window) / SPAN;
        let mut scores = [[0.0f32; SPAN]; TILE];
        let (mut best, mut total) = ([f32::NEG_INFINITY; TILE], [0.0f32; TILE]);
        out.fill(0.0);
        for (index, span) in spans[..furthest.div_ceil(SPAN)].iter().enumerate().skip(nearest) {
            let first = index * SPAN;
            // SAFETY: `rows` rows of `size` queries; keys are `size` rows of 64; scores have six rows of 64.
            unsafe {
                let (q, keys, s) = (queries.as_ptr(), span.keys.as_ptr(), scores.as_mut_ptr().cast());
                P::panel(rows, q, size, size, keys, SPAN, s, SPAN, false);
            }
            for (row, scores) in scores[..rows].iter_mut().enumerate() {
                let seen = limits[row].saturating_sub(first).min(SPAN);
                let past = limits[row].saturating_sub(window).saturating_sub(first).min(SPAN);
                if seen <= past {
                    *scores = [0.0; SPAN];
                    continue;
                }
                scores[seen..].fill(f32::NEG_INFINITY);
                scores[..past].fill(f32::NEG_INFINITY);
                let high = highest(scores).max(best[row]);
                let shrink = exp(best[row] - high);
                best[row] = high;
                let mut lanes = [0.0f32; 16];
                for chunk in scores.chunks_exact_mut(16) {
                    for (score, sum) in chunk.iter_mut().zip(&mut lanes) {
                        // `exp` never gives quite nothing, and what is not seen must count for nothing at all.
                        let weight = if *score > f32::NEG_INFINITY {
                            exp(*score - high)
                        } else {
                            0.0
                        };
                        *score = weight;
                        *sum += weight;
                    }
                }
                total[row] = total[row] * shrink + lanes.iter().sum::<f32>();
                out[row * size..(row + 1) * size]
                    .iter_mut()
                    .for_each(|o| *o *= shrink);
            }
            // SAFETY: scores have rows of 64; values are 64 rows of `size`; `out` has `rows` rows of `size`.
            unsafe {
                let (s, values) = (scores.as_ptr().cast(), span.values.as_ptr());
                P::panel(rows, s, SPAN, SPAN, values, size, out.as_mut_ptr(), size, true);
            }
        }
        for (out, total) in out.chunks_exact_mut(size).zip(total) {
            let share = 1.0 / total;
            out.iter_mut().for_each(|o| *o *= share);
        }
    }
}

#[inline(always)]
fn highest(scores: &[f32; SPAN]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 16];
    for chunk in scores.chunks_exact(16) {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = if *score > *lane { *score } else { *lane };
        }
    }
    lanes
        .iter()
        .fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attention in 64-bit floats, straight from its definition.
    fn plain(size: usize, query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<f64> {
        let scores: Vec<f64> = keys
            .iter()
            .map(|key| {
                key.iter()
                    .zip(query)
                    .map(|(k, q)| f64::from(*k) * f64::from(*q))
                    .sum::<f64>()
                    .exp()
            })
            .collect();
        let total: f64 = scores.iter().sum();
        (0..size)
            .map(|d| {
                values
                    .iter()
                    .zip(&scores)
                    .map(|(v, s)| f64::from(v[d]) * s / total)
                    .sum()
            })
            .collect()
    }

    #[test]
    fn every_instruction_set_matches_the_definition() {
        let shapes = [(16, 66), (16, 5), (32, 64), (48, 65), (64, 200), (128, 130)];
        // An interpreter has patience for the first, which has two spans, few rows and few windows.
        let (shape_count, rows, window_count) = if cfg!(miri) { (1, 2, 2) } else { (6, 13, 3) };
        for (size, positions) in shapes.into_iter().take(shape_count) {
            let number =
                |seed: usize| ((seed.wrapping_mul(2_654_435_761) >> 7) % 2_000) as f32 / 1_000.0 - 1.0;
            let row = |seed: usize| (0..size).map(|d| number(seed * 131 + d)).collect::<Vec<f32>>();
            let keys: Vec<_> = (0..positions).map(row).collect();
            let values: Vec<_> = (0..positions).map(|p| row(p + 7_000)).collect();
            let count = positions.div_ceil(SPAN);
            let mut key_halves = vec![vec![f16::ZERO; size * SPAN]; count];
            let mut value_halves = key_halves.clone();
            for position in 0..positions {
                let span = position / SPAN;
                let (k, v) = (&mut key_halves[span], &mut value_halves[span]);
                remember(k, v, position % SPAN, &keys[position], &values[position]);
            }
            let spans: Vec<_> = key_halves
                .iter()
                .zip(&value_halves)
                .map(|(k, v)| Span { keys: k, values: v })
                .collect();
            let limits: Vec<usize> = (0..rows)
                .map(|r| 1 + (r * 17) % positions)
                .chain([positions])
                .collect();
            let queries: Vec<f32> = limits
                .iter()
                .enumerate()
                .flat_map(|(r, _)| row(r + 90_000))
                .collect();
            let windows = &[usize::MAX, 3, 70][..window_count];
            for (isa, window) in Isa::available()
                .into_iter()
                .flat_map(|isa| windows.iter().map(move |window| (isa, *window)))
            {
                let mut out = vec![0.0; queries.len()];
                attend(isa, size, &queries, &limits, window, &spans, &mut out);
                for (r, limit) in limits.iter().enumerate() {
                    let from = limit.saturating_sub(window);
                    let right = plain(
                        size,
                        &queries[r * size..(r + 1) * size],
                        &keys[from..*limit],
                        &values[from..*limit],
                    );
                    for (found, right) in out[r * size..(r + 1) * size].iter().zip(right) {
                        assert!(
                            (f64::from(*found) - right).abs() < 4e-3,
                            "{isa:?} size {size} row {r}: {found} {right}"
                        );
                    }
                    // Alone, the row gives the very same bits.
                    let mut alone = vec![0.0; size];
                    attend(
                        isa,
                        size,
                        &queries[r * size..(r + 1) * size],
                        &[*limit],
                        window,
                        &spans,
                        &mut alone,
                    );
                    assert_eq!(
                        alone,
                        out[r * size..(r + 1) * size],
                        "{isa:?} size {size} row {r} alone"
                    );
                }
            }
        }
    }
}
