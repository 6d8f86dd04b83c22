//! Blocks of text one after the other, for formats that know their paragraphs.
//!
//! Owns how paragraphs, list items and table rows are set apart as plain text: a blank line between
//! paragraphs, none between the items of one list or the rows of one table, cells parted by ` | `.
//! Tables used only to place things on a page come out as what they hold, one cell after the other.

use crate::headings;

/// What a block is; decides the space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Stands alone.
    Paragraph,
    /// A line among lines.
    Line,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
    /// What stands below it is about this; 1 for the outermost.
    Heading(u8),
}

impl Shape {
    /// Whether nothing but a line's end parts one from the next.
    fn stands_close(self) -> bool {
        matches!(self, Shape::Line | Shape::Item | Shape::Row)
    }
}

/// Blocks in reading order.
#[derive(Default)]
pub(crate) struct Flow {
    blocks: Vec<(Shape, String)>,
}

/// A cell with more blocks than this holds a page, not a value ...
const MOST_BLOCKS_IN_CELL: usize = 3;
/// ... unless so many cells stand beside each other: pages are not set in as many columns.
const MOST_COLUMNS: usize = 4;

impl Flow {
    /// Adds a block; blank ones are left out.
    pub(crate) fn push(&mut self, shape: Shape, text: String) {
        if !text.trim_matches([' ', '\n', '\t']).is_empty() {
            self.blocks.push((shape, text));
        }
    }

    /// Ends a page.
    pub(crate) fn push_break(&mut self) {
        self.blocks.push((Shape::Paragraph, "\u{c}".into()));
    }

    /// Whether nothing has been added.
    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The text of its blocks, whatever they are.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().map(|(_, text)| text.as_str())
    }

    /// Adds all blocks of another flow.
    pub(crate) fn append(&mut self, mut other: Flow) {
        self.blocks.append(&mut other.blocks);
    }

    /// Adds a row of cells.
    pub(crate) fn push_row(&mut self, mut cells: Vec<Flow>) {
        while cells.last().is_some_and(|cell| cell.blocks.is_empty()) {
            cells.pop();
        }
        let filled = cells.iter().filter(|cell| !cell.blocks.is_empty()).count();
        let pages = cells.iter().any(|cell| cell.blocks.len() > MOST_BLOCKS_IN_CELL);
        if filled <= 1 || pages && filled < MOST_COLUMNS {
            for cell in cells {
                self.append(cell);
            }
            return;
        }
        let cells: Vec<String> = cells.into_iter().map(Flow::into_one_line).collect();
        self.push(Shape::Row, cells.join(" | "));
    }

    /// Takes single characters out of the text; says whether any stood before all text, and whether
    /// any stood further on.
    pub(crate) fn take_marks(&mut self, is_mark: fn(char) -> bool) -> (bool, bool) {
        let (mut leads, mut inside, mut text_seen) = (false, false, false);
        for (_, text) in &mut self.blocks {
            text.retain(|c| {
                let mark = is_mark(c);
                leads |= mark && !text_seen;
                inside |= mark && text_seen;
                text_seen |= !mark && !c.is_whitespace();
                !mark
            });
        }
        self.blocks.retain(|(_, text)| !text.trim().is_empty());
        (leads, inside)
    }

    fn into_one_line(self) -> String {
        let texts: Vec<String> = self
            .blocks
            .into_iter()
            .map(|(_, text)| text.replace('\n', " "))
            .collect();
        texts.join(" ").trim().to_owned()
    }

    /// The text of all blocks, with the marks of [`headings`] in it.
    pub(crate) fn into_marked_text(mut self) -> String {
        for (shape, text) in &mut self.blocks {
            text.retain(|c| !headings::is_mark(c));
            if let Shape::Heading(level) = shape {
                *text = headings::marked(*level, text);
            }
        }
        self.into_text()
    }

    /// The text of all blocks.
    pub(crate) fn into_text(self) -> String {
        let mut out = String::new();
        let mut before = None;
        for (shape, text) in self.blocks {
            match before {
                None => {}
                Some(before) if before == shape && shape.stands_close() => out.push('\n'),
                Some(_) => out.push_str("\n\n"),
            }
            out.push_str(&text);
            before = Some(shape);
        }
        out
    }
}

/// How a list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// 1, 2, 3.
    Decimal,
    /// 01, 02, 03.
    DecimalZero,
    /// a, b, c.
    LowerLetter,
    /// A, B, C.
    UpperLetter,
    /// i, ii, iii.
    LowerRoman,
    /// I, II, III.
    UpperRoman,
    /// No count: a sign.
    Bullet,
    /// No sign either.
    None,
}

impl Counting {
    /// A number as this list writes it.
    pub(crate) fn write(self, number: u32) -> String {
        match self {
            Counting::Decimal => number.to_string(),
            Counting::DecimalZero => format!("{number:02}"),
            Counting::LowerLetter => letters(number),
            Counting::UpperLetter => letters(number).to_uppercase(),
            Counting::LowerRoman => roman(number),
            Counting::UpperRoman => roman(number).to_uppercase(),
            Counting::Bullet => "•".into(),
            Counting::None => String::new(),
        }
    }
}

/// a to z, then aa to zz, as word processors count.
fn letters(number: u32) -> String {
    let Some(index) = number.checked_sub(1).filter(|index| *index < 26 * 10) else {
        return number.to_string();
    };
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap_or_default());
    std::iter::repeat_n(letter, (index / 26 + 1) as usize).collect()
}

fn roman(number: u32) -> String {
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let digits = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut rest = number;
    let mut out = String::new();
    for (value, digit) in digits {
        while rest >= value {
            out.push_str(digit);
            rest -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(texts: &[&str]) -> Flow {
        let mut flow = Flow::default();
        for text in texts {
            flow.push(Shape::Paragraph, (*text).into());
        }
        flow
    }

    #[test]
    fn paragraphs_items_and_rows_are_set_apart() {
        let mut flow = cell(&["One", " ", "Two"]);
        flow.push(Shape::Item, "• a".into());
        flow.push(Shape::Item, "• b".into());
        flow.push_row(vec![
            cell(&["Dose"]),
            cell(&[]),
            cell(&["5 mg", "daily"]),
            cell(&[]),
        ]);
        flow.push_row(vec![cell(&["Route"]), cell(&["oral"])]);
        assert_eq!(
            flow.into_text(),
            "One\n\nTwo\n\n• a\n• b\n\nDose |  | 5 mg daily\nRoute | oral"
        );
    }

    #[test]
    fn a_table_that_only_places_things_is_no_table() {
        let mut flow = Flow::default();
        flow.push_row(vec![cell(&["Dear colleague,", "Thank you."])]);
        flow.push_row(vec![cell(&["Left"]), cell(&["1", "2", "3", "4"])]);
        assert_eq!(
            flow.into_text(),
            "Dear colleague,\n\nThank you.\n\nLeft\n\n1\n\n2\n\n3\n\n4"
        );
        let mut flow = Flow::default();
        flow.push_row(vec![
            cell(&["Code"]),
            cell(&["a", "b", "c", "d"]),
            cell(&["2"]),
            cell(&["3"]),
        ]);
        assert_eq!(
            flow.into_text(),
            "Code | a b c d | 2 | 3",
            "so many columns are a table"
        );
    }

    #[test]
    fn lists_count() {
        let write = |counting: Counting| [1, 4, 27].map(|number| counting.write(number)).join(" ");
        assert_eq!(write(Counting::LowerLetter), "a d aa");
        assert_eq!(write(Counting::UpperRoman), "I IV XXVII");
        assert_eq!(write(Counting::DecimalZero), "01 04 27");
        assert_eq!(Counting::LowerRoman.write(0), "0");
        assert_eq!(Counting::LowerLetter.write(u32::MAX), u32::MAX.to_string());
    }
}
