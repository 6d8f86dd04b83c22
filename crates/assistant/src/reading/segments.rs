//! Clauses of a sentence, and how far its negations reach.

use super::words::{self, Joint, Reach, Role};
use super::{Token, What};

/// Numbers the clauses.
pub(super) fn split(tokens: &mut [Token]) {
    let starts: Vec<bool> = (0..tokens.len()).map(|at| starts_clause(tokens, at)).collect();
    let mut segment = 0;
    for (token, starts) in tokens.iter_mut().zip(starts) {
        segment += usize::from(starts);
        token.segment = segment;
    }
}

fn starts_clause(tokens: &[Token], at: usize) -> bool {
    if at == 0 {
        return false;
    }
    match &tokens[at].what {
        What::Mark(';' | ':' | '.' | '?' | '!') => true,
        What::Mark(_) | What::Fact(_) => false,
        What::Word(word) => match word.role {
            Role::Joint(Joint::But) => true,
            Role::Joint(_) => joins_clauses(tokens, at),
            _ => matches!(
                word.form.as_str(),
                "which" | "who" | "whose" | "because" | "whereupon"
            ),
        },
    }
}

/// True where the "and" or "or" at `at` joins two clauses and not two things: a verb stands on both sides.
fn joins_clauses(tokens: &[Token], at: usize) -> bool {
    let auxiliary = |token: &Token| token.word().is_some_and(|word| words::is_auxiliary(&word.form));
    let verb = |token: &Token| {
        auxiliary(token)
            || token
                .word()
                .is_some_and(|word| word.past || matches!(word.role, Role::Negator(_)))
    };
    let before = tokens[..at]
        .iter()
        .rev()
        .take_while(|token| !token.is_mark(';'))
        .any(verb);
    if !before {
        return false;
    }
    let Some(next) = tokens.get(at + 1) else {
        return false;
    };
    if let Some(word) = next.word()
        && (words::is_auxiliary(&word.form)
            || matches!(word.role, Role::Pronoun(_) | Role::Negator(_))
            || matches!(
                word.form.as_str(),
                "denies" | "reports" | "the" | "a" | "an" | "there"
            ))
    {
        return true;
    }
    // "… and warfarin was not": a verb follows before anything else does.
    let mut content = 0;
    for token in &tokens[at + 1..] {
        match &token.what {
            What::Mark(_) => return false,
            What::Word(word) if matches!(word.role, Role::Joint(_)) => return false,
            _ if auxiliary(token) => return true,
            _ if token.says_something() => content += 1,
            _ => {}
        }
        if content > 3 {
            return false;
        }
    }
    false
}

/// Counts, for every token, the negations that reach it.
pub(super) fn negate(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        let Some(Role::Negator(reach)) = tokens[at].role() else {
            continue;
        };
        let form = tokens[at].word().map_or("", |word| word.form.as_str());
        let next = tokens
            .get(at + 1)
            .and_then(Token::word)
            .map_or("", |word| word.form.as_str());
        let but = tokens[at..]
            .iter()
            .any(|token| token.word().is_some_and(|word| word.form == "but"));
        if form == "not" && next == "only" && but {
            continue;
        }
        let reach = if form == "no" && next == "longer" {
            Reach::Clause
        } else {
            reach
        };
        let segment = tokens[at].segment;
        let one_word = form == "non";
        let mut reached = 0;
        for (place, other) in tokens.iter_mut().enumerate() {
            let within = other.segment == segment && place != at;
            if within && (reach == Reach::Clause || place > at) && !(one_word && reached > 0) {
                other.negations += 1;
                reached += usize::from(other.word().is_some());
            }
        }
    }
}
