//! Lower-case hexadecimal, as the header writes it. Upper case is refused: one value, one spelling.

use zeroize::Zeroizing;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two digits per byte. The text is wiped when dropped, because it may spell a key.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 0xf)]));
    }
    text
}

/// The bytes that `text` spells, if it spells exactly `N`.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let value = |digit: u8| {
        DIGITS
            .iter()
            .position(|known| *known == digit)
            .and_then(|at| u8::try_from(at).ok())
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn spells_bytes_both_ways() {
        assert_eq!(encode(&[0x00, 0x9f, 0xff]).as_str(), "009fff");
        assert_eq!(decode::<3>("009fff"), Some([0x00, 0x9f, 0xff]));
    }

    #[test]
    fn rejects_other_spellings() {
        for text in ["", "0", "009ff", "009fff0", "009fFF", "00 fff", "00gfff", "é9fff"] {
            assert_eq!(decode::<3>(text), None, "{text:?} is not three bytes");
        }
    }
}
