//! Records of an old Excel workbook (BIFF), looked through before `calamine` reads them.
//!
//! Owns the limits that the format has itself. The reader of workbooks makes room for as many cells as a record says
//! there are, so a few damaged bytes would take all the memory there is.

use crate::document::Kind;
use crate::error::IntakeError;
use crate::ole::{u16_at, u32_at};

/// Rows and columns of a sheet, [MS-XLS] 2.2.1.
const ROWS: u32 = 65_536;
const COLUMNS: u32 = 256;

/// What follows is encrypted.
const FILE_PASS: u16 = 0x2f;
/// The rows and columns that a sheet uses.
const DIMENSIONS: u16 = 0x200;
/// Records that begin with the row and column of a cell.
const CELLS: [u16; 10] = [0x06, 0xbd, 0xbe, 0xd6, 0xfd, 0x201, 0x203, 0x204, 0x205, 0x27e];

/// Makes sure that no record of a workbook's stream claims a cell outside of a sheet.
///
/// # Errors
/// `corrupt`.
pub(crate) fn check(stream: &[u8]) -> Result<(), IntakeError> {
    let mut at = 0;
    while let (Some(kind), Some(length)) = (u16_at(stream, at), u16_at(stream, at + 2)) {
        let data = at + 4;
        let column = |at: usize| u16_at(stream, at).map_or(0, u32::from);
        let outside = match (kind, length) {
            (FILE_PASS, _) => return Ok(()),
            // Up to Excel 95, rows were counted in two bytes.
            (DIMENSIONS, 10) => column(data + 6) > COLUMNS,
            (DIMENSIONS, _) => {
                u32_at(stream, data + 4).is_some_and(|rows| rows > ROWS) || column(data + 10) > COLUMNS
            }
            (kind, _) => CELLS.contains(&kind) && column(data + 2) >= COLUMNS,
        };
        if outside {
            return Err(IntakeError::Corrupt(Kind::Spreadsheet));
        }
        at = data + usize::from(length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    }

    /// The record of dimensions as Excel 97 and later write it.
    fn dimensions(rows: u32, columns: u16) -> Vec<u8> {
        let numbers = [&0_u32.to_le_bytes()[..], &rows.to_le_bytes(), &[0, 0]].concat();
        record(
            DIMENSIONS,
            &[&numbers[..], &columns.to_le_bytes(), &[0, 0]].concat(),
        )
    }

    #[test]
    fn a_whole_sheet_and_its_last_cell_are_allowed() {
        let last = record(0x203, &[&[0xff, 0xff, 0xff, 0][..], &[0; 10]].concat());
        let old = record(DIMENSIONS, &[0, 0, 0xff, 0xff, 0, 0, 0, 1, 0, 0]);
        let stream = [dimensions(65_536, 256), last, old].concat();
        assert!(check(&stream).is_ok());
        // A cut record and an empty stream are no business of this.
        assert!(check(&stream[..7]).is_ok() && check(&[]).is_ok());
    }

    #[test]
    fn rejects_cells_outside_of_a_sheet() {
        let far = record(0xfd, &[0, 0, 0, 1, 0, 0]);
        for stream in [
            dimensions(65_537, 1),
            dimensions(1, 257),
            dimensions(u32::MAX, u16::MAX),
            far,
        ] {
            assert_eq!(check(&stream), Err(IntakeError::Corrupt(Kind::Spreadsheet)));
            // What comes after the mark of encryption cannot be told.
            let hidden = [record(FILE_PASS, &[0; 6]), stream].concat();
            assert!(check(&hidden).is_ok());
        }
    }
}
