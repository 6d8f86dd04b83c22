//! Paragraphs, cells and rows of a text, note or box as they are read.

use crate::flow::{Flow, Shape};

/// The text, or a note or box within it.
#[derive(Default)]
pub(super) struct Part {
    pub flow: Flow,
    pub line: String,
    pub item: bool,
    /// How deep in the outline the paragraph is, from 0; none for text.
    pub outline: Option<u8>,
    pub in_table: bool,
    pub cell: Flow,
    pub row: Vec<Flow>,
    pub boxes: Flow,
}

impl Part {
    pub(super) fn end_paragraph(&mut self) {
        let line = std::mem::take(&mut self.line);
        let shape = match (std::mem::take(&mut self.item), self.outline) {
            (_, Some(level)) => Shape::Heading(level + 1),
            (true, None) => Shape::Item,
            (false, None) => Shape::Paragraph,
        };
        if self.in_table {
            self.cell.push(shape, line);
        } else {
            if !self.row.is_empty() || !self.cell.is_empty() {
                self.end_row();
            }
            self.flow.push(shape, line);
            self.flow.append(std::mem::take(&mut self.boxes));
        }
    }

    pub(super) fn end_cell(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.item = false;
        self.cell.push(Shape::Paragraph, line);
        self.row.push(std::mem::take(&mut self.cell));
    }

    pub(super) fn end_row(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        if !cell.is_empty() {
            self.row.push(cell);
        }
        self.flow.push_row(std::mem::take(&mut self.row));
        self.flow.append(std::mem::take(&mut self.boxes));
    }

    pub(super) fn finish(mut self) -> Flow {
        self.in_table = false;
        self.end_paragraph();
        self.flow
    }
}
