//! OpenDocument text and presentations (ODF 1.3, part 3): paragraphs, lists, tables, notes and text boxes.
//!
//! Owns which elements of `content.xml` are text. Comments come after the text, and so does what the heads and feet of
//! its pages say; tracked deletions are kept apart. Pages are where the writer noted its own page breaks, slides one page each. Nothing recurses.

use crate::asides::{Asides, Comment, before};
use crate::details::Day;
use crate::document::{Deletion, Extracted, Kind};
use crate::error::{IntakeError, Lock};
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use crate::package::{Package, read_properties};
use crate::xml::{Xml, characters};
use crate::{headings, text, title};
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// A cell or space said to stand more often than this stands for layout.
const MOST_REPEATED: usize = 100;

/// Reads a text or presentation.
///
/// # Errors
/// `encrypted`, `corrupt`, `empty`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>, kind: Kind) -> Result<Extracted, IntakeError> {
    let mut package = Package::open(bytes)?;
    let manifest = package.text("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(IntakeError::Encrypted(Lock::Office));
    }
    let content = package.text("content.xml")?.ok_or(IntakeError::Corrupt(kind))?;
    let walked = walk(&content)?;
    drop(content);
    // Damaged properties are no reason to refuse a text.
    let meta = package.text("meta.xml").ok().flatten().unwrap_or_default();
    let properties = read_properties(&meta).unwrap_or_default();
    let declared = properties.title.as_deref().and_then(title::declared);
    let named = declared.or_else(|| walked.heading.as_deref().and_then(title::declared));
    let mut asides = walked.asides;
    // Neither are damaged styles, which hold the heads and feet.
    let styles = package.text("styles.xml").ok().flatten().unwrap_or_default();
    if let Ok(styles) = walk(&styles) {
        asides.margin(&styles.flow.into_text());
    }
    let mut text = walked.flow.into_marked_text();
    let (after, deletions) = asides.after(&text.replace(headings::is_mark, ""));
    text.push_str(&after);
    let mut read = text::document(kind, &text, named)?;
    read.deletions = deletions;
    read.details = properties.into_details();
    if !package.is_whole() {
        read.cut_off();
    }
    Ok(read)
}

struct Walked {
    flow: Flow,
    heading: Option<String>,
    asides: Asides,
}

fn walk(content: &str) -> Result<Walked, IntakeError> {
    let mut xml = Xml::new(content);
    let mut walk = Walk::default();
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(_) if walk.skipped > 0 => walk.skipped += 1,
            Event::Start(tag) => walk.start(&xml, &tag)?,
            Event::End(_) if walk.skipped > 0 => walk.skipped -= 1,
            Event::End(_) => walk.end()?,
            // White space in the file is layout; what is meant has elements of its own.
            other if walk.skipped == 0 && !walk.paragraphs.is_empty() => {
                walk.write(&characters(&other).replace(['\n', '\r', '\t'], " "))?
            }
            _ => {}
        }
    }
    let mut asides = walk.asides;
    for comment in walk.comments {
        asides.comment(comment);
    }
    for deletion in walk.struck.into_values() {
        asides.deletion(deletion, false)?;
    }
    let mut flow = walk.flow;
    for note in walk.notes {
        flow.push(Shape::Paragraph, note);
    }
    Ok(Walked {
        flow,
        heading: walk.heading,
        asides,
    })
}

/// Open elements that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Paragraph {
        /// Its level, if it is one.
        heading: Option<u8>,
        begins_item: bool,
    },
    List,
    Item,
    Row,
    Cell {
        times: usize,
    },
    Note,
    /// The label a note is cited by.
    Label,
    Box,
    Slide,
    Comment,
    /// Who made a comment or a change, and when.
    Creator,
    Date,
    Deletion,
    Other,
}

#[derive(Default)]
struct Walk {
    flow: Flow,
    open: Vec<Element>,
    skipped: usize,
    paragraphs: Vec<(String, Flow)>,
    /// The flows of open cells, notes and boxes.
    inner: Vec<Flow>,
    rows: Vec<Vec<Flow>>,
    /// Whether the open item of each open list still waits for its first paragraph.
    items: Vec<bool>,
    labels: Vec<String>,
    notes: Vec<String>,
    heading: Option<String>,
    comments: Vec<Comment>,
    /// For each open range that a comment is about: its name, the comment, how many paragraphs were open and where in
    /// the last it began.
    anchors: Vec<(String, usize, usize, usize)>,
    /// Deletions by the name of their change, until the place they stood at is met.
    struck: BTreeMap<String, Deletion>,
    change: String,
    creator: Option<String>,
    day: Option<Day>,
    asides: Asides,
    slides: usize,
    budget: TextBudget,
}

impl Walk {
    fn start(&mut self, xml: &Xml<'_>, tag: &BytesStart<'_>) -> Result<(), IntakeError> {
        let name = tag.local_name();
        let element = match name.as_ref() {
            "insertion"
            | "format-change"
            | "automatic-styles"
            | "font-face-decls"
            | "scripts"
            | "forms"
            | "object"
            | "object-ole"
            | "binary-data"
            | "desc"
            | "event-listeners"
            | "ruby-text"
            | "sequence-decls"
            | "variable-decls"
            | "user-field-decls"
            | "index-title-template" => None,
            // Of a picture and a text beside it, as of what the picture is called, only the text counts.
            "title" if xml.is_of(tag, "svg") => None,
            "p" | "h" => {
                self.paragraphs.push((String::new(), Flow::default()));
                let level = || {
                    xml.attribute(tag, "outline-level")
                        .and_then(|level| level.parse().ok())
                };
                let heading = (name.as_ref() == "h").then(|| level().unwrap_or(1));
                let begins_item = self.items.last_mut().is_some_and(std::mem::take);
                Some(Element::Paragraph { heading, begins_item })
            }
            "annotation" => {
                self.begin_aside();
                self.comments.push(Comment::default());
                if let Some(name) = xml.attribute(tag, "name") {
                    let at = self.paragraphs.last().map_or(0, |(text, _)| text.len());
                    self.anchors
                        .push((name, self.comments.len() - 1, self.paragraphs.len(), at));
                }
                Some(Element::Comment)
            }
            "annotation-end" => {
                self.end_remark(&xml.attribute(tag, "name").unwrap_or_default());
                Some(Element::Other)
            }
            "creator" if xml.is_of(tag, "dc") => {
                self.paragraphs.push((String::new(), Flow::default()));
                Some(Element::Creator)
            }
            "date" if xml.is_of(tag, "dc") => {
                self.paragraphs.push((String::new(), Flow::default()));
                Some(Element::Date)
            }
            "changed-region" => {
                self.change = xml.attribute(tag, "id").unwrap_or_default();
                Some(Element::Other)
            }
            "deletion" => {
                self.begin_aside();
                Some(Element::Deletion)
            }
            "change" => {
                let id = xml.attribute(tag, "change-id").unwrap_or_default();
                if let Some(deletion) = self.struck.remove(&id) {
                    let text = self.paragraphs.last().map_or("", |(text, _)| text.as_str());
                    let before = before(text);
                    self.asides.deletion(Deletion { before, ..deletion }, false)?;
                }
                Some(Element::Other)
            }
            "list" => Some(Element::List),
            "list-item" => {
                self.items.push(true);
                Some(Element::Item)
            }
            "table-row" => {
                self.rows.push(Vec::new());
                Some(Element::Row)
            }
            "table-cell" | "covered-table-cell" => {
                let times = number(xml, tag, "number-columns-repeated");
                self.inner.push(Flow::default());
                Some(Element::Cell { times })
            }
            "note-citation" => {
                self.labels.push(String::new());
                self.paragraphs.push((String::new(), Flow::default()));
                Some(Element::Label)
            }
            "note-body" => {
                self.inner.push(Flow::default());
                Some(Element::Note)
            }
            "text-box" => {
                self.inner.push(Flow::default());
                Some(Element::Box)
            }
            "page" if xml.is_of(tag, "draw") => {
                if self.slides > 0 {
                    self.flow.push_break();
                }
                self.slides += 1;
                Some(Element::Slide)
            }
            "s" => {
                self.write(&" ".repeat(number(xml, tag, "c")))?;
                Some(Element::Other)
            }
            "tab" => {
                self.write(" ")?;
                Some(Element::Other)
            }
            "line-break" => {
                self.write("\n")?;
                Some(Element::Other)
            }
            "soft-page-break" => {
                self.page_break();
                Some(Element::Other)
            }
            _ => Some(Element::Other),
        };
        match element {
            Some(element) => self.open.push(element),
            None => self.skipped = 1,
        }
        Ok(())
    }

    /// What follows is beside the text.
    fn begin_aside(&mut self) {
        self.inner.push(Flow::default());
        (self.creator, self.day) = (None, None);
    }

    fn end_aside(&mut self) -> String {
        self.inner.pop().unwrap_or_default().into_text()
    }

    fn end_remark(&mut self, name: &str) {
        if let Some(open) = self.anchors.iter().rposition(|(anchor, ..)| anchor == name) {
            let (_, comment, depth, at) = self.anchors.remove(open);
            let paragraph = self.paragraphs.last().filter(|_| self.paragraphs.len() == depth);
            let on = paragraph.and_then(|(text, _)| text.get(at..)).unwrap_or_default();
            self.comments[comment].on = on.to_owned();
        }
    }

    /// A page ends before the open paragraph or in it; in a table, a note or a box it cannot be shown.
    fn page_break(&mut self) {
        if self.inner.is_empty() && self.rows.is_empty() {
            match self.paragraphs.last_mut() {
                Some((text, _)) => text.push('\u{c}'),
                None => self.flow.push_break(),
            }
        }
    }

    fn write(&mut self, text: &str) -> Result<(), IntakeError> {
        self.budget.spend(text.len())?;
        if let Some((open, _)) = self.paragraphs.last_mut() {
            open.push_str(text);
        }
        Ok(())
    }

    fn flow(&mut self) -> &mut Flow {
        self.inner.last_mut().unwrap_or(&mut self.flow)
    }

    fn end(&mut self) -> Result<(), IntakeError> {
        match self.open.pop() {
            Some(Element::Paragraph { heading, begins_item }) => self.end_paragraph(heading, begins_item),
            Some(Element::Item) => drop(self.items.pop()),
            Some(Element::Cell { times }) => {
                let cell = self.inner.pop().unwrap_or_default();
                match self.rows.last_mut() {
                    Some(row) => {
                        let empty = if cell.is_empty() { times } else { 1 };
                        row.extend((1..empty).map(|_| Flow::default()));
                        row.push(cell);
                    }
                    None => self.flow().append(cell),
                }
            }
            Some(Element::Row) => {
                let row = self.rows.pop().unwrap_or_default();
                self.flow().push_row(row);
            }
            Some(Element::Label) => {
                let label = self.paragraphs.pop().unwrap_or_default().0;
                let label = format!("[{}]", label.trim());
                if let Some((text, _)) = self.paragraphs.last_mut() {
                    text.push_str(&label);
                }
                if let Some(open) = self.labels.last_mut() {
                    *open = label;
                }
            }
            Some(Element::Note) => {
                let note = self.inner.pop().unwrap_or_default().into_text();
                let label = self.labels.pop().unwrap_or_default();
                self.notes.push(format!("{label} {}", note.trim()));
            }
            Some(Element::Box) => {
                let text = self.inner.pop().unwrap_or_default();
                match self.paragraphs.last_mut() {
                    Some((_, boxes)) => boxes.append(text),
                    None => self.flow().append(text),
                }
            }
            Some(Element::Creator) => {
                let (creator, _) = self.paragraphs.pop().unwrap_or_default();
                self.creator = Some(creator);
            }
            Some(Element::Date) => {
                let (date, _) = self.paragraphs.pop().unwrap_or_default();
                self.day = Day::from_iso(&date);
            }
            Some(Element::Comment) => {
                let text = self.end_aside();
                if let Some(comment) = self.comments.last_mut() {
                    let (author, day) = (self.creator.take(), self.day);
                    *comment = Comment {
                        author,
                        day,
                        text,
                        ..Comment::default()
                    };
                }
            }
            Some(Element::Deletion) => {
                let deletion = Deletion {
                    before: String::new(),
                    text: self.end_aside(),
                    author: self.creator.take(),
                    day: self.day,
                };
                self.struck.insert(std::mem::take(&mut self.change), deletion);
            }
            Some(Element::List | Element::Slide | Element::Other) | None => {}
        }
        Ok(())
    }

    fn end_paragraph(&mut self, heading: Option<u8>, begins_item: bool) {
        let (text, boxes) = self.paragraphs.pop().unwrap_or_default();
        let aside = |element: &Element| matches!(element, Element::Comment | Element::Deletion);
        if heading.is_some()
            && self.heading.is_none()
            && !text.trim().is_empty()
            && !self.open.iter().any(aside)
        {
            self.heading = Some(text.trim().to_owned());
        }
        if let Some(level) = heading {
            self.flow().push(Shape::Heading(level), text);
        } else if begins_item && !text.trim().is_empty() {
            self.flow()
                .push(Shape::Item, format!("\u{2022} {}", text.trim_start()));
        } else {
            self.flow().push(Shape::Paragraph, text);
        }
        self.flow().append(boxes);
    }
}

fn number(xml: &Xml<'_>, tag: &BytesStart<'_>, name: &str) -> usize {
    let said = xml.attribute(tag, name).and_then(|value| value.parse().ok());
    said.unwrap_or(1).min(MOST_REPEATED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(body: &str) -> String {
        format!(
            "<office:document-content><office:body><office:text>{body}</office:text></office:body></office:document-content>"
        )
    }

    fn text(body: &str) -> String {
        walk(&content(body)).unwrap().flow.into_text()
    }

    #[test]
    fn paragraphs_lists_tables_and_spaces() {
        let body = "<text:h>Lease</text:h>\n<text:p>Rent<text:s text:c=\"3\"/>is\n   due<text:tab/>now<text:line-break/>or later.</text:p>
            <text:list><text:list-item><text:p>one</text:p><text:p>more</text:p></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>
            <table:table><table:table-row><table:table-cell><text:p>Drug</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"2\"/><table:table-cell><text:p>Dose</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row></table:table>";
        assert_eq!(
            text(body),
            "Lease\n\nRent   is    due now\nor later.\n\n\u{2022} one\n\nmore\n\n\u{2022} two\n\nDrug |  |  | Dose"
        );
    }

    #[test]
    fn changes_and_comments_are_apart_and_notes_and_boxes_in() {
        let body = "<text:tracked-changes><text:changed-region xml:id=\"c1\"><text:deletion><office:change-info><dc:creator>Ruth Adeyemi</dc:creator><dc:date>2024-05-03T10:00:00</dc:date></office:change-info><text:h>gone</text:h></text:deletion></text:changed-region>
            <text:changed-region xml:id=\"c2\"><text:insertion><office:change-info><dc:creator>Ben</dc:creator></office:change-info></text:insertion></text:changed-region></text:tracked-changes>
            <text:list><text:list-item><text:p><office:annotation office:name=\"a\"><dc:creator>Ben Okri</dc:creator><text:p>why</text:p></office:annotation>Kept<office:annotation-end office:name=\"a\"/> <text:change text:change-id=\"c1\"/><text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See below.</text:p></text:note-body></text:note><draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box><svg:title>picture</svg:title></draw:frame>.</text:p></text:list-item></text:list>";
        let walked = walk(&content(body)).unwrap();
        assert_eq!(walked.heading, None);
        assert_eq!(
            walked.flow.into_text(),
            "\u{2022} Kept [1].\n\nBoxed\n\n[1] See below."
        );
        let (after, deletions) = walked.asides.after("");
        assert_eq!(
            after,
            "\n\nComments\n\u{2022} Ben Okri, on \u{201c}Kept\u{201d}: why"
        );
        let [deletion] = deletions.as_slice() else {
            panic!()
        };
        assert_eq!(
            (deletion.before.as_str(), deletion.text.as_str()),
            ("Kept", "gone")
        );
        assert_eq!(deletion.author.as_deref(), Some("Ruth Adeyemi"));
        assert_eq!(deletion.day, Day::new(2024, 5, 3));
    }
}
