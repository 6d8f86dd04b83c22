//! How much memory is free, so that a model too large for the machine is refused before it is loaded.

use crate::SlmError;

/// Refuses `needed` bytes if the system says that fewer are free. Where the system does not say, nothing is refused.
pub(crate) fn require(needed: u64) -> Result<(), SlmError> {
    compare(needed, available())
}

fn compare(needed: u64, free: Option<u64>) -> Result<(), SlmError> {
    const MB: u64 = 1_000_000;
    match free {
        Some(free) if needed > free => Err(SlmError::NotEnoughMemory {
            needed_mb: needed.div_ceil(MB),
            free_mb: free / MB,
        }),
        _ => Ok(()),
    }
}

/// Bytes that programs can still take without swapping. Known on Linux only.
fn available() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_with_both_numbers() {
        let refused = SlmError::NotEnoughMemory {
            needed_mb: 3,
            free_mb: 2,
        };
        assert_eq!(compare(2_000_001, Some(2_000_000)), Err(refused));
        assert_eq!(compare(2_000_000, Some(2_000_000)), Ok(()));
        assert_eq!(compare(u64::MAX, None), Ok(()));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_says_how_much_is_free() {
        assert!(available().is_some_and(|free| free > 1_000_000));
        assert!(require(u64::MAX).is_err());
    }
}
