//! DOC: the text of a Word 97 to 2003 document (MS-DOC), and of its forerunners Word 6 and 95.
//!
//! Owns the way from the file's header through the table of pieces to characters, and what the control characters
//! among them mean. Hidden text and field codes are left out and tracked deletions kept apart; notes and text boxes
//! stand at the end, and after them comments and what the heads and feet of pages say. Written here because no kept crate reads these files.

mod runs;

use crate::asides::{Asides, Comment, before};
use crate::charset::Charset;
use crate::document::{Deletion, Extracted, Kind};
use crate::error::{Foreign, IntakeError, Lock};
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use crate::ole::{Compound, u16_at, usize_at};
use crate::{headings, text, title};
use runs::Runs;

const CORRUPT: IntakeError = IntakeError::Corrupt(Kind::Doc);
/// The first version that is laid out as Word 97 is.
const WORD_97: u16 = 0x00c1;
/// The first version that is a compound file at all.
const WORD_6: u16 = 0x0065;

/// Reads an old Word document.
///
/// # Errors
/// `encrypted`, `corrupt`, `unsupported` for versions before Word 6, `empty`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Extracted, IntakeError> {
    let mut compound = Compound::open(bytes, Kind::Doc)?;
    let main = compound.stream("/WordDocument")?.ok_or(CORRUPT)?;
    let version = u16_at(&main, 2).ok_or(CORRUPT)?;
    let flags = u16_at(&main, 10).ok_or(CORRUPT)?;
    if version < WORD_6 {
        return Err(IntakeError::Unsupported(Foreign::OldOffice));
    }
    if flags & 0x0100 != 0 {
        return Err(IntakeError::Encrypted(Lock::Office));
    }
    let written = if version >= WORD_97 {
        let name = if flags & 0x0200 != 0 { "/1Table" } else { "/0Table" };
        let table = compound.stream(name)?.unwrap_or_default();
        word_97(&main, &table)?
    } else {
        word_6(&main)?
    };
    drop(main);
    let (declared, details) = compound.summary();
    let declared = declared.as_deref().and_then(title::declared);
    let (flow, asides) = written;
    let mut text = flow.into_marked_text();
    let (after, deletions) = asides.after(&text.replace(headings::is_mark, ""));
    text.push_str(&after);
    let mut read = text::document(Kind::Doc, &text, declared)?;
    read.deletions = deletions;
    read.details = details;
    Ok(read)
}

/// A run of characters that lie together in the file.
#[derive(Clone, Copy)]
struct Piece {
    /// How many characters.
    count: usize,
    /// Where the first lies in the main stream.
    place: usize,
    /// Two bytes a character, or one.
    wide: bool,
}

/// One character, and where it lies.
#[derive(Clone, Copy)]
struct Sign {
    c: char,
    place: usize,
}

/// How many characters each part of the document has, in the order they lie in.
struct Lengths {
    body: usize,
    footnotes: usize,
    headers: usize,
    macros: usize,
    comments: usize,
    endnotes: usize,
    boxes: usize,
}

fn word_97(main: &[u8], table: &[u8]) -> Result<(Flow, Asides), IntakeError> {
    // Places of the header's fields: MS-DOC 2.5.1 to 2.5.6.
    let count = |at: usize| usize_at(main, at).unwrap_or(0);
    let lengths = Lengths {
        body: usize_at(main, 0x4c).ok_or(CORRUPT)?,
        footnotes: count(0x50),
        headers: count(0x54),
        macros: count(0x58),
        comments: count(0x5c),
        endnotes: count(0x60),
        boxes: count(0x64),
    };
    let part = |at: usize| {
        let (start, length) = (usize_at(main, at)?, usize_at(main, at + 4)?);
        table.get(start..start.checked_add(length)?)
    };
    let pieces = part(0x1a2).and_then(pieces);
    let pieces = match pieces {
        Some(pieces) => pieces,
        None => plain_piece(main, lengths.body).ok_or(CORRUPT)?,
    };
    let characters = Runs::read(main, part(0xfa).unwrap_or_default(), runs::Of::Characters);
    let paragraphs = Runs::read(main, part(0x102).unwrap_or_default(), runs::Of::Paragraphs);
    write(
        main,
        &pieces,
        &lengths,
        Charset::WESTERN,
        &characters,
        &paragraphs,
    )
}

fn word_6(main: &[u8]) -> Result<(Flow, Asides), IntakeError> {
    let lengths = Lengths {
        body: usize_at(main, 0x34).ok_or(CORRUPT)?,
        footnotes: usize_at(main, 0x38).unwrap_or(0),
        headers: 0,
        macros: 0,
        comments: 0,
        endnotes: 0,
        boxes: 0,
    };
    let clx = usize_at(main, 0x160)
        .zip(usize_at(main, 0x164))
        .and_then(|(start, length)| {
            main.get(start..start.checked_add(length)?)
                .filter(|clx| !clx.is_empty())
        });
    // Pieces of these versions are always single bytes.
    let pieces = match clx.and_then(pieces_of_word_6) {
        Some(pieces) => pieces,
        None => plain_piece(main, lengths.body).ok_or(CORRUPT)?,
    };
    let charset = u16_at(main, 6)
        .and_then(Charset::of_language)
        .unwrap_or(Charset::WESTERN);
    let none = Runs::default();
    write(main, &pieces, &lengths, charset, &none, &none)
}

/// A text that lies in one piece where the header says it begins.
fn plain_piece(main: &[u8], count: usize) -> Option<Vec<Piece>> {
    let place = usize_at(main, 0x18)?;
    main.get(place..)?;
    Some(vec![Piece {
        count,
        place,
        wide: false,
    }])
}

/// The table of pieces within the complex part of the table stream (MS-DOC 2.9.38).
fn table_of_pieces(clx: &[u8]) -> Option<(&[u8], usize)> {
    let mut rest = clx;
    loop {
        match rest.first()? {
            1 => rest = rest.get(3 + usize::from(u16_at(rest, 1)?)..)?,
            2 => {
                let table = rest.get(5..)?.get(..usize_at(rest, 1)?)?;
                return Some((table, table.len().checked_sub(4)? / 12));
            }
            _ => return None,
        }
    }
}

fn pieces(clx: &[u8]) -> Option<Vec<Piece>> {
    let (table, count) = table_of_pieces(clx)?;
    (0..count)
        .map(|n| {
            let length = usize_at(table, n * 4 + 4)?.checked_sub(usize_at(table, n * 4)?)?;
            let place = usize_at(table, (count + 1) * 4 + n * 8 + 2)?;
            let wide = place & 0x4000_0000 == 0;
            let place = place & 0x3fff_ffff;
            let place = if wide { place } else { place / 2 };
            Some(Piece {
                count: length,
                place,
                wide,
            })
        })
        .collect()
}

fn pieces_of_word_6(clx: &[u8]) -> Option<Vec<Piece>> {
    let (table, count) = table_of_pieces(clx)?;
    (0..count)
        .map(|n| {
            let length = usize_at(table, n * 4 + 4)?.checked_sub(usize_at(table, n * 4)?)?;
            let place = usize_at(table, (count + 1) * 4 + n * 8 + 2)?;
            Some(Piece {
                count: length,
                place,
                wide: false,
            })
        })
        .collect()
}

/// All characters of the file, in the order of its parts.
fn signs(main: &[u8], pieces: &[Piece], charset: Charset) -> Result<Vec<Sign>, IntakeError> {
    let mut budget = TextBudget::default();
    let mut signs = Vec::new();
    for piece in pieces {
        let width = if piece.wide { 2 } else { 1 };
        let end = piece
            .count
            .saturating_mul(width)
            .saturating_add(piece.place)
            .min(main.len());
        let Some(bytes) = main.get(piece.place..end) else {
            continue;
        };
        budget.spend(bytes.len())?;
        let sign = |n: usize, c: char| Sign {
            c,
            place: piece.place + n * width,
        };
        if piece.wide {
            let units = bytes
                .chunks_exact(2)
                .map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            // Counting is in units: the second half of a pair stands for nothing more.
            let mut half = None;
            signs.extend(units.enumerate().map(|(n, unit)| {
                let c = match (half.take(), unit) {
                    (_, 0xd800..0xdc00) => {
                        half = Some(unit);
                        '\0'
                    }
                    (Some(high), 0xdc00..0xe000) => char::decode_utf16([high, unit])
                        .next()
                        .and_then(Result::ok)
                        .unwrap_or(char::REPLACEMENT_CHARACTER),
                    _ => char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER),
                };
                sign(n, c)
            }));
        } else {
            let decoded = charset.decode(bytes);
            if decoded.chars().count() == bytes.len() {
                signs.extend(decoded.chars().enumerate().map(|(n, c)| sign(n, c)));
            } else {
                // A double-byte code page: only the places of whole characters are known, and only the first counts.
                signs.extend(decoded.chars().map(|c| sign(0, c)));
                signs.extend((decoded.chars().count()..bytes.len()).map(|_| sign(0, '\0')));
            }
        }
    }
    Ok(signs)
}

fn write(
    main: &[u8],
    pieces: &[Piece],
    lengths: &Lengths,
    charset: Charset,
    characters: &Runs,
    paragraphs: &Runs,
) -> Result<(Flow, Asides), IntakeError> {
    let signs = signs(main, pieces, charset)?;
    let mut rest = signs.as_slice();
    let mut part = |length: usize| {
        let (taken, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        taken
    };
    let body = part(lengths.body);
    let footnotes = part(lengths.footnotes);
    let margins = part(lengths.headers);
    part(lengths.macros);
    let comments = part(lengths.comments);
    let (endnotes, boxes) = (part(lengths.endnotes), part(lengths.boxes));
    let mut asides = Asides::default();
    let mut notes = 0;
    let label = |_| {
        notes += 1;
        format!("[{notes}]")
    };
    let mut flow = flow(body, characters, paragraphs, label, &mut asides)?;
    let mut labelled = 0;
    for part in [footnotes, endnotes] {
        let label = |_| {
            labelled += 1;
            format!("[{labelled}] ")
        };
        flow.append(self::flow(part, characters, paragraphs, label, &mut asides)?);
    }
    let read = |signs: &[Sign], asides: &mut Asides| {
        self::flow(signs, characters, paragraphs, |_| String::new(), asides)
    };
    flow.append(read(boxes, &mut asides)?);
    let margins = read(margins, &mut asides)?;
    asides.margin(&margins.into_text());
    // Each comment begins with the mark that stands at its place in the text.
    for comment in comments.split(|sign| sign.c == '\u{05}') {
        let text = read(comment, &mut asides)?.into_text();
        asides.comment(Comment {
            text,
            ..Comment::default()
        });
    }
    Ok((flow, asides))
}

/// One part as blocks (the special characters: MS-DOC 2.4.1, 2.4.3 and 2.8.25).
fn flow(
    signs: &[Sign],
    characters: &Runs,
    paragraphs: &Runs,
    mut note: impl FnMut(usize) -> String,
    asides: &mut Asides,
) -> Result<Flow, IntakeError> {
    let mut flow = Flow::default();
    let mut struck: Option<Deletion> = None;
    let (mut line, mut cell, mut row) = (String::new(), Flow::default(), Vec::new());
    // For each open field, whether its result has begun.
    let mut fields: Vec<bool> = Vec::new();
    for sign in signs {
        let shown = fields.iter().all(|result| *result);
        let deleted = characters.deleted(sign.place);
        if !deleted && let Some(deletion) = struck.take() {
            asides.deletion(deletion, false)?;
        }
        match sign.c {
            '\u{13}' => fields.push(false),
            '\u{14}' => {
                if let Some(result) = fields.last_mut() {
                    *result = true;
                }
            }
            '\u{15}' => drop(fields.pop()),
            // Paragraph marks end paragraphs even where they are deleted or hidden.
            '\r' | '\u{0c}' => {
                let text = std::mem::take(&mut line);
                if paragraphs.in_table(sign.place) {
                    cell.push(Shape::Paragraph, text);
                } else {
                    if !row.is_empty() || !cell.is_empty() {
                        row.push(std::mem::take(&mut cell));
                        flow.push_row(std::mem::take(&mut row));
                    }
                    let level = paragraphs.heading(sign.place);
                    flow.push(level.map_or(Shape::Paragraph, Shape::Heading), text);
                }
                if sign.c == '\u{0c}' {
                    flow.push_break();
                }
            }
            '\u{07}'
                if paragraphs.ends_row(sign.place) || ends_row_unmarked(paragraphs, &line, &cell, &row) =>
            {
                line.clear();
                flow.push_row(std::mem::take(&mut row));
                cell = Flow::default();
            }
            '\u{07}' => {
                cell.push(Shape::Paragraph, std::mem::take(&mut line));
                row.push(std::mem::take(&mut cell));
            }
            _ if !shown || characters.hidden(sign.place) => {}
            c if deleted => {
                let deletion = struck.get_or_insert_with(|| Deletion {
                    before: before(&line),
                    text: String::new(),
                    author: None,
                    day: None,
                });
                deletion.text.push(if c == '\t' { ' ' } else { c });
            }
            '\u{0b}' => line.push('\n'),
            '\u{0e}' | '\t' => line.push(' '),
            '\u{1e}' => line.push('-'),
            '\u{1f}' => {}
            '\u{02}' => line.push_str(&note(sign.place)),
            c @ '\u{f000}'..='\u{f0ff}' => line.extend(crate::charset::symbol(c as u32)),
            c if c.is_control() => {}
            c => line.push(c),
        }
    }
    if let Some(deletion) = struck {
        asides.deletion(deletion, false)?;
    }
    if !line.is_empty() {
        cell.push(Shape::Paragraph, line);
    }
    if !cell.is_empty() {
        row.push(cell);
    }
    flow.push_row(row);
    Ok(flow)
}

/// Where paragraphs say nothing of rows, a mark right after a cell ends the row.
fn ends_row_unmarked(paragraphs: &Runs, line: &str, cell: &Flow, row: &[Flow]) -> bool {
    paragraphs.is_empty() && line.is_empty() && cell.is_empty() && !row.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn fields_notes_and_cells() {
        let text = "Page \u{13}PAGE\u{14}7\u{15} of\u{0b}all.\u{02}\rDrug\u{7}Dose\u{7}\u{7}Iron\u{7}\u{7}\u{7}\u{0c}Next\r";
        let signs: Vec<Sign> = text
            .chars()
            .enumerate()
            .map(|(place, c)| Sign { c, place })
            .collect();
        let none = Runs::default();
        let flow = flow(&signs, &none, &none, |_| "[1]".into(), &mut Asides::default()).unwrap();
        let text = flow.into_text();
        assert_eq!(text, "Page 7 of\nall.[1]\n\nDrug | Dose\n\nIron\n\n\u{c}\n\nNext");
    }

    #[test]
    fn a_document_is_read() {
        let read = read(fixtures::doc(
            "Lease of 12 Mill Lane\rRent is \u{20ac}900.\rTo be struck.\r",
            Some("To be struck."),
        ))
        .unwrap();
        assert_eq!(
            read.pages[0].text,
            "Lease of 12 Mill Lane\n\nRent is \u{20ac}900."
        );
        assert_eq!(read.kind, Kind::Doc);
        let [deletion] = read.deletions.as_slice() else {
            panic!()
        };
        assert_eq!(deletion.text, "To be struck.");
    }

    #[test]
    fn rejects_protected_and_damaged_documents() {
        let sound = fixtures::doc("Text\r", None);
        let at = memchr::memmem::find(&sound, &[0xec, 0xa5, 0xc1, 0]).unwrap();
        let mut locked = sound.clone();
        locked[at + 11] |= 1;
        assert_eq!(read(locked), Err(IntakeError::Encrypted(Lock::Office)));
        assert_eq!(read(sound[..600].to_vec()), Err(CORRUPT));
    }
}
