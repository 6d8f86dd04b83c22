//! Text as the classifier sees it: words, numbers and single signs, with their places.

use std::ops::Range;

/// One word, number or sign.
#[derive(Clone)]
pub struct Token {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// In small letters, digits as nought: what it is called.
    pub name: String,
    /// In small letters, digits kept.
    pub small: String,
    /// How it is written.
    pub shape: Shape,
    /// Stands first in its line.
    pub starts_line: bool,
    /// White space stands before it.
    pub spaced: bool,
}

/// How a token is written, capitals apart from small letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Small letters, or letters of a script without capitals.
    Small,
    /// One capital, then small letters.
    Capital,
    /// Capitals alone, more than one.
    Capitals,
    /// One capital alone.
    Initial,
    /// Small letters and capitals in another order.
    Mixed,
    /// Digits alone.
    Digits,
    /// Letters and digits.
    Code,
    /// A sign.
    Sign,
}

/// The tokens of a text, in order: runs of letters and digits, and every other character but white space by itself.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(text.len() / 4);
    let mut starts_line = true;
    let mut spaced = true;
    let mut open: Option<usize> = None;
    let mut close = |start: usize, end: usize, starts_line: &mut bool, spaced: &mut bool| {
        out.push(token(text, start..end, *starts_line, *spaced));
        (*starts_line, *spaced) = (false, false);
    };
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || c == '\u{ad}' {
            open.get_or_insert(at);
            continue;
        }
        if let Some(start) = open.take() {
            close(start, at, &mut starts_line, &mut spaced);
        }
        if c.is_whitespace() {
            spaced = true;
            starts_line |= c == '\n';
        } else {
            close(at, at + c.len_utf8(), &mut starts_line, &mut spaced);
        }
    }
    if let Some(start) = open {
        close(start, text.len(), &mut starts_line, &mut spaced);
    }
    out
}

/// The same tokens as they would be in a copy without capitals.
pub fn without_capitals(tokens: &[Token]) -> Vec<Token> {
    let mut copy = tokens.to_vec();
    for token in &mut copy {
        if matches!(
            token.shape,
            Shape::Capital | Shape::Capitals | Shape::Initial | Shape::Mixed
        ) {
            token.shape = Shape::Small;
        }
    }
    copy
}

fn token(text: &str, range: Range<usize>, starts_line: bool, spaced: bool) -> Token {
    let word = &text[range.clone()];
    let small = small(word);
    Token {
        range,
        name: small
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect(),
        small,
        shape: shape(word),
        starts_line,
        spaced,
    }
}

/// Small letters, so that a word in capitals, in small letters and in both is the same word. By way of capitals, since
/// some letters share one capital or grow by it; the dot that the Turkish İ leaves behind is left out.
fn small(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{ad}' | '\u{307}'))
        .collect()
}

fn shape(word: &str) -> Shape {
    let (mut upper, mut lower, mut digits, mut others) = (0, 0, 0, 0);
    for c in word.chars() {
        if c.is_uppercase() {
            upper += 1;
        } else if c.is_numeric() {
            digits += 1;
        } else if c.is_alphabetic() {
            lower += 1;
        } else {
            others += 1;
        }
    }
    match (upper, lower, digits) {
        (0, 0, 0) => Shape::Sign,
        (0, 0, _) => Shape::Digits,
        (_, _, 1..) => Shape::Code,
        (0, ..) => Shape::Small,
        (1, 0, 0) if others == 0 => Shape::Initial,
        (_, 0, 0) => Shape::Capitals,
        (1, ..) if word.chars().next().is_some_and(char::is_uppercase) => Shape::Capital,
        _ => Shape::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_capitals_has_the_same_words() {
        let text = "Dr. Çelik’s 3rd visit,\nStraße 12b — O'Neill";
        let names = |text: &str| {
            tokens(text)
                .iter()
                .map(|token| token.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&text.to_uppercase()), names(text));
        assert_eq!(names(&text.to_lowercase()), names(text));
        assert_eq!(&names(text)[..5], ["dr", ".", "çelik", "’", "s"]);
    }
}
