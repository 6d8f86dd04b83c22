//! How often: "twice daily", "b.d.", "every 8 hours", "per month".

use super::lexer::Lexeme;
use super::numbers;
use super::units;

/// How often something happens, in one form per meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// So many times in one period.
    Times {
        /// How many.
        count: u16,
        /// "day", "week", "month", "quarter" or "year".
        period: &'static str,
    },
    /// Once in every stretch of so many units. "Every eight hours" is not taken for "three times a day".
    Every {
        /// How many units.
        count: u16,
        /// "hour", "day" ...
        unit: String,
    },
    /// Only when needed.
    AsNeeded,
    /// At a time of the day: "night", "morning", "evening", "meals".
    At(&'static str),
}

fn period(form: &str) -> Option<&'static str> {
    Some(match form {
        "day" | "daily" | "d" => "day",
        "week" | "weekly" | "wk" => "week",
        "month" | "monthly" => "month",
        "quarter" | "quarterly" => "quarter",
        "year" | "yearly" | "annum" | "annually" | "annual" => "year",
        "hour" | "hourly" => "hour",
        "night" | "nightly" => "night",
        _ => return None,
    })
}

/// Reads the frequency that starts at `at`; gives it and the place after it.
pub(crate) fn frequency(lexemes: &[Lexeme], at: usize) -> Option<(Frequency, usize)> {
    let form = |at: usize| lexemes.get(at).map_or("", |lexeme| lexeme.form.as_str());
    let times = |count: u16, period: &'static str| Frequency::Times { count, period };
    let word = form(at);
    match word {
        "od" | "qd" | "daily" | "om" => return Some((times(1, "day"), at + 1)),
        "bd" | "bid" | "bds" => return Some((times(2, "day"), at + 1)),
        "tds" | "tid" | "td" => return Some((times(3, "day"), at + 1)),
        "qds" | "qid" => return Some((times(4, "day"), at + 1)),
        "prn" => return Some((Frequency::AsNeeded, at + 1)),
        "nocte" | "hs" | "qhs" | "on" if word != "on" || lexemes[at].capitals => {
            return Some((Frequency::At("night"), at + 1));
        }
        "mane" | "qam" => return Some((Frequency::At("morning"), at + 1)),
        "weekly" | "monthly" | "quarterly" | "yearly" | "annually" | "hourly" | "nightly" => {
            return Some((times(1, period(word)?), at + 1));
        }
        "as" | "when" | "if" if matches!(form(at + 1), "needed" | "required" | "necessary") => {
            return Some((Frequency::AsNeeded, at + 2));
        }
        "at" if matches!(form(at + 1), "night" | "bedtime") => return Some((Frequency::At("night"), at + 2)),
        "in" if form(at + 1) == "the" && form(at + 2) == "morning" => {
            return Some((Frequency::At("morning"), at + 3));
        }
        "in" if form(at + 1) == "the" && form(at + 2) == "evening" => {
            return Some((Frequency::At("evening"), at + 3));
        }
        "q" => return every(lexemes, at + 1),
        "every" | "each" | "per" => return every(lexemes, at + 1),
        "/" if lexemes[at].glued => {
            let period = period(form(at + 1))
                .filter(|_| form(at + 1).len() != 4 || form(at + 1) == "week" || form(at + 1) == "year");
            return period.map(|period| (times(1, period), at + 2));
        }
        _ => {}
    }
    let (count, next) = match word {
        "once" => (1, at + 1),
        "twice" => (2, at + 1),
        "thrice" => (3, at + 1),
        _ => {
            let (value, next) = numbers::number(lexemes, at)?;
            let times = match form(next) {
                "times" | "time" => next + 1,
                "x" | "×" => next + 1,
                _ => return None,
            };
            (u16::try_from(value.as_whole()?).ok()?, times)
        }
    };
    match form(next) {
        "a" | "per" | "each" | "every" | "/" => Some((times(count, period(form(next + 1))?), next + 2)),
        "in" if form(next + 1) == "a" => Some((times(count, period(form(next + 2))?), next + 3)),
        other => Some((
            times(count, period(other).filter(|_| other.ends_with("ly"))?),
            next + 1,
        )),
    }
}

/// "8 hours", "other day", "month" after "every".
fn every(lexemes: &[Lexeme], at: usize) -> Option<(Frequency, usize)> {
    let first = lexemes.get(at)?;
    if first.is("other") {
        let (unit, end) = units::unit(lexemes, at + 1).filter(|(unit, _)| unit.is_time())?;
        return Some((
            Frequency::Every {
                count: 2,
                unit: unit.name,
            },
            end,
        ));
    }
    if let Some((value, next)) = numbers::number(lexemes, at) {
        let count = u16::try_from(value.as_whole()?).ok()?;
        let (unit, end) = units::unit(lexemes, next).filter(|(unit, _)| unit.is_time())?;
        return Some((
            Frequency::Every {
                count,
                unit: unit.name,
            },
            end,
        ));
    }
    match first.form.as_str() {
        "morning" => Some((Frequency::At("morning"), at + 1)),
        "evening" => Some((Frequency::At("evening"), at + 1)),
        "night" => Some((Frequency::At("night"), at + 1)),
        form => Some((
            Frequency::Times {
                count: 1,
                period: period(form)?,
            },
            at + 1,
        )),
    }
}
