//! Folds text so that two ways of writing the same words compare equal, and finds folded words on a page.
//!
//! Folded away: upper case, accents, ligatures, curly quotes, the many dashes and spaces, soft hyphens, and a
//! hyphen at the end of a line inside a word. Kept: digits that stand high or low ("10²" is not "102").

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::span::Span;

/// A folded text that remembers where each of its characters came from.
#[derive(Debug, Clone)]
pub struct Folded {
    chars: Vec<char>,
    /// For each folded character, the character of the source it came from.
    from: Vec<usize>,
}

/// Folds a text; see the module for what is folded away.
///
/// ```
/// assert_eq!(cabinet_text::fold("Dr. Zoë’s  ‘ﬁrst’ treat-\nment"), "dr. zoe's 'first' treatment");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    Folded::new(text).chars.into_iter().collect()
}

impl Folded {
    /// Folds a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let source: Vec<char> = text.chars().collect();
        let mut folded = Self {
            chars: Vec::with_capacity(source.len()),
            from: Vec::with_capacity(source.len()),
        };
        let mut at = 0;
        while at < source.len() {
            let c = source[at];
            if c == '-'
                && let Some(next) = past_line_break(&source, at)
            {
                at = next;
                continue;
            }
            match c {
                '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
                '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' => folded.push('\'', at),
                '“' | '”' | '„' | '‟' | '″' | '«' | '»' => folded.push('"', at),
                '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => folded.push('-', at),
                '…' => (0..3).for_each(|_| folded.push('.', at)),
                'µ' => folded.push('μ', at),
                'ß' => (0..2).for_each(|_| folded.push('s', at)),
                _ if c.is_whitespace() => {
                    if folded.chars.last().is_some_and(|last| *last != ' ') {
                        folded.push(' ', at);
                    }
                }
                _ if c.is_ascii() => folded.push(c.to_ascii_lowercase(), at),
                _ => folded.push_letter(c, at),
            }
            at += 1;
        }
        if folded.chars.last() == Some(&' ') {
            folded.chars.pop();
            folded.from.pop();
        }
        folded
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// Every place where the folded `needle` stands, as spans of the source, in order, without overlap.
    #[must_use]
    pub fn find(&self, needle: &str) -> Vec<Span> {
        let needle: Vec<char> = Self::new(needle).chars;
        let mut found = Vec::new();
        if needle.is_empty() || needle.len() > self.chars.len() {
            return found;
        }
        let mut at = 0;
        while at + needle.len() <= self.chars.len() {
            if self.chars[at] == needle[0] && self.chars[at..at + needle.len()] == needle[..] {
                let last = self.from[at + needle.len() - 1];
                found.push(Span::new(self.from[at], last + 1));
                at += needle.len();
                // One character may have become two, and is one place all the same.
                while self.from.get(at) == Some(&last) {
                    at += 1;
                }
            } else {
                at += 1;
            }
        }
        found
    }

    fn push(&mut self, c: char, from: usize) {
        self.chars.push(c);
        self.from.push(from);
    }

    fn push_letter(&mut self, c: char, at: usize) {
        let plain: Vec<char> = [c]
            .into_iter()
            .nfkd()
            .filter(|c| !is_combining_mark(*c))
            .collect();
        // Only letters are taken apart: a raised digit or a fraction would change the number it stands in.
        if plain.is_empty() && is_combining_mark(c) {
            return;
        }
        if plain.iter().all(|c| c.is_alphabetic()) && !plain.is_empty() {
            plain
                .into_iter()
                .flat_map(char::to_lowercase)
                .for_each(|c| self.push(c, at));
        } else {
            c.to_lowercase().for_each(|c| self.push(c, at));
        }
    }
}

/// Where the word goes on if the hyphen at `at` was only set because the line was full.
fn past_line_break(source: &[char], at: usize) -> Option<usize> {
    if !source.get(at.checked_sub(1)?)?.is_lowercase() {
        return None;
    }
    let mut next = at + 1;
    while source.get(next).is_some_and(|c| c.is_whitespace()) {
        next += 1;
    }
    let broken = source[at + 1..next].contains(&'\n');
    (broken && source.get(next)?.is_lowercase()).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Offsets;

    #[test]
    fn finds_words_whatever_their_dress() {
        let page = "The “Lessee” — Müller & Söhne —\npays the con-\ntract price.";
        let offsets = Offsets::new(page);
        let folded = Folded::new(page);
        let hit = |needle| {
            folded
                .find(needle)
                .into_iter()
                .map(|span| offsets.slice(span))
                .collect::<Vec<_>>()
        };
        assert_eq!(hit("\"lessee\" - muller"), ["“Lessee” — Müller"]);
        assert_eq!(hit("contract price"), ["con-\ntract price"]);
        assert!(hit("lessor").is_empty());
    }

    #[test]
    fn a_letter_that_became_two_is_found_once() {
        let places = |text: &str, needle: &str| Folded::new(text).find(needle);
        assert_eq!(places("ß", "s"), [Span::new(0, 1)]);
        assert_eq!(places("ßs", "s"), [Span::new(0, 1), Span::new(1, 2)]);
        assert_eq!(places("…", "."), [Span::new(0, 1)]);
    }

    #[test]
    fn leaves_raised_digits_alone() {
        assert_eq!(fold("10² ½"), "10² ½");
    }
}
