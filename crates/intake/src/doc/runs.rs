//! Which places of a Word file carry which formatting, as far as it decides what is text.
//!
//! Formatting lies in pages of 512 bytes, each a table from places in the file to lists of changes to the default
//! (MS-DOC 2.8.5, 2.8.6, 2.9.33 and 2.9.175). Five of those changes matter here, and the number of a paragraph's style.

use crate::ole::{u16_at, usize_at};

const PAGE: usize = 512;
/// Struck out while changes were tracked (sprmCFRMarkDel).
const DELETED: u16 = 0x0800;
/// Not shown (sprmCFVanish).
const HIDDEN: u16 = 0x083c;
/// In a table (sprmPFInTable).
const IN_TABLE: u16 = 0x2416;
/// The level in the outline, from 0; 9 for text (sprmPOutLvl).
const OUTLINE: u16 = 0x2640;
/// The end of a table's row (sprmPFTtp).
const ENDS_ROW: u16 = 0x2417;

/// Formatting of characters, or of paragraphs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Characters,
    Paragraphs,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Marks {
    deleted: bool,
    hidden: bool,
    in_table: bool,
    ends_row: bool,
    /// How deep a heading, from 1; 0 for text.
    heading: u8,
}

/// Runs of places with marks on them, in order; places between them have none.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<(usize, usize, Marks)>,
    any: bool,
}

impl Runs {
    /// Reads the pages a table of the table stream names.
    pub(super) fn read(main: &[u8], table: &[u8], of: Of) -> Self {
        let count = table.len().saturating_sub(4) / 8;
        let mut runs = Vec::new();
        for n in 0..count {
            let number = usize_at(table, (count + 1) * 4 + n * 4).unwrap_or(0) & 0x3f_ffff;
            let start = number.saturating_mul(PAGE);
            if let Some(page) = main.get(start..start.saturating_add(PAGE)) {
                read_page(page, of, &mut runs);
            }
        }
        runs.sort_unstable_by_key(|(start, _, _)| *start);
        Self { runs, any: count > 0 }
    }

    fn at(&self, place: usize) -> Marks {
        let after = self.runs.partition_point(|(start, _, _)| *start <= place);
        let run = after.checked_sub(1).and_then(|at| self.runs.get(at));
        run.filter(|(_, end, _)| place < *end)
            .map_or(Marks::default(), |(_, _, marks)| *marks)
    }

    /// Whether nothing is known of any place.
    pub(super) fn is_empty(&self) -> bool {
        !self.any
    }

    /// Whether the character there is deleted.
    pub(super) fn deleted(&self, place: usize) -> bool {
        self.at(place).deleted
    }

    /// Whether the character there is hidden.
    pub(super) fn hidden(&self, place: usize) -> bool {
        self.at(place).hidden
    }

    /// Whether the paragraph there lies in a table.
    pub(super) fn in_table(&self, place: usize) -> bool {
        self.at(place).in_table
    }

    /// How deep a heading the paragraph there is, from 1.
    pub(super) fn heading(&self, place: usize) -> Option<u8> {
        Some(self.at(place).heading).filter(|level| *level > 0)
    }

    /// Whether the mark there ends a row.
    pub(super) fn ends_row(&self, place: usize) -> bool {
        self.at(place).ends_row
    }
}

fn read_page(page: &[u8], of: Of, runs: &mut Vec<(usize, usize, Marks)>) {
    let count = usize::from(page[PAGE - 1]);
    let entries = (count + 1) * 4;
    for n in 0..count {
        let (Some(start), Some(end)) = (usize_at(page, n * 4), usize_at(page, n * 4 + 4)) else {
            return;
        };
        let changes = match of {
            Of::Characters => page.get(entries + n).and_then(|place| {
                let place = usize::from(*place) * 2;
                let length = usize::from(*page.get(place)?);
                (place > 0)
                    .then(|| page.get(place + 1..place + 1 + length))
                    .flatten()
            }),
            // An entry holds a height of twelve bytes besides; the list begins with the number of a style.
            Of::Paragraphs => page.get(entries + n * 13).and_then(|place| {
                let place = usize::from(*place) * 2;
                let words = usize::from(*page.get(place)?);
                let (first, length) = match words {
                    0 => (place + 2, usize::from(*page.get(place + 1)?) * 2),
                    words => (place + 1, words * 2 - 1),
                };
                (place > 0).then(|| page.get(first..first + length)).flatten()
            }),
        };
        let marks = match (of, changes) {
            (_, None) => Marks::default(),
            (Of::Characters, Some(changes)) => marks(changes, 0),
            // The styles of headings have the same numbers in every file (MS-DOC 2.9.271 and 2.4.6.5).
            (Of::Paragraphs, Some(entry)) => {
                let style = u16_at(entry, 0).unwrap_or(0);
                let heading = u8::try_from(style).ok().filter(|style| (1..=9).contains(style));
                marks(entry.get(2..).unwrap_or_default(), heading.unwrap_or(0))
            }
        };
        if marks != Marks::default() {
            runs.push((start, end, marks));
        }
    }
}

/// What a list of changes says; each names its own length (MS-DOC 2.6.1). `heading` is what the style says.
fn marks(changes: &[u8], heading: u8) -> Marks {
    let mut marks = Marks {
        heading,
        ..Marks::default()
    };
    let mut rest = changes;
    while let Some(change) = u16_at(rest, 0) {
        let on = rest.get(2).is_some_and(|value| value & 1 == 1);
        match change {
            DELETED => marks.deleted = on,
            HIDDEN => marks.hidden = on,
            IN_TABLE => marks.in_table = on,
            ENDS_ROW => marks.ends_row = on,
            OUTLINE => {
                marks.heading = rest
                    .get(2)
                    .map_or(0, |level| if *level < 9 { level + 1 } else { 0 })
            }
            _ => {}
        }
        let length = match change >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            7 => 3,
            _ if change == 0xd608 => usize::from(u16_at(rest, 2).unwrap_or(0)) + 1,
            _ => usize::from(rest.get(2).copied().unwrap_or(0)) + 1,
        };
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_walked_by_their_lengths() {
        let changes = [
            0x03, 0x6a, 1, 2, 3, 4, 0x08, 0xd6, 3, 0, 9, 9, 0x00, 0x08, 1, 0x16, 0x24, 1,
        ];
        let marks = marks(&changes, 0);
        assert!(marks.deleted && !marks.hidden && marks.in_table && !marks.ends_row);
        assert!(
            super::marks(&changes[..3], 0) == Marks::default(),
            "a list cut off ends"
        );
    }
}
