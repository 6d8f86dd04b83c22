//! Dates and times of day, whole or in part.

use super::decimal::Decimal;
use super::lexer::Lexeme;
use super::numbers;

/// A date, as far as it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    /// Day of the month.
    pub day: Option<u8>,
    /// Month, January is 1.
    pub month: Option<u8>,
    /// Year; below 100 where only two digits are given.
    pub year: Option<u16>,
    /// True where day and month could as well be read the other way round ("03/04/2021").
    pub either_way: bool,
}

impl Date {
    /// True where everything this date says is also said by `other`.
    #[must_use]
    pub fn is_part_of(&self, other: &Self) -> bool {
        let year = match (self.year, other.year) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(a), Some(b)) if a < 100 || b < 100 => a % 100 == b % 100,
            (Some(a), Some(b)) => a == b,
        };
        if !year {
            return false;
        }
        if self.day.is_none() && self.month.is_none() {
            return true;
        }
        // Which number is the month is a guess unless both are written the same way.
        if self.either_way != other.either_way && other.day != other.month && self.day != self.month {
            return false;
        }
        let within = |mine: Option<u8>, theirs: Option<u8>| mine.is_none() || mine == theirs;
        within(self.day, other.day) && within(self.month, other.month)
    }
}

const MONTHS: &[&[&str]] = &[
    &["january", "jan", "januar"],
    &["february", "feb", "februar"],
    &["march", "mar", "marz"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "jun", "juni"],
    &["july", "jul", "juli"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oct", "oktober", "okt"],
    &["november", "nov"],
    &["december", "dec", "dezember", "dez"],
];

fn month(lexeme: &Lexeme) -> Option<u8> {
    // "may" and "march" are also verbs, "mar" and "dec" rarely words: months are written with a capital.
    if !lexeme.is_word() || !lexeme.capital {
        return None;
    }
    MONTHS
        .iter()
        .position(|names| names.contains(&lexeme.form.as_str()))
        .and_then(|at| u8::try_from(at + 1).ok())
}

fn month_at(lexemes: &[Lexeme], at: usize) -> Option<(u8, usize)> {
    let month = month(lexemes.get(at)?)?;
    let stop = lexemes
        .get(at + 1)
        .is_some_and(|next| next.is_mark('.') && next.glued)
        && lexemes.get(at + 2).is_some_and(Lexeme::is_number);
    Some((month, at + 1 + usize::from(stop)))
}

fn small(lexeme: &Lexeme, most: u16) -> Option<u16> {
    if lexeme.form.len() > 2 || !lexeme.is_number() {
        return None;
    }
    let value: u16 = lexeme.form.parse().ok()?;
    (1..=most).contains(&value).then_some(value)
}

/// A year of four digits.
fn year(lexeme: &Lexeme) -> Option<u16> {
    if lexeme.form.len() != 4 || !lexeme.is_number() {
        return None;
    }
    let value: u16 = lexeme.form.parse().ok()?;
    (1700..2200).contains(&value).then_some(value)
}

/// "2021" or "'21", after an optional comma.
fn year_after(lexemes: &[Lexeme], at: usize) -> (Option<u16>, usize) {
    let comma = usize::from(lexemes.get(at).is_some_and(|lexeme| lexeme.is_mark(',')));
    if let Some(year) = lexemes.get(at + comma).and_then(year) {
        return (Some(year), at + comma + 1);
    }
    let quote = lexemes.get(at).is_some_and(|lexeme| lexeme.is_mark('\''));
    if quote
        && let Some(short) = lexemes
            .get(at + 1)
            .filter(|next| next.glued && next.form.len() == 2)
    {
        return (short.form.parse().ok(), at + 2);
    }
    (None, at)
}

/// Reads the date that starts at `at`; gives it and the place after it.
pub(crate) fn date(lexemes: &[Lexeme], at: usize) -> Option<(Date, usize)> {
    numeric(lexemes, at)
        .or_else(|| day_first(lexemes, at))
        .or_else(|| month_first(lexemes, at))
        .or_else(|| bare_year(lexemes, at))
}

/// "2021-03-03", "03/04/2021", "3.4.21".
fn numeric(lexemes: &[Lexeme], at: usize) -> Option<(Date, usize)> {
    let first = lexemes.get(at)?;
    if !first.is_number() {
        return None;
    }
    // The lexer takes "03.04.2021" for one number with points.
    let dotted: Vec<&str> = first.form.split('.').collect();
    if let [day, month, year] = dotted[..] {
        return made(day, month, year, true).map(|date| (date, at + 1));
    }
    let mark = lexemes.get(at + 1)?;
    let again = lexemes.get(at + 3)?;
    let same = mark.glued && again.glued && mark.form == again.form && (mark.is_mark('/') || mark.is_dash());
    if !same || !lexemes.get(at + 2)?.glued || !lexemes.get(at + 4)?.glued {
        return None;
    }
    let end = at + 5;
    // A fourth part means that it is no date but a number of something.
    if lexemes
        .get(end)
        .is_some_and(|next| next.glued && (next.form == mark.form || next.is_word()))
    {
        return None;
    }
    let (a, b, c) = (&first.form, &lexemes[at + 2].form, &lexemes[at + 4].form);
    if a.len() == 4 {
        let (year, month, day) = (
            year(first)?,
            small(&lexemes[at + 2], 12)?,
            small(&lexemes[at + 4], 31)?,
        );
        return Some((whole(day, month, year), end));
    }
    made(a, b, c, false).map(|date| (date, end))
}

fn whole(day: u16, month: u16, year: u16) -> Date {
    Date {
        day: u8::try_from(day).ok(),
        month: u8::try_from(month).ok(),
        year: Some(year),
        either_way: false,
    }
}

fn made(a: &str, b: &str, c: &str, day_first: bool) -> Option<Date> {
    if a.len() > 2 || b.len() > 2 || !(c.len() == 4 || c.len() == 2) {
        return None;
    }
    let (a, b, year): (u16, u16, u16) = (a.parse().ok()?, b.parse().ok()?, c.parse().ok()?);
    if c.len() == 4 && !(1700..2200).contains(&year) || a == 0 || b == 0 || a > 31 || b > 31 {
        return None;
    }
    match (a > 12, b > 12) {
        (true, true) => None,
        (true, false) => Some(whole(a, b, year)),
        (false, true) => Some(whole(b, a, year)),
        (false, false) => Some(Date {
            either_way: !day_first && a != b,
            ..whole(a, b, year)
        }),
    }
}

/// "3 March 2021", "3rd day of March, 2021", "3. März".
fn day_first(lexemes: &[Lexeme], at: usize) -> Option<(Date, usize)> {
    let (day, mut next) = match numbers::ordinal(lexemes, at) {
        Some((day, next)) if (1..=31).contains(&day) => (u16::try_from(day).ok()?, next),
        _ => (small(lexemes.get(at)?, 31)?, at + 1),
    };
    if lexemes
        .get(next)
        .is_some_and(|lexeme| lexeme.is_mark('.') && lexeme.glued)
    {
        next += 1;
    }
    if lexemes.get(next).is_some_and(|word| word.is("day")) {
        next += 1;
    }
    if lexemes.get(next).is_some_and(|word| word.is("of")) {
        next += 1;
    }
    // "3-Mar-2021"
    if lexemes.get(next).is_some_and(|mark| mark.is_dash() && mark.glued) {
        next += 1;
    }
    let (month, mut end) = month_at(lexemes, next)?;
    if lexemes.get(end).is_some_and(|mark| mark.is_dash() && mark.glued)
        && lexemes
            .get(end + 1)
            .is_some_and(|next| next.glued && year(next).is_some())
    {
        end += 1;
    }
    let (year, end) = year_after(lexemes, end);
    Some((
        Date {
            day: u8::try_from(day).ok(),
            month: Some(month),
            year,
            either_way: false,
        },
        end,
    ))
}

/// "March 3, 2021", "March 2021", "in March".
fn month_first(lexemes: &[Lexeme], at: usize) -> Option<(Date, usize)> {
    let (month, next) = month_at(lexemes, at)?;
    let day = match numbers::ordinal(lexemes, next) {
        Some((day, end)) if (1..=31).contains(&day) => u8::try_from(day).ok().map(|day| (day, end)),
        _ => lexemes
            .get(next)
            .and_then(|day| small(day, 31))
            .and_then(|day| Some((u8::try_from(day).ok()?, next + 1))),
    };
    if let Some((day, end)) = day {
        let (year, end) = year_after(lexemes, end);
        return Some((
            Date {
                day: Some(day),
                month: Some(month),
                year,
                either_way: false,
            },
            end,
        ));
    }
    let (year, end) = year_after(lexemes, next);
    // "May" begins many sentences that speak of no month, and Mr. March is a man.
    let placed = at.checked_sub(1).is_some_and(|before| {
        matches!(
            lexemes[before].form.as_str(),
            "in" | "of"
                | "since"
                | "until"
                | "till"
                | "by"
                | "from"
                | "to"
                | "during"
                | "early"
                | "late"
                | "mid"
                | "last"
                | "next"
                | "before"
                | "after"
                | "through"
                | "im"
                | "seit"
                | "bis"
        )
    });
    let doubtful = matches!(
        lexemes[at].form.as_str(),
        "may" | "march" | "mar" | "august" | "april" | "june" | "jan"
    );
    (year.is_some() || placed || !doubtful).then_some((
        Date {
            day: None,
            month: Some(month),
            year,
            either_way: false,
        },
        end,
    ))
}

fn bare_year(lexemes: &[Lexeme], at: usize) -> Option<(Date, usize)> {
    let year = year(lexemes.get(at)?)?;
    Some((
        Date {
            day: None,
            month: None,
            year: Some(year),
            either_way: false,
        },
        at + 1,
    ))
}

/// "3 p.m.", "3:30pm", "15:00", "noon": minutes after midnight.
pub(crate) fn time(lexemes: &[Lexeme], at: usize) -> Option<(u16, usize)> {
    let first = lexemes.get(at)?;
    match first.form.as_str() {
        "noon" | "midday" => return Some((720, at + 1)),
        "midnight" => return Some((0, at + 1)),
        _ => {}
    }
    let plain = first.is_number();
    let parts: Vec<&str> = first.form.split('.').collect();
    let (hour, mut minute, mut end) = match parts[..] {
        [hour] if plain => (hour.parse::<u16>().ok()?, 0, at + 1),
        [hour, minute] if plain && minute.len() == 2 => (hour.parse().ok()?, minute.parse().ok()?, at + 1),
        _ => return None,
    };
    let dotted = parts.len() == 2;
    let mut clock = false;
    if !dotted
        && lexemes
            .get(end)
            .is_some_and(|mark| mark.is_mark(':') && mark.glued)
        && let Some(minutes) = lexemes
            .get(end + 1)
            .filter(|next| next.glued && next.is_number() && next.form.len() == 2)
    {
        minute = minutes.form.parse().ok()?;
        end += 2;
        clock = true;
        if lexemes
            .get(end)
            .is_some_and(|mark| mark.is_mark(':') && mark.glued)
            && lexemes
                .get(end + 1)
                .is_some_and(|next| next.glued && next.is_number() && next.form.len() == 2)
        {
            end += 2;
        }
    }
    let half = lexemes.get(end).filter(|word| word.is("am") || word.is("pm"));
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => {
            end += 1;
            hour % 12 + if half.is("pm") { 12 } else { 0 }
        }
        _ if clock => hour,
        _ if !dotted
            && (1..=12).contains(&hour)
            && lexemes.get(end).is_some_and(|word| word.is("o'clock")) =>
        {
            end += 1;
            hour
        }
        _ => return None,
    };
    (hour < 24 && minute < 60).then_some((hour * 60 + minute, end))
}

/// "62-year-old", "aged 62", "62 years of age", "62 y/o": whole years.
pub(crate) fn age(lexemes: &[Lexeme], at: usize) -> Option<(Decimal, usize)> {
    let form = |at: usize| lexemes.get(at).map(|lexeme| lexeme.form.as_str());
    if matches!(form(at), Some("aged" | "age")) {
        let mark = usize::from(lexemes.get(at + 1).is_some_and(|lexeme| lexeme.is_mark(':')));
        let of = usize::from(form(at + 1) == Some("of"));
        let (value, mut end) = numbers::number(lexemes, at + 1 + mark.max(of))?;
        if matches!(form(end), Some("years" | "yrs" | "year")) {
            end += 1;
        }
        return Some((value, end));
    }
    let (value, mut end) = numbers::number(lexemes, at)?;
    let skip = |end: usize| end + usize::from(lexemes.get(end).is_some_and(Lexeme::is_dash));
    end = skip(end);
    match form(end)? {
        "yo" => return Some((value, end + 1)),
        "y" if form(end + 1) == Some("/") && form(end + 2) == Some("o") => return Some((value, end + 3)),
        "year" | "years" | "yr" | "yrs" => end += 1,
        _ => return None,
    }
    if form(end) == Some("of") && form(end + 1) == Some("age") {
        return Some((value, end + 2));
    }
    end = skip(end);
    matches!(form(end), Some("old")).then_some((value, end + 1))
}
