//! Which instructions this processor has. Detected once; every kernel takes the answer as an argument, so that
//! tests can run each version beside the portable one on the same machine.

use std::sync::OnceLock;

/// A family of kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Isa {
    /// Plain Rust. Correct everywhere; the yardstick for the others.
    Portable,
    /// 256-bit integer and float instructions (x86 since about 2013).
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit instructions with int8 dot products (Intel since 2019, AMD since 2022).
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// 128-bit instructions with int8 dot products (most ARM since 2018, Apple since 2019).
    #[cfg(target_arch = "aarch64")]
    NeonDot,
}

impl Isa {
    /// The fastest family that this processor has.
    pub(crate) fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// Every family that this processor has, slowest first.
    pub(crate) fn available() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c");
            if avx2 {
                found.push(Self::Avx2);
            }
            if avx2
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vnni")
            {
                found.push(Self::Avx512Vnni);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("dotprod") {
            found.push(Self::NeonDot);
        }
        found
    }

    /// The name that reports and benchmarks print.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => "avx512-vnni",
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => "neon-dot",
        }
    }
}

/// Compiles one plain Rust body once per instruction family, so that the compiler vectorises it for each. ARM needs one
/// only: every such processor has the registers, and dot products are of no use in these bodies.
/// The body must be `#[inline(always)]`: only then is it compiled with the caller's instructions.
macro_rules! by_isa {
    ($(#[$doc:meta])* $vis:vis $name:ident = $body:path; ($($arg:ident : $ty:ty),* $(,)?)) => {
        $(#[$doc])*
        #[cfg_attr(
            target_arch = "x86_64",
            expect(unsafe_code, reason = "calling code compiled for instructions found at run time")
        )]
        $vis fn $name(isa: $crate::kernels::isa::Isa, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn wide($($arg: $ty),*) { $body($($arg),*) }
                #[target_feature(enable = "avx2,fma,f16c")]
                fn narrow($($arg: $ty),*) { $body($($arg),*) }
                match isa {
                    // SAFETY: an `Isa` other than `Portable` is only made where its instructions were detected.
                    $crate::kernels::isa::Isa::Avx512Vnni => return unsafe { wide($($arg),*) },
                    // SAFETY: as above.
                    $crate::kernels::isa::Isa::Avx2 => return unsafe { narrow($($arg),*) },
                    $crate::kernels::isa::Isa::Portable => {}
                }
            }
            let _ = isa;
            $body($($arg),*)
        }
    };
}
pub(crate) use by_isa;
