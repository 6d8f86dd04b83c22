//! The kernels with 512-bit registers and int8 dot products.
//!
//! One line of sixteen rows × four weights is one register. The dot-product instruction wants unsigned times
//! signed bytes; weights are kept unsigned, activations signed, and the four activations come broadcast from memory.
#![expect(unsafe_code, reason = "vector loads; lengths are checked at each entry")]

use core::arch::x86_64::*;

use super::activations::{Activations, Grain};
use super::matmul::{TILE_ROWS, Tile, WIDE_LINES};
use super::pack::{BLOCK, Form, GROUP, Line};

/// One group's block of nibbles as bytes.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,f16c")]
pub(crate) unsafe fn widen(nibbles: &[Line], bytes: &mut [Line]) {
    assert!(
        nibbles.len() == Form::Nibble.lines() && bytes.len() == WIDE_LINES,
        "one block"
    );
    let (from, to) = (nibbles.as_ptr(), bytes.as_mut_ptr());
    // SAFETY: lines 0..5 are read and 0..10 written, which the check above allows.
    unsafe {
        for step in 0..4 {
            let (low, high) = split(load(from.add(step)));
            _mm512_store_si512(to.add(step).cast(), low);
            _mm512_store_si512(to.add(step + 4).cast(), high);
        }
        let (scale, offset) = halves(from.add(4));
        _mm512_store_ps(to.add(8).cast(), scale);
        _mm512_store_ps(to.add(9).cast(), offset);
    }
}

/// One row times one group of packed weights.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,f16c")]
pub(crate) unsafe fn one_row(form: Form, x: &Activations, group: &[Line], sums: &mut [f32; GROUP]) {
    x.require(0, 1);
    assert_eq!(
        group.len(),
        x.blocks() * form.lines(),
        "the group is as long as the row"
    );
    // SAFETY: the checks above are what `row` asks for.
    unsafe {
        match (form, x.grain()) {
            (Form::Nibble, Grain::Coarse) => row::<true, 1>(x, group, sums),
            (Form::Nibble, Grain::Fine) => row::<true, 2>(x, group, sums),
            (Form::Byte, Grain::Coarse) => row::<false, 1>(x, group, sums),
            (Form::Byte, Grain::Fine) => row::<false, 2>(x, group, sums),
        }
    }
}

/// # Safety
/// The activations have a row, and the group has five (nibbles) or nine lines for each block of it.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,f16c")]
unsafe fn row<const NIBBLE: bool, const PLANES: usize>(
    x: &Activations,
    group: &[Line],
    sums: &mut [f32; GROUP],
) {
    let (q, scale, sum, shift) = (x.q.as_ptr(), x.scale.as_ptr(), x.sum.as_ptr(), x.shift.as_ptr());
    let mut total = _mm512_setzero_ps();
    // SAFETY: block `b` reads its own lines of the group and entry `b` of the row, which exist by the caller's promise.
    unsafe {
        for b in 0..x.blocks() {
            let by = _mm512_set1_ps(*scale.add(b));
            // Chains of dot products side by side, so that one need not wait for the other.
            let mut planes = [[_mm512_setzero_si512(); 2]; PLANES];
            let (weight_scale, lines);
            if NIBBLE {
                lines = group.as_ptr().add(b * Form::Nibble.lines());
                for step in 0..4 {
                    let (low, high) = split(load(lines.add(step)));
                    for (plane, dots) in planes.iter_mut().enumerate() {
                        let q = q.add((b * PLANES + plane) * BLOCK);
                        dots[0] = _mm512_dpbusd_epi32(dots[0], low, four(q, step));
                        dots[1] = _mm512_dpbusd_epi32(dots[1], high, four(q, step + 4));
                    }
                }
                let offset;
                (weight_scale, offset) = halves(lines.add(4));
                total = _mm512_fmadd_ps(
                    dots_of::<NIBBLE, PLANES>(&planes, shift.add(b), by),
                    weight_scale,
                    total,
                );
                total = _mm512_fmadd_ps(_mm512_set1_ps(*sum.add(b)), offset, total);
            } else {
                lines = group.as_ptr().add(b * Form::Byte.lines());
                for step in 0..4 {
                    let (low, high) = (load(lines.add(step)), load(lines.add(step + 4)));
                    for (plane, dots) in planes.iter_mut().enumerate() {
                        let q = q.add((b * PLANES + plane) * BLOCK);
                        dots[0] = _mm512_dpbusd_epi32(dots[0], low, four(q, step));
                        dots[1] = _mm512_dpbusd_epi32(dots[1], high, four(q, step + 4));
                    }
                }
                weight_scale = _mm512_load_ps(lines.add(8).cast());
                total = _mm512_fmadd_ps(
                    dots_of::<NIBBLE, PLANES>(&planes, shift.add(b), by),
                    weight_scale,
                    total,
                );
            }
        }
        _mm512_storeu_ps(sums.as_mut_ptr(), total);
    }
}

/// The planes of a block together, scaled by `by`.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn dots_of<const NIBBLE: bool, const PLANES: usize>(
    planes: &[[__m512i; 2]; PLANES],
    shift: *const i32,
    by: __m512,
) -> __m512 {
    let mut dots = _mm512_setzero_si512();
    for (plane, [even, odd]) in planes.iter().enumerate() {
        if plane > 0 {
            dots = times_255(dots);
        }
        dots = _mm512_add_epi32(dots, _mm512_add_epi32(*even, *odd));
    }
    if !NIBBLE {
        // SAFETY: the caller passes an entry of the activations.
        dots = _mm512_add_epi32(dots, _mm512_set1_epi32(unsafe { *shift }));
    }
    _mm512_mul_ps(_mm512_cvtepi32_ps(dots), by)
}

/// Up to six rows times two groups of weights: of bytes, of widened nibbles, or of nibbles as they are packed.
///
/// # Safety
/// The processor has the instructions named.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,f16c")]
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
        ($weights:expr, $planes:literal) => {
            // SAFETY: the checks above are what `tile` asks for.
            unsafe {
                match count {
                    1 => self::tile::<1, { $weights }, $planes>(x, first, groups, tile),
                    2 => self::tile::<2, { $weights }, $planes>(x, first, groups, tile),
                    3 => self::tile::<3, { $weights }, $planes>(x, first, groups, tile),
                    4 => self::tile::<4, { $weights }, $planes>(x, first, groups, tile),
                    5 => self::tile::<5, { $weights }, $planes>(x, first, groups, tile),
                    _ => self::tile::<TILE_ROWS, { $weights }, $planes>(x, first, groups, tile),
                }
            }
        };
    }
    match (form, packed, x.grain()) {
        (Form::Nibble, true, Grain::Coarse) => rows!(PACKED, 1),
        (Form::Nibble, true, Grain::Fine) => rows!(PACKED, 2),
        (Form::Nibble, false, Grain::Coarse) => rows!(WIDE, 1),
        (Form::Nibble, false, Grain::Fine) => rows!(WIDE, 2),
        (Form::Byte, _, Grain::Coarse) => rows!(BYTES, 1),
        (Form::Byte, _, Grain::Fine) => rows!(BYTES, 2),
    }
}

/// How the weights of a tile lie, as a parameter of [`tile`]: bytes in nine lines a block, nibbles as they are packed in
/// five, or nibbles widened to ten.
const BYTES: u8 = 0;
const PACKED: u8 = 1;
const WIDE: u8 = 2;

/// `ROWS` rows from `first` on.
///
/// # Safety
/// The rows exist, and each group has the lines of `WEIGHTS` for each block of a row.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,f16c")]
unsafe fn tile<const ROWS: usize, const WEIGHTS: u8, const PLANES: usize>(
    x: &Activations,
    first: usize,
    groups: [&[Line]; 2],
    tile: &mut Tile,
) {
    let blocks = x.blocks();
    let stride = match WEIGHTS {
        BYTES => Form::Byte.lines(),
        PACKED => Form::Nibble.lines(),
        _ => WIDE_LINES,
    };
    let mut total = [[_mm512_setzero_ps(); 2]; ROWS];
    // SAFETY: row `first + r`, block `b` is inside the activations, and lines `b*stride..` inside the groups, by
    // the caller's promise.
    unsafe {
        let q = x.q.as_ptr().add(first * blocks * PLANES * BLOCK);
        let (scale, sum) = (
            x.scale.as_ptr().add(first * blocks),
            x.sum.as_ptr().add(first * blocks),
        );
        let shift = x.shift.as_ptr().add(first * blocks);
        for b in 0..blocks {
            let mut lines = groups.map(|group| group.as_ptr().add(b * stride));
            let mut dots = [[_mm512_setzero_si512(); 2]; ROWS];
            for plane in 0..PLANES {
                lines = groups.map(|group| group.as_ptr().add(unknown(b * stride)));
                if plane > 0 {
                    for dots in &mut dots {
                        *dots = [times_255(dots[0]), times_255(dots[1])];
                    }
                }
                for step in 0..8 {
                    let weights = [
                        step_of::<WEIGHTS>(lines[0], step),
                        step_of::<WEIGHTS>(lines[1], step),
                    ];
                    for (r, dots) in dots.iter_mut().enumerate() {
                        let x = four(q.add(((r * blocks + b) * PLANES + plane) * BLOCK), step);
                        dots[0] = _mm512_dpbusd_epi32(dots[0], weights[0], x);
                        dots[1] = _mm512_dpbusd_epi32(dots[1], weights[1], x);
                    }
                }
            }
            let (scales, offsets) = match WEIGHTS {
                PACKED => {
                    let sides = [halves(lines[0].add(4)), halves(lines[1].add(4))];
                    ([sides[0].0, sides[1].0], [sides[0].1, sides[1].1])
                }
                _ => (
                    [floats(lines[0].add(8)), floats(lines[1].add(8))],
                    // Bytes have no offsets: the last of their lines stands in, and nothing looks at it.
                    [floats(lines[0].add(stride - 1)), floats(lines[1].add(stride - 1))],
                ),
            };
            for (r, (dots, total)) in dots.iter().zip(&mut total).enumerate() {
                let by = _mm512_set1_ps(*scale.add(r * blocks + b));
                for side in 0..2 {
                    let mut dots = dots[side];
                    if WEIGHTS == BYTES {
                        dots = _mm512_add_epi32(dots, _mm512_set1_epi32(*shift.add(r * blocks + b)));
                    }
                    let dots = _mm512_mul_ps(_mm512_cvtepi32_ps(dots), by);
                    total[side] = _mm512_fmadd_ps(dots, scales[side], total[side]);
                }
            }
            if WEIGHTS != BYTES {
                for (r, total) in total.iter_mut().enumerate() {
                    let by = _mm512_set1_ps(*sum.add(r * blocks + b));
                    total[0] = _mm512_fmadd_ps(by, offsets[0], total[0]);
                    total[1] = _mm512_fmadd_ps(by, offsets[1], total[1]);
                }
            }
        }
        for (sums, total) in tile.iter_mut().zip(&total) {
            _mm512_storeu_ps(sums.as_mut_ptr(), total[0]);
            _mm512_storeu_ps(sums.as_mut_ptr().add(GROUP), total[1]);
        }
    }
}

/// The same number, of which the compiler knows nothing: weights are loaded anew for the second plane. Kept in registers
/// for it they drive the sums out of theirs.
#[inline(always)]
fn unknown(mut at: usize) -> usize {
    // Miri knows no assembly, and needs no such persuasion.
    if !cfg!(miri) {
        // SAFETY: no instruction at all.
        unsafe {
            core::arch::asm!("/* {0} */", inout(reg) at, options(pure, nomem, nostack, preserves_flags))
        };
    }
    at
}

/// What the high bytes count.
#[inline]
#[target_feature(enable = "avx512f")]
fn times_255(dots: __m512i) -> __m512i {
    _mm512_sub_epi32(_mm512_slli_epi32::<8>(dots), dots)
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn load(line: *const Line) -> __m512i {
    // SAFETY: the caller passes a line, which is 64 bytes on a 64-byte boundary.
    unsafe { _mm512_load_si512(line.cast()) }
}

/// Weights `4 * step..` of a block of each of sixteen rows, as bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn step_of<const WEIGHTS: u8>(lines: *const Line, step: usize) -> __m512i {
    // SAFETY: the caller passes a block of weights that lie so, and a step below eight.
    unsafe {
        if WEIGHTS != PACKED {
            return load(lines.add(step));
        }
        let (low, high) = split(load(lines.add(step % 4)));
        if step < 4 { low } else { high }
    }
}

/// A line of sixteen 32-bit floats.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn floats(line: *const Line) -> __m512 {
    // SAFETY: the caller passes a line, which is 64 bytes on a 64-byte boundary.
    unsafe { _mm512_load_ps(line.cast()) }
}

/// Four neighbouring activations in every lane.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn four(q: *const i8, step: usize) -> __m512i {
    // SAFETY: the caller passes a block of 32 bytes and a step below eight.
    unsafe { _mm512_set1_epi32(q.cast::<i32>().add(step).read_unaligned()) }
}

/// Low and high nibbles as bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn split(both: __m512i) -> (__m512i, __m512i) {
    let mask = _mm512_set1_epi8(15);
    (
        _mm512_and_si512(both, mask),
        _mm512_and_si512(_mm512_srli_epi16::<4>(both), mask),
    )
}

/// A line of sixteen 16-bit scales and sixteen 16-bit offsets as floats.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,f16c")]
unsafe fn halves(line: *const Line) -> (__m512, __m512) {
    // SAFETY: the caller passes a line of 64 bytes.
    let (scale, offset) = unsafe {
        (
            _mm256_load_si256(line.cast()),
            _mm256_load_si256(line.cast::<__m256i>().add(1)),
        )
    };
    (to_floats(scale), to_floats(offset))
}

/// Sixteen 16-bit floats as 32-bit ones.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,f16c")]
pub(super) fn to_floats(halves: __m256i) -> __m512 {
    if cfg!(miri) {
        // Miri knows the narrower instruction alone.
        let (low, high) = (
            _mm256_castsi256_si128(halves),
            _mm256_extracti128_si256::<1>(halves),
        );
        let low = _mm512_castps256_ps512(_mm256_cvtph_ps(low));
        return _mm512_insertf32x8::<1>(low, _mm256_cvtph_ps(high));
    }
    _mm512_cvtph_ps(halves)
}
