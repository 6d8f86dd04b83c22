//! The kernels with 256-bit registers. A group of sixteen rows is two registers, taken one after the other.
//!
//! There is no dot product of bytes here, only a product of unsigned with signed bytes, added in pairs to 16 bits.
//! Nibbles cannot overflow that even over a whole block (8 × 2 × 15 × 127 < 2¹⁵). Byte weights go in as absolute
//! values, their signs moved to the activations.
#![expect(unsafe_code, reason = "vector loads; lengths are checked at each entry")]

use core::arch::x86_64::*;

use super::activations::{Activations, Grain};
use super::matmul::{Tile, WIDE_LINES};
use super::pack::{BLOCK, Form, GROUP, Line};

/// One row times one group of packed weights.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn one_row(form: Form, x: &Activations, group: &[Line], sums: &mut [f32; GROUP]) {
    x.require(0, 1);
    assert_eq!(
        group.len(),
        x.blocks() * form.lines(),
        "the group is as long as the row"
    );
    for (side, sums) in sums.chunks_exact_mut(8).enumerate() {
        // SAFETY: the checks above are what `row` asks for.
        unsafe {
            match (form, x.grain()) {
                (Form::Nibble, Grain::Coarse) => row::<true, 1>(x, group, side, sums),
                (Form::Nibble, Grain::Fine) => row::<true, 2>(x, group, side, sums),
                (Form::Byte, Grain::Coarse) => row::<false, 1>(x, group, side, sums),
                (Form::Byte, Grain::Fine) => row::<false, 2>(x, group, side, sums),
            }
        }
    }
}

/// # Safety
/// The activations have a row, and the group has five (nibbles) or nine lines for each block of it.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn row<const NIBBLE: bool, const PLANES: usize>(
    x: &Activations,
    group: &[Line],
    side: usize,
    sums: &mut [f32],
) {
    let mask = _mm256_set1_epi8(15);
    let mut total = _mm256_setzero_ps();
    // SAFETY: block `b` reads its own lines of the group and entry `b` of the row, which exist by the caller's promise.
    unsafe {
        for b in 0..x.blocks() {
            let by = _mm256_set1_ps(*x.scale.as_ptr().add(b));
            let lines = group.as_ptr().add(
                b * if NIBBLE {
                    Form::Nibble.lines()
                } else {
                    Form::Byte.lines()
                },
            );
            let mut planes = [_mm256_setzero_si256(); PLANES];
            for step in 0..if NIBBLE { 4 } else { 8 } {
                let weights = half(lines.add(step), side);
                for (plane, dots) in planes.iter_mut().enumerate() {
                    let q = x.q.as_ptr().add((b * PLANES + plane) * BLOCK);
                    if NIBBLE {
                        let low = _mm256_and_si256(weights, mask);
                        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(weights), mask);
                        *dots = _mm256_add_epi16(*dots, _mm256_maddubs_epi16(low, four(q, step)));
                        *dots = _mm256_add_epi16(*dots, _mm256_maddubs_epi16(high, four(q, step + 4)));
                    } else {
                        *dots = _mm256_add_epi32(*dots, signed(weights, four(q, step)));
                    }
                }
            }
            let dots = _mm256_mul_ps(_mm256_cvtepi32_ps(together::<NIBBLE, PLANES>(planes)), by);
            if NIBBLE {
                let halves = lines.add(4).cast::<__m128i>();
                let scale = _mm256_cvtph_ps(_mm_load_si128(halves.add(side)));
                let offset = _mm256_cvtph_ps(_mm_load_si128(halves.add(2 + side)));
                total = _mm256_fmadd_ps(dots, scale, total);
                total = _mm256_fmadd_ps(_mm256_set1_ps(*x.sum.as_ptr().add(b)), offset, total);
            } else {
                let scale = _mm256_load_ps(lines.add(8).cast::<f32>().add(side * 8));
                total = _mm256_fmadd_ps(dots, scale, total);
            }
        }
        _mm256_storeu_ps(sums[..8].as_mut_ptr(), total);
    }
}

/// The planes of a block as one sum; those of nibbles are still pairs of 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn together<const NIBBLE: bool, const PLANES: usize>(planes: [__m256i; PLANES]) -> __m256i {
    let mut dots = _mm256_setzero_si256();
    for (plane, part) in planes.into_iter().enumerate() {
        if plane > 0 {
            // The high bytes come first and count 255 times.
            dots = _mm256_sub_epi32(_mm256_slli_epi32::<8>(dots), dots);
        }
        dots = _mm256_add_epi32(dots, if NIBBLE { widen(part) } else { part });
    }
    dots
}

/// Up to six rows times two groups of widened weights.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn multiply(
    form: Form,
    x: &Activations,
    first: usize,
    count: usize,
    groups: [&[Line]; 2],
    tile: &mut Tile,
) {
    x.require(first, count);
    let lines = if form == Form::Nibble {
        WIDE_LINES
    } else {
        form.lines()
    };
    assert!(
        groups.iter().all(|g| g.len() == x.blocks() * lines),
        "groups are as long as the rows"
    );
    macro_rules! rows {
        ($rows:expr, $nibble:literal, $planes:literal, $($argument:expr),*) => {
            // SAFETY: the checks above are what `strip` asks for.
            unsafe {
                match $rows {
                    1 => strip::<1, $nibble, $planes>($($argument),*),
                    2 => strip::<2, $nibble, $planes>($($argument),*),
                    _ => strip::<3, $nibble, $planes>($($argument),*),
                }
            }
        };
    }
    for (side, group) in groups.iter().enumerate() {
        for half in 0..2 {
            let column = side * GROUP + half * 8;
            let mut row = 0;
            while row < count {
                // Two planes keep twice the sums; three rows of them would not fit the registers.
                let rows = (count - row).min(if x.grain() == Grain::Fine { 2 } else { 3 });
                let (at, tile) = (first + row, &mut tile[row..]);
                match (form, x.grain()) {
                    (Form::Nibble, Grain::Coarse) => rows!(rows, true, 1, x, at, group, half, tile, column),
                    (Form::Nibble, Grain::Fine) => rows!(rows, true, 2, x, at, group, half, tile, column),
                    (Form::Byte, Grain::Coarse) => rows!(rows, false, 1, x, at, group, half, tile, column),
                    (Form::Byte, Grain::Fine) => rows!(rows, false, 2, x, at, group, half, tile, column),
                }
                row += rows;
            }
        }
    }
}

/// `ROWS` rows times eight columns, with the same order of additions as [`row`].
///
/// # Safety
/// The rows exist, and the group has ten lines (nibbles) or nine for each block of a row.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn strip<const ROWS: usize, const NIBBLE: bool, const PLANES: usize>(
    x: &Activations,
    first: usize,
    group: &[Line],
    side: usize,
    tile: &mut [[f32; 2 * GROUP]],
    column: usize,
) {
    let blocks = x.blocks();
    let stride = if NIBBLE { WIDE_LINES } else { Form::Byte.lines() };
    let mut total = [_mm256_setzero_ps(); ROWS];
    // SAFETY: inside the activations and the group by the caller's promise.
    unsafe {
        for b in 0..blocks {
            let lines = group.as_ptr().add(b * stride);
            let mut planes = [[_mm256_setzero_si256(); PLANES]; ROWS];
            for step in 0..8 {
                let weights = half(lines.add(step), side);
                for (r, planes) in planes.iter_mut().enumerate() {
                    for (plane, dots) in planes.iter_mut().enumerate() {
                        let q =
                            x.q.as_ptr()
                                .add((((first + r) * blocks + b) * PLANES + plane) * BLOCK);
                        *dots = if NIBBLE {
                            _mm256_add_epi16(*dots, _mm256_maddubs_epi16(weights, four(q, step)))
                        } else {
                            _mm256_add_epi32(*dots, signed(weights, four(q, step)))
                        };
                    }
                }
            }
            let scale = _mm256_load_ps(lines.add(8).cast::<f32>().add(side * 8));
            for (r, (planes, total)) in planes.into_iter().zip(&mut total).enumerate() {
                let at = (first + r) * blocks + b;
                let dots = _mm256_cvtepi32_ps(together::<NIBBLE, PLANES>(planes));
                let dots = _mm256_mul_ps(dots, _mm256_set1_ps(*x.scale.as_ptr().add(at)));
                *total = _mm256_fmadd_ps(dots, scale, *total);
                if NIBBLE {
                    let offset = _mm256_load_ps(lines.add(9).cast::<f32>().add(side * 8));
                    *total = _mm256_fmadd_ps(_mm256_set1_ps(*x.sum.as_ptr().add(at)), offset, *total);
                }
            }
        }
        for (sums, total) in tile.iter_mut().zip(&total) {
            _mm256_storeu_ps(sums[column..column + 8].as_mut_ptr(), *total);
        }
    }
}

/// Half a line: four weights of eight rows.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn half(line: *const Line, side: usize) -> __m256i {
    // SAFETY: the caller passes a line and 0 or 1.
    unsafe { _mm256_load_si256(line.cast::<__m256i>().add(side)) }
}

/// Four neighbouring activations in every lane.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn four(q: *const i8, step: usize) -> __m256i {
    // SAFETY: the caller passes a block of 32 bytes and a step below eight.
    unsafe { _mm256_set1_epi32(q.cast::<i32>().add(step).read_unaligned()) }
}

/// Pairs of 16-bit sums as 32-bit sums.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(pairs: __m256i) -> __m256i {
    _mm256_madd_epi16(pairs, _mm256_set1_epi16(1))
}

/// The dot product of four byte weights (128 added to each) with four activations, in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn signed(weights: __m256i, x: __m256i) -> __m256i {
    let weights = _mm256_xor_si256(weights, _mm256_set1_epi8(-128));
    widen(_mm256_maddubs_epi16(
        _mm256_abs_epi8(weights),
        _mm256_sign_epi8(x, weights),
    ))
}
