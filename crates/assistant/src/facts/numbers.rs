//! Numbers in digits and in words: "1,000", "twenty-five", "thirty (30)", "3rd".

use super::decimal::Decimal;
use super::lexer::Lexeme;

const ONES: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &[
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const ORDINALS: &[&str] = &[
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
];

fn place(list: &[&str], word: &str) -> Option<i128> {
    if word.is_empty() {
        return None;
    }
    list.iter()
        .position(|entry| *entry == word)
        .and_then(|at| i128::try_from(at).ok())
}

/// Reads one number that starts at `at`; gives it and the place after it.
pub(crate) fn number(lexemes: &[Lexeme], at: usize) -> Option<(Decimal, usize)> {
    let (value, end) = digits(lexemes, at).or_else(|| words(lexemes, at))?;
    // Contracts say it twice: "thirty (30) days", "30 (thirty) days".
    if lexemes.get(end).is_some_and(|lexeme| lexeme.is_mark('('))
        && let Some((again, inner)) = digits(lexemes, end + 1).or_else(|| words(lexemes, end + 1))
        && again == value
        && lexemes.get(inner).is_some_and(|lexeme| lexeme.is_mark(')'))
    {
        return Some((value, inner + 1));
    }
    Some((value, end))
}

fn digits(lexemes: &[Lexeme], at: usize) -> Option<(Decimal, usize)> {
    let first = lexemes.get(at)?;
    if first.is_number() {
        return Some((Decimal::parse(&first.form)?, at + 1));
    }
    let sign = first.is_dash() && (at == 0 || !first.glued || lexemes[at - 1].is_mark('('));
    let next = lexemes.get(at + 1)?;
    if sign && next.is_number() && next.glued {
        return Some((Decimal::parse(&next.form)?.negated(), at + 2));
    }
    None
}

/// "five", "twenty-five", "one hundred and twenty", "two thousand".
fn words(lexemes: &[Lexeme], at: usize) -> Option<(Decimal, usize)> {
    let mut total: i128 = 0;
    let mut group: i128 = 0;
    let mut end = at;
    let mut seen = false;
    let mut cursor = at;
    while let Some(lexeme) = lexemes.get(cursor) {
        let word = lexeme.form.as_str();
        if let Some(ten) = place(TENS, word).filter(|_| group % 100 == 0) {
            group += ten * 10;
        } else if let Some(one) = place(ONES, word)
            .filter(|one| group % 10 == 0 && (*one < 10 || group % 100 == 0) && (!seen || *one > 0))
        {
            group += one;
        } else if word == "hundred" && seen && (1..10).contains(&group) {
            group *= 100;
        } else if word == "thousand" && seen && group > 0 && total == 0 {
            total = group * 1000;
            group = 0;
        } else if word == "million" && seen && group > 0 && total == 0 {
            total = group * 1_000_000;
            group = 0;
        } else if seen && joins(lexemes, cursor, total > 0 || group >= 100) {
            cursor += 1;
            continue;
        } else {
            break;
        }
        seen = true;
        cursor += 1;
        end = cursor;
        // "five, six" are two numbers; only "twenty" goes on with "five".
        if group % 10 != 0
            && !lexemes
                .get(end)
                .is_some_and(|next| matches!(next.form.as_str(), "hundred" | "thousand" | "million" | "and"))
        {
            break;
        }
    }
    if !seen || lexemes.get(at).is_some_and(|word| word.is("one")) && pronoun_one(lexemes, at) {
        return None;
    }
    Some((Decimal::whole(total + group), end))
}

/// The hyphen of "twenty-five", and the "and" of "one hundred and five".
fn joins(lexemes: &[Lexeme], at: usize, large: bool) -> bool {
    let hyphen =
        lexemes[at].is_dash() && lexemes[at].glued && lexemes.get(at + 1).is_some_and(|next| next.glued);
    hyphen || large && lexemes[at].is("and")
}

/// "no one", "one of the", "one another", "this one".
fn pronoun_one(lexemes: &[Lexeme], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| lexemes[before].form.as_str());
    let after = lexemes.get(at + 1).map(|after| after.form.as_str());
    matches!(
        before,
        Some("no" | "any" | "every" | "this" | "that" | "which" | "each")
    ) || matches!(after, Some("of" | "another" | "or"))
        || matches!(after, Some("'s"))
}

/// "3rd", "third", "21st".
pub(crate) fn ordinal(lexemes: &[Lexeme], at: usize) -> Option<(i128, usize)> {
    let first = lexemes.get(at)?;
    if first.is_number() {
        let suffix = lexemes.get(at + 1)?;
        let value = Decimal::parse(&first.form)?.as_whole()?;
        return (suffix.glued && matches!(suffix.form.as_str(), "st" | "nd" | "rd" | "th"))
            .then_some((value, at + 2));
    }
    Some((place(ORDINALS, &first.form)?, at + 1))
}
