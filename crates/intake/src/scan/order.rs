//! From lines found on a picture to text in reading order, with the place of every word.
//!
//! Owns paragraphs, columns and rows of tables on recognised pages. The detector gives lines in no order and each cell
//! of a table as a line of its own, so the order comes from where they stand alone.

use crate::clean::{Spacing, tidy};
use cabinet_ocr::{Line, Quad, Recognised};

/// A line goes on with the paragraph above if it is no further down than this times the height of a line.
const PACE: f32 = 1.9;
/// Lines narrower than this many times their height keep their ends: an address is no prose.
const PROSE: f32 = 9.0;
/// Cells of a table hold few words.
const CELL: f32 = 24.0;

/// A word and where it stands.
pub(super) struct Placed {
    /// First character in the page's text.
    pub start: usize,
    /// Past its last character.
    pub end: usize,
    pub quad: Quad,
}

/// A line on a page whose text runs level.
#[derive(Clone, Copy)]
struct Level<'l> {
    line: &'l Line,
    x0: f32,
    x1: f32,
    y: f32,
    height: f32,
}

impl Level<'_> {
    fn beside(&self, other: &Level<'_>) -> bool {
        (self.y - other.y).abs() < 0.5 * self.height.min(other.height)
    }

    fn letters(&self) -> usize {
        self.line
            .words
            .iter()
            .map(|word| word.text.chars().count() + 1)
            .sum()
    }
}

/// Lines read one after the other.
struct Block<'l> {
    rows: Vec<Vec<Level<'l>>>,
    x0: f32,
    x1: f32,
    top: f32,
    bottom: f32,
}

/// The text of a page and its words in order of the text.
pub(super) fn text(page: &Recognised) -> (String, Vec<Placed>) {
    let mut lines = levelled(page);
    lines.sort_by(|a, b| a.y.total_cmp(&b.y));
    let blocks = in_order(with_tables(columns(lines)));
    let mut out = Out::default();
    for block in &blocks {
        out.paragraph();
        for (at, row) in block.rows.iter().enumerate() {
            for cell in row {
                for word in &cell.line.words {
                    out.word(&word.text, word.quad);
                }
            }
            match block.rows.get(at + 1) {
                Some(next) if wraps(block, row, next) => out.mend(next),
                _ => out.end_line(),
            }
        }
    }
    out.text.truncate(out.text.trim_end().len());
    (out.text, out.words)
}

/// The lines turned back by the skew of the page, which is the middle one of theirs, longer ones weighing more.
fn levelled(page: &Recognised) -> Vec<Level<'_>> {
    let mut skews: Vec<(f32, f32)> = page
        .lines
        .iter()
        .map(|line| {
            let [a, b, ..] = line.quad;
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            (dy.atan2(dx), dx.hypot(dy))
        })
        .filter(|(angle, _)| angle.abs() < 0.6)
        .collect();
    skews.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = skews.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut seen = 0.0;
    let middle = skews.iter().find(|(_, length)| {
        seen += length;
        seen >= half
    });
    let (sin, cos) = middle.map_or(0.0, |(angle, _)| *angle).sin_cos();
    page.lines
        .iter()
        .map(|line| {
            let turned = line.quad.map(|p| (p.x * cos + p.y * sin, p.y * cos - p.x * sin));
            let least = |part: fn(&(f32, f32)) -> f32| turned.iter().map(part).fold(f32::MAX, f32::min);
            let most = |part: fn(&(f32, f32)) -> f32| turned.iter().map(part).fold(f32::MIN, f32::max);
            let (top, bottom) = (least(|p| p.1), most(|p| p.1));
            Level {
                line,
                x0: least(|p| p.0),
                x1: most(|p| p.0),
                y: (top + bottom) / 2.0,
                height: bottom - top,
            }
        })
        .collect()
}

/// Puts each line under the nearest one that stands above it in its column.
fn columns(lines: Vec<Level<'_>>) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in lines {
        let above = blocks
            .iter_mut()
            .filter(|block| {
                let last = block.rows.last().and_then(|row| row.last());
                last.is_some_and(|last| {
                    let step = line.y - last.y;
                    let overlap = line.x1.min(last.x1) - line.x0.max(last.x0);
                    let narrower = (line.x1 - line.x0).min(last.x1 - last.x0);
                    step > 0.4 * last.height
                        && step < PACE * last.height.min(line.height)
                        && overlap > 0.3 * narrower
                        && (0.6..1.67).contains(&(line.height / last.height))
                })
            })
            .max_by(|a, b| a.bottom.total_cmp(&b.bottom));
        match above {
            Some(block) => {
                block.x0 = block.x0.min(line.x0);
                block.x1 = block.x1.max(line.x1);
                block.bottom = block.bottom.max(line.y + line.height / 2.0);
                block.rows.push(vec![line]);
            }
            None => blocks.push(Block {
                x0: line.x0,
                x1: line.x1,
                top: line.y - line.height / 2.0,
                bottom: line.y + line.height / 2.0,
                rows: vec![vec![line]],
            }),
        }
    }
    blocks
}

/// Columns whose short lines stand beside each other are a table, read row by row.
fn with_tables(blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let mut done: Vec<Block<'_>> = Vec::new();
    for block in blocks {
        match done.iter_mut().find(|other| is_row_of(other, &block)) {
            Some(table) => {
                table.x0 = table.x0.min(block.x0);
                table.x1 = table.x1.max(block.x1);
                table.top = table.top.min(block.top);
                table.bottom = table.bottom.max(block.bottom);
                for cell in block.rows.into_iter().flatten() {
                    let row = table
                        .rows
                        .iter_mut()
                        .find(|row| row.iter().any(|other| other.beside(&cell)));
                    match row {
                        Some(row) => row.push(cell),
                        None => table.rows.push(vec![cell]),
                    }
                }
                table.rows.sort_by(|a, b| a[0].y.total_cmp(&b[0].y));
                for row in &mut table.rows {
                    row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
                }
            }
            None => done.push(block),
        }
    }
    done
}

fn is_row_of(table: &Block<'_>, block: &Block<'_>) -> bool {
    let cells = |block: &Block<'_>| {
        let count = block.rows.iter().flatten().count();
        let letters: usize = block.rows.iter().flatten().map(Level::letters).sum();
        letters as f32 / count.max(1) as f32
    };
    let beside = block
        .rows
        .iter()
        .flatten()
        .filter(|cell| table.rows.iter().flatten().any(|other| other.beside(cell)))
        .count();
    beside * 2 >= block.rows.len() && cells(table).min(cells(block)) < CELL && {
        let apart = block.x0 > table.x1 - 1.0
            || table.x0 > block.x1 - 1.0
            || table.rows.iter().any(|row| row.len() > 1);
        apart && beside > 0
    }
}

/// From top to bottom, and columns from left to right: a block waits for what stands above it in its column and for
/// what stands to its left in its rows.
fn in_order(blocks: Vec<Block<'_>>) -> Vec<Block<'_>> {
    let precedes = |a: &Block<'_>, b: &Block<'_>| {
        let across = a.x1.min(b.x1) - a.x0.max(b.x0);
        let down = a.bottom.min(b.bottom) - a.top.max(b.top);
        let shared_column = across > 0.1 * (a.x1 - a.x0).min(b.x1 - b.x0).max(1.0);
        let shared_rows = down > 0.3 * (a.bottom - a.top).min(b.bottom - b.top).max(1.0);
        match (shared_column, shared_rows) {
            (true, _) => a.top + a.bottom < b.top + b.bottom,
            (false, true) => a.x0 + a.x1 < b.x0 + b.x1,
            (false, false) => false,
        }
    };
    let waits: Vec<Vec<usize>> = blocks
        .iter()
        .map(|block| {
            (0..blocks.len())
                .filter(|at| precedes(&blocks[*at], block))
                .collect()
        })
        .collect();
    let mut slots: Vec<Option<Block<'_>>> = blocks.into_iter().map(Some).collect();
    let mut ordered: Vec<Block<'_>> = Vec::with_capacity(slots.len());
    while ordered.len() < slots.len() {
        let open = |at: &usize| slots[*at].is_some();
        // The column begun is read to its end before the next; what waits for itself in a ring goes by its top.
        let next = (0..slots.len()).filter(open).min_by(|a, b| {
            let rank = |at: usize| {
                let block = slots[at].as_ref();
                let waiting = waits[at].iter().filter(|other| slots[**other].is_some()).count();
                let under = ordered.last().zip(block).is_some_and(|(last, block)| {
                    precedes(last, block) && block.x0 < last.x1 && last.x0 < block.x1
                });
                (waiting > 0, !under, block.map_or(0.0, |block| block.top))
            };
            let (a, b) = (rank(*a), rank(*b));
            a.0.cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2))
        });
        let Some(next) = next else { break };
        ordered.extend(slots[next].take());
    }
    ordered
}

/// A line wraps if the first word of the next had no room left in it.
fn wraps(block: &Block<'_>, row: &[Level<'_>], next: &[Level<'_>]) -> bool {
    let ([line], [next]) = (row, next) else {
        return false;
    };
    let Some(first) = next.line.words.first() else {
        return false;
    };
    let width = first.quad[1].x - first.quad[0].x;
    let room = block.x1 - line.x1;
    room < width + 0.5 * line.height && line.x1 - line.x0 > PROSE * line.height && !opens_item(&first.text)
}

fn opens_item(word: &str) -> bool {
    let inner = word.trim_matches(['(', ')', '.', '[', ']']);
    let short = (1..=3).contains(&inner.chars().count()) && word.len() > inner.len();
    short && inner.chars().all(|c| c.is_ascii_alphanumeric())
        || matches!(word, "•" | "-" | "–" | "—" | "*" | "·" | "▪" | "■" | "●")
}

/// Text as it grows, words parted by one space.
#[derive(Default)]
struct Out {
    text: String,
    chars: usize,
    words: Vec<Placed>,
    /// The next word is the rest of the last.
    broken: bool,
}

impl Out {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.chars += text.chars().count();
    }

    fn paragraph(&mut self) {
        if !self.text.is_empty() {
            self.push("\n");
        }
    }

    fn end_line(&mut self) {
        self.push("\n");
    }

    /// Takes the hyphen off a word that goes on in the next line.
    fn mend(&mut self, next: &[Level<'_>]) {
        let goes_on = next
            .first()
            .and_then(|line| line.line.words.first())
            .is_some_and(|word| word.text.starts_with(char::is_lowercase));
        let stem = self
            .text
            .strip_suffix('-')
            .filter(|stem| stem.ends_with(char::is_alphabetic));
        if let (true, Some(stem), Some(last)) = (goes_on, stem, self.words.last_mut()) {
            self.text.truncate(stem.len());
            self.chars -= 1;
            last.end = self.chars;
            self.broken = true;
        }
    }

    fn word(&mut self, word: &str, quad: Quad) {
        let word = tidy(word, Spacing::Collapse);
        if word.is_empty() {
            return;
        }
        if !std::mem::take(&mut self.broken) && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push(" ");
        }
        let start = self.chars;
        self.push(&word);
        self.words.push(Placed {
            start,
            end: self.chars,
            quad,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cabinet_ocr::{Point, Word};

    /// A page with lines twenty pixels high, their left end and base at the places given, ten pixels a letter; all of it
    /// turned by a skew.
    fn page(lines: &[(&str, f32, f32)], skew: f32) -> Recognised {
        let (sin, cos) = skew.sin_cos();
        let at = |x: f32, y: f32| Point {
            x: x * cos - y * sin,
            y: x * sin + y * cos,
        };
        let quad = |x: f32, y: f32, letters: usize| {
            let right = x + 10.0 * letters as f32;
            [at(x, y), at(right, y), at(right, y + 20.0), at(x, y + 20.0)]
        };
        let line = |(text, x, y): &(&str, f32, f32)| {
            let mut words = Vec::new();
            let mut begun = 0;
            for word in text.split(' ') {
                words.push(Word {
                    text: word.to_owned(),
                    quad: quad(x + 10.0 * begun as f32, *y, word.len()),
                });
                begun += word.len() + 1;
            }
            Line {
                confidence: 1.0,
                words,
                quad: quad(*x, *y, text.len()),
            }
        };
        Recognised {
            quarters: 0,
            width: 1000,
            height: 1400,
            confidence: 1.0,
            lines: lines.iter().map(line).collect(),
        }
    }

    #[test]
    fn lines_of_a_paragraph_are_joined_and_an_address_keeps_its_lines() {
        let lines = [
            ("without tolerance of the cold.", 100.0, 330.0),
            ("Wharf Lane 14", 100.0, 100.0),
            ("Corwen", 100.0, 128.0),
            ("She was seen on the third of May with exami-", 100.0, 300.0),
            ("nation of the heart, which was", 100.0, 400.0),
        ];
        for skew in [0.0, 0.04, -0.04] {
            let (text, _) = text(&page(&lines[..4], skew));
            assert!(
                text.starts_with("Wharf Lane 14\nCorwen\n\nShe was seen"),
                "{text}"
            );
            assert!(text.ends_with("examiwithout tolerance of the cold."), "{text}");
        }
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let lines = [
            ("The first column runs down here and", 60.0, 100.0),
            ("The second column stands beside it", 540.0, 100.0),
            ("goes on in its second line, then it", 60.0, 130.0),
            ("and is read when the first is done,", 540.0, 130.0),
            ("ends.", 60.0, 160.0),
            ("not before.", 540.0, 160.0),
        ];
        let (text, _) = text(&page(&lines, 0.0));
        let at = |words: &str| {
            text.find(words)
                .unwrap_or_else(|| panic!("{words:?} in {text:?}"))
        };
        assert!(at("ends.") < at("The second column"), "{text}");
    }

    #[test]
    fn cells_of_a_table_are_read_row_by_row() {
        let lines = [
            ("Sodium", 100.0, 100.0),
            ("138", 400.0, 100.0),
            ("Potassium", 100.0, 130.0),
            ("4.3", 400.0, 130.0),
            ("Creatinine", 100.0, 160.0),
            ("88", 400.0, 160.0),
        ];
        let (text, _) = text(&page(&lines, 0.01));
        assert_eq!(text, "Sodium 138\nPotassium 4.3\nCreatinine 88");
    }

    #[test]
    fn words_are_where_the_text_says() {
        let (text, words) = text(&page(&[("Ada caf\u{e9} Lindqvist", 100.0, 100.0)], 0.0));
        let chars: Vec<char> = text.chars().collect();
        let read: Vec<String> = words
            .iter()
            .map(|word| chars[word.start..word.end].iter().collect())
            .collect();
        assert_eq!(read, ["Ada", "caf\u{e9}", "Lindqvist"]);
    }
}
