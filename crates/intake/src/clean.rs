//! From characters as files hold them to characters as Cabinet keeps them.
//!
//! Owns the promise every page text keeps: NFC, `\n` for line ends, no control characters, no
//! invisible ones that would break a search, no presentation forms of Latin ligatures. Changes no
//! visible letter beyond that: no case, no quotes, no digits, no other compatibility forms.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Whether indentation and runs of spaces carry meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// They are layout: runs become one space, lines lose their indentation.
    Collapse,
    /// They are content, as in Markdown and plain text.
    Keep,
}

/// Makes a text keep the promise above.
pub(crate) fn tidy(text: &str, spacing: Spacing) -> String {
    tidy_but(text, spacing, |_| false)
}

/// As [`tidy`], but some characters stay that the caller takes out later; they stand for nothing.
pub(crate) fn tidy_but(text: &str, spacing: Spacing, stays: fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    end_line(&mut out);
                }
            }
            '\n' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => end_line(&mut out),
            '\t' if spacing == Spacing::Keep => out.push('\t'),
            '\t' | ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                let at_start = out.is_empty() || out.ends_with('\n');
                if spacing == Spacing::Keep || !(at_start || out.ends_with(' ')) {
                    out.push(' ');
                }
            }
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => {}
            c if stays(c) => out.push(c),
            c if c.is_control() || is_noncharacter(c) => {}
            c => match ligature(c) {
                Some(letters) => out.push_str(letters),
                None => out.push(c),
            },
        }
    }
    while out.ends_with([' ', '\t', '\n']) {
        out.pop();
    }
    let start = out.len() - out.trim_start_matches('\n').len();
    out.drain(..start);
    if is_nfc_quick(out.chars()) == IsNormalized::Yes {
        out
    } else {
        out.nfc().collect()
    }
}

/// Ends a line: white space before the end goes, and blank lines in a row become one.
fn end_line(out: &mut String) {
    while out.ends_with([' ', '\t']) {
        out.pop();
    }
    if !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32 & 0xfffe) == 0xfffe
}

/// The letters of a Latin ligature; typesetting made one code point of them, no reader does.
fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => return None,
    })
}

/// Whether a text keeps the promise, for a parent that does not trust its reader.
pub(crate) fn is_tidy(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') && unicode_normalization::is_nfc(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_spaces_and_blank_lines() {
        let text = "\u{feff}\r\n  One\u{a0} two \r three\t\r\n\r\n\r\n\u{0b}\u{2029}Four\u{0}\u{1b}.\n \n";
        assert_eq!(tidy(text, Spacing::Collapse), "One two\nthree\n\nFour.");
        assert_eq!(tidy("- a\n    - b\tc\n", Spacing::Keep), "- a\n    - b\tc");
    }

    #[test]
    fn letters_are_composed_and_ligatures_opened() {
        let text = "An a\u{fb03}davit on the \u{fb02}oor of the cafe\u{301}, soft\u{ad}ly";
        assert_eq!(
            tidy(text, Spacing::Collapse),
            "An affidavit on the floor of the café, softly"
        );
        assert_eq!(
            tidy("x² № ½ Ⅳ", Spacing::Collapse),
            "x² № ½ Ⅳ",
            "compatibility forms carry meaning"
        );
    }

    #[test]
    fn what_it_makes_is_tidy() {
        for text in ["a\u{0}b\r\n\u{85}", "e\u{301}\u{fffe}", "\t\ttab"] {
            assert!(is_tidy(&tidy(text, Spacing::Keep)));
            assert!(is_tidy(&tidy(text, Spacing::Collapse)));
        }
        assert!(!is_tidy("a\u{0}"));
        assert!(!is_tidy("e\u{301}"));
    }
}
