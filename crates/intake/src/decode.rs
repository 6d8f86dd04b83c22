//! From bytes to characters, for formats that do not say which characters they hold.
//!
//! Owns the order of evidence: a byte order mark, then UTF-8 that decodes without an error, then
//! UTF-16 and UTF-32 by where the zero bytes fall, then what the document declares, then statistics.
//! Bytes that are no text in any of these are told apart here too, so that no binary file is ever
//! kept as a page of noise.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Statistics need no more than this much of a file.
const SAMPLE: usize = 256 << 10;

/// Decodes a text; `None` when the bytes are no text.
///
/// `declared` is what the document itself says about its encoding, if anything.
pub(crate) fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> Option<String> {
    let text = decode_any(bytes, declared)?;
    looks_like_text(&text).then_some(text)
}

fn decode_any(bytes: &[u8], declared: Option<&'static Encoding>) -> Option<String> {
    if let Some(text) = utf32(bytes) {
        return Some(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Some(
            encoding
                .decode_without_bom_handling(&bytes[mark..])
                .0
                .into_owned(),
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
        // Escapes switch ISO-2022-JP to double bytes; the bytes themselves stay below 128.
        && !text.contains("\u{1b}$")
    {
        return Some(text.to_owned());
    }
    if let Some(encoding) = utf16(bytes) {
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    if bytes[..bytes.len().min(SAMPLE)].contains(&0) {
        return None;
    }
    let encoding = declared
        .filter(|encoding| decodes(encoding, bytes))
        .unwrap_or_else(|| detect(bytes));
    Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
}

fn decodes(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some()
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    // UTF-8 with a few broken bytes is still better read as UTF-8 than as anything else.
    if bytes
        .utf8_chunks()
        .filter(|chunk| !chunk.invalid().is_empty())
        .count()
        * 50
        < multibyte(bytes)
    {
        return encoding_rs::UTF_8;
    }
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// How many characters of more than one byte there are, read as UTF-8.
fn multibyte(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().filter(|c| !c.is_ascii()).count())
        .sum()
}

fn utf32(bytes: &[u8]) -> Option<String> {
    // In every other encoding, a unit whose top eleven bits are zero throughout does not occur.
    let read = [u32::from_le_bytes, u32::from_be_bytes]
        .into_iter()
        .find(|read| {
            bytes.len() >= 8
                && bytes
                    .chunks_exact(4)
                    .all(|unit| scalar(*read, unit).is_some_and(|c| c != '\0'))
        })?;
    let text: String = bytes
        .chunks_exact(4)
        .filter_map(|unit| scalar(read, unit))
        .collect();
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

fn scalar(read: fn([u8; 4]) -> u32, unit: &[u8]) -> Option<char> {
    char::from_u32(read([unit[0], unit[1], unit[2], unit[3]]))
}

/// UTF-16 without a mark: Latin letters, digits and spaces leave a zero in every other byte, and
/// whatever the script, some line end or space does.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    if sample.len() < 2 {
        return None;
    }
    let units = sample.len() / 2;
    let zeros = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (high_first, low_first) = (zeros(0), zeros(1));
    let (encoding, likely) = if low_first > high_first {
        (UTF_16LE, low_first * 100 >= units && high_first * 20 <= low_first)
    } else {
        (
            UTF_16BE,
            high_first * 100 >= units && low_first * 20 <= high_first,
        )
    };
    // Unpaired surrogates do not occur by accident in text, and do in other data.
    (likely
        && encoding
            .decode_without_bom_handling_and_without_replacement(sample_whole(sample, encoding))
            .is_some())
    .then_some(encoding)
}

/// The sample without a surrogate pair cut in half at its end.
fn sample_whole<'a>(sample: &'a [u8], encoding: &'static Encoding) -> &'a [u8] {
    let Some(last) = sample.last_chunk::<2>() else {
        return sample;
    };
    let unit = if encoding == UTF_16LE {
        u16::from_le_bytes(*last)
    } else {
        u16::from_be_bytes(*last)
    };
    if (0xd800..0xdc00).contains(&unit) {
        &sample[..sample.len() - 2]
    } else {
        sample
    }
}

/// A few stray control characters and undecodable bytes occur in real texts; many do not.
fn looks_like_text(text: &str) -> bool {
    let (mut seen, mut odd) = (0_usize, 0_usize);
    for c in text.chars().take(SAMPLE) {
        seen += 1;
        let usual = matches!(
            c,
            '\t' | '\n' | '\r' | '\u{0c}' | '\u{1a}' | '\u{1b}' | '\u{08}' | '\u{85}'
        );
        odd += usize::from((c.is_control() && !usual) || c == '\u{fffd}');
    }
    odd * 50 <= seen
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "Müller schuldet Ørsted 1.200 €.\nZahlbar sofort.\n";

    fn utf16_bytes(text: &str, encode: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(encode).collect()
    }

    #[test]
    fn reads_unicode_with_and_without_marks() {
        for mark in ["", "\u{feff}"] {
            let marked = format!("{mark}{SENTENCE}");
            for bytes in [
                marked.clone().into_bytes(),
                utf16_bytes(&marked, u16::to_le_bytes),
                utf16_bytes(&marked, u16::to_be_bytes),
            ] {
                let text = decode(&bytes, None).unwrap();
                assert_eq!(text.trim_start_matches('\u{feff}'), SENTENCE);
            }
        }
        for mark in ["", "\u{feff}"] {
            let marked = format!("{mark}{SENTENCE}");
            let little: Vec<u8> = marked.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
            let big: Vec<u8> = marked.chars().flat_map(|c| (c as u32).to_be_bytes()).collect();
            assert_eq!(decode(&little, None).unwrap(), SENTENCE);
            assert_eq!(decode(&big, None).unwrap(), SENTENCE);
        }
    }

    #[test]
    fn reads_utf16_of_other_scripts_without_a_mark() {
        let text = "Договор аренды заключён сторонами. \n".repeat(4);
        assert_eq!(decode(&utf16_bytes(&text, u16::to_le_bytes), None).unwrap(), text);
    }

    #[test]
    fn reads_legacy_encodings() {
        let german =
            "Die Klägerin begehrt die Räumung der Wohnung. Über die Höhe wird gestritten. ".repeat(3);
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&german);
        assert_eq!(decode(&bytes, None).unwrap(), german);
        let russian = "Настоящий договор вступает в силу с момента подписания. ".repeat(3);
        let (bytes, _, _) = encoding_rs::KOI8_R.encode(&russian);
        assert_eq!(decode(&bytes, None).unwrap(), russian);
        let japanese = "この契約は、署名の日から効力を生じる。".repeat(3);
        for encoding in [
            encoding_rs::SHIFT_JIS,
            encoding_rs::EUC_JP,
            encoding_rs::ISO_2022_JP,
        ] {
            let (bytes, _, _) = encoding.encode(&japanese);
            assert_eq!(decode(&bytes, None).unwrap(), japanese, "{}", encoding.name());
        }
    }

    #[test]
    fn a_declared_encoding_is_believed_only_if_it_fits() {
        let text = "Łódź, dnia 3 maja";
        let (bytes, _, _) = encoding_rs::ISO_8859_2.encode(text);
        assert_eq!(decode(&bytes, Some(encoding_rs::ISO_8859_2)).unwrap(), text);
        assert_eq!(
            decode(text.as_bytes(), Some(encoding_rs::ISO_8859_2)).unwrap(),
            text
        );
    }

    #[test]
    fn one_broken_byte_does_not_change_the_encoding() {
        let mut bytes = "Größe, Maße und Übergabe ändern sich täglich: äöü "
            .repeat(20)
            .into_bytes();
        bytes.extend_from_slice(b"\xff end");
        assert!(decode(&bytes, None).unwrap().starts_with("Größe"));
    }

    #[test]
    fn rejects_binary() {
        let noise: Vec<u8> = (0..4096_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        assert!(decode(&noise, None).is_none());
        assert!(decode(b"text with a\0zero byte", None).is_none());
        assert!(decode(&[1, 2, 3, 4, 5, 6, 7, 14, 15, 16, b'a', b'b'], None).is_none());
    }
}
