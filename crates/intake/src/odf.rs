//! OpenDocument text and presentations (ODF 1.3, part 3): paragraphs, lists, tables, notes and text boxes.
//!
//! Owns which elements of `content.xml` are text. Tracked deletions, comments, headers and footers are left out.
//! Pages are where the writer noted its own page breaks, slides one page each. Nothing recurses.

use crate::document::{Extracted, Kind};
use crate::error::{IntakeError, Lock};
use crate::flow::{Flow, Shape};
use crate::limits::TextBudget;
use crate::package::{Package, read_properties};
use crate::xml::{Xml, characters};
use crate::{text, title};
use quick_xml::events::{BytesStart, Event};

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
    let mut read = text::document(kind, &walked.flow.into_text(), named)?;
    read.details = properties.into_details();
    Ok(read)
}

struct Walked {
    flow: Flow,
    heading: Option<String>,
}

fn walk(content: &str) -> Result<Walked, IntakeError> {
    let mut xml = Xml::new(content);
    let mut walk = Walk::default();
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(_) if walk.skipped > 0 => walk.skipped += 1,
            Event::Start(tag) => walk.start(&xml, &tag)?,
            Event::End(_) if walk.skipped > 0 => walk.skipped -= 1,
            Event::End(_) => walk.end(),
            // White space in the file is layout; what is meant has elements of its own.
            other if walk.skipped == 0 && !walk.paragraphs.is_empty() => {
                walk.write(&characters(&other).replace(['\n', '\r', '\t'], " "))?
            }
            _ => {}
        }
    }
    let mut flow = walk.flow;
    for note in walk.notes {
        flow.push(Shape::Paragraph, note);
    }
    Ok(Walked {
        flow,
        heading: walk.heading,
    })
}

/// Open elements that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Paragraph {
        heading: bool,
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
    slides: usize,
    budget: TextBudget,
}

impl Walk {
    fn start(&mut self, xml: &Xml<'_>, tag: &BytesStart<'_>) -> Result<(), IntakeError> {
        let name = tag.local_name();
        let element = match name.as_ref() {
            "tracked-changes"
            | "annotation"
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
                let heading = name.as_ref() == "h";
                Some(Element::Paragraph { heading })
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

    fn end(&mut self) {
        match self.open.pop() {
            Some(Element::Paragraph { heading }) => self.end_paragraph(heading),
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
            Some(Element::List | Element::Slide | Element::Other) | None => {}
        }
    }

    fn end_paragraph(&mut self, heading: bool) {
        let (text, boxes) = self.paragraphs.pop().unwrap_or_default();
        if heading && self.heading.is_none() && !text.trim().is_empty() {
            self.heading = Some(text.trim().to_owned());
        }
        let begins_item = self.items.last_mut().is_some_and(std::mem::take);
        if begins_item && !text.trim().is_empty() {
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

    fn text(body: &str) -> String {
        let content = format!(
            "<office:document-content><office:body><office:text>{body}</office:text></office:body></office:document-content>"
        );
        walk(&content).unwrap().flow.into_text()
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
    fn changes_and_comments_are_out_and_notes_and_boxes_in() {
        let body = "<text:tracked-changes><text:deletion><text:p>gone</text:p></text:deletion></text:tracked-changes>
            <text:p>Kept<office:annotation><text:p>why</text:p></office:annotation><text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See below.</text:p></text:note-body></text:note><draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box><svg:title>picture</svg:title></draw:frame>.</text:p>";
        assert_eq!(text(body), "Kept[1].\n\nBoxed\n\n[1] See below.");
    }
}
