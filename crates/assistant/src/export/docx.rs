//! A note as a Word file: real headings, real lists, real footnotes.

use std::io::Cursor;

use docx_rs::{
    AbstractNumbering, AlignmentType, BreakType, Docx, Footnote, IndentLevel, Level, LevelJc, LevelText,
    NumberFormat, Numbering, NumberingId, Paragraph, Run, RunFonts, SpecialIndentType, Start,
    Style as WordStyle, StyleType, XMLDocx,
};

use super::ExportError;
use super::tree::{Block, Inline, Note, Style, footnote, source_note};

/// Bullets.
const BULLETS: usize = 1;
/// Numbered lists: one for each, so that each starts anew.
const FIRST_NUMBERED: usize = 2;
/// Levels a list is indented by at most.
const LEVELS: usize = 9;
/// Half a centimetre and a bit, in twentieths of a point.
const INDENT: i32 = 360;
/// Stands where the library cannot write the mark of a footnote; replaced when the parts are put together.
const NOTE_MARK: char = '\u{e000}';

pub(super) fn write(note: &Note) -> Result<Vec<u8>, ExportError> {
    let mut writer = Writer {
        docx: styled(),
        notes: 0,
        numbered: 0,
    };
    let repeats = matches!(note.blocks.first(), Some(Block::Heading { level: 1, content }) if super::plain::words(content).trim() == note.title);
    if !note.title.is_empty() && !repeats {
        let title = Paragraph::new()
            .style("Title")
            .add_run(Run::new().add_text(clean(&note.title)));
        writer.docx = writer.docx.add_paragraph(title);
    }
    writer.blocks(&note.blocks, Place::default());
    let mut parts = writer.docx.build();
    finish_footnotes(&mut parts)?;
    let mut file = Cursor::new(Vec::new());
    parts.pack(&mut file).map_err(|_| ExportError::Unwritable)?;
    Ok(file.into_inner())
}

/// Where a block stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    quoted: bool,
    /// Depth of the list, from 1.
    depth: usize,
    /// The list's number.
    list: usize,
    /// True for what carries the bullet or number.
    marked: bool,
}

struct Writer {
    docx: Docx,
    notes: usize,
    numbered: usize,
}

impl Writer {
    fn blocks(&mut self, blocks: &[Block], place: Place) {
        for (at, block) in blocks.iter().enumerate() {
            let place = Place {
                marked: place.marked && at == 0,
                ..place
            };
            self.block(block, place);
        }
    }

    fn block(&mut self, block: &Block, place: Place) {
        match block {
            Block::Paragraph(content) => {
                let paragraph = self.paragraph(place);
                let paragraph = self.fill(paragraph, content);
                self.push(paragraph);
            }
            Block::Heading { level, content } => {
                let style = format!("Heading{}", level.clamp(&1, &6));
                let paragraph = self.fill(Paragraph::new().style(&style), content);
                self.push(paragraph);
            }
            Block::List { start, items } => {
                let list = match start {
                    None => BULLETS,
                    Some(start) => self.new_numbered(*start as usize),
                };
                let inside = Place {
                    depth: place.depth + 1,
                    list,
                    marked: true,
                    ..place
                };
                for item in items {
                    if item.is_empty() {
                        let paragraph = self.paragraph(inside);
                        self.push(paragraph);
                    }
                    // An item that begins with another list still shows its own mark.
                    if matches!(item.first(), Some(Block::List { .. })) {
                        let paragraph = self.paragraph(inside);
                        self.push(paragraph);
                    }
                    self.blocks(item, inside);
                }
            }
            Block::Quote(inside) => self.blocks(
                inside,
                Place {
                    quoted: true,
                    ..place
                },
            ),
            Block::Cited { text, citation } => {
                let mut paragraph = Paragraph::new().style("Quote");
                for (at, line) in text.lines().enumerate() {
                    let run = Run::new();
                    let run = if at > 0 {
                        run.add_break(BreakType::TextWrapping)
                    } else {
                        run
                    };
                    paragraph = paragraph.add_run(run.add_text(clean(line)));
                }
                let paragraph = self.add_note(paragraph, &footnote(citation));
                self.push(paragraph);
            }
            Block::Code(text) => {
                for line in text.split('\n') {
                    self.push(
                        Paragraph::new()
                            .style("Code")
                            .add_run(Run::new().add_text(clean(line))),
                    );
                }
            }
            Block::Rule => {
                let line = Paragraph::new()
                    .align(AlignmentType::Center)
                    .add_run(Run::new().add_text("⁂"));
                self.push(line);
            }
        }
    }

    fn push(&mut self, paragraph: Paragraph) {
        self.docx = std::mem::take(&mut self.docx).add_paragraph(paragraph);
    }

    fn paragraph(&self, place: Place) -> Paragraph {
        let paragraph = Paragraph::new();
        let paragraph = if place.quoted {
            paragraph.style("Quote")
        } else {
            paragraph
        };
        let level = place.depth.clamp(1, LEVELS) - 1;
        match (place.depth, place.marked) {
            (0, _) => paragraph,
            (_, true) => {
                let paragraph = if place.quoted {
                    paragraph
                } else {
                    paragraph.style("ListParagraph")
                };
                paragraph.numbering(NumberingId::new(place.list), IndentLevel::new(level))
            }
            (_, false) => {
                let left = INDENT * i32::try_from(level + 1).unwrap_or(1);
                paragraph.indent(Some(left), None, None, None)
            }
        }
    }

    fn new_numbered(&mut self, start: usize) -> usize {
        let id = FIRST_NUMBERED + self.numbered;
        self.numbered += 1;
        let mut numbering = AbstractNumbering::new(id);
        for level in 0..LEVELS {
            let format = match level % 3 {
                0 => "decimal",
                1 => "lowerLetter",
                _ => "lowerRoman",
            };
            let from = if level == 0 { start } else { 1 };
            numbering = numbering.add_level(list_level(level, from, format, &format!("%{}.", level + 1)));
        }
        self.docx = std::mem::take(&mut self.docx)
            .add_abstract_numbering(numbering)
            .add_numbering(Numbering::new(id, id));
        id
    }

    fn fill(&mut self, mut paragraph: Paragraph, content: &[Inline]) -> Paragraph {
        for piece in content {
            match piece {
                Inline::Text { text, style } => paragraph = paragraph.add_run(run(text, *style)),
                Inline::Break => paragraph = paragraph.add_run(Run::new().add_break(BreakType::TextWrapping)),
                Inline::Source {
                    verdict,
                    reason,
                    citations,
                    origin,
                } => {
                    let text = source_note(*verdict, reason.as_deref(), citations, origin.as_deref());
                    if !text.is_empty() {
                        paragraph = self.add_note(paragraph, &text);
                    }
                }
            }
        }
        paragraph
    }

    fn add_note(&mut self, paragraph: Paragraph, text: &str) -> Paragraph {
        self.notes += 1;
        let mark = Run::new().style("FootnoteReference").add_text(NOTE_MARK);
        let content = Paragraph::new()
            .style("FootnoteText")
            .add_run(mark)
            .add_run(Run::new().add_text(format!(" {}", clean(text))));
        let note = Footnote {
            id: self.notes,
            content: vec![content],
        };
        paragraph.add_run(Run::new().add_footnote_reference(note))
    }
}

fn run(text: &str, style: Style) -> Run {
    let mut run = Run::new();
    for (at, part) in clean(text).split('\t').enumerate() {
        if at > 0 {
            run = run.add_tab();
        }
        run = run.add_text(part);
    }
    if style.bold {
        run = run.bold();
    }
    if style.italic {
        run = run.italic();
    }
    if style.strike {
        run = run.strike();
    }
    if style.underline {
        run = run.underline("single");
    }
    if style.code {
        run = run.fonts(monospaced());
    }
    run
}

fn monospaced() -> RunFonts {
    RunFonts::new()
        .ascii("Consolas")
        .hi_ansi("Consolas")
        .cs("Consolas")
}

fn list_level(level: usize, start: usize, format: &str, text: &str) -> Level {
    let left = INDENT * i32::try_from(level + 1).unwrap_or(1);
    Level::new(
        level,
        Start::new(start),
        NumberFormat::new(format),
        LevelText::new(text),
        LevelJc::new("left"),
    )
    .indent(Some(left), Some(SpecialIndentType::Hanging(INDENT)), None, None)
}

/// A document with the styles a note needs and its bullets.
fn styled() -> Docx {
    let paragraph = |id: &str, name: &str| {
        WordStyle::new(id, StyleType::Paragraph)
            .name(name)
            .based_on("Normal")
    };
    let fonts = RunFonts::new().ascii("Calibri").hi_ansi("Calibri").cs("Calibri");
    let mut docx = Docx::new()
        .default_fonts(fonts)
        .default_size(22)
        .default_line_spacing(docx_rs::LineSpacing::new().after(120).line(276))
        .add_style(WordStyle::new("Normal", StyleType::Paragraph).name("Normal"))
        .add_style(paragraph("Title", "Title").size(40).bold())
        .add_style(paragraph("ListParagraph", "List Paragraph"))
        .add_style(paragraph("Quote", "Quote").italic().color("404040").indent(
            Some(INDENT),
            None,
            Some(INDENT),
            None,
        ))
        .add_style(paragraph("Code", "Code").fonts(monospaced()).size(20))
        .add_style(paragraph("FootnoteText", "footnote text").size(18))
        .add_style(superscript());
    for (level, size) in [(1, 32), (2, 28), (3, 24), (4, 22), (5, 22), (6, 22)] {
        let style = paragraph(&format!("Heading{level}"), &format!("heading {level}"))
            .next("Normal")
            .size(size)
            .bold();
        docx = docx.add_style(style.outline_lvl(level - 1).q_format(true));
    }
    let mut bullets = AbstractNumbering::new(BULLETS);
    for level in 0..LEVELS {
        let sign = ["•", "◦", "▪"][level % 3];
        bullets = bullets.add_level(list_level(level, 1, "bullet", sign));
    }
    docx.add_abstract_numbering(bullets)
        .add_numbering(Numbering::new(BULLETS, BULLETS))
}

fn superscript() -> WordStyle {
    let mut style = WordStyle::new("FootnoteReference", StyleType::Character).name("footnote reference");
    style.run_property = style.run_property.vert_align(docx_rs::VertAlignType::SuperScript);
    style
}

/// Gives the footnotes what Word expects and the library leaves out: the number before each text, and the line that
/// parts them from the page.
fn finish_footnotes(parts: &mut XMLDocx) -> Result<(), ExportError> {
    let notes = std::str::from_utf8(&parts.footnotes).map_err(|_| ExportError::Unwritable)?;
    let marked = notes.replace(
        &format!("<w:t xml:space=\"preserve\">{NOTE_MARK}</w:t>"),
        "<w:footnoteRef/>",
    );
    let separators = "<w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>\
                      <w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>";
    let finished = match marked.find("<w:footnote ") {
        Some(at) => format!("{}{separators}{}", &marked[..at], &marked[at..]),
        None => marked,
    };
    if finished.contains(NOTE_MARK) {
        return Err(ExportError::Unwritable);
    }
    parts.footnotes = finished.into_bytes();
    Ok(())
}

/// Without the characters that XML cannot hold, and without the one this writer uses itself.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' | &NOTE_MARK))
        .collect()
}
