//! Trained weights: one small number for each feature and tag.

use std::collections::HashMap;

use super::crf::{Row, TAGS};
use super::lexicon::u32s;

/// Weights of features and of steps from tag to tag.
pub struct Weights {
    transitions: [Row; TAGS],
    /// Where a feature's numbers are.
    places: HashMap<u32, u32, ByItself>,
    /// An eighth-bit number a tag, to be multiplied by `scale`.
    numbers: Vec<[i8; TAGS]>,
    scale: f32,
}

/// Keys are hashes already.
#[derive(Clone, Copy, Default)]
pub struct ByItself(u64);

impl std::hash::Hasher for ByItself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u32(&mut self, key: u32) {
        // The table takes both ends of the number.
        self.0 = u64::from(key) << 32 | u64::from(key);
    }
}

impl std::hash::BuildHasher for ByItself {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self::default()
    }
}

const MARK: &[u8] = b"CDWT1\0\0\0";

impl Weights {
    /// Reads what [`Weights::write`] wrote; none where the bytes are something else.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MARK)?;
        let head = u32s(&mut rest, 2 + TAGS * TAGS)?;
        let count = head[0] as usize;
        let keys = u32s(&mut rest, count)?;
        if rest.len() != count.checked_mul(TAGS)? {
            return None;
        }
        let mut transitions = [[0f32; TAGS]; TAGS];
        for (value, bits) in transitions.iter_mut().flatten().zip(&head[2..]) {
            *value = f32::from_bits(*bits);
        }
        let mut numbers = Vec::with_capacity(count);
        for row in rest.chunks_exact(TAGS) {
            numbers.push(std::array::from_fn(|tag| row[tag].cast_signed()));
        }
        Some(Self {
            transitions,
            places: keys.into_iter().zip(0..).collect(),
            numbers,
            scale: f32::from_bits(head[1]),
        })
    }

    /// The bytes of weights given in full, of which those `most` count that weigh the most are kept.
    pub(super) fn write(transitions: &[Row; TAGS], rows: &HashMap<u32, Row>, most: usize) -> Vec<u8> {
        let weight = |row: &Row| row.iter().fold(0f32, |most, value| most.max(value.abs()));
        let mut kept: Vec<(&u32, &Row)> = rows.iter().collect();
        kept.sort_by(|a, b| weight(b.1).total_cmp(&weight(a.1)).then(a.0.cmp(b.0)));
        kept.truncate(most);
        let scale = kept
            .first()
            .map_or(1.0, |(_, row)| weight(row) / f32::from(i8::MAX))
            .max(f32::MIN_POSITIVE);
        kept.sort_by_key(|(key, _)| **key);
        let mut out = MARK.to_vec();
        out.extend((kept.len() as u32).to_le_bytes());
        out.extend(scale.to_le_bytes());
        out.extend(transitions.iter().flatten().flat_map(|value| value.to_le_bytes()));
        out.extend(kept.iter().flat_map(|(key, _)| key.to_le_bytes()));
        for (_, row) in kept {
            out.extend(row.iter().map(|value| (value / scale).round() as i8 as u8));
        }
        out
    }

    /// The score of each tag for a token with these features.
    pub(super) fn scores(&self, features: &[u32]) -> Row {
        let mut sums = [0i32; TAGS];
        for feature in features {
            if let Some(&place) = self.places.get(feature) {
                for (sum, number) in sums.iter_mut().zip(&self.numbers[place as usize]) {
                    *sum += i32::from(*number);
                }
            }
        }
        sums.map(|sum| sum as f32 * self.scale)
    }

    /// The score of each step from tag to tag.
    pub(super) fn transitions(&self) -> &[Row; TAGS] {
        &self.transitions
    }
}
