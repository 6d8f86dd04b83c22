//! The kernels of `cabinet-slm`, compiled alone so that their tests run under Miri, sanitizers and an emulator.

#[path = "../../../crates/slm/src/kernels/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the callers are in cabinet-slm")]
mod kernels;

#[cfg(test)]
mod tests {
    /// An emulator or Miri that lacks the instructions would try the portable kernels only, and say nothing.
    #[test]
    fn the_instructions_expected_are_here() {
        if let Ok(expected) = std::env::var("CABINET_KERNELS_EXPECT") {
            assert_eq!(crate::kernels::Isa::best().name(), expected);
        }
    }
}
