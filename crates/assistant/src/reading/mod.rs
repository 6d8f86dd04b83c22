//! Reads one sentence the way the check of a claim needs it: facts, words with the part they play, clauses and
//! the reach of negations.

mod segments;
mod stem;
mod synonyms;
mod words;

use cabinet_text::Span;

use crate::facts::lexer::{self, Lexeme, Shape};
use crate::facts::{self, Fact};
pub(crate) use words::{
    Force, Gender, Joint, Role, are_opposite, is_auxiliary, is_company_form, is_plain_label,
};

/// One sentence, read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) tokens: Vec<Token>,
}

/// A word, a fact or a mark of a sentence.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) what: What,
    /// Where it stands in the sentence.
    pub(crate) span: Span,
    /// Number of the clause it stands in.
    pub(crate) segment: usize,
    /// How many negations reach it.
    pub(crate) negations: u8,
}

/// What a token is.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Word(Word),
    Fact(Fact),
    Mark(char),
}

/// A word and what matters about it.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// Folded.
    pub(crate) form: String,
    /// What it is compared by.
    pub(crate) stem: String,
    pub(crate) role: Role,
    /// True where it begins with a capital.
    pub(crate) capital: bool,
    /// True where it is the first word of the sentence.
    pub(crate) first: bool,
    /// True where it ends with "'s" or "s'".
    pub(crate) possessive: bool,
    /// True where its form is that of a past tense.
    pub(crate) past: bool,
    /// True for "-ing" and "-ly" forms.
    pub(crate) loose: bool,
}

impl Token {
    pub(crate) fn word(&self) -> Option<&Word> {
        match &self.what {
            What::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn fact(&self) -> Option<&Fact> {
        match &self.what {
            What::Fact(fact) => Some(fact),
            _ => None,
        }
    }

    pub(crate) fn role(&self) -> Option<Role> {
        self.word().map(|word| word.role)
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        matches!(self.what, What::Mark(found) if found == mark)
    }

    /// True where a claim must have it borne out by the source.
    pub(crate) fn must_match(&self) -> bool {
        match &self.what {
            What::Fact(_) => true,
            What::Word(word) => matches!(
                word.role,
                Role::Content | Role::Modal(_) | Role::Qualifier | Role::Kin | Role::Side(_) | Role::Extent
            ),
            What::Mark(_) => false,
        }
    }

    /// True for words and facts that carry meaning of their own.
    pub(crate) fn says_something(&self) -> bool {
        match &self.what {
            What::Fact(_) => true,
            What::Word(word) => {
                matches!(
                    word.role,
                    Role::Content | Role::Kin | Role::Qualifier | Role::Side(_)
                )
            }
            What::Mark(_) => false,
        }
    }

    /// True for a word that names a thing or a person, as far as its form tells.
    pub(crate) fn is_nounish(&self) -> bool {
        self.word()
            .is_some_and(|word| matches!(word.role, Role::Content | Role::Kin) && !word.past && !word.loose)
    }

    /// True for a word written as a name inside its sentence.
    pub(crate) fn is_name(&self) -> bool {
        self.word()
            .is_some_and(|word| word.capital && !word.first && matches!(word.role, Role::Content | Role::Kin))
    }
}

/// What a word is compared by.
pub(crate) fn key(word: &str) -> String {
    synonyms::canonical(&stem::stem(word)).to_owned()
}

/// The part a folded word plays.
pub(crate) fn role_of(word: &str) -> Role {
    words::role(word)
}

/// What the phrase that these lexemes begin with is compared by.
pub(crate) fn phrase_key(lexemes: &[Lexeme]) -> Option<&'static str> {
    let stems: Vec<String> = lexemes.iter().map(|lexeme| key(&lexeme.form)).collect();
    synonyms::phrase(|ahead| stems.get(ahead).map(String::as_str)).map(|(_, stem)| stem)
}

impl Reading {
    /// Reads a sentence.
    pub(crate) fn new(text: &str) -> Self {
        let lexemes = lexer::lex(text);
        let facts = facts::read(&lexemes);
        let mut tokens = Vec::with_capacity(lexemes.len());
        let mut facts = facts.into_iter().peekable();
        let mut at = 0;
        while at < lexemes.len() {
            if let Some(fact) = facts.next_if(|fact| fact.lexemes.start == at) {
                at = fact.lexemes.end;
                let span = fact.span;
                tokens.push(Token {
                    what: What::Fact(fact),
                    span,
                    segment: 0,
                    negations: 0,
                });
                continue;
            }
            let until = facts.peek().map_or(lexemes.len(), |fact| fact.lexemes.start);
            let (token, next) = token_at(text, &lexemes, at, until);
            tokens.push(token);
            at = next;
        }
        mark_first_word(&mut tokens);
        let mut reading = Self { tokens };
        segments::split(&mut reading.tokens);
        segments::negate(&mut reading.tokens);
        reading
    }
}

fn token_at(text: &str, lexemes: &[Lexeme], at: usize, until: usize) -> (Token, usize) {
    let lexeme = &lexemes[at];
    if lexeme.shape != Shape::Word {
        let mark = lexeme.form.chars().next().unwrap_or(' ');
        return (
            Token {
                what: What::Mark(mark),
                span: lexeme.span,
                segment: 0,
                negations: 0,
            },
            at + 1,
        );
    }
    let stems: Vec<String> = lexemes[at..until.min(at + 4)]
        .iter()
        .map(|lexeme| key(&lexeme.form))
        .collect();
    let (taken, stem, role) = match synonyms::phrase(|ahead| stems.get(ahead).map(String::as_str)) {
        Some((taken, stem)) => (taken, stem.to_owned(), Role::Content),
        None => (1, stems[0].clone(), words::role(&lexeme.form)),
    };
    let last = &lexemes[at + taken - 1];
    let span = Span::new(lexeme.span.start, last.span.end);
    let raw: String = text.chars().skip(span.start).take(span.len()).collect();
    let word = Word {
        past: lexeme.form.len() > 4 && lexeme.form.ends_with("ed") || stem::is_irregular_past(&lexeme.form),
        loose: lexeme.form.len() > 4 && (lexeme.form.ends_with("ing") || lexeme.form.ends_with("ly")),
        form: lexeme.form.clone(),
        stem,
        role,
        capital: lexeme.capital,
        first: false,
        possessive: ["'s", "’s", "s'", "s’"]
            .iter()
            .any(|ending| raw.ends_with(ending)),
    };
    // A possessive of a plural leaves its apostrophe behind as a mark.
    (
        Token {
            what: What::Word(word),
            span,
            segment: 0,
            negations: 0,
        },
        at + taken,
    )
}

fn mark_first_word(tokens: &mut [Token]) {
    let mut first = true;
    for token in tokens {
        match &mut token.what {
            What::Word(word) => {
                word.first = first;
                // "Dr. Ellis" at the start: the title is first, the name is still a name.
                first = false;
            }
            What::Fact(_) => first = false,
            What::Mark(mark) => first = first || matches!(mark, ':' | '.' | ';' | '•'),
        }
    }
}
