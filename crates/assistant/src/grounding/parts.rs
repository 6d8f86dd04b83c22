//! A sentence that joins what stands in different places is checked part by part.

use crate::document::Verdict;
use crate::grounding::Sources;
use crate::grounding::check::Outcome;
use crate::reading::{Joint, Reading, Role, Token, is_auxiliary};

/// Checks each part of a joined sentence by itself; none where it cannot be taken apart or a part fails.
pub(crate) fn check(sources: &Sources, text: &str) -> Option<Outcome> {
    let parts = split(text)?;
    let mut sentences = Vec::new();
    let mut coverage: f32 = 1.0;
    for part in &parts {
        // One word alone would be found almost anywhere.
        if Reading::new(part)
            .tokens
            .iter()
            .filter(|token| token.says_something())
            .count()
            < 2
        {
            return None;
        }
        let outcome = sources.best_outcome(part)?;
        if outcome.verdict != Verdict::Supported {
            return None;
        }
        coverage = coverage.min(outcome.coverage);
        sentences.extend(outcome.sentences);
    }
    sentences.sort_unstable();
    sentences.dedup();
    Some(Outcome {
        verdict: Verdict::Supported,
        reason: None,
        coverage,
        sentences,
    })
}

/// Takes "A was started on Monday and stopped on Friday" apart, giving each part its subject.
fn split(text: &str) -> Option<Vec<String>> {
    let reading = Reading::new(text);
    let tokens = &reading.tokens;
    // What hangs on an "or" or an "if" means something else by itself.
    let hangs = tokens.iter().any(|token| {
        matches!(token.role(), Some(Role::Joint(Joint::Or)))
            || token.word().is_some_and(|word| {
                matches!(
                    word.form.as_str(),
                    "if" | "unless" | "except" | "only" | "whether"
                )
            })
    });
    if hangs {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let mut from = 0;
    for (at, token) in tokens.iter().enumerate() {
        let joint = token.role() == Some(Role::Joint(Joint::And));
        let mark = token.is_mark(';') || token.is_mark(',');
        if (joint || mark) && at > from {
            cuts.push((from, at));
        }
        if joint || mark {
            from = at + 1;
        }
    }
    if from < tokens.len() {
        cuts.push((from, tokens.len()));
    }
    if cuts.len() < 2 {
        return None;
    }
    let words = |from: usize, to: usize| -> String {
        chars[tokens[from].span.start..tokens[to - 1].span.end]
            .iter()
            .collect()
    };
    let (first_from, first_to) = cuts[0];
    let mut parts = vec![words(first_from, first_to)];
    for &(from, to) in &cuts[1..] {
        let part = &tokens[from..to];
        // What says nothing by itself cannot be checked by itself.
        if !part.iter().any(Token::says_something) {
            return None;
        }
        if has_own_subject(part) {
            parts.push(words(from, to));
            continue;
        }
        let prefix = prefix_end(&tokens[first_from..first_to], part)?;
        parts.push(format!(
            "{} {}",
            words(first_from, first_from + prefix),
            words(from, to)
        ));
    }
    Some(parts)
}

/// "The landlord was …", "she was …", "aspirin was …".
fn has_own_subject(part: &[Token]) -> bool {
    let verb = part
        .iter()
        .position(|token| token.word().is_some_and(|word| is_auxiliary(&word.form)));
    let subject = |token: &Token| token.is_nounish() || matches!(token.role(), Some(Role::Pronoun(_)));
    verb.is_some_and(|verb| part[..verb].iter().any(subject))
}

/// How much of the first part also belongs before this one: up to its verb where this part brings a verb of its
/// own, else up to what the first part has in its place. None where that would drop a negation or a duty.
fn prefix_end(first: &[Token], part: &[Token]) -> Option<usize> {
    let opens_with_verb = part
        .first()
        .and_then(Token::word)
        .is_some_and(|word| word.past || is_auxiliary(&word.form));
    let end = if opens_with_verb {
        let verb = first.iter().position(|token| {
            token
                .word()
                .is_some_and(|word| is_auxiliary(&word.form) || word.past)
        })?;
        let keeps = first[verb].word().is_some_and(|word| is_auxiliary(&word.form));
        let own = part[0].word().is_some_and(|word| is_auxiliary(&word.form));
        verb + usize::from(keeps && !own)
    } else {
        let object = first.iter().rposition(|token| {
            token.word().is_some_and(|word| {
                matches!(word.role, Role::Frame | Role::Negator(_) | Role::Modal(_))
                    || matches!(word.form.as_str(), "has" | "have" | "had")
            })
        })?;
        object + 1
    };
    let drops = first[end..]
        .iter()
        .any(|token| matches!(token.role(), Some(Role::Negator(_) | Role::Modal(_))));
    (end > 0 && !drops).then_some(end)
}
