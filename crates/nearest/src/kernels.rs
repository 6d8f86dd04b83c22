//! The two inner loops, compiled once for every processor and once for those with 256-bit instructions.
#![expect(
    unsafe_code,
    reason = "a function for newer processors may be called only where they are"
)]

/// Compiles one plain body twice and calls the one this processor can run.
macro_rules! for_this_processor {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),*) -> $out:ty = $body:path;) => {
        $(#[$doc])*
        $vis fn $name($($arg: $type),*) -> $out {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,popcnt,bmi1,bmi2")]
                fn newer($($arg: $type),*) -> $out {
                    $body($($arg),*)
                }
                if is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("popcnt")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                {
                    // SAFETY: every feature that `newer` needs was just found.
                    return unsafe { newer($($arg),*) };
                }
            }
            $body($($arg),*)
        }
    };
}

for_this_processor! {
    /// The sum of the products of two runs of bytes.
    pub(crate) fn dot(a: &[i8], b: &[i8]) -> i32 = plain_dot;
}

for_this_processor! {
    /// For each of the vectors `at`, how many of its signs differ from the query's.
    pub(crate) fn differing(signs: &[u64], words: usize, at: &[usize], query: &[u64]) -> Vec<u16> = plain_differing;
}

#[inline(always)]
fn plain_dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b)))
        .sum()
}

#[inline(always)]
fn plain_differing(signs: &[u64], words: usize, at: &[usize], query: &[u64]) -> Vec<u16> {
    at.iter()
        .map(|at| {
            signs[at * words..(at + 1) * words]
                .iter()
                .zip(query)
                .map(|(a, b)| (a ^ b).count_ones() as u16)
                .sum()
        })
        .collect()
}
