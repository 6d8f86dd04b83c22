//! The inner loops of a scan, compiled once for every processor and once for those with 256-bit instructions.
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
    /// For each of the vectors, one after the other in `signs`, how many of its signs differ from the query's.
    pub(crate) fn differing(signs: &[u64], query: &[u64], apart: &mut [u16]) -> () = plain_differing;
}

/// Has bytes brought near that are read soon; where it is not known how, they come when they are read.
pub(crate) fn fetch(bytes: &[i8]) {
    #[cfg(target_arch = "x86_64")]
    for line in bytes.chunks(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is that of a byte that can be read; nothing is read or written for the program.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr()) };
    }
}

#[inline(always)]
fn plain_dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b)))
        .sum()
}

// Loops, not adaptors: what those pass on to is compiled apart, for every processor.
#[inline(always)]
fn plain_differing(signs: &[u64], query: &[u64], apart: &mut [u16]) {
    // The width of the embedder's vectors, known to the compiler, takes half the time.
    if let Ok(query) = <&[u64; 6]>::try_from(query) {
        for (vector, apart) in signs.as_chunks::<6>().0.iter().zip(apart) {
            *apart = differing_of(vector, query);
        }
    } else {
        for (vector, apart) in signs.chunks_exact(query.len()).zip(apart) {
            *apart = differing_of(vector, query);
        }
    }
}

#[inline(always)]
fn differing_of(vector: &[u64], query: &[u64]) -> u16 {
    let mut differing = 0;
    for (a, b) in vector.iter().zip(query) {
        differing += (a ^ b).count_ones() as u16;
    }
    differing
}
