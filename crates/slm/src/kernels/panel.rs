//! Small products of 16-bit whole numbers, two at a time: what [attention](super::attention) is made of.
#![expect(unsafe_code, reason = "vector loads; the caller promises the lengths")]

/// A small product of whole numbers.
pub(super) trait Panel {
    /// `c[r][j] = Σᵢ a[r][2i] · b[i][j][0] + a[r][2i + 1] · b[i][j][1]` for `rows` (at most six) rows, `i < pairs`,
    /// `j < width` (a multiple of 16). `a` and `c` have rows of `a_stride` and `c_stride` numbers, `b` of `b_stride` pairs.
    /// Whoever calls sees to it that no sum leaves 32 bits.
    ///
    /// # Safety
    /// All of these elements exist, and the processor has the implementation's instructions.
    #[expect(clippy::too_many_arguments, reason = "a matrix product has three matrices")]
    unsafe fn panel(
        rows: usize,
        a: *const i16,
        a_stride: usize,
        pairs: usize,
        b: *const i16,
        b_stride: usize,
        width: usize,
        c: *mut i32,
        c_stride: usize,
    );
}

/// The product in plain Rust.
pub(super) struct Plain;

impl Panel for Plain {
    unsafe fn panel(
        rows: usize,
        a: *const i16,
        a_stride: usize,
        pairs: usize,
        b: *const i16,
        b_stride: usize,
        width: usize,
        c: *mut i32,
        c_stride: usize,
    ) {
        for row in 0..rows {
            // SAFETY: every element below exists by the caller's promise.
            unsafe {
                let c = std::slice::from_raw_parts_mut(c.add(row * c_stride), width);
                c.fill(0);
                for i in 0..pairs {
                    let [low, high] = [0, 1].map(|side| i32::from(*a.add(row * a_stride + 2 * i + side)));
                    let b = std::slice::from_raw_parts(b.add(2 * i * b_stride), 2 * width);
                    for (c, b) in c.iter_mut().zip(b.chunks_exact(2)) {
                        *c += low * i32::from(b[0]) + high * i32::from(b[1]);
                    }
                }
            }
        }
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! panel {
    ($name:ident, $block:ident, $features:literal, $lane:literal, $vectors:literal, $most:literal,
     $zero:ident, $load:ident, $store:ident, $pair:ident, $dot:ident, $numbers:ty, $sums:ty) => {
        impl $crate::kernels::panel::Panel for $name {
            #[inline(always)]
            unsafe fn panel(
                rows: usize,
                a: *const i16,
                a_stride: usize,
                pairs: usize,
                b: *const i16,
                b_stride: usize,
                width: usize,
                c: *mut i32,
                c_stride: usize,
            ) {
                let mut column = 0;
                while column < width {
                    let whole = width - column >= $lane * $vectors;
                    let mut row = 0;
                    while row < rows {
                        let count = (rows - row).min($most);
                        // SAFETY: rows, columns and pairs stay inside what the caller promised.
                        unsafe {
                            let (a, c) = (a.add(row * a_stride), c.add(row * c_stride + column));
                            let b = b.add(2 * column);
                            match (count, whole) {
                                (1, true) => {
                                    $block::<1, $vectors>(a, a_stride, pairs, b, b_stride, c, c_stride)
                                }
                                (2, true) => {
                                    $block::<2, $vectors>(a, a_stride, pairs, b, b_stride, c, c_stride)
                                }
                                (3, true) => {
                                    $block::<3, $vectors>(a, a_stride, pairs, b, b_stride, c, c_stride)
                                }
                                (4, true) => {
                                    $block::<4, $vectors>(a, a_stride, pairs, b, b_stride, c, c_stride)
                                }
                                (5, true) => {
                                    $block::<5, $vectors>(a, a_stride, pairs, b, b_stride, c, c_stride)
                                }
                                (6, true) => {
                                    $block::<6, $vectors>(a, a_stride, pairs, b, b_stride, c, c_stride)
                                }
                                (1, _) => $block::<1, 1>(a, a_stride, pairs, b, b_stride, c, c_stride),
                                (2, _) => $block::<2, 1>(a, a_stride, pairs, b, b_stride, c, c_stride),
                                (3, _) => $block::<3, 1>(a, a_stride, pairs, b, b_stride, c, c_stride),
                                (4, _) => $block::<4, 1>(a, a_stride, pairs, b, b_stride, c, c_stride),
                                (5, _) => $block::<5, 1>(a, a_stride, pairs, b, b_stride, c, c_stride),
                                _ => $block::<6, 1>(a, a_stride, pairs, b, b_stride, c, c_stride),
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
        unsafe fn $block<const ROWS: usize, const VECTORS: usize>(
            a: *const i16,
            a_stride: usize,
            pairs: usize,
            b: *const i16,
            b_stride: usize,
            c: *mut i32,
            c_stride: usize,
        ) {
            let mut sums = [[$zero(); VECTORS]; ROWS];
            // SAFETY: by the caller's promise.
            unsafe {
                for i in 0..pairs {
                    let mut columns = [$load(b.add(2 * i * b_stride).cast::<$numbers>()); VECTORS];
                    for (v, column) in columns.iter_mut().enumerate().skip(1) {
                        *column = $load(b.add(2 * (i * b_stride + v * $lane)).cast::<$numbers>());
                    }
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let by = $pair(a.add(row * a_stride + 2 * i).cast::<i32>().read_unaligned());
                        for (sum, column) in sums.iter_mut().zip(&columns) {
                            *sum = $dot(*sum, *column, by);
                        }
                    }
                }
                for (row, sums) in sums.iter().enumerate() {
                    for (v, sum) in sums.iter().enumerate() {
                        $store(c.add(row * c_stride + v * $lane).cast::<$sums>(), *sum);
                    }
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use core::arch::x86_64::*;

    /// 512-bit registers.
    pub(in super::super) struct Wide;
    /// 256-bit registers.
    pub(in super::super) struct Narrow;

    #[inline]
    #[target_feature(enable = "avx2")]
    fn narrow_dot(sums: __m256i, pairs: __m256i, by: __m256i) -> __m256i {
        _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, by))
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn wide_dot(sums: __m512i, pairs: __m512i, by: __m512i) -> __m512i {
        if cfg!(miri) {
            // Miri knows the narrower instruction alone.
            let low = _mm256_madd_epi16(_mm512_castsi512_si256(pairs), _mm512_castsi512_si256(by));
            let high = _mm256_madd_epi16(
                _mm512_extracti64x4_epi64::<1>(pairs),
                _mm512_extracti64x4_epi64::<1>(by),
            );
            let both = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
            return _mm512_add_epi32(sums, both);
        }
        _mm512_dpwssd_epi32(sums, pairs, by)
    }

    panel!(
        Wide,
        wide_block,
        "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni",
        16,
        4,
        6,
        _mm512_setzero_si512,
        _mm512_loadu_si512,
        _mm512_storeu_si512,
        _mm512_set1_epi32,
        wide_dot,
        __m512i,
        __m512i
    );
    panel!(
        Narrow,
        narrow_block,
        "avx2,fma",
        8,
        4,
        3,
        _mm256_setzero_si256,
        _mm256_loadu_si256,
        _mm256_storeu_si256,
        _mm256_set1_epi32,
        narrow_dot,
        __m256i,
        __m256i
    );
}

#[cfg(target_arch = "aarch64")]
pub(super) mod arm {
    use core::arch::aarch64::*;

    /// 128-bit registers.
    pub(in super::super) struct Neon;

    #[inline]
    #[target_feature(enable = "neon")]
    fn zero() -> int32x4_t {
        vdupq_n_s32(0)
    }

    /// Two numbers in every lane.
    #[inline]
    #[target_feature(enable = "neon")]
    fn pair(both: i32) -> int16x8_t {
        vreinterpretq_s16_s32(vdupq_n_s32(both))
    }

    #[inline]
    #[target_feature(enable = "neon")]
    fn dot(sums: int32x4_t, pairs: int16x8_t, by: int16x8_t) -> int32x4_t {
        let low = vmull_s16(vget_low_s16(pairs), vget_low_s16(by));
        let high = vmull_high_s16(pairs, by);
        vaddq_s32(sums, vpaddq_s32(low, high))
    }

    panel!(
        Neon, neon_block, "neon", 4, 4, 6, zero, vld1q_s16, vst1q_s32, pair, dot, i16, i32
    );
}
