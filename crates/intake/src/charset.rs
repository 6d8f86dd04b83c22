//! Characters by the number of a code page, as the formats of Microsoft name their encodings.
//!
//! Owns the way from a number to a decoder. What the web still uses comes from `encoding_rs`; the code pages of DOS,
//! which it leaves out, from `oem_cp`.

use encoding_rs::Encoding;
use oem_cp::code_table_type::TableType;

/// A way to decode bytes.
#[derive(Clone, Copy)]
pub(crate) enum Charset {
    /// One of the web's.
    Web(&'static Encoding),
    /// One of DOS's.
    Dos(&'static TableType),
    /// The pictures of symbol fonts, of which only bullets mean anything as text.
    Symbol,
}

impl Charset {
    /// What most files are in that do not say.
    pub(crate) const WESTERN: Self = Charset::Web(encoding_rs::WINDOWS_1252);

    /// The code page of that number.
    pub(crate) fn of_code_page(number: u32) -> Option<Self> {
        let number = u16::try_from(number).ok()?;
        if number == 42 {
            return Some(Charset::Symbol);
        }
        codepage::to_encoding(number).map(Charset::Web).or_else(|| {
            oem_cp::code_table::DECODING_TABLE_CP_MAP
                .get(&number)
                .map(Charset::Dos)
        })
    }

    /// The code page a language of Windows is written in, for files that name only that.
    pub(crate) fn of_language(id: u16) -> Option<Self> {
        // The lower ten bits are the language, the rest the country.
        let page = match id & 0x3ff {
            0x01 | 0x20 | 0x29 => 1256,
            0x02 | 0x19 | 0x22 | 0x23 | 0x2f => 1251,
            0x04 if matches!(id >> 10, 2 | 4) => 936,
            0x04 => 950,
            0x05 | 0x0e | 0x15 | 0x18 | 0x1b | 0x24 => 1250,
            0x1a if id == 0x0c1a => 1251,
            0x1a => 1250,
            0x08 => 1253,
            0x0d => 1255,
            0x11 => 932,
            0x12 => 949,
            0x1e => 874,
            0x1f => 1254,
            0x25..=0x27 => 1257,
            0x2a => 1258,
            _ => return None,
        };
        Self::of_code_page(page)
    }

    /// The text; what the code page lacks becomes a replacement character.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Charset::Web(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Charset::Dos(table) => table.decode_string_lossy(bytes),
            Charset::Symbol => bytes.iter().filter_map(|byte| symbol(u32::from(*byte))).collect(),
        }
    }
}

/// A character of a symbol font, by its place in the font or in the private use area fonts are mapped to.
pub(crate) fn symbol(place: u32) -> Option<char> {
    match place & 0xff {
        0xb7 | 0xa7 | 0x9f | 0xa8 | 0x6c | 0x6e | 0xd8 => Some('\u{2022}'),
        0x20 => Some(' '),
        _ => None,
    }
}

/// UTF-16, little end first, up to the first zero.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .take_while(|unit| *unit != 0);
    char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_decode() {
        let of = |page: u32, bytes: &[u8]| Charset::of_code_page(page).unwrap().decode(bytes);
        assert_eq!(of(1251, b"\xc8\xf1\xea"), "Иск");
        assert_eq!(of(866, b"\x88\xe1\xaa"), "Иск");
        assert_eq!(of(850, b"caf\x82"), "café");
        assert_eq!(of(932, b"\x8c\x5f\x96\xf1"), "契約");
        assert_eq!(of(42, b"\xb7"), "•");
        assert!(Charset::of_code_page(1).is_none());
        assert_eq!(
            Charset::of_language(0x0419).unwrap().decode(b"\xc8\xf1\xea"),
            "Иск"
        );
        assert_eq!(utf16(b"a\0\xe9\0\0\0b\0"), "aé");
    }
}
