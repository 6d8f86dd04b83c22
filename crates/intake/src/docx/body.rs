//! The walk through a document part.
//!
//! Owns which elements are text, which are left out, and where pages end. Tracked insertions are in;
//! tracked deletions are kept apart, and so are comments; of alternative contents one is read; text boxes come after the paragraph
//! they hang on; field codes are left out and their results stay. Nothing here recurses, so no depth
//! of nesting can exhaust the stack.

use super::marks::{BREAK, NOTE, RENDERED, SECTION, is_break, without_marks};
use super::numbering::Numbering;
use super::styles::{Numbered, Rank, Styles};
use crate::asides::{Asides, Comment, before};
use crate::details::Day;
use crate::document::Deletion;
use crate::error::IntakeError;
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use crate::xml::{Xml, characters};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// What a document part holds.
#[derive(Default)]
pub(super) struct Body {
    /// The text with the marks of [`super::marks`] in it.
    pub flow: Flow,
    /// Which sections begin on a new page, in order.
    pub sections: Vec<bool>,
    /// The first paragraph of the highest rank.
    pub title: Option<(Rank, String)>,
    /// Notes in the order they are referred to: kind and id.
    pub references: Vec<(NoteKind, String)>,
    /// The notes of a notes part, by id.
    pub notes: HashMap<String, Flow>,
    /// Comments in the order they are referred to: id and what each is about.
    pub remarked: Vec<(String, String)>,
    /// The comments of a comments part: id, and all but what each is about.
    pub comments: Vec<(String, Comment)>,
    /// What tracked changes deleted.
    pub asides: Asides,
}

/// The two kinds of notes, each with ids of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    Foot,
    End,
}

/// Walks a part from start to end.
///
/// # Errors
/// `corrupt`, or `too_large`.
pub(super) fn walk(
    text: &str,
    styles: &Styles,
    numbering: &mut Numbering,
    budget: &mut TextBudget,
) -> Result<Body, IntakeError> {
    let mut xml = Xml::new(text);
    let mut walk = Walk {
        styles,
        numbering,
        budget,
        body: Body::default(),
        open: Vec::new(),
        skipped: 0,
        paragraphs: Vec::new(),
        flows: Vec::new(),
        rows: Vec::new(),
        alternatives: Vec::new(),
        written: 0,
        struck: None,
        struck_at: None,
        anchors: Vec::new(),
    };
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(_) if walk.skipped > 0 => walk.skipped += 1,
            Event::Start(tag) => walk.start(&xml, &tag)?,
            Event::End(_) if walk.skipped > 0 => walk.skipped -= 1,
            Event::End(_) => walk.end()?,
            other if walk.open.last() == Some(&Element::Text) => walk.write(&characters(&other))?,
            _ => {}
        }
    }
    Ok(walk.body)
}

/// Open elements that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Paragraph,
    /// The properties of a paragraph or section, and everything in them.
    Property,
    Text,
    Row,
    RowProperties,
    Cell,
    TextBox,
    Note,
    Comment,
    Deletion,
    Alternatives,
    Other,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    numbered: Numbered,
    /// How deep in the outline, from 0; 9 for text.
    outline: Option<u8>,
    boxes: Flow,
    ends_section: bool,
}

#[derive(Default)]
struct Row {
    cells: Vec<Flow>,
    deleted: Option<Deletion>,
}

struct Walk<'a> {
    styles: &'a Styles,
    numbering: &'a mut Numbering,
    budget: &'a mut TextBudget,
    body: Body,
    open: Vec<Element>,
    skipped: usize,
    paragraphs: Vec<Paragraph>,
    /// The flows of open cells, text boxes and notes, notes with their id; beneath is the body's own.
    flows: Vec<(Flow, Option<String>)>,
    rows: Vec<Row>,
    /// For each open set of alternatives, how much was written before it.
    alternatives: Vec<usize>,
    written: usize,
    /// The open deletion.
    struck: Option<Deletion>,
    /// How much was written, and in how many paragraphs, when the last deletion ended.
    struck_at: Option<(usize, usize)>,
    /// For each open range that a comment is about: its id, how many paragraphs were open and where in the last it began.
    anchors: Vec<(String, usize, usize)>,
}

impl Walk<'_> {
    fn start(&mut self, xml: &Xml<'_>, tag: &BytesStart<'_>) -> Result<(), IntakeError> {
        let name = tag.local_name();
        let within = self.open.last().copied().unwrap_or(Element::Other);
        let element = match (name.as_ref(), within) {
            ("delText", _) if self.struck.is_some() => Some(Element::Text),
            (name, _) if is_left_out(name) => None,
            (name, Element::Property) => {
                self.property(name, xml, tag);
                Some(Element::Property)
            }
            ("pPr", Element::Paragraph) => Some(Element::Property),
            ("sectPr", _) => {
                self.body.sections.push(true);
                Some(Element::Property)
            }
            ("p", _) => {
                self.paragraphs.push(Paragraph::default());
                Some(Element::Paragraph)
            }
            ("t", _) => Some(Element::Text),
            ("tr", _) => {
                self.rows.push(Row::default());
                Some(Element::Row)
            }
            ("trPr", _) => Some(Element::RowProperties),
            ("del", Element::RowProperties) => {
                let deletion = self.deletion(xml, tag);
                if let Some(row) = self.rows.last_mut() {
                    row.deleted = Some(deletion);
                }
                Some(Element::Other)
            }
            // What was moved stands where it was moved to.
            ("moveFrom", _) => None,
            ("del", _) if self.struck.is_none() => {
                self.struck = Some(self.deletion(xml, tag));
                Some(Element::Deletion)
            }
            ("comment", _) => {
                let comment = Comment {
                    author: xml.attribute(tag, "author"),
                    day: xml.attribute(tag, "date").and_then(|date| Day::from_iso(&date)),
                    ..Comment::default()
                };
                let id = xml.attribute(tag, "id").unwrap_or_default();
                self.body.comments.push((id, comment));
                Some(self.open_flow(Element::Comment, None))
            }
            ("commentRangeStart", _) => {
                let id = xml.attribute(tag, "id").unwrap_or_default();
                let at = self.paragraphs.last().map_or(0, |paragraph| paragraph.text.len());
                self.anchors.push((id, self.paragraphs.len(), at));
                Some(Element::Other)
            }
            ("commentRangeEnd" | "commentReference", _) => {
                self.end_remark(xml.attribute(tag, "id").unwrap_or_default());
                Some(Element::Other)
            }
            ("tc", _) => Some(self.open_flow(Element::Cell, None)),
            ("txbxContent", _) => Some(self.open_flow(Element::TextBox, None)),
            // Separators are notes too, of another type.
            ("footnote" | "endnote", _) => (xml.attribute(tag, "type").is_none_or(|kind| kind == "normal"))
                .then(|| self.open_flow(Element::Note, xml.attribute(tag, "id"))),
            ("AlternateContent", _) => {
                self.alternatives.push(self.written);
                Some(Element::Alternatives)
            }
            // The first alternative that holds text is the one that is read.
            ("Choice" | "Fallback", Element::Alternatives) => {
                let read = self
                    .alternatives
                    .last()
                    .is_some_and(|before| self.written > *before);
                (!read).then_some(Element::Other)
            }
            (name, _) => {
                self.sign(name, xml, tag)?;
                Some(Element::Other)
            }
        };
        match element {
            Some(element) => self.open.push(element),
            None => self.skipped = 1,
        }
        Ok(())
    }

    fn open_flow(&mut self, element: Element, note: Option<String>) -> Element {
        self.flows.push((Flow::default(), note));
        element
    }

    /// The deletion that begins here.
    fn deletion(&self, xml: &Xml<'_>, tag: &BytesStart<'_>) -> Deletion {
        let text = self
            .paragraphs
            .last()
            .map_or("", |paragraph| paragraph.text.as_str());
        Deletion {
            before: before(&without_marks(text)),
            text: String::new(),
            author: xml.attribute(tag, "author"),
            day: xml.attribute(tag, "date").and_then(|date| Day::from_iso(&date)),
        }
    }

    /// Ends the range a comment is about, unless its paragraph did; one without a range is about a place.
    fn end_remark(&mut self, id: String) {
        if let Some(open) = self.anchors.iter().rposition(|(anchor, _, _)| *anchor == id) {
            let (_, depth, at) = self.anchors.remove(open);
            let paragraph = self.paragraphs.last().filter(|_| self.paragraphs.len() == depth);
            let text = paragraph.and_then(|paragraph| paragraph.text.get(at..));
            self.body
                .remarked
                .push((id, without_marks(text.unwrap_or_default())));
        } else if self.body.remarked.iter().all(|(other, _)| *other != id) {
            self.body.remarked.push((id, String::new()));
        }
    }

    fn property(&mut self, name: &str, xml: &Xml<'_>, tag: &BytesStart<'_>) {
        let value = xml.attribute(tag, "val");
        let paragraph = self.paragraphs.last_mut();
        match (name, paragraph) {
            ("type", _) => {
                let stays = value
                    .as_deref()
                    .is_some_and(|kind| matches!(kind, "continuous" | "nextColumn"));
                if let Some(begins_page) = self.body.sections.last_mut() {
                    *begins_page = !stays;
                }
            }
            ("sectPr", Some(paragraph)) => {
                paragraph.ends_section = true;
                self.body.sections.push(true);
            }
            ("pStyle", Some(paragraph)) => paragraph.style = value,
            ("numId", Some(paragraph)) => paragraph.numbered.list = value,
            ("ilvl", Some(paragraph)) => {
                paragraph.numbered.level = value.and_then(|level| level.parse().ok())
            }
            ("outlineLvl", Some(paragraph)) => {
                paragraph.outline = value.and_then(|level| level.parse().ok());
            }
            ("pageBreakBefore", Some(paragraph))
                if !matches!(value.as_deref(), Some("0" | "false" | "off")) =>
            {
                paragraph.text.insert(0, RENDERED);
            }
            _ => {}
        }
    }

    /// Elements of a run that stand for characters.
    fn sign(&mut self, name: &str, xml: &Xml<'_>, tag: &BytesStart<'_>) -> Result<(), IntakeError> {
        match name {
            "tab" | "ptab" => self.write(" "),
            "br" if xml.attribute(tag, "type").as_deref() == Some("page") => self.write(&BREAK.to_string()),
            "br" | "cr" => self.write("\n"),
            "lastRenderedPageBreak" => self.write(&RENDERED.to_string()),
            "noBreakHyphen" => self.write("-"),
            "sym" => {
                let code = xml
                    .attribute(tag, "char")
                    .and_then(|code| u32::from_str_radix(&code, 16).ok());
                let letter = code
                    .and_then(char::from_u32)
                    .filter(|c| !matches!(c, '\u{e000}'..='\u{f8ff}'));
                self.write(&letter.map(String::from).unwrap_or_default())
            }
            "footnoteReference" => self.refer(NoteKind::Foot, xml, tag),
            "endnoteReference" => self.refer(NoteKind::End, xml, tag),
            _ => Ok(()),
        }
    }

    fn refer(&mut self, kind: NoteKind, xml: &Xml<'_>, tag: &BytesStart<'_>) -> Result<(), IntakeError> {
        let Some(id) = xml.attribute(tag, "id").filter(|_| self.struck.is_none()) else {
            return Ok(());
        };
        let number = self.body.references.len();
        self.body.references.push((kind, id));
        self.write(&format!("{NOTE}{number}{NOTE}"))
    }

    fn write(&mut self, text: &str) -> Result<(), IntakeError> {
        self.budget.spend(text.len())?;
        if let Some(struck) = &mut self.struck {
            struck.text.push_str(&text.replace(is_break, ""));
            return Ok(());
        }
        self.written += text.trim().len();
        match self.paragraphs.last_mut() {
            Some(paragraph) => paragraph.text.push_str(text),
            // Text outside any paragraph is malformed, but it is text.
            None => self.flow().push(Shape::Paragraph, text.to_owned()),
        }
        Ok(())
    }

    fn flow(&mut self) -> &mut Flow {
        self.flows
            .last_mut()
            .map_or(&mut self.body.flow, |(flow, _)| flow)
    }

    fn end(&mut self) -> Result<(), IntakeError> {
        match self.open.pop() {
            Some(Element::Paragraph) => self.end_paragraph(),
            Some(Element::Alternatives) => drop(self.alternatives.pop()),
            Some(Element::Cell) => {
                let (cell, _) = self.flows.pop().unwrap_or_default();
                match self.rows.last_mut() {
                    Some(row) => row.cells.push(cell),
                    None => self.flow().append(cell),
                }
            }
            Some(Element::Row) => {
                let row = self.rows.pop().unwrap_or_default();
                match row.deleted {
                    None => self.end_row(row.cells),
                    Some(deletion) => {
                        let mut cells = Flow::default();
                        cells.push_row(row.cells);
                        let text = without_marks(&cells.into_text());
                        self.body.asides.deletion(Deletion { text, ..deletion }, false)?;
                    }
                }
            }
            Some(Element::Deletion) => {
                if let Some(deletion) = self.struck.take() {
                    let here = Some((self.written, self.paragraphs.len()));
                    let goes_on = self.struck_at == here && !deletion.before.is_empty();
                    self.body.asides.deletion(deletion, goes_on)?;
                    self.struck_at = here;
                }
            }
            Some(Element::Comment) => {
                let (text, _) = self.flows.pop().unwrap_or_default();
                if let Some((_, comment)) = self.body.comments.last_mut() {
                    comment.text = without_marks(&text.into_text());
                }
            }
            Some(Element::TextBox) => {
                let (text, _) = self.flows.pop().unwrap_or_default();
                match self.paragraphs.last_mut() {
                    Some(paragraph) => paragraph.boxes.append(text),
                    None => self.flow().append(text),
                }
            }
            Some(Element::Note) => {
                if let Some((note, Some(id))) = self.flows.pop() {
                    self.body.notes.insert(id, note);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_paragraph(&mut self) {
        self.struck_at = None;
        let depth = self.paragraphs.len();
        let mut paragraph = self.paragraphs.pop().unwrap_or_default();
        // A comment about more than one paragraph is shown with what it is about in the first.
        while let Some((id, _, at)) = self.anchors.pop_if(|(_, open, _)| *open == depth) {
            let text = paragraph.text.get(at..).unwrap_or_default();
            self.body.remarked.push((id, without_marks(text)));
        }
        let style = paragraph.style.as_deref();
        let plain = paragraph
            .text
            .trim_matches(|c: char| c.is_whitespace() || is_break(c));
        let rank = style.and_then(|style| self.styles.rank(style));
        let shape = match (paragraph.outline, rank) {
            (Some(level), _) => Some(level)
                .filter(|level| *level < 9)
                .map(|level| Shape::Heading(level + 1)),
            (None, Some(Rank::Heading(level))) => Some(Shape::Heading(level)),
            (None, _) => None,
        };
        if !plain.is_empty() {
            if let Some(rank) = rank
                && self.body.title.as_ref().is_none_or(|(best, _)| rank < *best)
            {
                self.body.title = Some((rank, plain.to_owned()));
            }
            if let Some(label) = self.numbering.label(&paragraph.numbered, style, self.styles) {
                let at = paragraph.text.find(|c: char| !is_break(c)).unwrap_or(0);
                paragraph.text.insert_str(at, &format!("{label} "));
                if shape.is_none() && rank.is_none() {
                    self.place(Shape::Item, paragraph);
                    return;
                }
            }
        }
        self.place(shape.unwrap_or(Shape::Paragraph), paragraph);
    }

    fn place(&mut self, shape: Shape, mut paragraph: Paragraph) {
        if paragraph.ends_section {
            paragraph.text.push(SECTION);
        }
        self.flow().push(shape, paragraph.text);
        self.flow().append(paragraph.boxes);
    }

    /// A row is one line, so a page break within it comes before or after.
    fn end_row(&mut self, cells: Vec<Flow>) {
        let (mut before, mut after) = (false, false);
        let mut whole = Vec::with_capacity(cells.len());
        for mut cell in cells {
            let (leads, inside) = cell.take_marks(is_break);
            before |= leads;
            after |= inside;
            whole.push(cell);
        }
        let flow = self.flow();
        let mark = |flow: &mut Flow, there: bool| {
            if there {
                flow.push(Shape::Row, RENDERED.to_string());
            }
        };
        mark(flow, before);
        flow.push_row(whole);
        mark(flow, after);
    }
}

/// Content that is not the document's text: formatting, deletions, field codes, the readings of
/// phonetic guides, and what other programs embed.
fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "rPr"
            | "pPrChange"
            | "sectPrChange"
            | "tblPr"
            | "tblPrEx"
            | "tblGrid"
            | "tcPr"
            | "sdtPr"
            | "sdtEndPr"
            | "delText"
            | "instrText"
            | "delInstrText"
            | "rt"
            | "binData"
    )
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
