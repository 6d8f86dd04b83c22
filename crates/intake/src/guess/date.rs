//! The date that stands on a document.

use crate::details::Day;

/// A document bears its date near its head.
const LINES: usize = 40;

/// The date on the first page: one that is called so, else the first that is not somebody's birthday.
pub(super) fn of(page: &str) -> Option<Day> {
    let lines = || {
        page.lines()
            .filter(|line| !line.trim().is_empty())
            .take(LINES)
            .map(str::to_lowercase)
            .filter(|line| !is_of_something_else(line))
    };
    let called = lines()
        .filter(|line| is_called_date(line))
        .find_map(|line| in_line(&line));
    called.or_else(|| lines().find_map(|line| in_line(&line)))
}

fn is_called_date(line: &str) -> bool {
    ["date", "dated", "datum", "fecha", "data", "typed"]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
}

/// Dates of births, admissions and deadlines say nothing about when a document was written.
fn is_of_something_else(line: &str) -> bool {
    const SIGNS: [&str; 16] = [
        "birth",
        "d.o.b",
        "dob",
        "born",
        "geboren",
        "geb.",
        "naissance",
        "nacimiento",
        "admitted",
        "admission",
        "discharge",
        "due ",
        "expir",
        "aged",
        "since",
        "received",
    ];
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// The first date in a line of lower case.
fn in_line(line: &str) -> Option<Day> {
    let parts: Vec<(&str, char)> = parts(line);
    (0..parts.len()).find_map(|at| {
        let part = |n: usize| parts.get(at + n).map_or("", |(part, _)| *part);
        let sign = |n: usize| parts.get(at + n).map_or(' ', |(_, sign)| *sign);
        let (one, two, three) = (part(0), part(1), part(2));
        // 3 May 2024, 3rd of May 2024, 3 de mayo de 2024; the little words are left out of the parts.
        if let (Some(day), Some(month), Some(year)) = (ordinal(one), month(two), year(three)) {
            return Day::new(year, month, day);
        }
        // May 3, 2024.
        if let (Some(month), Some(day), Some(year)) = (month(one), ordinal(two), year(three)) {
            return Day::new(year, month, day);
        }
        if sign(0) != sign(1) || !matches!(sign(0), '-' | '/' | '.') {
            return None;
        }
        // 2024-05-03, with or without a time.
        let iso_day = three.split('t').next().unwrap_or_default();
        if let (Some(year), Ok(month), Ok(day)) = (year(one), two.parse(), iso_day.parse()) {
            return Day::new(year, month, day);
        }
        let (first, second): (u8, u8) = (one.parse().ok()?, two.parse().ok()?);
        let year = year(three)?;
        match sign(0) {
            // Whether the day or the month comes first depends on the country, unless only one can be a month.
            '/' | '-' if first <= 12 && second <= 12 && first != second => None,
            '/' | '-' if second > 12 => Day::new(year, first, second),
            _ => Day::new(year, second, first),
        }
    })
}

/// Words and numbers with the sign that follows each.
fn parts(line: &str) -> Vec<(&str, char)> {
    let mut parts = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let part = &line[from..at];
                if !matches!(part, "of" | "de" | "the" | "del" | "day") {
                    parts.push((part, c));
                }
                start = None;
            }
            _ => {}
        }
    }
    parts
}

fn year(part: &str) -> Option<u16> {
    (part.len() == 4)
        .then(|| part.parse().ok())
        .flatten()
        .filter(|year| (1900..=2100).contains(year))
}

/// 3, 3rd, 1er.
fn ordinal(part: &str) -> Option<u8> {
    let digits = part.trim_end_matches(|c: char| c.is_alphabetic());
    (part.len() <= digits.len() + 2)
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|day| (1..=31).contains(day))
}

/// A month by how its name begins in the languages of Western Europe.
fn month(part: &str) -> Option<u8> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "gennaio", "ene"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrz", "maart"],
        &["apr", "avr", "abr"],
        &["may", "mai", "mei", "mag"],
        &["jun", "juin", "giu"],
        &["jul", "juil", "lug"],
        &["aug", "aoû", "ago"],
        &["sep", "set"],
        &["oct", "okt", "ott", "out"],
        &["nov"],
        &["dec", "dez", "déc", "dic"],
    ];
    if part.chars().count() > 10 || !part.chars().all(char::is_alphabetic) {
        return None;
    }
    (1..)
        .zip(NAMES)
        .find(|(_, names)| names.iter().any(|name| part.starts_with(name)))
        .map(|(month, _)| month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_found_in_many_forms() {
        let third_of_may = Day::new(2024, 5, 3);
        for text in [
            "3 May 2024",
            "May 3, 2024",
            "London, the 3rd day of May 2024",
            "3. Mai 2024",
            "3 de mayo de 2024",
            "2024-05-03T10:00",
            "03.05.2024",
            "Madrid, 3 mayo 2024",
        ] {
            assert_eq!(of(text), third_of_may, "{text}");
        }
        assert_eq!(of("13/05/2024"), Day::new(2024, 5, 13));
        assert_eq!(of("05/13/2024"), Day::new(2024, 5, 13));
    }

    #[test]
    fn no_date_is_better_than_a_wrong_one() {
        for text in [
            "03/05/2024",
            "DOB: 3 May 1950",
            "Page 3 of 2024",
            "31 February 2024",
            "section 3.5.2",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(
            of("Admitted 1 May 2024\nDate of letter: 9 May 2024\n2 May 2024"),
            Day::new(2024, 5, 9)
        );
    }
}
