//! From glyphs to lines of text.
//!
//! Owns what stands on one base line and where its words end. Glyphs are taken in the order they are
//! drawn, which nearly every program makes the order of reading; only what lies on one line is put in
//! its visual order. Knows nothing of columns and paragraphs.

use super::bidi;
use super::glyphs::{Glyph, Way};
use std::collections::HashMap;
use unicode_normalization::char::{compose, is_combining_mark};

/// White space wider than this share of the font size ends a word. Kerning stays below it; the word
/// spaces of programs that draw none stay above.
const WORD_GAP: f64 = 0.16;
/// White space wider than this many font sizes parts the cells of a row.
const CELL_GAP: f64 = 1.5;
/// How many glyphs in one spot are compared before all others there count as new.
const CROWD: usize = 16;

/// One line of text.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub text: String,
    pub x0: f64,
    pub x1: f64,
    /// The base line, counted downwards.
    pub y: f64,
    pub size: f64,
    pub way: Way,
    /// It has cells with wide gaps between, as the row of a table has.
    pub row: bool,
    /// Width of the first word.
    pub first_word: f64,
}

/// A stretch of glyphs on one base line without a wide gap.
struct Run {
    glyphs: Vec<Glyph>,
    x0: f64,
    x1: f64,
    y: f64,
    size: f64,
    way: Way,
    rtl: bool,
    space_after: bool,
}

/// Puts glyphs together to lines, in the order drawn.
pub(super) fn lines(glyphs: Vec<Glyph>) -> Vec<Line> {
    let mut lines: Vec<Vec<Run>> = Vec::new();
    for run in runs(without_shadows(glyphs)) {
        match lines.last_mut() {
            Some(line) if continues(line, &run) => line.push(run),
            _ => lines.push(vec![run]),
        }
    }
    lines.into_iter().map(Line::from_runs).collect()
}

/// Leaves out glyphs drawn twice in one place to look bold or to cast a shadow.
fn without_shadows(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    let mut seen: HashMap<(Way, i64, i64), Vec<usize>> = HashMap::new();
    let mut kept: Vec<Glyph> = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let cell = 0.5 * glyph.size.max(1.0);
        let (column, row) = ((glyph.x / cell) as i64, (glyph.y / cell) as i64);
        let near = |other: &Glyph| {
            let reach = 0.15 * glyph.size;
            (other.x - glyph.x).abs() < reach
                && (other.y - glyph.y).abs() < reach
                && (other.size - glyph.size).abs() < 0.1 * glyph.size
                && other.text == glyph.text
        };
        let around =
            (column - 1..=column + 1).flat_map(|column| (row - 1..=row + 1).map(move |row| (column, row)));
        let shadow = !glyph.text.trim().is_empty()
            && around
                .filter_map(|(column, row)| seen.get(&(glyph.way, column, row)))
                .any(|spot| spot.iter().rev().take(CROWD).any(|at| near(&kept[*at])));
        if !shadow {
            seen.entry((glyph.way, column, row)).or_default().push(kept.len());
            kept.push(glyph);
        }
    }
    kept
}

fn runs(glyphs: Vec<Glyph>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for glyph in glyphs {
        let blank = glyph.text.chars().all(|c| c.is_whitespace() || c.is_control());
        let taken = runs.last_mut().is_some_and(|run| run.take(&glyph, blank));
        if !taken && !blank {
            runs.push(Run::start(glyph));
        }
    }
    runs
}

impl Run {
    fn start(glyph: Glyph) -> Self {
        Self {
            x0: glyph.x,
            x1: glyph.x + glyph.width,
            y: glyph.y,
            size: glyph.size,
            way: glyph.way,
            rtl: glyph.text.chars().any(bidi::is_rtl),
            space_after: false,
            glyphs: vec![glyph],
        }
    }

    /// Adds a glyph if it stands next to this run; says whether it did.
    fn take(&mut self, glyph: &Glyph, blank: bool) -> bool {
        let em = self.size.max(glyph.size);
        if self.way != glyph.way || (glyph.y - self.y).abs() >= 0.4 * em {
            return false;
        }
        let rtl = glyph.text.chars().any(bidi::is_rtl);
        let next_to = |gap: f64| gap > -0.6 * em && gap < em;
        let (gap_right, gap_left) = (glyph.x - self.x1, self.x0 - (glyph.x + glyph.width));
        let right = next_to(gap_right);
        if !right && !((self.rtl || rtl) && next_to(gap_left)) {
            return false;
        }
        if blank {
            self.space_after = true;
        } else if glyph.text.chars().all(is_combining_mark)
            && let Some(last) = self.glyphs.last_mut()
        {
            last.text.push_str(&glyph.text);
            return true;
        } else {
            let gap = if right { gap_right } else { gap_left };
            if self.space_after || gap > WORD_GAP * self.size.min(glyph.size) {
                let x = if right {
                    self.x1.min(glyph.x)
                } else {
                    glyph.x + glyph.width
                };
                self.glyphs.push(Glyph {
                    text: " ".into(),
                    x,
                    width: 0.0,
                    ..glyph.clone()
                });
            }
            self.space_after = false;
            self.rtl |= rtl;
            // Raised and lowered figures are smaller and must not drag the base line with them.
            if glyph.size >= 0.8 * self.size {
                (self.y, self.size) = (glyph.y, glyph.size);
            }
            if !put_accent(&mut self.glyphs, glyph) {
                self.glyphs.push(glyph.clone());
            }
        }
        if right {
            self.x1 = if blank {
                self.x1.max(glyph.x + glyph.width)
            } else {
                glyph.x + glyph.width
            };
        }
        self.x0 = self.x0.min(glyph.x);
        true
    }
}

/// Older typesetting draws an accent and its letter in one place; says whether the two became one.
fn put_accent(glyphs: &mut [Glyph], glyph: &Glyph) -> bool {
    let Some(last) = glyphs.last_mut() else {
        return false;
    };
    let over = glyph.x < last.x + 0.5 * last.width && last.x < glyph.x + glyph.width;
    let (Some(first), Some(second)) = (only(&last.text), only(&glyph.text)) else {
        return false;
    };
    let composed = || {
        let after = accent(first).and_then(|mark| compose(second, mark));
        after.or_else(|| accent(second).and_then(|mark| compose(first, mark)))
    };
    let Some(letter) = over.then(composed).flatten() else {
        return false;
    };
    last.text = letter.to_string();
    last.width = last.width.max(glyph.x + glyph.width - last.x);
    true
}

fn only(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn accent(c: char) -> Option<char> {
    Some(match c {
        '`' | '\u{2cb}' => '\u{300}',
        '´' | '\u{2ca}' => '\u{301}',
        '^' | '\u{2c6}' => '\u{302}',
        '~' | '\u{2dc}' => '\u{303}',
        '¯' | '\u{2c9}' => '\u{304}',
        '\u{2d8}' => '\u{306}',
        '\u{2d9}' => '\u{307}',
        '¨' => '\u{308}',
        '°' | '\u{2da}' => '\u{30a}',
        '\u{2dd}' => '\u{30b}',
        '\u{2c7}' => '\u{30c}',
        '¸' => '\u{327}',
        '\u{2db}' => '\u{328}',
        _ => return None,
    })
}

/// Whether a run stands on the line and beyond what is there.
fn continues(line: &[Run], run: &Run) -> bool {
    let Some(last) = line.last() else {
        return false;
    };
    let em = last.size.max(run.size);
    let x1 = line.iter().fold(f64::MIN, |x1, part| x1.max(part.x1));
    let x0 = line.iter().fold(f64::MAX, |x0, part| x0.min(part.x0));
    last.way == run.way
        && (last.y - run.y).abs() < 0.4 * em
        && (run.x0 >= x1 - 0.6 * em || run.rtl && run.x1 <= x0 + 0.6 * em)
}

impl Line {
    fn from_runs(runs: Vec<Run>) -> Self {
        // The longest run speaks for the line: a footnote mark or a bullet does not.
        let longest = runs
            .iter()
            .max_by_key(|run| run.glyphs.len())
            .expect("a line starts with a run");
        let (y, size, way) = (longest.y, longest.size, longest.way);
        let x0 = runs.iter().fold(f64::MAX, |x0, run| x0.min(run.x0));
        let x1 = runs.iter().fold(f64::MIN, |x1, run| x1.max(run.x1));
        let row = runs
            .windows(2)
            .any(|pair| pair[1].x0 - pair[0].x1 > CELL_GAP * size);
        let rtl = runs.iter().any(|run| run.rtl);
        let mut glyphs: Vec<Glyph> = Vec::new();
        for run in runs {
            if let Some(last) = glyphs.last() {
                let x = if run.x0 < last.x { run.x1 } else { run.x0 };
                glyphs.push(Glyph {
                    text: " ".into(),
                    x,
                    width: 0.0,
                    ..last.clone()
                });
            }
            glyphs.extend(run.glyphs);
        }
        let first_word = glyphs
            .iter()
            .find(|glyph| glyph.text == " ")
            .map_or(x1 - x0, |space| space.x - x0);
        let text = if rtl {
            bidi::logical(glyphs)
        } else {
            glyphs.into_iter().map(|glyph| glyph.text).collect()
        };
        Self {
            text: without_unmapped_words(text),
            x0,
            x1,
            y,
            size,
            way,
            row,
            first_word,
        }
    }
}

/// A word of nothing but unknown letters says nothing; an unknown letter within a word stays visible.
fn without_unmapped_words(text: String) -> String {
    let unknown = |c: char| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    if !text.contains(unknown) {
        return text;
    }
    let words: Vec<&str> = text
        .split(' ')
        .filter(|word| word.is_empty() || !word.chars().all(unknown))
        .collect();
    words.join(" ").replace(unknown, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of half the font size, one after the other.
    pub(crate) fn set(text: &str, x: f64, y: f64) -> Vec<Glyph> {
        let glyph = |(i, c): (usize, char)| Glyph {
            text: c.to_string(),
            x: x + 5.0 * i as f64,
            y,
            width: 5.0,
            size: 10.0,
            way: Way::Upright,
        };
        text.chars().enumerate().map(glyph).collect()
    }

    fn texts(glyphs: Vec<Glyph>) -> Vec<String> {
        lines(glyphs).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn words_end_at_spaces_and_gaps() {
        let mut glyphs = set("a b", 0.0, 0.0);
        glyphs.extend(set("cd", 15.0 + 2.5, 0.0));
        glyphs.extend(set("ef", 15.0 + 2.5 + 10.0 + 0.5, 0.0));
        assert_eq!(
            texts(glyphs),
            ["a b cdef"],
            "half a point is kerning, a quarter of the size is a space"
        );
    }

    #[test]
    fn a_raised_figure_stays_on_its_line() {
        let mut glyphs = set("rate", 0.0, 0.0);
        glyphs.push(Glyph {
            text: "2".into(),
            x: 20.0,
            y: -3.0,
            width: 3.0,
            size: 6.0,
            way: Way::Upright,
        });
        glyphs.extend(set("now", 26.0, 0.0));
        assert_eq!(texts(glyphs), ["rate2 now"]);
    }

    #[test]
    fn a_table_row_is_one_line() {
        let mut glyphs = set("Dose", 0.0, 0.0);
        glyphs.extend(set("5 mg", 100.0, 0.0));
        glyphs.extend(set("Time", 0.0, 12.0));
        let lines = lines(glyphs);
        assert_eq!(
            lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(),
            ["Dose 5 mg", "Time"]
        );
        assert_eq!(
            lines.iter().map(|line| line.row).collect::<Vec<_>>(),
            [true, false]
        );
    }

    #[test]
    fn shadows_are_left_out_and_double_letters_are_not() {
        let mut glyphs = set("all", 0.0, 0.0);
        glyphs.extend(set("all", 0.3, 0.3));
        assert_eq!(texts(glyphs), ["all"]);
    }

    #[test]
    fn an_accent_joins_its_letter() {
        let mut glyphs = set("M", 0.0, 0.0);
        glyphs.extend(set("¨", 5.2, 0.0));
        glyphs.extend(set("u", 5.0, 0.0));
        glyphs.extend(set("ller", 10.0, 0.0));
        assert_eq!(texts(glyphs), ["Müller"]);
    }

    #[test]
    fn words_without_letters_go() {
        assert_eq!(
            texts(set("\u{fffd}\u{fffd} ok b\u{e001}d", 0.0, 0.0)),
            ["ok b\u{fffd}d"]
        );
    }
}
