//! Moving a date by days in the form it was written in.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| form(r"^(?P<d>\d{1,2}) (?P<m>[a-z]+),? (?P<y>\d{4})$"));
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| form(r"^(?P<m>[a-z]+) (?P<d>\d{1,2}), (?P<y>\d{4})$"));
static ISO: LazyLock<Regex> = LazyLock::new(|| form(r"^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})$"));

static ANY: LazyLock<Regex> =
    LazyLock::new(|| form(r"\b(?:\d{1,2} [a-z]+,? \d{4}|[a-z]+ \d{1,2}, \d{4}|\d{4}-\d{2}-\d{2})\b"));

/// The same and more: as a model may write a date that it was given in another form.
static WIDE: LazyLock<Regex> = LazyLock::new(|| {
    let months: Vec<String> = MONTHS
        .iter()
        .map(|name| match name.split_at(3) {
            (_, "") => (*name).to_string(),
            (short, rest) => format!(r"{short}(?:{rest}|\.)?"),
        })
        .collect();
    let (month, nth, gap) = (months.join("|"), "(?:st|nd|rd|th)?", r"[ \u{a0}]");
    form(&format!(
        r"\b(?:(?P<d>\d{{1,2}}){nth}(?:{gap}of)?{gap}(?P<m>{month}|sept\.?),?{gap}(?P<y>\d{{4}})|(?P<m2>{month}|sept\.?){gap}(?P<d2>\d{{1,2}}){nth},?{gap}(?P<y2>\d{{4}})|(?P<y3>\d{{4}})-(?P<m3>\d{{2}})-(?P<d3>\d{{2}}))\b"
    ))
});

fn form(form: &str) -> Regex {
    Regex::new(&format!("(?i){form}")).expect("the forms are constants that a test compiles")
}

/// Everything in a text that a moved date could be mistaken for.
pub fn all(text: &str) -> impl Iterator<Item = &str> {
    let wide = WIDE.find_iter(text).map(|found| found.as_str());
    ANY.find_iter(text).map(|found| found.as_str()).chain(wide)
}

/// Whole dates in whatever form, each with its place and its day since 1 January 1970.
pub fn days(text: &str) -> impl Iterator<Item = (Range<usize>, i64)> {
    WIDE.captures_iter(text).filter_map(|captures| {
        let group = |names: [&str; 3]| names.into_iter().find_map(|name| captures.name(name));
        let month = group(["m", "m2", "m3"])?.as_str().to_lowercase();
        let month: u32 = match month.parse() {
            Ok(number) => number,
            Err(_) => {
                let (_, number) = MONTHS.iter().zip(1..).find(|(name, _)| name[..3] == month[..3])?;
                number
            }
        };
        let day: u32 = group(["d", "d2", "d3"])?.as_str().parse().ok()?;
        let year: i32 = group(["y", "y2", "y3"])?.as_str().parse().ok()?;
        let count = days_from_civil(year, month, day);
        (civil_from_days(count) == (year, month, day)).then(|| (captures.get_match().range(), count))
    })
}

/// The day of a date that stands alone.
pub fn day(text: &str) -> Option<i64> {
    days(text)
        .find(|(range, _)| *range == (0..text.len()))
        .map(|(_, day)| day)
}

/// The date moved by so many days, written as it was; none where the form does not say beyond doubt which day it is:
/// numbers that could be day or month, years of two digits, parts of a date.
pub fn moved(text: &str, days: i32) -> Option<String> {
    let (captures, iso) = match ISO.captures(text) {
        Some(captures) => (captures, true),
        None => (
            DAY_FIRST.captures(text).or_else(|| MONTH_FIRST.captures(text))?,
            false,
        ),
    };
    let month: u32 = if iso {
        captures["m"].parse().ok()?
    } else {
        MONTHS
            .iter()
            .zip(1..)
            .find(|(name, _)| **name == captures["m"].to_lowercase())?
            .1
    };
    let (year, day): (i32, u32) = (captures["y"].parse().ok()?, captures["d"].parse().ok()?);
    let count = days_from_civil(year, month, day);
    if civil_from_days(count) != (year, month, day) {
        return None; // 31 February
    }
    let (year, month, day) = civil_from_days(count + i64::from(days));
    if !(1000..=9999).contains(&year) {
        return None;
    }
    if iso {
        return Some(format!("{year}-{month:02}-{day:02}"));
    }
    let name = like(MONTHS[month as usize - 1], &captures["m"]);
    let day = if captures["d"].starts_with('0') {
        format!("{day:02}")
    } else {
        day.to_string()
    };
    let mut out = text.to_string();
    let mut parts = [("y", year.to_string()), ("m", name), ("d", day)];
    parts.sort_by_key(|(group, _)| std::cmp::Reverse(captures.name(group).map(|found| found.start())));
    for (group, value) in parts {
        out.replace_range(captures.name(group)?.range(), &value);
    }
    Some(out)
}

/// The word in small or capital letters like another.
fn like(word: &str, other: &str) -> String {
    if other.chars().all(char::is_uppercase) {
        word.to_uppercase()
    } else if other.chars().next().is_some_and(char::is_uppercase) {
        word[..1].to_uppercase() + &word[1..]
    } else {
        word.to_string()
    }
}

/// Days since 1 January 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_from_civil(year: i32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The reverse of [`days_from_civil`]: year, month, day.
fn civil_from_days(days: i64) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_move_in_their_own_form() {
        for (from, days, to) in [
            ("1 March 2020", -1, "29 February 2020"),
            ("January 1, 2000", -366, "December 31, 1998"),
            ("05 MAY 2021", 30, "04 JUNE 2021"),
            ("2019-12-31", 1, "2020-01-01"),
        ] {
            assert_eq!(moved(from, days).as_deref(), Some(to), "{from}");
        }
        for doubtful in [
            "03/04/2019",
            "March 2019",
            "1957",
            "31 February 2020",
            "3 mai 2019",
        ] {
            assert_eq!(moved(doubtful, 10), None, "{doubtful}");
        }
    }

    #[test]
    fn a_day_is_known_in_every_form_of_it() {
        let first = day("2019-03-12");
        assert!(first.is_some());
        for same in [
            "12 March 2019",
            "12 march, 2019",
            "12th of March 2019",
            "12 Mar. 2019",
            "March 12, 2019",
            "MAR 12TH 2019",
        ] {
            assert_eq!(day(same), first, "{same}");
        }
        assert_eq!(day("2 Sept. 2020"), day("September 2, 2020"));
        assert_eq!(day("4 May 2020"), day("2020-05-04"));
        for none in [
            "March 2019",
            "31 February 2020",
            "2019-13-40",
            "12 Marble 2019",
            "on 12 March 2019",
        ] {
            assert_eq!(day(none), None, "{none}");
        }
        let seen: Vec<_> = days("on 12 March 2019, or 2019-03-14").collect();
        assert_eq!((seen[0].0.clone(), seen[1].0.clone()), (3..16, 21..31));
        assert_eq!(seen[1].1 - seen[0].1, 2);
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in -100_000..100_000 {
            let (year, month, date) = civil_from_days(day);
            assert_eq!(days_from_civil(year, month, date), day);
        }
    }
}
