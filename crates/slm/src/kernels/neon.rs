//! The kernels with 128-bit registers and int8 dot products.
//!
//! One line of sixteen rows × four weights is four registers. The dot-product instruction takes both its sides signed:
//! nibbles fit as they are, and of bytes one bit is flipped, which takes away the 128 that was added. Sixteen
//! activations lie in one register, and each instruction names four of them. That instruction has no name in stable Rust yet
//! (rust-lang/rust#117224), hence the assembly.
//!
//! A row alone and a tile of several are the same code, which is how they come to the same bits.
#![expect(unsafe_code, reason = "vector loads; lengths are checked at each entry")]

use core::arch::aarch64::*;
use core::arch::asm;

use super::activations::{Activations, Grain};
use super::matmul::{Tile, WIDE_LINES};
use super::pack::{BLOCK, Form, GROUP, Line};

/// Registers of one line, and of the sums of one group.
const QUARTERS: usize = 4;

/// One group's block of nibbles as bytes.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "neon,dotprod")]
pub(crate) unsafe fn widen(nibbles: &[Line], bytes: &mut [Line]) {
    assert!(
        nibbles.len() == Form::Nibble.lines() && bytes.len() == WIDE_LINES,
        "one block"
    );
    let (from, to) = (nibbles.as_ptr(), bytes.as_mut_ptr());
    // SAFETY: lines 0..5 are read and 0..10 written, which the check above allows.
    unsafe {
        for quarter in 0..QUARTERS {
            for step in 0..4 {
                let both = vld1q_u8(from.add(step).cast::<u8>().add(quarter * 16));
                let (low, high) = (vandq_u8(both, vdupq_n_u8(15)), vshrq_n_u8::<4>(both));
                vst1q_u8(to.add(step).cast::<u8>().add(quarter * 16), low);
                vst1q_u8(to.add(step + 4).cast::<u8>().add(quarter * 16), high);
            }
            let (scale, offset) = halves(from.add(4), quarter);
            vst1q_f32(to.add(8).cast::<f32>().add(quarter * 4), scale);
            vst1q_f32(to.add(9).cast::<f32>().add(quarter * 4), offset);
        }
    }
}

/// One row times one group of packed weights.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "neon,dotprod")]
pub(crate) unsafe fn one_row(form: Form, x: &Activations, group: &[Line], sums: &mut [f32; GROUP]) {
    x.require(0, 1);
    assert_eq!(
        group.len(),
        x.blocks() * form.lines(),
        "the group is as long as the row"
    );
    // SAFETY: the checks above are what `strip` asks for.
    let [row] = unsafe {
        match (form, x.grain()) {
            (Form::Nibble, Grain::Coarse) => strip::<1, PACKED, 1>(x, 0, group),
            (Form::Nibble, Grain::Fine) => strip::<1, PACKED, 2>(x, 0, group),
            (Form::Byte, Grain::Coarse) => strip::<1, BYTES, 1>(x, 0, group),
            (Form::Byte, Grain::Fine) => strip::<1, BYTES, 2>(x, 0, group),
        }
    };
    *sums = row;
}

/// Up to six rows times two groups of weights: of bytes, of widened nibbles, or of nibbles as they are packed.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "neon,dotprod")]
pub(crate) unsafe fn multiply(
    form: Form,
    x: &Activations,
    first: usize,
    count: usize,
    groups: [&[Line]; 2],
    tile: &mut Tile,
) {
    x.require(first, count);
    let packed = groups[0].len() == x.blocks() * form.lines();
    let lines = if packed { form.lines() } else { WIDE_LINES };
    assert!(
        groups.iter().all(|g| g.len() == x.blocks() * lines),
        "groups are as long as the rows"
    );
    macro_rules! rows {
        ($rows:literal, $planes:literal, $at:expr, $group:expr) => {
            // SAFETY: the checks above are what `strip` asks for.
            unsafe {
                match (form, packed) {
                    (Form::Nibble, true) => strip::<$rows, PACKED, $planes>(x, $at, $group),
                    (Form::Nibble, false) => strip::<$rows, WIDE, $planes>(x, $at, $group),
                    (Form::Byte, _) => strip::<$rows, BYTES, $planes>(x, $at, $group),
                }
            }
        };
    }
    for (group, column) in groups.into_iter().zip([0, GROUP]) {
        let mut row = 0;
        while row < count {
            let at = first + row;
            let mut put = |rows: &[[f32; GROUP]]| {
                for (tile, sums) in tile[row..].iter_mut().zip(rows) {
                    tile[column..column + GROUP].copy_from_slice(sums);
                }
                rows.len()
            };
            row += match (x.grain(), count - row) {
                (Grain::Coarse, 1) => put(&rows!(1, 1, at, group)),
                (Grain::Coarse, 2) => put(&rows!(2, 1, at, group)),
                (Grain::Coarse, _) => put(&rows!(3, 1, at, group)),
                (Grain::Fine, 1) => put(&rows!(1, 2, at, group)),
                // Two planes keep twice the sums; three rows of them would not fit the registers.
                (Grain::Fine, _) => put(&rows!(2, 2, at, group)),
            };
        }
    }
}

/// How the weights of a strip lie, as a parameter of [`strip`]: bytes in nine lines a block, nibbles as they are packed in
/// five, or nibbles widened to ten.
const BYTES: u8 = 0;
const PACKED: u8 = 1;
const WIDE: u8 = 2;

/// `ROWS` rows from `first` on, times one group.
///
/// # Safety
/// The rows exist, and the group has the lines of `WEIGHTS` for each block of a row.
#[target_feature(enable = "neon,dotprod")]
unsafe fn strip<const ROWS: usize, const WEIGHTS: u8, const PLANES: usize>(
    x: &Activations,
    first: usize,
    group: &[Line],
) -> [[f32; GROUP]; ROWS] {
    let blocks = x.blocks();
    let stride = match WEIGHTS {
        BYTES => Form::Byte.lines(),
        PACKED => Form::Nibble.lines(),
        _ => WIDE_LINES,
    };
    let mut total = [[vdupq_n_f32(0.0); QUARTERS]; ROWS];
    let mut sums = [[0.0; GROUP]; ROWS];
    // SAFETY: row `first + r`, block `b` is inside the activations, and lines `b*stride..` inside the group, by the
    // caller's promise; sums have sixteen floats.
    unsafe {
        for b in 0..blocks {
            let lines = group.as_ptr().add(b * stride);
            let mut dots = [[[vdupq_n_s32(0); QUARTERS]; PLANES]; ROWS];
            sixteen::<ROWS, WEIGHTS, PLANES, false>(x, first, b, lines, &mut dots);
            sixteen::<ROWS, WEIGHTS, PLANES, true>(x, first, b, lines, &mut dots);
            for quarter in 0..QUARTERS {
                let (scale, offset) = match WEIGHTS {
                    PACKED => halves(lines.add(4), quarter),
                    // Bytes have no offsets: the last of their lines stands in, and nothing looks at it.
                    _ => (
                        vld1q_f32(lines.add(8).cast::<f32>().add(quarter * 4)),
                        vld1q_f32(lines.add(stride - 1).cast::<f32>().add(quarter * 4)),
                    ),
                };
                for (r, (dots, total)) in dots.iter().zip(&mut total).enumerate() {
                    let at = (first + r) * blocks + b;
                    let mut dot = dots[0][quarter];
                    if PLANES > 1 {
                        // The high bytes come first and count 255 times.
                        dot = vsubq_s32(vshlq_n_s32::<8>(dot), dot);
                        dot = vaddq_s32(dot, dots[PLANES - 1][quarter]);
                    }
                    let dot = vmulq_n_f32(vcvtq_f32_s32(dot), *x.scale.as_ptr().add(at));
                    total[quarter] = vfmaq_f32(total[quarter], dot, scale);
                    if WEIGHTS != BYTES {
                        total[quarter] = vfmaq_n_f32(total[quarter], offset, *x.sum.as_ptr().add(at));
                    }
                }
            }
        }
        for (sums, total) in sums.iter_mut().zip(&total) {
            for (quarter, total) in total.iter().enumerate() {
                vst1q_f32(sums.as_mut_ptr().add(quarter * 4), *total);
            }
        }
    }
    sums
}

/// Adds the products of one half of a block, sixteen weights of each of sixteen rows.
///
/// # Safety
/// As for [`strip`], of whose block `b` these are the `lines`.
#[inline]
#[target_feature(enable = "neon,dotprod")]
unsafe fn sixteen<const ROWS: usize, const WEIGHTS: u8, const PLANES: usize, const SECOND: bool>(
    x: &Activations,
    first: usize,
    b: usize,
    lines: *const Line,
    dots: &mut [[[int32x4_t; QUARTERS]; PLANES]; ROWS],
) {
    let mut q = [[vdupq_n_s8(0); PLANES]; ROWS];
    // SAFETY: by the caller's promise.
    unsafe {
        for (r, q) in q.iter_mut().enumerate() {
            for (plane, q) in q.iter_mut().enumerate() {
                let block = ((first + r) * x.blocks() + b) * PLANES + plane;
                *q = vld1q_s8(x.q.as_ptr().add(block * BLOCK + usize::from(SECOND) * 16));
            }
        }
        step::<ROWS, WEIGHTS, PLANES, SECOND, 0>(lines, &q, dots);
        step::<ROWS, WEIGHTS, PLANES, SECOND, 1>(lines, &q, dots);
        step::<ROWS, WEIGHTS, PLANES, SECOND, 2>(lines, &q, dots);
        step::<ROWS, WEIGHTS, PLANES, SECOND, 3>(lines, &q, dots);
    }
}

/// Adds the products of four weights of each of sixteen rows.
///
/// # Safety
/// As for [`strip`], of one of whose blocks these are the `lines`; `STEP` is below four.
#[inline]
#[target_feature(enable = "neon,dotprod")]
unsafe fn step<
    const ROWS: usize,
    const WEIGHTS: u8,
    const PLANES: usize,
    const SECOND: bool,
    const STEP: usize,
>(
    lines: *const Line,
    q: &[[int8x16_t; PLANES]; ROWS],
    dots: &mut [[[int32x4_t; QUARTERS]; PLANES]; ROWS],
) {
    for quarter in 0..QUARTERS {
        let line = if SECOND && WEIGHTS != PACKED {
            STEP + 4
        } else {
            STEP
        };
        // SAFETY: every form has four lines of weights, and all but the packed nibbles eight.
        let weights = unsafe { vld1q_u8(lines.add(line).cast::<u8>().add(quarter * 16)) };
        let weights = vreinterpretq_s8_u8(match (WEIGHTS, SECOND) {
            (BYTES, _) => veorq_u8(weights, vdupq_n_u8(128)),
            (PACKED, false) => vandq_u8(weights, vdupq_n_u8(15)),
            (PACKED, true) => vshrq_n_u8::<4>(weights),
            _ => weights,
        });
        for (q, dots) in q.iter().zip(dots.iter_mut()) {
            for (q, dots) in q.iter().zip(dots) {
                dots[quarter] = dot::<STEP>(dots[quarter], weights, *q);
            }
        }
    }
}

/// Adds to each sum the dot product of its four weights with the activations `4 * STEP..` of `q`.
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn dot<const STEP: usize>(mut sum: int32x4_t, weights: int8x16_t, q: int8x16_t) -> int32x4_t {
    // SAFETY: it touches these three registers alone.
    unsafe {
        asm!(
            "sdot {sum:v}.4s, {weights:v}.16b, {q:v}.4b[{step}]",
            sum = inout(vreg) sum,
            weights = in(vreg) weights,
            q = in(vreg) q,
            step = const STEP,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

/// Four of a line of sixteen 16-bit scales and sixteen 16-bit offsets as floats.
///
/// # Safety
/// There is a line, and `quarter` is below four.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn halves(line: *const Line, quarter: usize) -> (float32x4_t, float32x4_t) {
    // SAFETY: by the caller's promise.
    let (scale, offset) = unsafe {
        let halves = line.cast::<u16>().add(quarter * 4);
        (vld1_u16(halves), vld1_u16(halves.add(GROUP)))
    };
    (
        vcvt_f32_f16(vreinterpret_f16_u16(scale)),
        vcvt_f32_f16(vreinterpret_f16_u16(offset)),
    )
}
