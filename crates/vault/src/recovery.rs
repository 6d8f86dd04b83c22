//! The recovery code: a second way in, to be written on paper.
//!
//! 160 random bits as thirty-two characters, and four more that depend on them so that a slip of the pen is told
//! apart from another cabinet's code. The alphabet is Crockford's: no `I`, `L`, `O` or `U`, and what people write
//! for a one or a zero is read as one.

use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::VaultError;
use crate::keys;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 20;
const DATA_CHARACTERS: usize = BYTES * 8 / 5;
const CHECK_CHARACTERS: usize = 4;
const CHARACTERS: usize = DATA_CHARACTERS + CHECK_CHARACTERS;
const GROUP: usize = 4;

/// A code that opens the cabinet without the passphrase. It cannot be printed by accident, copied or serialised;
/// [`RecoveryCode::groups`] spells it out for the one time it is shown.
pub struct RecoveryCode(SecretBox<[u8; BYTES]>);

impl RecoveryCode {
    /// A fresh code from the system's random numbers.
    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut bytes = Box::new([0; BYTES]);
        keys::fill_random(bytes.as_mut_slice())?;
        Ok(Self(SecretBox::new(bytes)))
    }

    /// Reads a code as people write it: any case, any spaces and dashes, `O` for `0`, `I` or `L` for `1`.
    ///
    /// # Errors
    /// [`VaultError::MistypedRecoveryCode`] when characters are missing, foreign or do not match the check group.
    pub fn parse(written: &str) -> Result<Self, VaultError> {
        let mistyped = |what| VaultError::MistypedRecoveryCode { what };
        let mut digits = Zeroizing::new(Vec::with_capacity(written.len()));
        for character in written.chars() {
            match character.to_ascii_uppercase() {
                '-' | '\u{2010}'..='\u{2015}' => {}
                space if space.is_whitespace() => {}
                'O' => digits.push(0),
                'I' | 'L' => digits.push(1),
                letter => digits.push(digit(letter).ok_or_else(|| mistyped("it holds a foreign character"))?),
            }
        }
        if digits.len() != CHARACTERS {
            return Err(mistyped(if digits.len() < CHARACTERS {
                "characters are missing"
            } else {
                "there are too many characters"
            }));
        }
        let (data, check) = digits.split_at(DATA_CHARACTERS);
        let code = Self(SecretBox::new(Box::new(pack(data))));
        if check == check_digits(code.0.expose_secret()) {
            Ok(code)
        } else {
            Err(mistyped("a character is wrong or two are swapped"))
        }
    }

    /// Nine groups of four characters, to be written down in order. The caller shows them once and lets them go.
    pub fn groups(&self) -> Vec<String> {
        let mut digits = Zeroizing::new([0; CHARACTERS]);
        let (data, check) = digits.split_at_mut(DATA_CHARACTERS);
        unpack(self.0.expose_secret(), data);
        check.copy_from_slice(&check_digits(self.0.expose_secret()));
        digits
            .chunks_exact(GROUP)
            .map(|group| {
                group
                    .iter()
                    .map(|digit| char::from(ALPHABET[usize::from(*digit)]))
                    .collect()
            })
            .collect()
    }

    /// The bytes from which a key is derived.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

fn digit(letter: char) -> Option<u8> {
    let letter = u8::try_from(letter).ok()?;
    ALPHABET
        .iter()
        .position(|known| *known == letter)
        .and_then(|at| u8::try_from(at).ok())
}

/// Thirty-two digits of five bits are twenty bytes: eight digits fill five bytes.
fn pack(digits: &[u8]) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    for (five, eight) in bytes.chunks_exact_mut(5).zip(digits.chunks_exact(8)) {
        let mut bits = eight
            .iter()
            .fold(0_u64, |bits, digit| bits << 5 | u64::from(*digit));
        five.copy_from_slice(&bits.to_be_bytes()[3..]);
        bits.zeroize();
    }
    bytes
}

fn unpack(bytes: &[u8; BYTES], digits: &mut [u8]) {
    for (five, eight) in bytes.chunks_exact(5).zip(digits.chunks_exact_mut(8)) {
        let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for (at, digit) in eight.iter_mut().enumerate() {
            *digit = (bits >> (35 - 5 * at) & 0x1f) as u8;
        }
    }
}

/// Twenty bits of a hash: one slip in a million goes unnoticed here, and is still refused by the vault.
fn check_digits(bytes: &[u8; BYTES]) -> [u8; CHECK_CHARACTERS] {
    let hash = Sha256::new()
        .chain_update(b"cabinet recovery code")
        .chain_update(bytes)
        .finalize();
    let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    [
        bits >> 27,
        bits >> 22 & 0x1f,
        bits >> 17 & 0x1f,
        bits >> 12 & 0x1f,
    ]
    .map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::{ALPHABET, RecoveryCode};
    use crate::VaultError;

    fn same(left: &RecoveryCode, right: &RecoveryCode) -> bool {
        left.bytes() == right.bytes()
    }

    #[test]
    fn what_is_written_down_is_read_back() {
        for _ in 0..200 {
            let code = RecoveryCode::random().unwrap();
            let groups = code.groups();
            assert_eq!(groups.len(), 9);
            assert!(groups.iter().all(|group| group.len() == 4));
            assert!(same(&code, &RecoveryCode::parse(&groups.join("-")).unwrap()));
        }
    }

    #[test]
    fn reads_what_people_write() {
        let code = RecoveryCode::parse("0000-0000-0000-0000-0000-0000-0000-0001-").err();
        assert!(
            matches!(code, Some(VaultError::MistypedRecoveryCode { .. })),
            "the check group is missing"
        );

        let code = RecoveryCode::random().unwrap();
        let written = code
            .groups()
            .join(" ")
            .to_lowercase()
            .replace('0', "o")
            .replace('1', "l");
        assert!(same(
            &code,
            &RecoveryCode::parse(&format!("  {written}\n")).unwrap()
        ));
        let written = code.groups().concat().replace('0', "O").replace('1', "I");
        assert!(same(&code, &RecoveryCode::parse(&written).unwrap()));
    }

    #[test]
    fn rejects_every_single_slip() {
        let code = RecoveryCode::random().unwrap();
        let right: Vec<char> = code.groups().concat().chars().collect();
        let mut noticed = 0;
        let mut tried = 0;
        for at in 0..right.len() {
            for other in ALPHABET
                .iter()
                .map(|letter| char::from(*letter))
                .filter(|letter| *letter != right[at])
            {
                let mut wrong = right.clone();
                wrong[at] = other;
                tried += 1;
                noticed += usize::from(RecoveryCode::parse(&wrong.iter().collect::<String>()).is_err());
            }
        }
        assert_eq!(tried, 36 * 31);
        assert!(
            noticed >= tried - 1,
            "{noticed} of {tried}: one in a million may pass"
        );
    }

    #[test]
    fn rejects_foreign_and_missing_characters() {
        let groups = RecoveryCode::random().unwrap().groups().concat();
        for written in [
            "",
            "U",
            &groups[1..],
            &format!("{groups}0"),
            &groups.replace(|_| true, "!"),
            "é".repeat(36).as_str(),
        ] {
            let refused = RecoveryCode::parse(written).err();
            assert!(
                matches!(refused, Some(VaultError::MistypedRecoveryCode { .. })),
                "{written:?}"
            );
        }
    }
}
