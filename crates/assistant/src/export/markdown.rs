//! A note as Markdown (CommonMark with footnotes).

use super::plain;
use super::tree::{Block, Inline, Note, Style, footnote, source_note};

pub(super) fn write(note: &Note) -> String {
    let mut writer = Writer { notes: Vec::new() };
    let mut out = String::new();
    let repeats = matches!(note.blocks.first(), Some(Block::Heading { level: 1, content }) if plain::words(content).trim() == note.title);
    if !note.title.is_empty() && !repeats {
        out.push_str(&format!("# {}\n\n", escape(&note.title, true)));
    }
    out.push_str(&writer.blocks(&note.blocks));
    for (at, text) in writer.notes.iter().enumerate() {
        if at == 0 && !out.ends_with("\n\n") {
            out.push('\n');
        }
        out.push_str(&format!("[^{}]: {}\n", at + 1, escape(text, false)));
    }
    out
}

struct Writer {
    notes: Vec<String>,
}

impl Writer {
    fn blocks(&mut self, blocks: &[Block]) -> String {
        let mut out = String::new();
        let mut list_before = None;
        for block in blocks {
            let text = self.block(block);
            if text.trim().is_empty() {
                continue;
            }
            let list = match block {
                Block::List { start, .. } => Some(start.is_some()),
                _ => None,
            };
            if !out.is_empty() {
                out.push('\n');
            }
            // Two lists of a kind in a row would run into one.
            if list.is_some() && list == list_before {
                out.push_str("<!-- -->\n\n");
            }
            list_before = list;
            out.push_str(&text);
        }
        out
    }

    fn block(&mut self, block: &Block) -> String {
        match block {
            Block::Paragraph(content) => format!("{}\n", self.line(content)),
            Block::Heading { level, content } => {
                let words = self.line(content).replace("\\\n", " ");
                format!("{} {words}\n", "#".repeat(usize::from(*level)))
            }
            Block::List { start, items } => {
                let mut out = String::new();
                for (at, item) in items.iter().enumerate() {
                    let marker = match start {
                        Some(start) => format!("{}. ", u64::from(*start) + at as u64),
                        None => "- ".to_owned(),
                    };
                    let inside = self.blocks(item);
                    let inside = if inside.is_empty() {
                        "\n".to_owned()
                    } else {
                        inside
                    };
                    out.push_str(&hang(&inside, &marker, &" ".repeat(marker.len())));
                }
                out
            }
            Block::Quote(inside) => {
                let inside = self.blocks(inside);
                hang(&inside, "> ", "> ")
            }
            Block::Cited { text, citation } => {
                let number = self.note(footnote(citation));
                let words = text
                    .lines()
                    .map(|line| escape(line.trim(), true))
                    .collect::<Vec<_>>()
                    .join("\n");
                hang(&format!("{words}[^{number}]\n"), "> ", "> ")
            }
            Block::Code(text) => {
                let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                let fence = "`".repeat(longest.max(2) + 1);
                format!("{fence}\n{text}\n{fence}\n")
            }
            Block::Rule => "---\n".to_owned(),
        }
    }

    fn note(&mut self, text: String) -> usize {
        // The same place again is the same footnote.
        if let Some(at) = self.notes.iter().position(|note| *note == text) {
            return at + 1;
        }
        self.notes.push(text);
        self.notes.len()
    }

    fn line(&mut self, content: &[Inline]) -> String {
        let mut out = String::new();
        let mut open: Vec<&'static str> = Vec::new();
        let mut pieces = content.iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Inline::Text { text, style } if style.code => {
                    // Two spans side by side would let their backticks run together, so they become one.
                    let mut text = text.clone();
                    while let Some(Inline::Text { text: more, .. }) =
                        pieces.next_if(|next| matches!(next, Inline::Text { style, .. } if style.code))
                    {
                        text.push_str(more);
                    }
                    close_all(&mut out, &mut open);
                    out.push_str(&code(&text));
                }
                Inline::Text { text, style } => {
                    let wanted = marks(*style);
                    // Marks may not stand beside a space on their inner side.
                    let lead = text.len() - text.trim_start().len();
                    let (space, rest) = text.split_at(lead);
                    close_to(&mut out, &mut open, &wanted);
                    out.push_str(space);
                    if rest.is_empty() {
                        continue;
                    }
                    for mark in wanted.iter().skip(open.len()) {
                        out.push_str(mark);
                    }
                    open = wanted;
                    let first = out.is_empty() || out.ends_with('\n');
                    out.push_str(&escape(rest, first));
                }
                Inline::Break => {
                    close_all(&mut out, &mut open);
                    if !out.is_empty() {
                        let end = out.trim_end().len();
                        out.truncate(end);
                        out.push_str("\\\n");
                    }
                }
                Inline::Source {
                    verdict,
                    reason,
                    citations,
                    origin,
                } => {
                    close_all(&mut out, &mut open);
                    let text = source_note(*verdict, reason.as_deref(), citations, origin.as_deref());
                    if !text.is_empty() {
                        let number = self.note(text);
                        let end = out.trim_end().len();
                        out.insert_str(end, &format!("[^{number}]"));
                    }
                }
            }
        }
        close_all(&mut out, &mut open);
        let end = out.trim_end_matches(['\\', '\n']).len();
        if out[end..].contains('\n') {
            out.truncate(end);
        }
        out.trim_end().to_owned()
    }
}

fn marks(style: Style) -> Vec<&'static str> {
    let mut marks = Vec::new();
    if style.bold {
        marks.push("**");
    }
    if style.italic {
        marks.push("*");
    }
    if style.strike {
        marks.push("~~");
    }
    marks
}

/// Closes what is not wanted any more; a space before it moves behind it.
fn close_to(out: &mut String, open: &mut Vec<&'static str>, wanted: &[&'static str]) {
    let kept = open.iter().zip(wanted).take_while(|(a, b)| a == b).count();
    if kept == open.len() {
        return;
    }
    let end = out.trim_end_matches(' ').len();
    let space = out.split_off(end);
    for mark in open.drain(kept..).rev() {
        out.push_str(mark);
    }
    out.push_str(&space);
}

fn close_all(out: &mut String, open: &mut Vec<&'static str>) {
    close_to(out, open, &[]);
}

fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Keeps characters that mean something to Markdown from meaning it.
fn escape(text: &str, starts_line: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let special = matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' | '&'
        );
        let at_start = starts_line && at == 0 && matches!(c, '#' | '+' | '-' | '=' | ':');
        let after_number =
            starts_line && matches!(c, '.' | ')') && at > 0 && text[..at].chars().all(|c| c.is_ascii_digit());
        if special || at_start || after_number {
            out.push('\\');
        }
        out.push(if matches!(c, '\n' | '\r') { ' ' } else { c });
    }
    out
}

/// Puts `first` before the first line and `rest` before the others, none before empty lines of plain indentation.
fn hang(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        let prefix = if at == 0 { first } else { rest };
        out.push_str(if line.is_empty() {
            prefix.trim_end()
        } else {
            prefix
        });
        out.push_str(line);
        out.push('\n');
    }
    out
}
