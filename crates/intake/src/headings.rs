//! Headings that a file names as such.
//!
//! Owns how they come from a format's paragraphs to places on pages: as marks in the text while pages are made, taken out at
//! the end. The marks are noncharacters, which no text has a use for and [`crate::clean`] drops wherever it is not told
//! to keep these.

use crate::document::{Heading, Page};
use crate::limits::MOST_HEADINGS;

/// The deepest level kept, as in Word; deeper ones count as this.
pub(crate) const DEEPEST: u8 = 9;
/// The mark of level 1 is the next one.
const MARKS: char = '\u{fdd0}';
const END: char = '\u{fdda}';

/// Whether a character is a mark of a heading's start or end.
pub(crate) fn is_mark(c: char) -> bool {
    level(c).is_some() || c == END
}

fn level(mark: char) -> Option<u8> {
    let level = u32::from(mark).checked_sub(u32::from(MARKS))?;
    u8::try_from(level)
        .ok()
        .filter(|level| (1..=DEEPEST).contains(level))
}

/// A text with its marks as a heading of that level, counted from 1, around all but the space and the page breaks at its ends.
pub(crate) fn marked(level: u8, text: &str) -> String {
    let around = |c: char| c.is_whitespace() || c.is_control() && c != '\u{02}';
    let heading = text.trim_matches(around);
    let start = text.len() - text.trim_start_matches(around).len();
    let level = u32::from(level.clamp(1, DEEPEST));
    let mark = char::from_u32(u32::from(MARKS) + level).unwrap_or(END);
    let (before, after) = (&text[..start], &text[start + heading.len()..]);
    format!("{before}{mark}{heading}{END}{after}")
}

/// Takes the marks out of the pages and says where the headings are.
pub(crate) fn take(pages: &mut [Page]) -> Vec<Heading> {
    let mut found = Vec::new();
    for page in pages {
        if page.text.contains(is_mark) {
            let (text, headings) = unmarked(&page.text);
            let headings = headings.into_iter().map(|(start, end, level)| Heading {
                page: page.number,
                start,
                end,
                level,
            });
            found.extend(headings);
            page.text = text;
        }
    }
    found.truncate(MOST_HEADINGS);
    found
}

/// A text without marks, and the headings in it: start, end and level. One whose end fell on another page ends with its line.
fn unmarked(text: &str) -> (String, Vec<(u32, u32, u8)>) {
    let mut out = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut open: Option<(u32, u8)> = None;
    let mut at = 0;
    let mut last = 0;
    for c in text.chars() {
        if let Some(level) = level(c) {
            open = Some((at, level));
            last = at;
        } else if c == END {
            found.extend(open.take().map(|(start, level)| (start, last, level)));
        } else {
            out.push(c);
            at += 1;
            if !c.is_whitespace() {
                last = at;
            }
        }
    }
    found.extend(open.map(|(start, level)| (start, last, level)));
    found.retain(|(start, end, _)| start < end);
    (out, found)
}

/// The headings of Markdown: lines that begin with number signs, and lines with a line of dashes under them.
pub(crate) fn of_markdown(pages: &[Page]) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut fenced = false;
    for page in pages {
        let mut at = 0;
        let mut before: Option<(u32, u32)> = None;
        for line in page.text.split('\n') {
            let length = chars(line);
            let bare = line.trim();
            let start = at + chars(line) - chars(line.trim_start());
            at += length + 1;
            let end = start + chars(bare);
            if bare.starts_with("```") || bare.starts_with("~~~") {
                fenced = !fenced;
                before = None;
                continue;
            }
            let signs = bare.bytes().take_while(|byte| *byte == b'#').count();
            let level = u8::try_from(signs).unwrap_or(DEEPEST);
            let after = bare.get(signs..).unwrap_or_default();
            let named =
                (1..=6).contains(&level) && after.starts_with(' ') && after.contains(char::is_alphanumeric);
            let heading = match before {
                _ if fenced => None,
                _ if named => Some((start, end, level)),
                Some((start, end)) => underlined(bare).map(|level| (start, end, level)),
                None => None,
            };
            if let Some((start, end, level)) = heading {
                found.push(Heading {
                    page: page.number,
                    start,
                    end,
                    level,
                });
                before = None;
            } else {
                let written = bare.starts_with(char::is_alphanumeric) && !bare.contains('|');
                before = written.then_some((start, end));
            }
        }
    }
    found.truncate(MOST_HEADINGS);
    found
}

fn underlined(line: &str) -> Option<u8> {
    let all = |sign: u8| line.len() >= 3 && line.bytes().all(|byte| byte == sign);
    if all(b'=') {
        Some(1)
    } else {
        all(b'-').then_some(2)
    }
}

fn chars(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Method;

    fn page(text: &str) -> Page {
        Page {
            number: 1,
            text: text.to_owned(),
            method: Method::Native,
        }
    }

    fn said(page: &Page, headings: &[Heading]) -> Vec<(u8, String)> {
        let text = |heading: &Heading| {
            let chars = page.text.chars().skip(heading.start as usize);
            chars.take((heading.end - heading.start) as usize).collect()
        };
        headings
            .iter()
            .map(|heading| (heading.level, text(heading)))
            .collect()
    }

    #[test]
    fn marks_go_and_places_stay() {
        let text = format!(
            "\u{e9}\n\n{}\n\nx\n\n{}",
            marked(2, "\u{0c} Lease \n"),
            marked(40, "Rent\nand costs")
        );
        let mut pages = [page(&text)];
        let found = take(&mut pages);
        assert_eq!(pages[0].text, "\u{e9}\n\n\u{0c} Lease \n\n\nx\n\nRent\nand costs");
        assert_eq!(
            said(&pages[0], &found),
            [(2, "Lease".to_owned()), (9, "Rent\nand costs".to_owned())]
        );
    }

    #[test]
    fn a_heading_over_a_page_break_ends_with_its_page() {
        let mut pages = [page("\u{fdd1}Lease\n"), page("of land\u{fdda} x")];
        let found = take(&mut pages);
        assert_eq!(said(&pages[0], &found), [(1, "Lease".to_owned())]);
        assert_eq!(pages[1].text, "of land x");
    }

    #[test]
    fn markdown_says_its_headings() {
        let page = page(
            "Plan\n====\n\n## Dose #\n```\n# no heading\n```\n#hashtag\n\na | b\n---\n- one\n---\nCare\n---",
        );
        let found = of_markdown(std::slice::from_ref(&page));
        assert_eq!(
            said(&page, &found),
            [
                (1, "Plan".to_owned()),
                (2, "## Dose #".to_owned()),
                (2, "Care".to_owned())
            ]
        );
    }
}
