//! Web pages: the text a reader would see, with its paragraphs, lists and tables.
//!
//! Owns what is visible and how blocks are set apart. Nothing is fetched and nothing is run: scripts,
//! styles, frames and what the page hides are left out. The tree is walked without recursion.

use crate::decode::decode;
use crate::document::{Extracted, Kind};
use crate::error::{Excess, Foreign, IntakeError};
use crate::flow::{Counting, Flow, Shape};
use crate::limits::MOST_TEXT;
use crate::{text, title};
use scraper::node::Element;
use scraper::{Html, Node};

/// Reads a web page.
///
/// # Errors
/// `empty`, `unsupported` when the bytes turn out to be no text, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Extracted, IntakeError> {
    let source =
        decode(&bytes, text::declared_encoding(&bytes)).ok_or(IntakeError::Unsupported(Foreign::Binary))?;
    drop(bytes);
    let (flow, declared, heading) = walk(&source)?;
    drop(source);
    let mut read = text::document(Kind::Html, &flow.into_marked_text(), None)?;
    read.title = title::declared(&declared)
        .or_else(|| title::declared(&heading))
        .or(read.title);
    Ok(read)
}

/// The visible content of a page as blocks, for formats that hold web pages.
///
/// # Errors
/// `too_large`.
pub(crate) fn flow(source: &str) -> Result<Flow, IntakeError> {
    walk(source).map(|(flow, _, _)| flow)
}

/// The visible content, the declared title, and the first heading.
fn walk(source: &str) -> Result<(Flow, String, String), IntakeError> {
    if source.len() > MOST_TEXT {
        return Err(IntakeError::TooLarge(Excess::Text));
    }
    let html = Html::parse_document(source);
    let mut writer = Writer::new();
    let mut node = html.tree.root();
    'walk: loop {
        if writer.enter(node.value())
            && let Some(child) = node.first_child()
        {
            node = child;
            continue;
        }
        loop {
            writer.leave(node.value());
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => break 'walk,
            }
        }
    }
    Ok(writer.finish())
}

struct List {
    counting: Counting,
    next: u32,
}

struct Writer {
    /// The page's flow, and above it those of the open cells.
    flows: Vec<Flow>,
    rows: Vec<Vec<Flow>>,
    line: String,
    marker: Option<String>,
    shapes: Vec<Shape>,
    lists: Vec<List>,
    preformatted: usize,
    in_title: bool,
    title: String,
    in_heading: bool,
    heading: String,
}

impl Writer {
    fn new() -> Self {
        Self {
            flows: vec![Flow::default()],
            rows: Vec::new(),
            line: String::new(),
            marker: None,
            shapes: Vec::new(),
            lists: Vec::new(),
            preformatted: 0,
            in_title: false,
            title: String::new(),
            in_heading: false,
            heading: String::new(),
        }
    }

    /// Takes note of a node; says whether what is inside is visible.
    fn enter(&mut self, node: &Node) -> bool {
        match node {
            Node::Text(text) => self.text(text),
            Node::Element(element) => return self.open(element),
            Node::Comment(_) | Node::ProcessingInstruction(_) | Node::Doctype(_) => return false,
            Node::Document | Node::Fragment => {}
        }
        true
    }

    fn open(&mut self, element: &Element) -> bool {
        if is_hidden(element) {
            return false;
        }
        let name = element.name();
        if let Some(shape) = shape(name) {
            self.break_line();
            self.shapes.push(shape);
        }
        match name {
            "title" => self.in_title = true,
            "h1" | "h2" => self.in_heading = self.heading.is_empty(),
            "br" => self.line.push('\n'),
            "hr" => self.break_line(),
            "pre" | "textarea" => self.preformatted += 1,
            "ul" | "menu" => self.lists.push(List {
                counting: Counting::Bullet,
                next: 1,
            }),
            "ol" => self.lists.push(ordered(element)),
            "li" => self.marker = Some(self.next_marker(element)),
            "tr" => self.rows.push(Vec::new()),
            "td" | "th" => self.flows.push(Flow::default()),
            _ => {}
        }
        true
    }

    fn leave(&mut self, node: &Node) {
        let Node::Element(element) = node else {
            return;
        };
        // What was not entered is not left.
        if is_hidden(element) {
            return;
        }
        let name = element.name();
        if shape(name).is_some() {
            self.break_line();
            self.shapes.pop();
        }
        match name {
            "title" => self.in_title = false,
            "h1" | "h2" => self.in_heading = false,
            "pre" | "textarea" => self.preformatted = self.preformatted.saturating_sub(1),
            "ul" | "menu" | "ol" => drop(self.lists.pop()),
            "li" => self.marker = None,
            "td" | "th" if self.flows.len() > 1 => {
                let cell = self.flows.pop().unwrap_or_default();
                match self.rows.last_mut() {
                    Some(row) => row.push(cell),
                    None => self.flow().append(cell),
                }
            }
            "tr" => {
                let cells = self.rows.pop().unwrap_or_default();
                self.flow().push_row(cells);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text);
            return;
        }
        if self.in_heading {
            self.heading.push_str(text);
        }
        if self.preformatted > 0 {
            self.line.push_str(text);
            return;
        }
        for c in text.chars() {
            if !c.is_ascii_whitespace() {
                self.line.push(c);
            } else if !self.line.is_empty() && !self.line.ends_with([' ', '\n']) {
                self.line.push(' ');
            }
        }
    }

    fn flow(&mut self) -> &mut Flow {
        self.flows
            .last_mut()
            .expect("the page's own flow is never closed")
    }

    fn break_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        let heading = self
            .shapes
            .iter()
            .rev()
            .find(|shape| matches!(shape, Shape::Heading(_)));
        let shape = heading
            .or(self.shapes.last())
            .copied()
            .unwrap_or(Shape::Paragraph);
        match self.marker.take() {
            Some(marker) if heading.is_none() => {
                self.flow().push(Shape::Item, format!("{marker} {}", line.trim()));
            }
            _ => self.flow().push(shape, line),
        }
    }

    fn next_marker(&mut self, element: &Element) -> String {
        let Some(list) = self.lists.last_mut() else {
            return Counting::Bullet.write(1);
        };
        let number = element
            .attr("value")
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(list.next);
        list.next = number.saturating_add(1);
        let dot = if list.counting == Counting::Bullet {
            ""
        } else {
            "."
        };
        format!("{}{dot}", list.counting.write(number))
    }

    fn finish(mut self) -> (Flow, String, String) {
        self.break_line();
        let flow = self.flows.drain(..).reduce(|mut all, open| {
            all.append(open);
            all
        });
        (flow.unwrap_or_default(), self.title, self.heading)
    }
}

fn ordered(element: &Element) -> List {
    let counting = match element.attr("type") {
        Some("a") => Counting::LowerLetter,
        Some("A") => Counting::UpperLetter,
        Some("i") => Counting::LowerRoman,
        Some("I") => Counting::UpperRoman,
        _ => Counting::Decimal,
    };
    let next = element
        .attr("start")
        .and_then(|start| start.trim().parse().ok())
        .unwrap_or(1);
    List { counting, next }
}

/// The shape of a block element's text; inline elements have none.
fn shape(name: &str) -> Option<Shape> {
    Some(match name {
        "h1" => Shape::Heading(1),
        "h2" => Shape::Heading(2),
        "h3" => Shape::Heading(3),
        "h4" => Shape::Heading(4),
        "h5" => Shape::Heading(5),
        "h6" => Shape::Heading(6),
        "p" | "blockquote" | "pre" | "table" | "caption" | "figure" | "figcaption" | "section"
        | "article" | "ul" | "ol" | "menu" | "dl" | "hr" | "textarea" | "body" => Shape::Paragraph,
        "li" => Shape::Item,
        "div" | "dt" | "dd" | "header" | "footer" | "nav" | "main" | "aside" | "address" | "form"
        | "fieldset" | "legend" | "option" | "summary" | "details" | "center" | "tr" | "td" | "th"
        | "thead" | "tbody" | "tfoot" | "title" | "dialog" | "optgroup" | "hgroup" | "search" => Shape::Line,
        _ => return None,
    })
}

/// Whether an element and all in it is out of sight.
fn is_hidden(element: &Element) -> bool {
    let name = element.name();
    let unseen = matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "iframe"
            | "object"
            | "canvas"
            | "svg"
            | "audio"
            | "video"
            | "rt"
            | "rp"
            | "datalist"
            | "noframes"
    );
    let style = || {
        let style: String = element
            .attr("style")?
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let style = style.to_ascii_lowercase();
        Some(style.contains("display:none") || style.contains("visibility:hidden"))
    };
    unseen || element.attr("hidden").is_some() || style().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        read(html.as_bytes().to_vec())
            .unwrap()
            .pages
            .iter()
            .map(|page| page.text.as_str())
            .collect()
    }

    #[test]
    fn blocks_are_set_apart_and_inline_text_is_not() {
        let html = "<title>T</title><h1>Lease</h1><p>The <b>ten</b>ant\n  shall<br>pay</p><div>one</div><div>two</div>";
        assert_eq!(text(html), "Lease\n\nThe tenant shall\npay\n\none\ntwo");
    }

    #[test]
    fn hidden_content_is_left_out() {
        let html = "<body>seen<script>x</script><style>y</style><noscript>n</noscript><template>t</template>\
            <p hidden>h</p><p style='DISPLAY : none'>d</p><!-- c --><svg><text>s</text></svg> too";
        assert_eq!(text(html), "seen too");
    }

    #[test]
    fn lists_count_and_tables_are_rows() {
        let html = "<ol start=3 type=a><li>x<li><p>y</p><p>more</p></ol><ul><li>z</ul>\
            <table><tr><th>Drug<th>Dose</tr><tr><td>Iron</td><td>200 <i>mg</i></td></tr></table>";
        assert_eq!(
            text(html),
            "c. x\nd. y\n\nmore\n\n• z\n\nDrug | Dose\nIron | 200 mg"
        );
    }

    #[test]
    fn titles() {
        let title = |html: &str| read(html.as_bytes().to_vec()).unwrap().title;
        assert_eq!(
            title("<title> A \n letter </title><h1>B</h1>x").as_deref(),
            Some("A letter")
        );
        assert_eq!(
            title("<title>Untitled</title><h1>The <i>lease</i></h1>x").as_deref(),
            Some("The lease")
        );
        assert_eq!(title("<p>just some words, no more.").as_deref(), None);
    }

    #[test]
    fn depth_does_not_matter() {
        assert_eq!(text(&format!("{}deep", "<div>".repeat(4_000))), "deep");
        assert_eq!(text(&format!("{}deep", "<table><tr><td>".repeat(500))), "deep");
    }
}
