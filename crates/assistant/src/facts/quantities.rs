//! Amounts: single numbers and ranges, with a unit, a currency or neither.

use super::Value;
use super::decimal::Decimal;
use super::lexer::Lexeme;
use super::numbers;
use super::units::{self, Unit};

/// One number, or everything between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Amount {
    /// That number.
    Exactly(Decimal),
    /// From the one to the other.
    Between(Decimal, Decimal),
}

impl Amount {
    fn shifted(self, power: i32) -> Option<Self> {
        Some(match self {
            Self::Exactly(number) => Self::Exactly(number.shifted(power)?),
            Self::Between(low, high) => Self::Between(low.shifted(power)?, high.shifted(power)?),
        })
    }
}

/// A currency by its three letters.
pub type Currency = &'static str;

/// True where both are the same amount of the same thing.
pub(crate) fn same(mine: &Amount, unit: &Unit, theirs: &Amount, other: &Unit) -> bool {
    if unit.name == other.name {
        return mine == theirs;
    }
    match (unit.scale, other.scale) {
        (Some((measure, power)), Some((also, theirs_power))) if measure == also => {
            let mine = mine.shifted(power);
            mine.is_some() && mine == theirs.shifted(theirs_power)
        }
        _ => false,
    }
}

/// Reads a number or a range: "5", "5-10", "5 to 10", "between 5 and 10".
fn amount(lexemes: &[Lexeme], at: usize, inner_unit: bool) -> Option<(Amount, usize)> {
    let form = |at: usize| lexemes.get(at).map_or("", |lexeme| lexeme.form.as_str());
    if matches!(form(at), "between") {
        let (low, mut next) = numbers::number(lexemes, at + 1)?;
        if inner_unit && let Some((_, end)) = units::unit(lexemes, next) {
            next = end;
        }
        if form(next) != "and" {
            return None;
        }
        let (high, end) = numbers::number(lexemes, next + 1)?;
        return Some((Amount::Between(low, high), end));
    }
    let (low, next) = numbers::number(lexemes, at)?;
    let mut joint = next;
    // "5 mg to 10 mg": the first unit is named again behind the second number.
    let first_unit = if inner_unit {
        units::unit(lexemes, next)
    } else {
        None
    };
    if let Some((_, end)) = &first_unit {
        joint = *end;
    }
    let dash = lexemes.get(joint).is_some_and(Lexeme::is_dash);
    // "Increased from 5 mg to 10 mg" names two amounts, not everything between them.
    let from = at.checked_sub(1).is_some_and(|before| lexemes[before].is("from"));
    let to = matches!(form(joint), "to" | "bis") && !from;
    if (dash || to)
        && let Some((high, end)) = numbers::number(lexemes, joint + 1)
    {
        let repeated = match &first_unit {
            None => true,
            Some((unit, _)) => units::unit(lexemes, end).is_some_and(|(again, _)| again == *unit),
        };
        // A third number behind another dash: a telephone or docket number, not a range.
        let third = lexemes.get(end).is_some_and(|mark| mark.is_dash() && mark.glued)
            && lexemes
                .get(end + 1)
                .is_some_and(|next| next.glued && next.is_number());
        if repeated && !third {
            return Some((Amount::Between(low, high), end));
        }
    }
    Some((Amount::Exactly(low), next))
}

/// Reads an amount with a unit, or a ratio such as a blood pressure.
pub(crate) fn measured(lexemes: &[Lexeme], at: usize) -> Option<(Value, usize)> {
    if let Some(ratio) = ratio(lexemes, at) {
        return Some(ratio);
    }
    let (amount, next) = amount(lexemes, at, true)?;
    let (unit, end) = units::unit(lexemes, next)?;
    // "24 March" and "second hand" are not measured; a unit word right before a capital may be a name.
    Some((Value::Quantity(amount, unit), end))
}

/// "120/80", unless it goes on as a date would.
fn ratio(lexemes: &[Lexeme], at: usize) -> Option<(Value, usize)> {
    let [high, slash, low] = lexemes.get(at..at + 3)? else {
        return None;
    };
    let plain = high.is_number() && slash.is_mark('/') && slash.glued && low.is_number() && low.glued;
    let more = lexemes
        .get(at + 3)
        .is_some_and(|next| next.glued && (next.is_mark('/') || next.is_dash()));
    if !plain || more {
        return None;
    }
    let mut end = at + 3;
    if lexemes.get(end).is_some_and(|unit| unit.is("mmhg")) {
        end += 1;
    }
    Some((
        Value::Ratio(Decimal::parse(&high.form)?, Decimal::parse(&low.form)?),
        end,
    ))
}

/// Reads a number that has neither unit nor currency.
pub(crate) fn bare(lexemes: &[Lexeme], at: usize) -> Option<(Value, usize)> {
    let (amount, end) = amount(lexemes, at, false)?;
    Some((Value::Number(amount), end))
}

fn currency(form: &str) -> Option<Currency> {
    Some(match form {
        "$" | "usd" | "us$" | "dollar" | "dollars" => "USD",
        "£" | "gbp" | "sterling" => "GBP",
        "€" | "eur" | "euro" | "euros" => "EUR",
        "¥" | "yen" | "jpy" => "JPY",
        "chf" | "francs" => "CHF",
        "cents" | "cent" => "cents",
        "pence" => "pence",
        _ => return None,
    })
}

/// Reads "$1,000.50", "EUR 5 million", "900 euros", "US$5m".
pub(crate) fn money(lexemes: &[Lexeme], at: usize) -> Option<(Value, usize)> {
    let first = lexemes.get(at)?;
    let next = lexemes.get(at + 1);
    let (mut sign, mut start) = (currency(&first.form), at + 1);
    if first.is("us") && next.is_some_and(|mark| mark.is_mark('$') && mark.glued) {
        (sign, start) = (Some("USD"), at + 2);
    }
    if let Some(sign) = sign.filter(|_| {
        !matches!(
            first.form.as_str(),
            "dollar" | "dollars" | "cent" | "cents" | "pence"
        )
    }) {
        let (value, end) = amount(lexemes, start, false)?;
        let (value, end) = multiplied(lexemes, value, end)?;
        return Some((Value::Money(value, sign), end));
    }
    let (value, end) = amount(lexemes, at, false)?;
    let (value, end) = multiplied(lexemes, value, end)?;
    // "nine hundred pounds" may be a weight; "pounds sterling" is not.
    if lexemes.get(end).is_some_and(|word| word.is("pounds"))
        && lexemes.get(end + 1).is_some_and(|word| word.is("sterling"))
    {
        return Some((Value::Money(value, "GBP"), end + 2));
    }
    let sign = currency(&lexemes.get(end)?.form)?;
    // "120 $ 5": the sign belongs to what follows it.
    let belongs = lexemes[end].is_word()
        || !lexemes
            .get(end + 1)
            .is_some_and(|next| next.is_number() && next.glued);
    belongs.then_some((Value::Money(value, sign), end + 1))
}

fn multiplied(lexemes: &[Lexeme], value: Amount, end: usize) -> Option<(Amount, usize)> {
    let power = match lexemes.get(end).map(|word| (word.form.as_str(), word.glued)) {
        Some(("thousand", _) | ("k", true)) => 3,
        Some(("million" | "mio", _) | ("m" | "mn", true)) => 6,
        Some(("billion" | "bn", _)) => 9,
        _ => return Some((value, end)),
    };
    Some((value.shifted(power)?, end + 1))
}
