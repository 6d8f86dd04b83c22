//! The pieces of a query as they were typed: words, phrases, fields, operators, brackets.

use super::filters::Filters;
use super::query::words;

/// One piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lexeme {
    Word(String),
    Phrase(String),
    Field(String, String),
    And,
    Or,
    Not,
    Open,
    Close,
}

/// The pieces that are not negated.
pub(super) fn wanted(lexemes: &[Lexeme]) -> Vec<&Lexeme> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < lexemes.len() {
        if lexemes[at] == Lexeme::Not {
            at += 1;
            let mut depth = 0;
            while at < lexemes.len() {
                match lexemes[at] {
                    Lexeme::Open => depth += 1,
                    Lexeme::Close => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth <= 0 {
                    break;
                }
            }
        } else {
            found.push(&lexemes[at]);
            at += 1;
        }
    }
    found
}

/// Splits a query at white space and quotes. Brackets count only beside operators: they stand in statutes too.
pub(super) fn lex(raw: &str, brackets: bool) -> Vec<Lexeme> {
    const QUOTES: [char; 4] = ['"', '“', '”', '„'];
    let chars: Vec<char> = raw.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    let quoted = |from: usize| {
        let end = (from..chars.len())
            .find(|&i| QUOTES.contains(&chars[i]))
            .unwrap_or(chars.len());
        let inside: String = chars[from..end].iter().collect();
        (
            inside.split_whitespace().collect::<Vec<_>>().join(" "),
            (end + 1).min(chars.len()),
        )
    };
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
        } else if QUOTES.contains(&chars[at]) {
            let (phrase, next) = quoted(at + 1);
            if words(&phrase).next().is_some() {
                found.push(Lexeme::Phrase(phrase));
            }
            at = next;
        } else if brackets && matches!(chars[at], '(' | ')') {
            found.push(if chars[at] == '(' {
                Lexeme::Open
            } else {
                Lexeme::Close
            });
            at += 1;
        } else {
            let from = at;
            at = (from..chars.len())
                .find(|&i| {
                    let c = chars[i];
                    c.is_whitespace() || QUOTES.contains(&c) || (brackets && matches!(c, '(' | ')'))
                })
                .unwrap_or(chars.len());
            let chunk: String = chars[from..at].iter().collect();
            let opens_quote = chars.get(at).is_some_and(|c| QUOTES.contains(c));
            match chunk.as_str() {
                "AND" => found.push(Lexeme::And),
                "OR" => found.push(Lexeme::Or),
                "NOT" => found.push(Lexeme::Not),
                "-" if opens_quote => found.push(Lexeme::Not),
                _ => match chunk.split_once(':') {
                    Some((field, "")) if opens_quote && Filters::knows(field) => {
                        let (value, next) = quoted(at + 1);
                        found.push(Lexeme::Field(field.to_lowercase(), value));
                        at = next;
                    }
                    Some((field, value)) if !value.is_empty() && Filters::knows(field) => {
                        found.push(Lexeme::Field(field.to_lowercase(), value.to_string()));
                    }
                    _ => {
                        let without = chunk
                            .strip_prefix('-')
                            .filter(|rest| rest.starts_with(char::is_alphabetic));
                        found.extend(without.map(|_| Lexeme::Not));
                        found.push(Lexeme::Word(without.unwrap_or(&chunk).to_string()));
                    }
                },
            }
        }
    }
    found
}
