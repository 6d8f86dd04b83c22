//! The moving half of a product: rows of floats as signed bytes, with one scale for every 32 of them.
//!
//! Must always hold: `sum` and `shift` belong to the bytes beside them, and bytes beyond a row's end are zero.
#![expect(unsafe_code, reason = "rows of one batch are written by several threads")]

use super::isa::by_isa;
use super::pack::BLOCK;
use super::pool::Parts;
use super::{Compute, PARALLEL_ROWS};

/// Quantised rows. Keeps its buffers, so that a token allocates nothing.
#[derive(Default)]
pub(crate) struct Activations {
    rows: usize,
    blocks: usize,
    /// `rows × blocks × 32` signed bytes.
    pub(crate) q: Vec<i8>,
    /// `rows × blocks` scales.
    pub(crate) scale: Vec<f32>,
    /// Scale times the sum of the block's bytes: what a weight block's offset is multiplied with.
    pub(crate) sum: Vec<f32>,
    /// Minus 128 times the sum of the block's bytes: takes back the 128 added to byte weights.
    pub(crate) shift: Vec<i32>,
}

impl Activations {
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Blocks of one row.
    pub(crate) fn blocks(&self) -> usize {
        self.blocks
    }

    /// Replaces the content with `values`, rows of `cols` each.
    pub(crate) fn fill(&mut self, compute: &mut Compute, values: &[f32], cols: usize) {
        let blocks = cols.div_ceil(BLOCK);
        (self.rows, self.blocks) = (values.len() / cols, blocks);
        self.q.resize(self.rows * blocks * BLOCK, 0);
        self.scale.resize(self.rows * blocks, 0.0);
        self.sum.resize(self.rows * blocks, 0.0);
        self.shift.resize(self.rows * blocks, 0);
        let isa = compute.isa;
        let (q, scale) = (Parts::of(&mut self.q), Parts::of(&mut self.scale));
        let (sum, shift) = (Parts::of(&mut self.sum), Parts::of(&mut self.shift));
        compute.each_rows(self.rows, PARALLEL_ROWS, &|first, count| {
            // SAFETY: tasks get disjoint row ranges, and the buffers outlive the step.
            let (q, scale, sum, shift) = unsafe {
                (
                    q.part(first * blocks * BLOCK, count * blocks * BLOCK),
                    scale.part(first * blocks, count * blocks),
                    sum.part(first * blocks, count * blocks),
                    shift.part(first * blocks, count * blocks),
                )
            };
            quantise(
                isa,
                &values[first * cols..(first + count) * cols],
                cols,
                q,
                scale,
                sum,
                shift,
            );
        });
    }

    /// Forgets the numbers: they say what was read.
    pub(crate) fn wipe(&mut self) {
        use zeroize::Zeroize;
        self.q.zeroize();
        self.scale.zeroize();
        self.sum.zeroize();
        self.shift.zeroize();
        *self = Self::default();
    }
}

by_isa! {
    /// Quantises rows of `cols` floats into blocks.
    quantise = quantise_rows;
    (values: &[f32], cols: usize, q: &mut [i8], scale: &mut [f32], sum: &mut [f32], shift: &mut [i32])
}

#[inline(always)]
fn quantise_rows(
    values: &[f32],
    cols: usize,
    q: &mut [i8],
    scale: &mut [f32],
    sum: &mut [f32],
    shift: &mut [i32],
) {
    let blocks = cols.div_ceil(BLOCK);
    for (row, values) in values.chunks_exact(cols).enumerate() {
        for block in 0..blocks {
            let mut padded = [0.0; BLOCK];
            let values = &values[block * BLOCK..cols.min((block + 1) * BLOCK)];
            let values = match <&[f32; BLOCK]>::try_from(values) {
                Ok(whole) => whole,
                Err(_) => {
                    padded[..values.len()].copy_from_slice(values);
                    &padded
                }
            };
            let at = row * blocks + block;
            let out = &mut q[at * BLOCK..(at + 1) * BLOCK];
            let (s, total) = quantise_block(values, out);
            scale[at] = s;
            sum[at] = s * total as f32;
            shift[at] = -128 * total;
        }
    }
}

/// Adding and taking away 1.5·2²³ rounds a small float to the nearest whole number, which is then in its low bits.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
fn quantise_block(values: &[f32; BLOCK], out: &mut [i8]) -> (f32, i32) {
    let mut largest = [0.0f32; 16];
    for half in values.chunks_exact(16) {
        for (l, v) in largest.iter_mut().zip(half) {
            *l = if v.abs() > *l { v.abs() } else { *l };
        }
    }
    let largest = largest.iter().fold(0.0f32, |a, b| if *b > a { *b } else { a });
    let inverse = if largest > 1e-30 { 127.0 / largest } else { 0.0 };
    let mut whole = [0i32; BLOCK];
    for (w, v) in whole.iter_mut().zip(values) {
        *w = (v * inverse + ROUND)
            .to_bits()
            .wrapping_sub(ROUND.to_bits())
            .cast_signed();
    }
    for (o, w) in out.iter_mut().zip(&whole) {
        *o = *w as i8;
    }
    (largest / 127.0, whole.iter().sum())
}
