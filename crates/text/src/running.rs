//! Running heads and feet: lines at the edges of pages that stand on many of them.
//!
//! Owns which lines those are. On the page where such a line stands first it is kept, so that what it says is found once
//! and not on every page. Numbers are taken seriously: `Page 3` follows `Page 2`, but an invoice of the next number is
//! another invoice.

use std::collections::{HashMap, HashSet};

use crate::{Offsets, Span, fold};

/// How many lines from the edge a head or foot may reach.
const EDGE: usize = 3;
/// A line stands on many pages from here on, if it is half of them too.
const FEWEST: usize = 3;
/// Longer lines are text.
const LONGEST: usize = 200;
/// More numbers than this in one line, and it is a table.
const MOST_NUMBERS: usize = 3;

/// The part of each page without the running heads and feet that an earlier page has too; the whole page for most.
#[must_use]
pub fn without_running_lines(pages: &[&str]) -> Vec<Span> {
    let edges: Vec<Vec<Line>> = pages
        .iter()
        .zip(1..)
        .map(|(page, number)| lines(page, number))
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for lines in &edges {
        let readings: HashSet<&str> = lines.iter().flat_map(Line::readings).collect();
        for reading in readings {
            *counts.entry(reading).or_default() += 1;
        }
    }
    let written = pages.iter().filter(|page| !page.trim().is_empty()).count();
    let many = FEWEST.max(written.div_ceil(2));
    let mut seen: HashSet<&str> = HashSet::new();
    let mut bodies = Vec::with_capacity(pages.len());
    for (page, lines) in pages.iter().zip(&edges) {
        let runs = |line: &Line| {
            line.readings()
                .any(|reading| counts.get(reading).is_some_and(|n| *n >= many))
        };
        let again = |line: &&Line| runs(line) && line.readings().any(|reading| seen.contains(reading));
        let (mut start, mut end) = (0, page.len());
        for line in lines.iter().take_while(again) {
            start = line.end;
        }
        for line in lines.iter().rev().take_while(again) {
            end = line.start;
        }
        bodies.push(Offsets::new(page).span(start.min(end)..end));
        seen.extend(lines.iter().filter(|line| runs(line)).flat_map(Line::readings));
    }
    bodies
}

/// A line near the edge of a page.
struct Line {
    /// Bytes of the page.
    start: usize,
    end: usize,
    /// What it says, with each number as it stands or as its distance from the page's.
    readings: Vec<String>,
}

impl Line {
    fn readings(&self) -> impl Iterator<Item = &str> {
        self.readings.iter().map(String::as_str)
    }
}

fn lines(page: &str, number: i64) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = 0;
    for piece in page.split_inclusive('\n') {
        let (start, end) = (at, at + piece.len());
        at = end;
        if !piece.trim().is_empty() {
            lines.push((start, end));
        }
    }
    let count = lines.len();
    let near = |at: usize| at < EDGE || at + EDGE >= count;
    let near = lines.into_iter().enumerate().filter(|(at, _)| near(*at));
    near.map(|(_, (start, end))| Line {
        start,
        end,
        readings: readings(page[start..end].trim(), number),
    })
    .collect()
}

fn readings(line: &str, page: i64) -> Vec<String> {
    // The head of a table that goes on overleaf says what its columns are.
    if line.len() > LONGEST || line.contains(" | ") {
        return Vec::new();
    }
    let folded = fold(line);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let said = words
        .iter()
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count();
    let numbers: Vec<usize> = (0..words.len())
        .filter(|at| words[*at].parse::<i64>().is_ok())
        .collect();
    if words.is_empty() || numbers.len() > MOST_NUMBERS {
        return Vec::new();
    }
    // A number may be the page's where it is called so, where it stands alone, and at either end of a line of words.
    let pages: Vec<usize> = numbers
        .into_iter()
        .filter(|at| {
            let called = *at > 0 && matches!(words[*at - 1], "page" | "p" | "pg" | "seite" | "pagina");
            let alone = words.len() == 1;
            let beside = (*at == 0 || *at + 1 == words.len()) && said >= 3;
            called || alone || beside
        })
        .collect();
    let mut readings = vec![words.join(" ")];
    for chosen in pages {
        let moved = words[chosen]
            .parse::<i64>()
            .unwrap_or(i64::MAX)
            .saturating_sub(page);
        let word = |(at, word): (usize, &&str)| {
            if at == chosen {
                format!("{moved:+}")
            } else {
                (*word).to_owned()
            }
        };
        readings.push(words.iter().enumerate().map(word).collect::<Vec<_>>().join(" "));
    }
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(pages: &[String]) -> Vec<String> {
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        let spans = without_running_lines(&pages);
        let pairs = pages.iter().zip(spans);
        pairs
            .map(|(page, span)| Offsets::new(page).slice(span).trim().to_owned())
            .collect()
    }

    fn pages(head: &str, foot: &str) -> Vec<String> {
        let page = |n: usize| {
            let fill = |line: &str| line.replace('#', &n.to_string());
            let words = ["keys", "rent", "hedge", "roof", "drains"][n - 1];
            format!(
                "{}\n\nOf the {words} é.\nMore of the {words}.\nAnd all of the {words}.\nThe {words} last.\n\n{}",
                fill(head),
                fill(foot)
            )
        };
        (1..=5).map(page).collect()
    }

    #[test]
    fn a_head_and_a_foot_are_kept_once() {
        let bodies = bodies(&pages("Harrow Quay v Penhallow Timber", "Page # of 5"));
        assert!(
            bodies[0].starts_with("Harrow Quay") && bodies[0].ends_with("Page 1 of 5"),
            "{bodies:?}"
        );
        assert!(
            bodies[1..]
                .iter()
                .all(|body| body.starts_with("Of the") && body.ends_with("last.")),
            "{bodies:?}"
        );
    }

    #[test]
    fn a_number_that_is_not_the_pages_makes_another_line() {
        let own = pages("Exhibit #", "Invoice 104#");
        assert_eq!(
            bodies(&own),
            own.iter().map(|page| page.trim().to_owned()).collect::<Vec<_>>()
        );
        let table = pages("Drug | Dose", "");
        assert!(
            bodies(&table)[3].starts_with("Drug"),
            "a table's head goes with its rows"
        );
        let alone = bodies(&pages("- # -", "Notes of the meeting, #"));
        assert!(
            alone[3].starts_with("Of the roof") && alone[3].ends_with("last."),
            "{alone:?}"
        );
    }

    #[test]
    fn what_stands_on_few_pages_is_text() {
        let two = pages("Minutes of the council", "")[..2].to_vec();
        assert!(bodies(&two)[1].starts_with("Minutes"));
        let mut some = pages("Minutes of the council", "");
        for page in &mut some[2..] {
            *page = page.replace("Minutes of the council", "Something else altogether");
        }
        assert!(bodies(&some)[1].starts_with("Minutes"));
    }

    #[test]
    fn a_page_of_nothing_else_has_no_body() {
        let pages: Vec<String> = (1..=4).map(|_| "Left blank on purpose".to_owned()).collect();
        assert_eq!(bodies(&pages), ["Left blank on purpose", "", "", ""]);
        assert_eq!(bodies(&[String::new()]), [""]);
    }
}
