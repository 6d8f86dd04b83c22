//! Quantised rows times a packed matrix.
//!
//! One row (a token being written) goes straight through the packed weights: the speed is that of memory. More
//! rows (text being read) are taken a few at a time against 32 columns, whose weights are unpacked once for all of
//! them: the speed is that of the dot-product instructions. In between (a word and a guess at what follows it) it is
//! that of memory again, as long as nothing is unpacked beforehand.
#![expect(unsafe_code, reason = "columns of one result are written by several threads")]

use std::cell::RefCell;

use super::activations::Activations;
use super::isa::by_isa;
#[cfg(target_arch = "aarch64")]
use super::neon;
use super::pack::{Form, GROUP, Line, Packed};
use super::pool::Parts;
use super::{Compute, Isa, portable};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// Columns of one tile: two groups.
pub(crate) const TILE_COLS: usize = 2 * GROUP;
/// Most rows of one tile.
pub(crate) const TILE_ROWS: usize = 6;
/// Lines of one group's block once nibbles are bytes: eight of weights, one of scales, one of offsets.
pub(crate) const WIDE_LINES: usize = 10;

/// What a tile computes.
pub(crate) type Tile = [[f32; TILE_COLS]; TILE_ROWS];

/// A layer `y = W x + b`.
pub(crate) struct Linear {
    weights: Packed,
    bias: Option<Vec<f32>>,
}

/// Where a product goes: into rows of `stride` floats, from column `at` on.
pub(crate) struct Place<'a> {
    pub(crate) out: &'a mut [f32],
    pub(crate) stride: usize,
    pub(crate) at: usize,
    /// Add to what is there instead of replacing it.
    pub(crate) add: bool,
}

impl<'a> Place<'a> {
    /// The whole of `out`, whose rows are as long as the product's.
    pub(crate) fn whole(out: &'a mut [f32], stride: usize) -> Self {
        Self {
            out,
            stride,
            at: 0,
            add: false,
        }
    }

    /// As [`Place::whole`], added to what is there.
    pub(crate) fn onto(out: &'a mut [f32], stride: usize) -> Self {
        Self {
            out,
            stride,
            at: 0,
            add: true,
        }
    }
}

impl Linear {
    pub(crate) fn new(weights: Packed, bias: Option<Vec<f32>>) -> Self {
        assert!(
            bias.as_ref().is_none_or(|bias| bias.len() == weights.rows()),
            "one bias for each output"
        );
        Self { weights, bias }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.weights.rows()
    }

    pub(crate) fn weights(&self) -> &Packed {
        &self.weights
    }

    /// Multiplies every row of `x`.
    pub(crate) fn apply(&self, compute: &mut Compute, x: &Activations, place: Place<'_>) {
        let weights = &self.weights;
        assert_eq!(x.blocks(), weights.blocks(), "input width fits the matrix");
        assert!(
            place.at + weights.rows() <= place.stride,
            "the product fits its place"
        );
        assert!(
            place.out.len() >= x.rows() * place.stride,
            "the place has all rows"
        );
        let store = Store {
            out: Parts::of(place.out),
            stride: place.stride,
            at: place.at,
            add: place.add,
            columns: weights.rows(),
            bias: self.bias.as_deref(),
        };
        let isa = compute.isa;
        match x.rows() {
            0 => {}
            1 => {
                let groups = weights.groups();
                // A few tasks for each thread: a thread that the system holds up then costs little.
                let size = groups.div_ceil(compute.pool.threads() * 4).max(4);
                compute.pool.run(groups.div_ceil(size), &|task| {
                    for group in task * size..groups.min((task + 1) * size) {
                        let mut sums = [0.0; GROUP];
                        one_row(isa, weights.form(), x, weights.group(group), &mut sums);
                        store.put(0, group * GROUP, &sums);
                    }
                });
            }
            rows => {
                let pairs = weights.groups().div_ceil(2);
                compute
                    .pool
                    .run(pairs, &|pair| many_rows(isa, x, rows, weights, pair, &store));
            }
        }
    }
}

/// The destination, shared by the tasks of one product.
struct Store<'a> {
    out: Parts<f32>,
    stride: usize,
    at: usize,
    add: bool,
    columns: usize,
    bias: Option<&'a [f32]>,
}

by_isa! {
    /// Writes the sums of rows from `first` on.
    put = put_rows; (store: &Store<'_>, first: usize, column: usize, rows: &[[f32; TILE_COLS]])
}

#[inline(always)]
fn put_rows(store: &Store<'_>, first: usize, column: usize, rows: &[[f32; TILE_COLS]]) {
    for (row, sums) in rows.iter().enumerate() {
        store.put(first + row, column, sums);
    }
}

impl Store<'_> {
    /// Writes `N` columns that start at `column`, as far as the matrix goes.
    #[inline(always)]
    fn put<const N: usize>(&self, row: usize, column: usize, sums: &[f32; N]) {
        let count = N.min(self.columns - column);
        // SAFETY: each task has its own columns of every row, and the buffer outlives the step.
        let out = unsafe { self.out.part(row * self.stride + self.at + column, count) };
        let bias = self.bias.map(|bias| &bias[column..column + count]);
        // Almost always all columns exist; their number is then known to the compiler.
        match <&mut [f32; N]>::try_from(&mut *out) {
            Ok(out) => self.write(out, sums, bias),
            Err(_) => self.write(out, &sums[..count], bias),
        }
    }

    #[inline(always)]
    fn write(&self, out: &mut [f32], sums: &[f32], bias: Option<&[f32]>) {
        match (self.add, bias) {
            (false, None) => out.copy_from_slice(sums),
            (true, None) => out.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum),
            (false, Some(bias)) => {
                out.iter_mut()
                    .zip(sums)
                    .zip(bias)
                    .for_each(|((out, sum), bias)| *out = sum + bias);
            }
            (true, Some(bias)) => {
                out.iter_mut()
                    .zip(sums)
                    .zip(bias)
                    .for_each(|((out, sum), bias)| *out = *out + sum + bias);
            }
        }
    }
}

thread_local! {
    /// The unpacked weights of the 32 columns this thread is at. Weights are no secret; it is kept for speed.
    static WIDE: RefCell<[Vec<Line>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
}

fn many_rows(isa: Isa, x: &Activations, rows: usize, weights: &Packed, pair: usize, store: &Store<'_>) {
    let left = pair * 2;
    // A last odd group is computed twice and stored once.
    let right = (left + 1).min(weights.groups() - 1);
    let run = |groups: [&[Line]; 2]| {
        let mut tile = [[0.0; TILE_COLS]; TILE_ROWS];
        for first in (0..rows).step_by(TILE_ROWS) {
            let count = TILE_ROWS.min(rows - first);
            multiply(isa, weights.form(), x, first, count, groups, &mut tile);
            put(isa, store, first, left * GROUP, &tile[..count]);
        }
    };
    match weights.form() {
        Form::Byte => run([weights.group(left), weights.group(right)]),
        // What one tile reads once is unpacked on the way: a guess of a few words costs little more than one.
        #[cfg(target_arch = "x86_64")]
        Form::Nibble if rows <= TILE_ROWS && isa == Isa::Avx512Vnni => {
            run([weights.group(left), weights.group(right)]);
        }
        #[cfg(target_arch = "aarch64")]
        Form::Nibble if rows <= TILE_ROWS && isa == Isa::NeonDot => {
            run([weights.group(left), weights.group(right)]);
        }
        Form::Nibble => WIDE.with_borrow_mut(|[wide_left, wide_right]| {
            widen(isa, weights.group(left), wide_left);
            widen(isa, weights.group(right), wide_right);
            run([wide_left, wide_right]);
        }),
    }
}

/// One group's nibbles as bytes, its scales and offsets as 32-bit floats.
fn widen(isa: Isa, group: &[Line], wide: &mut Vec<Line>) {
    wide.resize(group.len() / Form::Nibble.lines() * WIDE_LINES, Line([0; 64]));
    let blocks = group
        .chunks_exact(Form::Nibble.lines())
        .zip(wide.chunks_exact_mut(WIDE_LINES));
    for (nibbles, bytes) in blocks {
        #[cfg(target_arch = "x86_64")]
        if isa == Isa::Avx512Vnni {
            // SAFETY: this `Isa` is only made where its instructions were detected.
            unsafe { avx512::widen(nibbles, bytes) };
            continue;
        }
        #[cfg(target_arch = "aarch64")]
        if isa == Isa::NeonDot {
            // SAFETY: as above.
            unsafe { neon::widen(nibbles, bytes) };
            continue;
        }
        portable::widen(nibbles, bytes);
    }
    let _ = isa;
}

/// One row times one group.
fn one_row(isa: Isa, form: Form, x: &Activations, group: &[Line], sums: &mut [f32; GROUP]) {
    #[cfg(target_arch = "x86_64")]
    match isa {
        // SAFETY: an `Isa` other than `Portable` is only made where its instructions were detected.
        Isa::Avx512Vnni => return unsafe { avx512::one_row(form, x, group, sums) },
        // SAFETY: as above.
        Isa::Avx2 => return unsafe { avx2::one_row(form, x, group, sums) },
        Isa::Portable => {}
    }
    #[cfg(target_arch = "aarch64")]
    if isa == Isa::NeonDot {
        // SAFETY: this `Isa` is only made where its instructions were detected.
        return unsafe { neon::one_row(form, x, group, sums) };
    }
    let _ = isa;
    portable::one_row(form, x, group, sums);
}

/// Up to six rows times two groups of widened weights; the versions with dot products take packed ones too.
fn multiply(
    isa: Isa,
    form: Form,
    x: &Activations,
    first: usize,
    count: usize,
    groups: [&[Line]; 2],
    tile: &mut Tile,
) {
    #[cfg(target_arch = "x86_64")]
    match isa {
        // SAFETY: an `Isa` other than `Portable` is only made where its instructions were detected.
        Isa::Avx512Vnni => return unsafe { avx512::multiply(form, x, first, count, groups, tile) },
        // SAFETY: as above.
        Isa::Avx2 => return unsafe { avx2::multiply(form, x, first, count, groups, tile) },
        Isa::Portable => {}
    }
    #[cfg(target_arch = "aarch64")]
    if isa == Isa::NeonDot {
        // SAFETY: this `Isa` is only made where its instructions were detected.
        return unsafe { neon::multiply(form, x, first, count, groups, tile) };
    }
    let _ = isa;
    portable::multiply(form, x, first, count, groups, tile);
}
