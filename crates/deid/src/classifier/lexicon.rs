//! What is known of words before any training: names, places, bodies, how frequent a word is and what it is near to in
//! meaning. Hashes alone, sorted; see `data/README.md` for the sources and their licences.

use std::sync::LazyLock;

static DATA: &[u8] = include_bytes!("../../data/lexicon.bin");
static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(DATA).expect("the lexicon is part of the program and a test reads it"));

/// Flags of a word, as `train/lexicon.py` sets them; the classifier learns what each is worth.
pub mod flag {
    /// A first name or a frequent surname.
    pub const NAME: u16 = 1 | 1 << 1;
    /// Any name of a person or place.
    pub const PROPER: u16 = NAME | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6;
    /// The name of a month.
    pub const MONTH: u16 = 1 << 11;
    /// The first word of a place of several words.
    pub const PHRASE_START: u16 = 1 << 15;
    /// How frequent: 1 most, 5 least, 0 not known as a word.
    pub const FREQUENCY_SHIFT: u16 = 12;
}

/// What is known of one word.
#[derive(Clone, Copy, Default)]
pub struct Word {
    /// See [`flag`].
    pub flags: u16,
    /// One of 80 groups of like meaning; 0 for none.
    pub coarse: u8,
    /// One of 900; 0 for none.
    pub fine: u16,
}

impl Word {
    /// How frequent the word is: 1 most, 5 least, 0 not known as a word.
    pub fn frequency(self) -> u16 {
        (self.flags >> flag::FREQUENCY_SHIFT) & 7
    }
}

struct Lexicon {
    words: Vec<u32>,
    flags: Vec<u16>,
    senses: Vec<u32>,
    coarse: Vec<u8>,
    fine: Vec<u16>,
    phrases: Vec<u32>,
}

/// What is known of a word in small letters.
pub fn word(small: &str) -> Word {
    let key = key(small);
    let mut known = Word::default();
    if let Ok(at) = LEXICON.words.binary_search(&key) {
        known.flags = LEXICON.flags[at];
    }
    if let Ok(at) = LEXICON.senses.binary_search(&key) {
        (known.coarse, known.fine) = (LEXICON.coarse[at], LEXICON.fine[at]);
    }
    known
}

/// Whether words joined by one space are a place.
pub fn is_place(phrase: &str) -> bool {
    LEXICON.phrases.binary_search(&key(phrase)).is_ok()
}

/// FNV-1a (Fowler, Noll, Vo), 32 bits.
pub fn key(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

impl Lexicon {
    /// None where the bytes are not such a file.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"CDLX1\0\0\0")?;
        let count = u32s(&mut rest, 1)?[0] as usize;
        let (words, flags) = (u32s(&mut rest, count)?, u16s(&mut rest, count)?);
        let count = u32s(&mut rest, 1)?[0] as usize;
        let senses = u32s(&mut rest, count)?;
        let (coarse, mut rest) = rest.split_at_checked(count)?;
        let fine = u16s(&mut rest, count)?;
        let count = u32s(&mut rest, 1)?[0] as usize;
        let phrases = u32s(&mut rest, count)?;
        rest.is_empty().then(|| Self {
            words,
            flags,
            senses,
            coarse: coarse.to_vec(),
            fine,
            phrases,
        })
    }
}

/// So many little-endian numbers off the front.
pub fn u32s(rest: &mut &[u8], count: usize) -> Option<Vec<u32>> {
    let (own, after) = rest.split_at_checked(count.checked_mul(4)?)?;
    *rest = after;
    Some(
        own.chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect(),
    )
}

fn u16s(rest: &mut &[u8], count: usize) -> Option<Vec<u16>> {
    let (own, after) = rest.split_at_checked(count.checked_mul(2)?)?;
    *rest = after;
    Some(
        own.chunks_exact(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lexicon_knows_names_and_places() {
        let (first, surname, country) = (1, 1 << 1, 1 << 6);
        assert!(word("maria").flags & first != 0);
        assert!(word("johnson").flags & surname != 0);
        assert!(word("norway").flags & country != 0);
        assert!(is_place("new york"));
        assert!(!is_place("of the"));
        assert!(word("the").frequency() == 1 && word("qzxv").frequency() == 0);
    }
}
