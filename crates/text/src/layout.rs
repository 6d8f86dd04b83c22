//! Lines of a page gathered into blocks: a paragraph, a heading, one item of a list, one row of a table.
//!
//! Text from PDF is broken wherever the paper ended, so a single line break is only sometimes meaningful. What
//! decides is whether the writer could have gone on: a line that had room for the next word was ended on
//! purpose.

use crate::sentences::Kind;
use crate::span::Span;
use crate::words;

/// A run of lines in which sentences may run on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    /// Characters at the start that number or bullet an item, white space after them included.
    pub(crate) marker: usize,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    after_blank: bool,
    marker: Marker,
}

/// What an item of a list starts with, and how many characters that takes with the space after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    None,
    Bullet(usize),
    Lettered(usize),
    Numbered(usize),
}

impl Marker {
    fn width(self) -> usize {
        match self {
            Self::None => 0,
            Self::Bullet(width) | Self::Lettered(width) | Self::Numbered(width) => width,
        }
    }
}

/// Longest line of text that was still wrapped by a page; longer ones are whole paragraphs.
const WIDEST_WRAP: usize = 200;
/// Below this width nobody sets prose: the lines are a list, a form or an address.
const NARROWEST_WRAP: usize = 35;

pub(crate) fn blocks(chars: &[char]) -> Vec<Block> {
    let lines = lines(chars);
    let width = usual_width(&lines);
    let mut blocks: Vec<Block> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let heading = is_heading(chars, &lines, at, width);
        let joins = at > 0
            && !heading
            && blocks.last().is_some_and(|block| {
                block.kind != Kind::Heading && continues(chars, &lines[at - 1], line, width)
            });
        match blocks.last_mut() {
            Some(block) if joins => block.span.end = line.end,
            _ => blocks.push(Block {
                span: Span::new(line.start, line.end),
                kind: match line.marker {
                    _ if heading => Kind::Heading,
                    Marker::None => Kind::Prose,
                    _ => Kind::Item,
                },
                marker: line.marker.width(),
            }),
        }
    }
    blocks
}

fn lines(chars: &[char]) -> Vec<Line> {
    let mut found = Vec::new();
    let mut after_blank = true;
    for (start, end) in raw_lines(chars) {
        let line = &chars[start..end];
        let Some(first) = line.iter().position(|c| !c.is_whitespace()) else {
            after_blank = true;
            continue;
        };
        let last = line.iter().rposition(|c| !c.is_whitespace()).unwrap_or(first);
        let (start, end) = (start + first, start + last + 1);
        found.push(Line {
            start,
            end,
            after_blank,
            marker: marker(&chars[start..end]),
        });
        after_blank = false;
    }
    found
}

fn raw_lines(chars: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in chars.iter().enumerate() {
        if matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        ) {
            // "\r\n" is one break: the empty stretch between the two is not a blank line.
            let between = *c == '\n' && at > 0 && chars[at - 1] == '\r';
            if !between {
                found.push((start, at));
            }
            start = at + 1;
        }
    }
    found.push((start, chars.len()));
    found
}

/// The width that nine lines in ten stay within.
fn usual_width(lines: &[Line]) -> usize {
    let mut widths: Vec<usize> = lines.iter().map(|line| line.end - line.start).collect();
    widths.sort_unstable();
    widths
        .get(widths.len().saturating_sub(1) * 9 / 10)
        .copied()
        .unwrap_or(0)
}

/// True where `line` goes on with what the line before it began.
fn continues(chars: &[char], before: &Line, line: &Line, width: usize) -> bool {
    let last = chars[before.end - 1];
    let first = chars[line.start];
    let ended = matches!(last, '.' | '!' | '?' | ':' | ';');
    let room = before.end - before.start + 1 + first_word(&chars[line.start..line.end]) < width * 4 / 5;
    let hangs = hangs(&chars[before.start..before.end]);
    if line.after_blank {
        // Double-spaced court papers put a blank line after every line.
        return width <= WIDEST_WRAP
            && first.is_lowercase()
            && (last.is_lowercase() || last == ',')
            && before.end - before.start >= 40.max(width * 3 / 5)
            && line.marker == Marker::None;
    }
    if is_row(&chars[before.start..before.end]) || is_row(&chars[line.start..line.end]) {
        return false;
    }
    match line.marker {
        Marker::Bullet(_) => return false,
        Marker::Lettered(_) => return hangs && !ended && !lists_on(&chars[before.start..before.end]),
        Marker::Numbered(_) if ended || room => return hangs && !ended,
        Marker::Numbered(_) | Marker::None => {}
    }
    // A remark in brackets belongs to what it remarks on.
    if first.is_lowercase() || first == '(' && !ended {
        return true;
    }
    if width > WIDEST_WRAP {
        return hangs && !ended;
    }
    if is_label(&chars[line.start..line.end]) && !hangs {
        return !(room || ended || is_label(&chars[before.start..before.end]));
    }
    if width < NARROWEST_WRAP {
        return hangs;
    }
    hangs || !room
}

fn first_word(line: &[char]) -> usize {
    line.iter().position(|c| c.is_whitespace()).unwrap_or(line.len())
}

/// True where a line cannot be the end of a thought: it ends with a comma, an opening bracket, a small word
/// such as "of", or an abbreviation such as "Dr.".
fn hangs(line: &[char]) -> bool {
    let text: String = line.iter().collect();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.ends_with([',', '(', '[', '-', '–', '&', '/']) {
        return true;
    }
    let word = last.trim_start_matches(['(', '[', '"', '“']).to_lowercase();
    match word.strip_suffix('.') {
        Some(short) => words::never_final(short) || words::before_number(short),
        None => {
            matches!(
                word.as_str(),
                "a" | "an"
                    | "and"
                    | "any"
                    | "article"
                    | "at"
                    | "by"
                    | "clause"
                    | "dr"
                    | "for"
                    | "from"
                    | "her"
                    | "his"
                    | "in"
                    | "is"
                    | "its"
                    | "mr"
                    | "mrs"
                    | "ms"
                    | "of"
                    | "on"
                    | "or"
                    | "our"
                    | "paragraph"
                    | "section"
                    | "sections"
                    | "shall"
                    | "subsection"
                    | "than"
                    | "that"
                    | "the"
                    | "their"
                    | "this"
                    | "to"
                    | "under"
                    | "was"
                    | "with"
                    | "§"
                    | "§§"
            )
        }
    }
}

/// True where a line ends with the "and" or the comma that leads to the next item.
fn lists_on(line: &[char]) -> bool {
    let text: String = line.iter().collect();
    text.ends_with(',') || [" and", " or"].iter().any(|word| text.ends_with(word))
}

/// "Name: …", "DATE OF BIRTH: …".
fn is_label(line: &[char]) -> bool {
    let Some(colon) = line.iter().take(32).position(|c| *c == ':') else {
        return false;
    };
    colon > 1
        && line[0].is_uppercase()
        && line[..colon]
            .iter()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '/' | '-' | '(' | ')' | '\''))
        && line[..colon].split(|c| c.is_whitespace()).count() <= 4
}

/// A row of a table: cells set apart by tabs or wide gaps.
fn is_row(line: &[char]) -> bool {
    let mut gaps = 0;
    let mut run = 0;
    for c in line {
        match c {
            '\t' => return true,
            ' ' => run += 1,
            _ => {
                gaps += usize::from(run >= 3);
                run = 0;
            }
        }
    }
    gaps >= 2
}

/// Reads the number, letter or bullet an item starts with.
fn marker(line: &[char]) -> Marker {
    let space = |at: usize| line.get(at).is_some_and(|c| c.is_whitespace());
    let past_space = |mut at: usize| {
        while space(at) {
            at += 1;
        }
        at
    };
    match line[0] {
        '•' | '◦' | '▪' | '‣' | '●' | '○' | '■' | '□' | '·' | '\u{f0b7}' | '\u{f0a7}' => {
            return Marker::Bullet(past_space(1));
        }
        '-' | '–' | '—' | '*' | '+' if space(1) => return Marker::Bullet(past_space(1)),
        '(' => {
            let Some(close) = line.iter().take(7).position(|c| *c == ')') else {
                return Marker::None;
            };
            let inside = &line[1..close];
            let numeral = !inside.is_empty()
                && (inside.iter().all(char::is_ascii_digit) && inside.len() <= 2
                    || inside.len() <= 2 && inside.iter().all(char::is_ascii_alphabetic)
                    || inside
                        .iter()
                        .all(|c| matches!(c.to_ascii_lowercase(), 'i' | 'v' | 'x')));
            return if numeral {
                Marker::Lettered(past_space(close + 1))
            } else {
                Marker::None
            };
        }
        '§' => return Marker::Numbered(section_width(line, past_space(1))),
        _ => {}
    }
    let digits = line
        .iter()
        .take_while(|c| c.is_ascii_digit() || **c == '.')
        .count();
    if digits > 0 && line[0].is_ascii_digit() {
        let number = &line[..digits];
        let dotted = number.contains(&'.');
        let small = number.split(|c| *c == '.').all(|part| part.len() <= 2);
        return match line.get(digits) {
            Some(')') if digits <= 3 && space(digits + 1) => Marker::Lettered(past_space(digits + 1)),
            Some(c) if c.is_whitespace() && dotted && small => Marker::Numbered(past_space(digits)),
            _ => Marker::None,
        };
    }
    let letters = line.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let roman = line[..letters]
        .iter()
        .all(|c| matches!(c.to_ascii_lowercase(), 'i' | 'v' | 'x'));
    if (letters == 1 || roman && (1..=5).contains(&letters)) && space(letters + 1) {
        return match line[letters] {
            ')' => Marker::Lettered(past_space(letters + 1)),
            '.' => Marker::Numbered(past_space(letters + 1)),
            _ => Marker::None,
        };
    }
    let word: String = line[..letters].iter().collect::<String>().to_lowercase();
    if matches!(
        word.as_str(),
        "article" | "section" | "clause" | "schedule" | "exhibit" | "annex" | "art"
    ) {
        let mut at = letters + usize::from(line.get(letters) == Some(&'.'));
        at = past_space(at);
        if line.get(at).is_some_and(char::is_ascii_digit)
            || line.get(at).is_some_and(|c| matches!(c, 'I' | 'V' | 'X'))
        {
            return Marker::Numbered(section_width(line, at));
        }
    }
    Marker::None
}

/// Characters up to the end of the section number that starts at `at`, and the space after it.
fn section_width(line: &[char], at: usize) -> usize {
    let end = at
        + line[at.min(line.len())..]
            .iter()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '(' | ')' | '-'))
            .count();
    end + line[end.min(line.len())..]
        .iter()
        .take_while(|c| c.is_whitespace())
        .count()
}

/// True where a line stands above what follows and is no sentence itself.
fn is_heading(chars: &[char], lines: &[Line], at: usize, width: usize) -> bool {
    let line = &lines[at];
    let text = &chars[line.start..line.end];
    if text.len() > 90 || is_row(text) {
        return false;
    }
    if text[0] == '#'
        && text
            .iter()
            .find(|c| **c != '#')
            .is_some_and(|c| c.is_whitespace())
    {
        return true;
    }
    let body: String = text[line.marker.width().min(text.len())..].iter().collect();
    let words: Vec<&str> = body.split_whitespace().collect();
    let letters = text.iter().filter(|c| c.is_alphabetic()).count();
    if letters < 2 || words.len() > 12 || matches!(line.marker, Marker::Bullet(_)) {
        return false;
    }
    let last = text[text.len() - 1];
    let capitals = !text.iter().any(|c| c.is_lowercase());
    let numbered = matches!(line.marker, Marker::Numbered(_));
    if matches!(last, ',' | ';' | '!' | '?')
        || last == '.' && !(words.len() <= 6 && (capitals || words.is_empty()))
    {
        return false;
    }
    let next = lines.get(at + 1);
    let opens = match at.checked_sub(1).map(|before| &lines[before]) {
        None => true,
        Some(_) if line.after_blank => true,
        Some(before) => {
            let end = chars[before.end - 1];
            matches!(end, '.' | ';' | ':' | '!' | '?') || before.end - before.start < width * 3 / 5
        }
    };
    let closes = next.is_none_or(|next| {
        next.after_blank || next.marker != Marker::None || !chars[next.start].is_lowercase()
    });
    if !opens || !closes || next.is_none() && at > 0 && !capitals && !numbered {
        return false;
    }
    if words.is_empty() {
        return numbered;
    }
    if capitals {
        return !is_label(text) || last == ':';
    }
    let starts_high = words[0]
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || c.is_numeric());
    if !starts_high || is_label(text) && last != ':' {
        return false;
    }
    let plain = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if words.iter().any(|word| {
        matches!(
            plain(word).as_str(),
            "shall"
                | "must"
                | "is"
                | "are"
                | "was"
                | "were"
                | "has"
                | "had"
                | "will"
                | "following"
                | "denies"
                | "agrees"
        )
    }) {
        return false;
    }
    let tail = plain(words[words.len() - 1]);
    if words::is_stop_word(&tail) {
        return false;
    }
    if last == ':' {
        return words.len() <= 6;
    }
    let high = words
        .iter()
        .filter(|word| word.chars().next().is_some_and(char::is_lowercase))
        .all(|word| words::is_stop_word(&plain(word)));
    let alone = (line.after_blank || at == 0) && next.is_some_and(|next| next.after_blank);
    let short = text.len() < width * 3 / 5;
    if numbered || high {
        return words.len() <= 8 && (alone || short);
    }
    words.len() <= 6 && short && (alone || line.after_blank)
}
