//! The moving half of a product: rows of floats as signed bytes, with one scale for every 32 of them.
//!
//! Two grains. *Coarse* keeps one byte for each number, enough for an encoder: its vectors point within 0.05% of where
//! 32-bit arithmetic has them point. A writer's next word can hang on less; *fine* keeps two bytes, `255 × high + low`,
//! each from -127 to 127. Reading text then takes more than half as long again; writing takes no longer, since it waits
//! for weights.
//!
//! Must always hold: `sum` and `shift` belong to the bytes beside them, and bytes beyond a row's end are zero.
#![expect(unsafe_code, reason = "rows of one batch are written by several threads")]

use super::isa::by_isa;
use super::matmul::TILE_ROWS;
use super::pack::BLOCK;
use super::pool::Parts;
use super::{Compute, PARALLEL_ROWS};

/// How finely numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Grain {
    /// One byte for each number.
    #[default]
    Coarse,
    /// Two bytes for each number.
    Fine,
}

impl Grain {
    /// Bytes of one block: fine ones have all high bytes, then all low bytes.
    pub(crate) const fn block_bytes(self) -> usize {
        match self {
            Self::Coarse => BLOCK,
            Self::Fine => 2 * BLOCK,
        }
    }
}

/// Quantised rows. Keeps its buffers, so that a token allocates nothing.
#[derive(Default)]
pub(crate) struct Activations {
    rows: usize,
    blocks: usize,
    grain: Grain,
    /// `rows × blocks ×` 32 or 64 signed bytes.
    pub(crate) q: Vec<i8>,
    /// `rows × blocks` scales.
    pub(crate) scale: Vec<f32>,
    /// Scale times the sum of the block's numbers: what a weight block's offset is multiplied with.
    pub(crate) sum: Vec<f32>,
    /// Minus 128 times the sum of the block's numbers: takes back the 128 added to byte weights.
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

    pub(crate) fn grain(&self) -> Grain {
        self.grain
    }

    /// Stops where the rows `first..first + count`, at most a tile, are not in every buffer: what the kernels' loads rely on.
    pub(crate) fn require(&self, first: usize, count: usize) {
        let entries = (first + count) * self.blocks;
        assert!(
            (1..=TILE_ROWS).contains(&count)
                && self.q.len() >= entries * self.grain.block_bytes()
                && self.scale.len() >= entries
                && self.sum.len() >= entries
                && self.shift.len() >= entries,
            "the rows exist"
        );
    }

    /// Replaces the content with `values`, rows of `cols` each.
    pub(crate) fn fill(&mut self, compute: &mut Compute, values: &[f32], cols: usize, grain: Grain) {
        let blocks = cols.div_ceil(BLOCK);
        let row_bytes = blocks * grain.block_bytes();
        (self.rows, self.blocks, self.grain) = (values.len() / cols, blocks, grain);
        self.q.resize(self.rows * row_bytes, 0);
        self.scale.resize(self.rows * blocks, 0.0);
        self.sum.resize(self.rows * blocks, 0.0);
        self.shift.resize(self.rows * blocks, 0);
        let isa = compute.isa;
        let (q, scale) = (Parts::of(&mut self.q), Parts::of(&mut self.scale));
        let (sum, shift) = (Parts::of(&mut self.sum), Parts::of(&mut self.shift));
        compute.each_rows(self.rows, PARALLEL_ROWS, &|first, count| {
            // SAFETY: tasks get disjoint row ranges, and the buffers outlive the step.
            let out = unsafe {
                Quantised {
                    q: q.part(first * row_bytes, count * row_bytes),
                    scale: scale.part(first * blocks, count * blocks),
                    sum: sum.part(first * blocks, count * blocks),
                    shift: shift.part(first * blocks, count * blocks),
                }
            };
            let values = &values[first * cols..(first + count) * cols];
            match grain {
                Grain::Coarse => coarse(isa, values, cols, out),
                Grain::Fine => fine(isa, values, cols, out),
            }
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

/// Some rows of an [`Activations`].
struct Quantised<'a> {
    q: &'a mut [i8],
    scale: &'a mut [f32],
    sum: &'a mut [f32],
    shift: &'a mut [i32],
}

by_isa! {
    /// Quantises rows of `cols` floats to one byte for each.
    coarse = quantise_rows::<false>; (values: &[f32], cols: usize, out: Quantised<'_>)
}

by_isa! {
    /// Quantises rows of `cols` floats to two bytes for each.
    fine = quantise_rows::<true>; (values: &[f32], cols: usize, out: Quantised<'_>)
}

#[inline(always)]
fn quantise_rows<const FINE: bool>(values: &[f32], cols: usize, out: Quantised<'_>) {
    let blocks = cols.div_ceil(BLOCK);
    let block_bytes = if FINE { 2 * BLOCK } else { BLOCK };
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
            let (scale, total) =
                quantise_block::<FINE>(values, &mut out.q[at * block_bytes..][..block_bytes]);
            out.scale[at] = scale;
            out.sum[at] = scale * total as f32;
            out.shift[at] = -128 * total;
        }
    }
}

/// Adding and taking away 1.5·2²³ rounds a small float to the nearest whole number, which is then in its low bits.
const ROUND: f32 = 12_582_912.0;

#[inline(always)]
pub(super) fn round(value: f32) -> i32 {
    (value + ROUND)
        .to_bits()
        .wrapping_sub(ROUND.to_bits())
        .cast_signed()
}

#[inline(always)]
fn quantise_block<const FINE: bool>(values: &[f32; BLOCK], out: &mut [i8]) -> (f32, i32) {
    let most = if FINE { 255.0 * 127.0 + 127.0 } else { 127.0 };
    let mut largest = [0.0f32; 16];
    for half in values.chunks_exact(16) {
        for (l, v) in largest.iter_mut().zip(half) {
            *l = if v.abs() > *l { v.abs() } else { *l };
        }
    }
    let largest = largest.iter().fold(0.0f32, |a, b| if *b > a { *b } else { a });
    let inverse = if largest > 1e-30 { most / largest } else { 0.0 };
    let mut whole = [0i32; BLOCK];
    for (w, v) in whole.iter_mut().zip(values) {
        *w = round(v * inverse);
    }
    if FINE {
        let (high, low) = out.split_at_mut(BLOCK);
        for ((h, l), w) in high.iter_mut().zip(low).zip(&whole) {
            // 255 is odd, so the nearest multiple is never more than 127 away.
            let nearest = round(*w as f32 * (1.0 / 255.0));
            *h = nearest as i8;
            *l = (*w - 255 * nearest) as i8;
        }
    } else {
        for (o, w) in out.iter_mut().zip(&whole) {
            *o = *w as i8;
        }
    }
    (largest / most, whole.iter().sum())
}
