//! Spreadsheets: every sheet's rows as lines, cells parted by ` | `, read by `calamine`.
//!
//! Owns how cells are written: numbers as they are without their display format, dates as ISO 8601, formulas as
//! their last result. A sheet is a page, and a long one several. Hidden sheets are text too.

use crate::details::{Details, Genre};
use crate::document::{Extracted, Kind};
use crate::error::{IntakeError, Lock};
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use crate::package::Package;
use crate::{biff, ole::Compound, text, title};
use calamine::{
    CellErrorType, Data, DataRef, ExcelDateTime, Ods, OdsError, Reader, Xls, XlsError, Xlsb, XlsbError, Xlsx,
    XlsxError,
};
use memchr::memmem;
use quick_xml::events::Event;
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;

const CORRUPT: IntakeError = IntakeError::Corrupt(Kind::Spreadsheet);
/// A row with more columns than this is made by a mistake; the rest is left out.
const MOST_COLUMNS: usize = 1_000;
/// A list of parts is some kilobytes long.
const MOST_MANIFEST: u64 = 1 << 20;

/// Reads a spreadsheet.
///
/// # Errors
/// `encrypted`, `corrupt`, `empty`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Extracted, IntakeError> {
    let mut sheets = Sheets::default();
    let (declared, details) = if bytes.starts_with(b"PK") {
        if memmem::find(&bytes, b"xl/workbook.bin").is_some() {
            let mut book = Xlsb::new(Cursor::new(&bytes)).map_err(|error| match error {
                XlsbError::Password => IntakeError::Encrypted(Lock::Office),
                _ => CORRUPT,
            })?;
            sheets.read(&mut book)?;
        } else if memmem::find(&bytes, b"opendocument.spreadsheet").is_some() {
            whole(&bytes)?;
            let mut book = Ods::new(Cursor::new(&bytes)).map_err(|error| match error {
                OdsError::Password => IntakeError::Encrypted(Lock::Office),
                _ => CORRUPT,
            })?;
            sheets.read(&mut book)?;
        } else {
            sheets.read_streaming(&bytes)?;
        }
        // Damaged properties are no reason to refuse a text.
        let properties = Package::open(bytes)
            .and_then(|mut package| package.properties())
            .unwrap_or_default();
        (properties.title.clone(), properties.into_details())
    } else {
        // Opened here first, because calamine goes round for ever where sectors follow each other in a ring.
        let mut file = Compound::open(bytes, Kind::Spreadsheet)?;
        let summary = file.summary();
        for name in ["Workbook", "Book"] {
            if let Some(stream) = file.stream(name)? {
                biff::check(&stream)?;
            }
        }
        let bytes = file.into_bytes();
        let mut book = Xls::new(Cursor::new(&bytes)).map_err(|error| match error {
            XlsError::Password => IntakeError::Encrypted(Lock::Office),
            _ => CORRUPT,
        })?;
        sheets.read(&mut book)?;
        summary
    };
    let mut read = text::document(Kind::Spreadsheet, &sheets.flow.into_marked_text(), None)?;
    read.title = declared.as_deref().and_then(title::declared);
    read.details = Details {
        genre: Some(Genre::Table),
        ..details
    };
    Ok(read)
}

/// Makes sure that an OpenDocument spreadsheet ends all that it begins: calamine waits for ever for a table's end.
fn whole(bytes: &[u8]) -> Result<(), IntakeError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| CORRUPT)?;
    let content = archive.by_name("content.xml").map_err(|_| CORRUPT)?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(content));
    let (mut buffer, mut depth) = (Vec::new(), 0_u64);
    let ended = loop {
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(_)) => depth += 1,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => break depth == 0,
            Ok(_) => {}
            Err(_) => break false,
        }
        buffer.clear();
    };
    drop(xml);
    if ended {
        return Ok(());
    }
    // One that is encrypted is no XML at all.
    let mut manifest = Vec::new();
    if let Ok(part) = archive.by_name("META-INF/manifest.xml") {
        let _ = part.take(MOST_MANIFEST).read_to_end(&mut manifest);
    }
    Err(match memmem::find(&manifest, b"encryption-data") {
        Some(_) => IntakeError::Encrypted(Lock::Office),
        None => CORRUPT,
    })
}

#[derive(Default)]
struct Sheets {
    flow: Flow,
    budget: TextBudget,
}

impl Sheets {
    fn begin(&mut self, name: &str) {
        if !self.flow.is_empty() {
            self.flow.push_break();
        }
        self.flow.push(Shape::Heading(1), name.to_owned());
    }

    fn row(&mut self, cells: &mut Vec<String>) -> Result<(), IntakeError> {
        let written = row(std::mem::take(cells));
        self.budget.spend(written.len())?;
        self.flow.push(Shape::Row, written);
        Ok(())
    }

    fn read<'a, R: Reader<Cursor<&'a Vec<u8>>>>(&mut self, book: &mut R) -> Result<(), IntakeError> {
        for name in book.sheet_names() {
            let Ok(range) = book.worksheet_range(&name) else {
                continue;
            };
            self.begin(&name);
            for cells in range.rows() {
                let mut cells: Vec<String> = cells.iter().take(MOST_COLUMNS).map(written).collect();
                self.row(&mut cells)?;
            }
        }
        Ok(())
    }

    /// Cell by cell, so that one far away from the others costs nothing.
    fn read_streaming(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
            XlsxError::Password => IntakeError::Encrypted(Lock::Office),
            _ => CORRUPT,
        })?;
        for name in book.sheet_names() {
            let Ok(mut reader) = book.worksheet_cells_reader(&name) else {
                continue;
            };
            self.begin(&name);
            let (mut at, mut cells) = (0, Vec::new());
            while let Ok(Some(cell)) = reader.next_cell() {
                let (row, column) = cell.get_position();
                if row != at {
                    self.row(&mut cells)?;
                    at = row;
                }
                let column = usize::try_from(column).unwrap_or(usize::MAX);
                let value = match cell.get_value() {
                    DataRef::SharedString(text) => (*text).to_owned(),
                    other => written(&Data::from(other.clone())),
                };
                if column < MOST_COLUMNS && !value.is_empty() {
                    cells.resize(cells.len().max(column), String::new());
                    cells.truncate(column);
                    cells.push(value);
                }
            }
            self.row(&mut cells)?;
        }
        Ok(())
    }
}

/// A row without the empty cells at its ends.
fn row(mut cells: Vec<String>) -> String {
    while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    let first = cells.iter().position(|cell| !cell.trim().is_empty()).unwrap_or(0);
    let cells: Vec<String> = cells[first..].iter().map(|cell| one_line(cell)).collect();
    cells.join(" | ")
}

fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn written(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Data::DateTime(time) => date(time),
        // What a formula could not tell is of no use to anyone who searches.
        Data::Error(CellErrorType::NA | CellErrorType::GettingData) => String::new(),
        Data::Error(error) => error.to_string(),
    }
}

fn date(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        return time.as_f64().to_string();
    }
    let (year, month, day, hour, minute, _, _) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (time.as_f64() < 1.0, hour, minute) {
        (true, ..) => format!("{hour:02}:{minute:02}"),
        (false, 0, 0) => date,
        (false, ..) => format!("{date} {hour:02}:{minute:02}"),
    }
}

/// Reads a table written as text, one row a line.
///
/// # Errors
/// `empty`, `unsupported` when the bytes turn out to be no text, or `too_large`.
pub(crate) fn read_csv(bytes: &[u8]) -> Result<Extracted, IntakeError> {
    use crate::decode::decode;
    use crate::error::Foreign;
    let source = decode(bytes, None).ok_or(IntakeError::Unsupported(Foreign::Binary))?;
    let source = source.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(source))
        .from_reader(source.as_bytes());
    let mut sheets = Sheets::default();
    for record in reader.records() {
        let record = record.map_err(|_| IntakeError::Corrupt(Kind::Csv))?;
        let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
        sheets.row(&mut cells)?;
    }
    let mut read = text::document(Kind::Csv, &sheets.flow.into_text(), None)?;
    read.title = None;
    read.details.genre = Some(Genre::Table);
    Ok(read)
}

/// The sign that parts the most cells in the first lines, and most evenly.
fn delimiter(source: &str) -> u8 {
    let lines: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(20)
        .collect();
    let least = |sign: char| {
        lines
            .iter()
            .map(|line| line.matches(sign).count())
            .min()
            .unwrap_or(0)
    };
    let best = [';', '\t', '|', ','].into_iter().max_by_key(|sign| least(*sign));
    best.filter(|sign| least(*sign) > 0)
        .and_then(|sign| u8::try_from(sign).ok())
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn sheets_are_pages_and_rows_lines() {
        let sheet = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Drug</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>Dose</t></is></c></row>\
            <row r=\"3\"><c r=\"B3\"><v>12.5</v></c><c r=\"XFD3\"><v>9</v></c></row><row r=\"1048576\"><c r=\"A1048576\" t=\"b\"><v>1</v></c></row>";
        let read = read(fixtures::xlsx(&[
            ("Doses", sheet),
            (
                "Notes",
                "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>take\nwith food</v></c></row>",
            ),
        ]))
        .unwrap();
        let texts: Vec<&str> = read.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(
            texts,
            ["Doses\n\nDrug | | Dose\n12.5\nTRUE", "Notes\n\ntake with food"]
        );
    }

    #[test]
    fn tables_as_text_are_read_whatever_parts_them() {
        let text = |bytes: &[u8]| read_csv(bytes).unwrap().pages[0].text.clone();
        assert_eq!(
            text(b"Name;Sum\n\"Osei; Amara\";1,5\n"),
            "Name | Sum\nOsei; Amara | 1,5"
        );
        assert_eq!(text(b"a,b\n\"x\ny\",2\n"), "a | b\nx y | 2");
        assert_eq!(
            text("\u{feff}caf\u{e9}\tb\n1\t2".as_bytes()),
            "caf\u{e9} | b\n1 | 2"
        );
    }

    fn ods(content: &str, manifest: &str) -> Vec<u8> {
        fixtures::zip(&[
            (
                "mimetype".into(),
                "application/vnd.oasis.opendocument.spreadsheet".into(),
            ),
            ("content.xml".into(), content.into()),
            ("META-INF/manifest.xml".into(), manifest.into()),
        ])
    }

    #[test]
    fn rejects_a_table_without_an_end() {
        let table = "<table:table table:name=\"A\"><table:table-row><table:table-cell office:value-type=\"float\" office:value=\"1\"/></table:table-row>";
        let whole = format!("<x>{table}</table:table></x>");
        assert_eq!(read(ods(&whole, "<m/>")).unwrap().pages[0].text, "A\n\n1");
        let cut = format!("<x>{table}");
        assert_eq!(read(ods(&cut, "<m/>")), Err(CORRUPT));
        let locked = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>";
        assert_eq!(
            read(ods("\u{1}", locked)),
            Err(IntakeError::Encrypted(Lock::Office))
        );
    }

    #[test]
    fn rejects_a_workbook_whose_sectors_form_a_ring() {
        let mut bytes = fixtures::compound(&[("Workbook", &[0; 9000])]);
        assert!(Compound::open(bytes.clone(), Kind::Spreadsheet).is_ok());
        // The list of directories begins where the header says; its sector is made to follow itself.
        let word = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let sector = 1 << u16::from_le_bytes([bytes[30], bytes[31]]);
        let (table, directories) = (word(&bytes, 76), word(&bytes, 48));
        let entry = (table as usize + 1) * sector + directories as usize * 4;
        bytes[entry..entry + 4].copy_from_slice(&directories.to_le_bytes());
        assert_eq!(read(bytes), Err(CORRUPT));
    }

    #[test]
    fn rejects_damaged_workbooks() {
        let mut bytes = fixtures::xlsx(&[("A", "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>")]);
        bytes.truncate(bytes.len() / 2);
        assert_eq!(read(bytes), Err(CORRUPT));
        assert_eq!(read(fixtures::compound(&[("Workbook", b"none")])), Err(CORRUPT));
    }
}
