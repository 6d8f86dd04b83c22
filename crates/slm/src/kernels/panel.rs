//! Small products of floats with 16-bit floats: what [attention](super::attention) is made of.
#![expect(unsafe_code, reason = "vector loads; the caller promises the lengths")]

use half::f16;

/// A small product of floats with 16-bit floats.
pub(super) trait Panel {
    /// `c[r][j] (+)= Σᵢ a[r][i] · b[i][j]` for `rows` (at most six) rows, `i < depth`, `j < width` (a multiple of 16).
    /// `a`, `c` have rows of `a_stride`, `c_stride`; `b` has rows of `width`.
    ///
    /// # Safety
    /// All of these elements exist, and the processor has the implementation's instructions.
    #[expect(clippy::too_many_arguments, reason = "a matrix product has three matrices")]
    unsafe fn panel(
        rows: usize,
        a: *const f32,
        a_stride: usize,
        depth: usize,
        b: *const f16,
        width: usize,
        c: *mut f32,
        c_stride: usize,
        add: bool,
    );
}

/// The product in plain Rust.
pub(super) struct Plain;

impl Panel for Plain {
    unsafe fn panel(
        rows: usize,
        a: *const f32,
        a_stride: usize,
        depth: usize,
        b: *const f16,
        width: usize,
        c: *mut f32,
        c_stride: usize,
        add: bool,
    ) {
        for row in 0..rows {
            // SAFETY: every element below exists by the caller's promise.
            unsafe {
                let c = std::slice::from_raw_parts_mut(c.add(row * c_stride), width);
                if !add {
                    c.fill(0.0);
                }
                for i in 0..depth {
                    let a = *a.add(row * a_stride + i);
                    let b = std::slice::from_raw_parts(b.add(i * width), width);
                    for (c, b) in c.iter_mut().zip(b) {
                        *c += a * b.to_f32();
                    }
                }
            }
        }
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! panel {
    ($name:ident, $block:ident, $features:literal, $lane:literal, $vectors:literal, $most:literal,
     $zero:ident, $load:ident, $store:ident, $set:ident, $fma:ident, $half:ident, $half_load:ident, $half_type:ty) => {
        impl $crate::kernels::panel::Panel for $name {
            #[inline(always)]
            unsafe fn panel(
                rows: usize,
                a: *const f32,
                a_stride: usize,
                depth: usize,
                b: *const f16,
                width: usize,
                c: *mut f32,
                c_stride: usize,
                add: bool,
            ) {
                let mut column = 0;
                while column < width {
                    let whole = width - column >= $lane * $vectors;
                    let mut row = 0;
                    while row < rows {
                        let count = (rows - row).min($most);
                        // SAFETY: rows, columns and depth stay inside what the caller promised.
                        unsafe {
                            let (a, c) = (a.add(row * a_stride), c.add(row * c_stride + column));
                            let b = b.add(column);
                            match (count, whole) {
                                (1, true) => {
                                    $block::<1, $vectors>(a, a_stride, depth, b, width, c, c_stride, add)
                                }
                                (2, true) => {
                                    $block::<2, $vectors>(a, a_stride, depth, b, width, c, c_stride, add)
                                }
                                (3, true) => {
                                    $block::<3, $vectors>(a, a_stride, depth, b, width, c, c_stride, add)
                                }
                                (4, true) => {
                                    $block::<4, $vectors>(a, a_stride, depth, b, width, c, c_stride, add)
                                }
                                (5, true) => {
                                    $block::<5, $vectors>(a, a_stride, depth, b, width, c, c_stride, add)
                                }
                                (6, true) => {
                                    $block::<6, $vectors>(a, a_stride, depth, b, width, c, c_stride, add)
                                }
                                (1, _) => $block::<1, 1>(a, a_stride, depth, b, width, c, c_stride, add),
                                (2, _) => $block::<2, 1>(a, a_stride, depth, b, width, c, c_stride, add),
                                (3, _) => $block::<3, 1>(a, a_stride, depth, b, width, c, c_stride, add),
                                (4, _) => $block::<4, 1>(a, a_stride, depth, b, width, c, c_stride, add),
                                (5, _) => $block::<5, 1>(a, a_stride, depth, b, width, c, c_stride, add),
                                _ => $block::<6, 1>(a, a_stride, depth, b, width, c, c_stride, add),
                            }
                        }
                        row += count;
                    }
                    column += if whole { $lane * $vectors } else { $lane };
                }
            }
        }

        /// # Safety
        /// As [`Panel::panel`], for `ROWS` rows and `VECTORS` registers of columns.
        #[target_feature(enable = $features)]
        #[expect(
            clippy::too_many_arguments,
            reason = "a matrix product has three matrices"
        )]
        unsafe fn $block<const ROWS: usize, const VECTORS: usize>(
            a: *const f32,
            a_stride: usize,
            depth: usize,
            b: *const f16,
            b_stride: usize,
            c: *mut f32,
            c_stride: usize,
            add: bool,
        ) {
            let mut sums = [[$zero(); VECTORS]; ROWS];
            // SAFETY: by the caller's promise.
            unsafe {
                if add {
                    for (row, sums) in sums.iter_mut().enumerate() {
                        for (v, sum) in sums.iter_mut().enumerate() {
                            *sum = $load(c.add(row * c_stride + v * $lane));
                        }
                    }
                }
                for i in 0..depth {
                    let mut columns = [$zero(); VECTORS];
                    for (v, column) in columns.iter_mut().enumerate() {
                        *column = $half($half_load(
                            b.add(i * b_stride + v * $lane).cast::<$half_type>(),
                        ));
                    }
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let by = $set(*a.add(row * a_stride + i));
                        for (sum, column) in sums.iter_mut().zip(&columns) {
                            *sum = $fma(by, *column, *sum);
                        }
                    }
                }
                for (row, sums) in sums.iter().enumerate() {
                    for (v, sum) in sums.iter().enumerate() {
                        $store(c.add(row * c_stride + v * $lane), *sum);
                    }
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use core::arch::x86_64::*;

    use super::f16;
    use crate::kernels::avx512::to_floats;

    /// 512-bit registers.
    pub(in super::super) struct Wide;
    /// 256-bit registers.
    pub(in super::super) struct Narrow;

    panel!(
        Wide,
        wide_block,
        "avx512f,avx512bw,avx512dq,avx512vl,f16c",
        16,
        4,
        6,
        _mm512_setzero_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_fmadd_ps,
        to_floats,
        _mm256_loadu_si256,
        __m256i
    );
    panel!(
        Narrow,
        narrow_block,
        "avx2,fma,f16c",
        8,
        4,
        3,
        _mm256_setzero_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_fmadd_ps,
        _mm256_cvtph_ps,
        _mm_loadu_si128,
        __m128i
    );
}

#[cfg(target_arch = "aarch64")]
pub(super) mod arm {
    use core::arch::aarch64::*;

    use super::f16;

    /// 128-bit registers.
    pub(in super::super) struct Neon;

    #[inline]
    #[target_feature(enable = "neon")]
    fn zero() -> float32x4_t {
        vdupq_n_f32(0.0)
    }

    /// `a * b + c`, in the order of the other processors.
    #[inline]
    #[target_feature(enable = "neon")]
    fn fma(a: float32x4_t, b: float32x4_t, c: float32x4_t) -> float32x4_t {
        vfmaq_f32(c, a, b)
    }

    #[inline]
    #[target_feature(enable = "neon")]
    fn half(bits: uint16x4_t) -> float32x4_t {
        vcvt_f32_f16(vreinterpret_f16_u16(bits))
    }

    panel!(
        Neon,
        neon_block,
        "neon",
        4,
        4,
        6,
        zero,
        vld1q_f32,
        vst1q_f32,
        vdupq_n_f32,
        fma,
        half,
        vld1_u16,
        u16
    );
}
