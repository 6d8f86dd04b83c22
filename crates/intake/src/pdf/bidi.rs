//! Right-to-left text, from the order it is drawn in to the order it is read in.
//!
//! A PDF places glyphs; nothing in it says which were typed first. On a line with Hebrew or Arabic
//! letters the glyphs are taken in their places from left to right and turned into reading order:
//! the inverse of what the Unicode bidirectional algorithm does for display, without its rarer cases.

use super::glyphs::Glyph;

/// Letters written from right to left; their figures run from left to right.
pub(super) fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}') && !c.is_numeric()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Left,
    Right,
    Neutral,
}

fn direction(glyph: &Glyph) -> Direction {
    if glyph.text.chars().any(is_rtl) {
        Direction::Left
    } else if glyph.text.chars().any(char::is_alphanumeric) {
        Direction::Right
    } else {
        Direction::Neutral
    }
}

/// The text of a line in reading order.
pub(super) fn logical(mut glyphs: Vec<Glyph>) -> String {
    glyphs.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut directions: Vec<Direction> = glyphs.iter().map(direction).collect();
    let count = |wanted| {
        directions
            .iter()
            .filter(|direction| **direction == wanted)
            .count()
    };
    let base = if count(Direction::Left) >= count(Direction::Right) {
        Direction::Left
    } else {
        Direction::Right
    };
    settle_neutrals(&mut directions, base);
    let mut spans: Vec<(Direction, Vec<Glyph>)> = Vec::new();
    for (glyph, direction) in glyphs.into_iter().zip(directions) {
        match spans.last_mut() {
            Some((last, span)) if *last == direction => span.push(glyph),
            _ => spans.push((direction, vec![glyph])),
        }
    }
    if base == Direction::Left {
        spans.reverse();
    }
    let mut text = String::new();
    for (direction, mut span) in spans {
        if direction == Direction::Left {
            span.reverse();
            text.extend(span.iter().flat_map(|glyph| glyph.text.chars()).map(mirrored));
        } else {
            text.extend(span.iter().map(|glyph| glyph.text.as_str()));
        }
    }
    text
}

/// Spaces and punctuation go with their neighbours where these agree, else with the line.
fn settle_neutrals(directions: &mut [Direction], base: Direction) {
    let mut before = base;
    let mut at = 0;
    while at < directions.len() {
        if directions[at] != Direction::Neutral {
            before = directions[at];
            at += 1;
            continue;
        }
        let length = directions[at..]
            .iter()
            .take_while(|direction| **direction == Direction::Neutral)
            .count();
        let after = directions.get(at + length).copied().unwrap_or(base);
        directions[at..at + length].fill(if before == after { before } else { base });
        at += length;
    }
}

/// Brackets are drawn as they look and typed as they mean.
fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::glyphs::Way;

    fn drawn(visual: &str) -> String {
        let glyph = |(i, c): (usize, char)| Glyph {
            text: c.to_string(),
            x: i as f64,
            y: 0.0,
            width: 1.0,
            size: 2.0,
            way: Way::Upright,
        };
        logical(visual.chars().enumerate().map(glyph).collect())
    }

    #[test]
    fn hebrew_reads_from_the_right() {
        assert_eq!(drawn("םולש"), "שלום");
        assert_eq!(drawn(".2024 תנשב (הז) םולש"), "שלום (זה) בשנת 2024.");
    }

    #[test]
    fn a_hebrew_name_within_english_turns_alone() {
        assert_eq!(drawn("Mr ןהכ ןב came"), "Mr בן כהן came");
        assert_eq!(drawn("plain (English) 12"), "plain (English) 12");
    }
}
