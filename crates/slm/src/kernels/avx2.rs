//! The kernels with 256-bit registers. A group of sixteen rows is two registers, taken one after the other.
//!
//! There is no dot product of bytes here, only a product of unsigned with signed bytes, added in pairs to 16 bits.
//! Nibbles cannot overflow that even over a whole block (8 × 2 × 15 × 127 < 2¹⁵). Byte weights go in as absolute
//! values, their signs moved to the activations.
#![expect(unsafe_code, reason = "vector loads; lengths are checked at each entry")]

use core::arch::x86_64::*;

use super::activations::Activations;
use super::matmul::{TILE_ROWS, Tile, WIDE_LINES};
use super::pack::{BLOCK, Form, GROUP, Line};

/// One row times one group of packed weights.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) unsafe fn one_row(form: Form, x: &Activations, group: &[Line], sums: &mut [f32; GROUP]) {
    let blocks = x.blocks();
    check(x, 0, 1);
    assert_eq!(
        group.len(),
        blocks * form.lines(),
        "the group is as long as the row"
    );
    let mut total = [_mm256_setzero_ps(); 2];
    // SAFETY: block `b` reads lines `b*n..(b+1)*n` of the group and entry `b` of the row, both checked above.
    unsafe {
        for b in 0..blocks {
            let q = x.q.as_ptr().add(b * BLOCK);
            let by = _mm256_set1_ps(*x.scale.as_ptr().add(b));
            let lines = group.as_ptr().add(b * form.lines());
            for (side, total) in total.iter_mut().enumerate() {
                match form {
                    Form::Nibble => {
                        let mut pairs = _mm256_setzero_si256();
                        let mask = _mm256_set1_epi8(15);
                        for step in 0..4 {
                            let both = half(lines.add(step), side);
                            let low = _mm256_and_si256(both, mask);
                            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(both), mask);
                            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(low, four(q, step)));
                            pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(high, four(q, step + 4)));
                        }
                        let halves = lines.add(4).cast::<__m128i>();
                        let scale = _mm256_cvtph_ps(_mm_load_si128(halves.add(side)));
                        let offset = _mm256_cvtph_ps(_mm_load_si128(halves.add(2 + side)));
                        let dots = _mm256_mul_ps(_mm256_cvtepi32_ps(widen(pairs)), by);
                        *total = _mm256_fmadd_ps(dots, scale, *total);
                        let sum = _mm256_set1_ps(*x.sum.as_ptr().add(b));
                        *total = _mm256_fmadd_ps(sum, offset, *total);
                    }
                    Form::Byte => {
                        let mut dots = _mm256_setzero_si256();
                        for step in 0..8 {
                            dots = _mm256_add_epi32(dots, signed(half(lines.add(step), side), four(q, step)));
                        }
                        let scale = _mm256_load_ps(lines.add(8).cast::<f32>().add(side * 8));
                        let dots = _mm256_mul_ps(_mm256_cvtepi32_ps(dots), by);
                        *total = _mm256_fmadd_ps(dots, scale, *total);
                    }
                }
            }
        }
        _mm256_storeu_ps(sums.as_mut_ptr(), total[0]);
        _mm256_storeu_ps(sums.as_mut_ptr().add(8), total[1]);
    }
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
    check(x, first, count);
    let lines = if form == Form::Nibble {
        WIDE_LINES
    } else {
        form.lines()
    };
    assert!(
        groups.iter().all(|g| g.len() == x.blocks() * lines),
        "groups are as long as the rows"
    );
    for (side, group) in groups.iter().enumerate() {
        for half in 0..2 {
            let column = side * GROUP + half * 8;
            let mut row = 0;
            while row < count {
                let rows = (count - row).min(3);
                let (at, tile) = (first + row, &mut tile[row..]);
                // SAFETY: the checks above are what `strip` asks for.
                unsafe {
                    match (form, rows) {
                        (Form::Nibble, 1) => strip::<1, true>(x, at, group, half, tile, column),
                        (Form::Nibble, 2) => strip::<2, true>(x, at, group, half, tile, column),
                        (Form::Nibble, _) => strip::<3, true>(x, at, group, half, tile, column),
                        (Form::Byte, 1) => strip::<1, false>(x, at, group, half, tile, column),
                        (Form::Byte, 2) => strip::<2, false>(x, at, group, half, tile, column),
                        (Form::Byte, _) => strip::<3, false>(x, at, group, half, tile, column),
                    }
                }
                row += rows;
            }
        }
    }
}

/// `ROWS` rows times eight columns, with the same order of additions as [`one_row`].
///
/// # Safety
/// The rows exist, and the group has ten lines (`OFFSET`) or nine for each block of a row.
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn strip<const ROWS: usize, const OFFSET: bool>(
    x: &Activations,
    first: usize,
    group: &[Line],
    side: usize,
    tile: &mut [[f32; 2 * GROUP]],
    column: usize,
) {
    let blocks = x.blocks();
    let stride = if OFFSET { WIDE_LINES } else { Form::Byte.lines() };
    let mut total = [_mm256_setzero_ps(); ROWS];
    // SAFETY: inside the activations and the group by the caller's promise.
    unsafe {
        for b in 0..blocks {
            let lines = group.as_ptr().add(b * stride);
            let mut dots = [_mm256_setzero_si256(); ROWS];
            for step in 0..8 {
                let weights = half(lines.add(step), side);
                for (r, dots) in dots.iter_mut().enumerate() {
                    let x = four(x.q.as_ptr().add(((first + r) * blocks + b) * BLOCK), step);
                    *dots = if OFFSET {
                        _mm256_add_epi16(*dots, _mm256_maddubs_epi16(weights, x))
                    } else {
                        _mm256_add_epi32(*dots, signed(weights, x))
                    };
                }
            }
            let scale = _mm256_load_ps(lines.add(8).cast::<f32>().add(side * 8));
            for r in 0..ROWS {
                let at = (first + r) * blocks + b;
                let dots = if OFFSET { widen(dots[r]) } else { dots[r] };
                let dots = _mm256_mul_ps(
                    _mm256_cvtepi32_ps(dots),
                    _mm256_set1_ps(*x.scale.as_ptr().add(at)),
                );
                total[r] = _mm256_fmadd_ps(dots, scale, total[r]);
                if OFFSET {
                    let offset = _mm256_load_ps(lines.add(9).cast::<f32>().add(side * 8));
                    total[r] = _mm256_fmadd_ps(_mm256_set1_ps(*x.sum.as_ptr().add(at)), offset, total[r]);
                }
            }
        }
        for (sums, total) in tile.iter_mut().zip(&total) {
            _mm256_storeu_ps(sums[column..column + 8].as_mut_ptr(), *total);
        }
    }
}

/// The rows exist in every buffer of the activations.
fn check(x: &Activations, first: usize, count: usize) {
    let entries = (first + count) * x.blocks();
    assert!(
        (1..=TILE_ROWS).contains(&count)
            && x.q.len() >= entries * BLOCK
            && x.scale.len() >= entries
            && x.sum.len() >= entries,
        "the rows exist"
    );
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
