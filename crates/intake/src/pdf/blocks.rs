//! From lines to paragraphs in reading order.
//!
//! Owns which lines belong together, where a line goes on in the next, and the order of the blocks.
//! The order drawn is kept unless the page contradicts it: what stands above something in its column,
//! or beside it to the left, is read before it. Most programs draw in reading order, and where they do
//! this changes nothing; a header drawn last or columns drawn from the right are put right.

use super::glyphs::Way;
use super::lines::Line;

/// Above this many blocks a page is a form or a drawing, and comparing each with each would cost more
/// than it gives.
const MOST_COMPARED: usize = 600;
/// Narrower lines than this many font sizes are not prose: an address keeps its lines.
const PROSE: f64 = 14.0;

/// A line in its block.
pub(super) struct Placed {
    pub line: Line,
    /// Its sentence goes on in the next line.
    pub wraps: bool,
}

/// Lines that stand together.
pub(super) struct Block {
    pub lines: Vec<Placed>,
    x0: f64,
    x1: f64,
    top: f64,
    bottom: f64,
    way: Way,
}

/// Groups lines, finds where they wrap, and puts the groups in reading order.
pub(super) fn blocks(lines: Vec<Line>) -> Vec<Block> {
    let mut blocks = group(lines);
    mark_wraps(&mut blocks);
    in_reading_order(blocks)
}

fn group(lines: Vec<Line>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines {
        match blocks.last_mut() {
            Some(block) if block.continues_with(&line) => block.push(line),
            _ => blocks.push(Block::start(line)),
        }
    }
    blocks
}

impl Block {
    fn start(line: Line) -> Self {
        Self {
            x0: line.x0,
            x1: line.x1,
            top: line.y - 0.8 * line.size,
            bottom: line.y + 0.2 * line.size,
            way: line.way,
            lines: vec![Placed { line, wraps: false }],
        }
    }

    fn push(&mut self, line: Line) {
        self.x0 = self.x0.min(line.x0);
        self.x1 = self.x1.max(line.x1);
        self.bottom = line.y + 0.2 * line.size;
        self.lines.push(Placed { line, wraps: false });
    }

    /// Whether a line follows at the pace of this block, in its column and its size.
    fn continues_with(&self, line: &Line) -> bool {
        let last = &self.lines.last().expect("a block starts with a line").line;
        let em = last.size.max(line.size);
        let step = line.y - last.y;
        let pace = match self.lines.as_slice() {
            [.., before, _] => (last.y - before.line.y).max(0.9 * em),
            _ => 1.45 * em,
        };
        let overlap = line.x1.min(self.x1) - line.x0.max(self.x0);
        last.way == line.way
            && step > 0.3 * em
            && step < (1.25 * pace).min(2.2 * em)
            && overlap > -0.5 * em
            && (last.size - line.size).abs() < 0.15 * em
    }

    /// Whether this block must be read before the other, wherever the two were drawn.
    fn precedes(&self, other: &Block) -> bool {
        let across = self.x1.min(other.x1) - self.x0.max(other.x0);
        let down = self.bottom.min(other.bottom) - self.top.max(other.top);
        let shared_column = across > 0.1 * (self.x1 - self.x0).min(other.x1 - other.x0).max(0.001);
        let shared_rows = down > 0.5 * (self.bottom - self.top).min(other.bottom - other.top).max(0.001);
        self.way == other.way
            && match (shared_column, shared_rows) {
                (true, false) => self.top + self.bottom < other.top + other.bottom,
                (false, true) => self.x0 + self.x1 < other.x0 + other.x1,
                _ => false,
            }
    }
}

/// A line wraps if the next line's first word had no room left in it.
fn mark_wraps(blocks: &mut [Block]) {
    let extents: Vec<(Way, f64, f64)> = blocks
        .iter()
        .map(|block| (block.way, block.x0, block.x1))
        .collect();
    for block in blocks {
        // The column is as wide as the widest block that starts where this one does.
        let edge = extents
            .iter()
            .filter(|(way, x0, _)| *way == block.way && (x0 - block.x0).abs() < 3.0)
            .fold(block.x1, |edge, (_, _, x1)| edge.max(*x1));
        for at in 1..block.lines.len() {
            let (before, after) = block.lines.split_at_mut(at);
            let (Some(placed), Some(next)) = (before.last_mut(), after.first()) else {
                continue;
            };
            let line = &placed.line;
            let full = edge - line.x1 < next.line.first_word + 0.3 * line.size;
            let prose = line.x1 - line.x0 > PROSE * line.size && !line.row && !next.line.row;
            placed.wraps = full && prose && !opens_item(&next.line.text);
        }
    }
}

/// Whether a line opens with a bullet or a number, as list items and clauses do.
fn opens_item(text: &str) -> bool {
    let Some(word) = text.split_whitespace().next() else {
        return false;
    };
    let inner = word.trim_matches(['(', ')', '.', '[', ']']);
    let numbered = word.len() > inner.len()
        && (1..=3).contains(&inner.chars().count())
        && (inner.chars().all(|c| c.is_ascii_digit())
            || word.starts_with('(')
                && word.ends_with(')')
                && inner.chars().all(|c| c.is_ascii_alphabetic()));
    numbered
        || matches!(
            word,
            "•" | "-" | "–" | "—" | "*" | "o" | "▪" | "·" | "◦" | "■" | "➢" | "✓"
        )
}

/// Follows the order drawn, save that a block waits for all that precede it.
fn in_reading_order(blocks: Vec<Block>) -> Vec<Block> {
    let count = blocks.len();
    if !(2..=MOST_COMPARED).contains(&count) {
        return blocks;
    }
    let mut waits_for = vec![0_usize; count];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (i, block) in blocks.iter().enumerate() {
        for (j, other) in blocks.iter().enumerate() {
            if i != j && block.precedes(other) {
                waits_for[j] += 1;
                followers[i].push(j);
            }
        }
    }
    let mut slots: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(count);
    // Overlapping blocks can wait for each other; then the one drawn first goes first.
    while let Some(next) = (0..count)
        .filter(|i| slots[*i].is_some())
        .min_by_key(|i| (waits_for[*i] > 0, *i))
    {
        ordered.extend(slots[next].take());
        for follower in &followers[next] {
            waits_for[*follower] = waits_for[*follower].saturating_sub(1);
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x0: f64, y: f64) -> Line {
        let width = 5.0 * text.chars().count() as f64;
        let first = 5.0 * text.split(' ').next().unwrap_or_default().chars().count() as f64;
        Line {
            text: text.into(),
            x0,
            x1: x0 + width,
            y,
            size: 10.0,
            way: Way::Upright,
            row: false,
            first_word: first,
        }
    }

    fn order(lines: Vec<Line>) -> Vec<String> {
        let text = |block: &Block| {
            block
                .lines
                .iter()
                .map(|placed| placed.line.text.clone())
                .collect::<Vec<_>>()
                .join("/")
        };
        blocks(lines).iter().map(text).collect()
    }

    #[test]
    fn a_header_drawn_last_is_read_first() {
        let lines = vec![
            line("body one", 0.0, 100.0),
            line("body two", 0.0, 112.0),
            line("header", 0.0, 20.0),
        ];
        assert_eq!(order(lines), ["header", "body one/body two"]);
    }

    #[test]
    fn columns_are_read_one_after_the_other_as_drawn() {
        let column = |x: f64, name: &str| -> Vec<Line> {
            (0..4)
                .map(|i| line(&format!("{name}{i}"), x, 100.0 + 12.0 * f64::from(i)))
                .collect()
        };
        let left_first = [column(0.0, "l"), column(200.0, "r")].concat();
        assert_eq!(order(left_first), ["l0/l1/l2/l3", "r0/r1/r2/r3"]);
        let right_first = [column(200.0, "r"), column(0.0, "l")].concat();
        assert_eq!(order(right_first), ["l0/l1/l2/l3", "r0/r1/r2/r3"]);
    }

    #[test]
    fn full_lines_wrap_and_short_ones_do_not() {
        let wraps = |lines: Vec<Line>| -> Vec<bool> {
            blocks(lines)
                .iter()
                .flat_map(|block| block.lines.iter().map(|placed| placed.wraps))
                .collect()
        };
        let long = "The tenant shall pay the rent on the first day of";
        assert_eq!(
            wraps(vec![line(long, 0.0, 0.0), line("each month.", 0.0, 12.0)]),
            [true, false]
        );
        assert_eq!(
            wraps(vec![line(long, 0.0, 0.0), line("(b) and keep", 0.0, 12.0)]),
            [false, false]
        );
        let address = vec![
            line("Dr Amara Osei", 0.0, 0.0),
            line("12 Mill Lane", 0.0, 12.0),
            line("Ayr", 0.0, 24.0),
        ];
        assert_eq!(wraps(address), [false, false, false]);
    }

    #[test]
    fn blocks_that_wait_for_each_other_all_come_out() {
        let lines: Vec<Line> = (0..30)
            .map(|i| line("overlapping words here", f64::from(i % 7), f64::from(i % 5)))
            .collect();
        let total: usize = blocks(lines).iter().map(|block| block.lines.len()).sum();
        assert_eq!(total, 30);
    }
}
