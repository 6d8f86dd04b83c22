//! OLE compound files (MS-CFB), the containers of old Office files and Outlook messages, and their properties.
//!
//! Owns bounded reading of streams and the summary a file gives of itself (MS-OLEPS). The container itself is the
//! `cfb` crate's; all reading is from memory.

use crate::charset::{Charset, utf16};
use crate::details::{self, Day, Details};
use crate::document::Kind;
use crate::error::{Excess, IntakeError};
use crate::limits::MOST_UNPACKED;
use std::io::{Cursor, Read};
use std::path::Path;

/// A compound file in memory.
pub(crate) struct Compound {
    pub file: cfb::CompoundFile<Cursor<Vec<u8>>>,
    kind: Kind,
}

impl Compound {
    /// Opens a container that holds a document of this kind.
    ///
    /// # Errors
    /// `corrupt`.
    pub(crate) fn open(bytes: Vec<u8>, kind: Kind) -> Result<Self, IntakeError> {
        let file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|_| IntakeError::Corrupt(kind))?;
        Ok(Self { file, kind })
    }

    /// The bytes it was opened from.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.file.into_inner().into_inner()
    }

    /// The content of a stream; `None` when there is no such stream.
    ///
    /// # Errors
    /// `corrupt`, or `too_large`.
    pub(crate) fn stream(&mut self, path: impl AsRef<Path>) -> Result<Option<Vec<u8>>, IntakeError> {
        if !self.file.is_stream(&path) {
            return Ok(None);
        }
        let corrupt = |_| IntakeError::Corrupt(self.kind);
        let stream = self.file.open_stream(path).map_err(corrupt)?;
        let mut bytes = Vec::new();
        stream
            .take(MOST_UNPACKED + 1)
            .read_to_end(&mut bytes)
            .map_err(corrupt)?;
        if bytes.len() as u64 > MOST_UNPACKED {
            return Err(IntakeError::TooLarge(Excess::Unpacked));
        }
        Ok(Some(bytes))
    }

    /// What the file says about itself: its title and its details. Damage here is no reason to refuse a text.
    pub(crate) fn summary(&mut self) -> (Option<String>, Details) {
        let bytes = self
            .stream("/\u{5}SummaryInformation")
            .ok()
            .flatten()
            .unwrap_or_default();
        summary(&bytes).unwrap_or_default()
    }
}

/// The number at that place, little end first.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

/// The number at that place, little end first.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// The number at that place, as a place or a count.
pub(crate) fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    u32_at(bytes, at).and_then(|number| usize::try_from(number).ok())
}

/// The day of a time in hundreds of nanoseconds since 1601.
pub(crate) fn day_at(bytes: &[u8], at: usize) -> Option<Day> {
    let ticks = u64::from(u32_at(bytes, at)?) | u64::from(u32_at(bytes, at + 4)?) << 32;
    // Before 1970 it is no date but a duration, or nothing.
    Day::from_1601(ticks / 864_000_000_000).filter(|day| day.year >= 1970)
}

fn summary(bytes: &[u8]) -> Option<(Option<String>, Details)> {
    // Header of 28 bytes, then the format's identifier and the place of its one section.
    let section = bytes.get(usize_at(bytes, 44)?..)?;
    let count = usize_at(section, 4)?.min(64);
    let entry = |wanted: u32| {
        let entry = (0..count).find(|n| u32_at(section, 8 + n * 8) == Some(wanted))?;
        usize_at(section, 12 + entry * 8)
    };
    let page = entry(1).and_then(|at| u16_at(section, at + 4));
    let charset = page
        .and_then(|page| Charset::of_code_page(u32::from(page)))
        .unwrap_or(Charset::WESTERN);
    let string = |id: u32| {
        let at = entry(id)?;
        let length = usize_at(section, at + 4)?;
        match u32_at(section, at)? {
            0x1e => {
                let bytes = section.get(at + 8..(at + 8).checked_add(length)?)?;
                Some(charset.decode(bytes).trim_end_matches('\0').to_owned())
            }
            0x1f => Some(utf16(section.get(at + 8..)?.get(..length.checked_mul(2)?)?)),
            _ => None,
        }
    };
    let day = |id: u32| {
        entry(id)
            .filter(|at| u32_at(section, *at) == Some(0x40))
            .and_then(|at| day_at(section, at + 4))
    };
    let details = Details {
        author: string(4).as_deref().and_then(details::name),
        created: day(12),
        modified: day(13),
        ..Details::default()
    };
    Some((string(2), details))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_read_and_a_damaged_one_is_not() {
        let mut section = Vec::new();
        let values: [(u32, Vec<u8>); 3] = [
            (1, [2_u32.to_le_bytes(), 1252_u32.to_le_bytes()].concat()),
            (
                2,
                [&0x1e_u32.to_le_bytes()[..], &6_u32.to_le_bytes(), b"Lease\0"].concat(),
            ),
            (
                12,
                [
                    &0x40_u32.to_le_bytes()[..],
                    &(154_556_u64 * 864_000_000_000).to_le_bytes(),
                ]
                .concat(),
            ),
        ];
        section.extend([0; 4]);
        section.extend(3_u32.to_le_bytes());
        let mut at = 8 + 24;
        for (id, value) in &values {
            section.extend(id.to_le_bytes());
            section.extend(u32::try_from(at).unwrap().to_le_bytes());
            at += value.len();
        }
        section.extend(values.into_iter().flat_map(|(_, value)| value));
        let mut bytes = vec![0; 44];
        bytes.extend(48_u32.to_le_bytes());
        bytes.extend(section);
        let (title, details) = summary(&bytes).unwrap();
        assert_eq!(title.as_deref(), Some("Lease"));
        assert_eq!(details.created.unwrap().to_string(), "2024-02-29");
        for end in 0..bytes.len() {
            let _ = summary(&bytes[..end]);
        }
    }
}
