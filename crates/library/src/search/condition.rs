//! `AND OR NOT` with brackets, over whole documents: what must stand anywhere in one for it to be found.

use super::lexemes::Lexeme;
use super::query;

/// Brackets and negations within each other; deeper ones are left out. Nobody writes that many, and a page that was
/// pasted must not fill the stack.
const DEEPEST: usize = 32;

/// What a document must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// A full-text expression holds somewhere in it.
    Says(String),
    /// A word that begins so stands somewhere in it.
    Begins(String),
    /// All of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
}

impl Condition {
    /// Reads a condition; whatever is incomplete is left out. Where no `AND` or `OR` stands, only what is negated
    /// is a condition: the other words stay a wish, as without operators.
    /// The last lexeme may be a word that is not typed to its end.
    pub(crate) fn parse(lexemes: &[Lexeme], unfinished: Option<&str>) -> Option<Self> {
        let strict = lexemes.iter().any(|l| matches!(l, Lexeme::And | Lexeme::Or));
        let mut reader = Reader {
            lexemes,
            unfinished,
            at: 0,
            strict,
            depth: 0,
        };
        let mut found = Vec::new();
        while reader.at < lexemes.len() {
            let before = reader.at;
            found.extend(reader.any());
            // A bracket too many.
            reader.at = reader.at.max(before + 1);
        }
        all(found)
    }
}

struct Reader<'l> {
    lexemes: &'l [Lexeme],
    unfinished: Option<&'l str>,
    at: usize,
    strict: bool,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Lexeme> {
        self.lexemes.get(self.at)
    }

    fn any(&mut self) -> Option<Condition> {
        let mut found = Vec::new();
        loop {
            found.extend(self.all());
            if self.peek() != Some(&Lexeme::Or) {
                break;
            }
            self.at += 1;
        }
        match found.len() {
            0 | 1 => found.pop(),
            _ => Some(Condition::Any(found)),
        }
    }

    fn all(&mut self) -> Option<Condition> {
        let mut found = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                Lexeme::Or | Lexeme::Close => break,
                Lexeme::And => self.at += 1,
                _ => found.extend(self.one()),
            }
        }
        all(found)
    }

    fn one(&mut self) -> Option<Condition> {
        let next = self.peek()?.clone();
        self.at += 1;
        if self.depth == DEEPEST && matches!(next, Lexeme::Not | Lexeme::Open) {
            return None;
        }
        self.depth += 1;
        let found = self.one_of(next);
        self.depth -= 1;
        found
    }

    fn one_of(&mut self, next: Lexeme) -> Option<Condition> {
        match next {
            Lexeme::Not => {
                let strict = std::mem::replace(&mut self.strict, true);
                let inside = self.one();
                self.strict = strict;
                inside.map(|inside| Condition::Not(Box::new(inside)))
            }
            Lexeme::Open => {
                let inside = self.any();
                if self.peek() == Some(&Lexeme::Close) {
                    self.at += 1;
                }
                inside
            }
            Lexeme::Word(part) | Lexeme::Phrase(part) if self.strict => {
                query::words(&part).next()?;
                let begins = self.unfinished.filter(|_| self.at == self.lexemes.len());
                let says = Condition::Says(query::exactly(&part));
                Some(match begins {
                    Some(word) => Condition::Any(vec![says, Condition::Begins(word.to_string())]),
                    None => says,
                })
            }
            _ => None,
        }
    }
}

fn all(mut found: Vec<Condition>) -> Option<Condition> {
    match found.len() {
        0 | 1 => found.pop(),
        _ => Some(Condition::All(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexemes;
    use super::super::query::Query;
    use super::*;

    fn condition(raw: &str) -> Option<Condition> {
        Query::parse(raw, false).condition
    }

    fn says(word: &str) -> Condition {
        Condition::Says(query::quote(word))
    }

    #[test]
    fn operators_bind_as_everywhere_and_neighbours_are_both_wanted() {
        assert_eq!(
            condition("lease AND (rent OR \"service charge\") NOT draft"),
            Some(Condition::All(vec![
                says("lease"),
                Condition::Any(vec![says("rent"), says("service charge")]),
                Condition::Not(Box::new(says("draft"))),
            ]))
        );
    }

    #[test]
    fn a_negation_alone_leaves_the_other_words_a_wish() {
        assert_eq!(
            condition("lease rent -draft"),
            Some(Condition::Not(Box::new(says("draft"))))
        );
        assert_eq!(condition("lease and rent"), None, "small letters are words");
    }

    #[test]
    fn what_is_incomplete_is_left_out() {
        assert_eq!(condition("lease AND"), Some(says("lease")));
        assert_eq!(condition(") lease OR ("), Some(says("lease")));
        assert_eq!(condition("NOT"), None);
    }

    #[test]
    fn a_word_that_is_typed_is_a_beginning() {
        let typed = |raw| Query::parse(raw, true).condition;
        let begun = Condition::Any(vec![says("ren"), Condition::Begins("ren".to_string())]);
        let both = Condition::All(vec![says("lease"), begun]);
        assert_eq!(typed("lease AND ren"), Some(both));
        assert_eq!(typed("lease AND ren "), condition("lease AND ren"));
        assert_eq!(typed("lease NOT dra"), condition("lease NOT dra"));
    }

    #[test]
    fn however_deep_it_goes_it_ends() {
        // Taken apart by itself: so much at once counts as pasted, and then nothing in it is an operator.
        let deep = |opening: &str| {
            let text = format!("a AND {}b", opening.repeat(100_000));
            Condition::parse(&lexemes::lex(&text, true), None)
        };
        assert!(deep("( ").is_some());
        assert!(deep("NOT ").is_some());
        let sixteen = format!("{}b{}", "(".repeat(16), ")".repeat(16));
        assert_eq!(
            condition(&format!("NOT x AND {sixteen}")),
            condition("NOT x AND b")
        );
    }
}
