//! From a passphrase to a key: Argon2id (RFC 9106), dear enough that guessing does not pay.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::ExposeSecretMut;
use zeroize::Zeroizing;

use crate::VaultError;
use crate::keys::KeptKey;

/// How dear one derivation is. Written into the header, so that later versions can ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    memory_kib: u32,
    passes: u32,
}

/// What a header may ask for. Above it a hostile header could take the machine's memory or hang it; the most
/// expensive accepted one takes a gibibyte for some seconds.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;
const MOST_WORK_KIB: u64 = 4 * MOST_MEMORY_KIB as u64;
const LEAST_MEMORY_KIB: u32 = Params::MIN_M_COST;

/// Always one: two lanes on two threads would halve the user's wait, but the attacker has more processors.
const LANES: u32 = 1;

impl Default for KdfCost {
    /// About half a second on an ordinary processor, and 128 mebibytes, which is what makes guessing on graphics
    /// cards dear.
    fn default() -> Self {
        Self {
            memory_kib: 128 * 1024,
            passes: 4,
        }
    }
}

impl KdfCost {
    /// The cheapest accepted cost. For tests only: it protects nothing.
    pub const LOWEST: Self = Self {
        memory_kib: LEAST_MEMORY_KIB,
        passes: 1,
    };

    /// A cost of this much memory, gone over this many times.
    ///
    /// # Errors
    /// [`VaultError::CostOutOfBounds`] when it is more, or less, than a header may ask for.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, VaultError> {
        let memory_fits = (LEAST_MEMORY_KIB..=MOST_MEMORY_KIB).contains(&memory_kib);
        let passes_fit = (1..=MOST_PASSES).contains(&passes);
        let work_fits = u64::from(memory_kib) * u64::from(passes) <= MOST_WORK_KIB;
        if memory_fits && passes_fit && work_fits {
            Ok(Self { memory_kib, passes })
        } else {
            Err(VaultError::CostOutOfBounds)
        }
    }

    /// Kibibytes of memory.
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// How many times the memory is gone over.
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Derives a key. Takes as long as the cost says; not for a thread that must stay responsive.
    pub(crate) fn derive(self, secret: &[u8], salt: &[u8]) -> Result<KeptKey, VaultError> {
        let params = Params::new(self.memory_kib, self.passes, LANES, None)
            .map_err(|_| VaultError::CostOutOfBounds)?;
        // Asked for in a way that can fail: a machine that is short of memory gets an error, not an abort.
        let mut memory: Zeroizing<Vec<Block>> = Zeroizing::new(Vec::new());
        memory
            .try_reserve_exact(params.block_count())
            .map_err(|_| VaultError::Io {
                doing: "taking the memory to derive a key",
                source: std::io::ErrorKind::OutOfMemory.into(),
            })?;
        memory.resize(params.block_count(), Block::new());
        let mut key = KeptKey::default();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                secret,
                salt,
                &mut **key.expose_secret_mut(),
                memory.as_mut_slice(),
            )
            .map_err(|_| VaultError::CostOutOfBounds)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::KdfCost;

    #[test]
    fn derives_what_the_reference_implementation_derives() {
        // RFC 9106's own vectors use a secret and associated data, which Cabinet does not; this one was made with
        // the reference program: echo -n "password" | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -r
        let key = KdfCost::new(65_536, 2)
            .unwrap()
            .derive(b"password", b"somesalt")
            .unwrap();
        let expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
        assert_eq!(crate::hex::encode(&**key.expose_secret()).as_str(), expected);
    }

    #[test]
    fn salt_and_secret_both_matter() {
        let derive =
            |secret: &[u8], salt: &[u8]| **KdfCost::LOWEST.derive(secret, salt).unwrap().expose_secret();
        let one = derive(b"walnut orbit", b"0123456789abcdef");
        assert_eq!(one, derive(b"walnut orbit", b"0123456789abcdef"));
        assert_ne!(one, derive(b"walnut orbit", b"0123456789abcdeg"));
        assert_ne!(one, derive(b"walnut orbis", b"0123456789abcdef"));
    }

    #[test]
    fn rejects_costs_out_of_bounds() {
        let gibibyte = 1024 * 1024;
        for (memory_kib, passes) in [
            (0, 1),
            (7, 1),
            (gibibyte + 1, 1),
            (gibibyte, 5),
            (1024, 0),
            (1024, 65),
            (u32::MAX, u32::MAX),
        ] {
            assert!(
                KdfCost::new(memory_kib, passes).is_err(),
                "{memory_kib} KiB, {passes} passes"
            );
        }
        for (memory_kib, passes) in [(gibibyte, 4), (65_536, 64), (8, 1)] {
            assert!(
                KdfCost::new(memory_kib, passes).is_ok(),
                "{memory_kib} KiB, {passes} passes"
            );
        }
    }

    #[test]
    fn the_default_takes_enough_memory() {
        assert!(KdfCost::default().memory_kib() >= 64 * 1024);
    }
}
