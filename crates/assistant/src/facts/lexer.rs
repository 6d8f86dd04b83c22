//! Words, numbers and marks, with their places: what the readers of facts look at.

use cabinet_text::{Span, fold};

/// What a lexeme is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Letters, with apostrophes inside.
    Word,
    /// Digits, with points and commas inside.
    Number,
    /// One character that is neither.
    Mark,
}

/// The smallest piece a fact can be made of.
#[derive(Debug, Clone)]
pub(crate) struct Lexeme {
    pub(crate) shape: Shape,
    /// Folded: lower case, no accents, plain quotes and dashes, no possessive "'s", no full stops inside
    /// abbreviations.
    pub(crate) form: String,
    pub(crate) span: Span,
    /// True where no white space stands before it.
    pub(crate) glued: bool,
    /// True where its first letter is a capital.
    pub(crate) capital: bool,
    /// True where all its letters are capitals and there are at least two.
    pub(crate) capitals: bool,
}

impl Lexeme {
    pub(crate) fn is(&self, form: &str) -> bool {
        self.form == form
    }

    pub(crate) fn is_word(&self) -> bool {
        self.shape == Shape::Word
    }

    pub(crate) fn is_number(&self) -> bool {
        self.shape == Shape::Number
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.shape == Shape::Mark && self.form.starts_with(mark)
    }

    /// A hyphen or dash.
    pub(crate) fn is_dash(&self) -> bool {
        self.is_mark('-')
    }
}

/// Cuts a text into lexemes.
pub(crate) fn lex(text: &str) -> Vec<Lexeme> {
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<Lexeme> = Vec::new();
    let mut at = 0;
    let mut glued = false;
    while at < chars.len() {
        if chars[at].is_whitespace() || chars[at] == '\u{ad}' {
            glued = glued && !chars[at].is_whitespace();
            at += 1;
            continue;
        }
        let (shape, end) = shape_at(&chars, at, glued);
        let raw: String = chars[at..end].iter().collect();
        found.push(Lexeme {
            shape,
            form: form(shape, &raw),
            span: Span::new(at, end),
            glued,
            capital: chars[at].is_uppercase(),
            capitals: raw.chars().filter(|c| c.is_alphabetic()).count() > 1
                && raw.chars().all(|c| !c.is_lowercase()),
        });
        at = end;
        glued = true;
    }
    found
}

fn shape_at(chars: &[char], at: usize, glued: bool) -> (Shape, usize) {
    let c = chars[at];
    if is_digit(c) {
        return (Shape::Number, number_end(chars, at));
    }
    // ".5 mg" is half a milligram: losing the point would make it ten times as much.
    if c == '.' && !glued && chars.get(at + 1).copied().is_some_and(is_digit) {
        return (Shape::Number, number_end(chars, at + 1));
    }
    if matches!(c, '½' | '¼' | '¾') {
        return (Shape::Number, at + 1);
    }
    if c.is_alphabetic() {
        return (Shape::Word, word_end(chars, at));
    }
    (Shape::Mark, at + 1)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn number_end(chars: &[char], mut at: usize) -> usize {
    loop {
        while chars.get(at).copied().is_some_and(is_digit) {
            at += 1;
        }
        let inner =
            matches!(chars.get(at), Some('.' | ',')) && chars.get(at + 1).copied().is_some_and(is_digit);
        if !inner {
            break;
        }
        at += 1;
    }
    at + usize::from(matches!(chars.get(at), Some('½' | '¼' | '¾')))
}

fn word_end(chars: &[char], start: usize) -> usize {
    // "b.i.d.", "p.m.", "U.S.": single letters, each with its full stop.
    let mut at = start;
    let mut letters = 0;
    while chars.get(at).is_some_and(|c| c.is_alphabetic()) && chars.get(at + 1) == Some(&'.') {
        letters += 1;
        at += 2;
    }
    if letters >= 2 {
        // A last letter without its stop belongs to it too ("b.i.d").
        let tail = chars.get(at).is_some_and(|c| c.is_alphabetic())
            && !chars.get(at + 1).is_some_and(|c| c.is_alphanumeric());
        return if tail { at + 1 } else { at };
    }
    if letters == 1
        && chars.get(start + 2).is_some_and(|c| c.is_alphabetic())
        && !chars.get(start + 3).is_some_and(|c| c.is_alphanumeric())
    {
        return start + 3;
    }
    at = start;
    while let Some(c) = chars.get(at) {
        let inner = matches!(c, '\'' | '’' | '\u{ad}' | '\u{2060}')
            && chars.get(at + 1).is_some_and(|next| next.is_alphabetic());
        // Accents that stand alone as characters belong to the letter before them.
        let accent =
            !c.is_ascii() && !c.is_whitespace() && !c.is_alphabetic() && fold(&c.to_string()).is_empty();
        if c.is_alphabetic() || inner || accent {
            at += 1;
        } else {
            break;
        }
    }
    at
}

fn form(shape: Shape, raw: &str) -> String {
    let folded = fold(raw);
    match shape {
        Shape::Word => {
            let word = folded.strip_suffix("'s").unwrap_or(&folded);
            let plain: String = word.chars().filter(|c| *c != '.').collect();
            // "U.S." without its stops would be the pronoun.
            if plain == "us" && word.contains('.') {
                "u.s".to_owned()
            } else {
                plain
            }
        }
        Shape::Number => folded,
        Shape::Mark => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        lex(text).into_iter().map(|lexeme| lexeme.form).collect()
    }

    #[test]
    fn keeps_what_belongs_together() {
        assert_eq!(
            forms("Dr Ellis’s 5mg b.i.d. dose"),
            ["dr", "ellis", "5", "mg", "bid", "dose"]
        );
        assert_eq!(
            forms("at 3 p.m. on 1,000.50"),
            ["at", "3", "pm", "on", "1,000.50"]
        );
        assert_eq!(forms("didn't eat .5 mg"), ["didn't", "eat", ".5", "mg"]);
        assert_eq!(forms("in the U.S. today."), ["in", "the", "u.s", "today", "."]);
        assert_eq!(forms("J. Ellis"), ["j", ".", "ellis"]);
    }
}
