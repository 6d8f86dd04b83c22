//! Which headings a passage stands under.
//!
//! Owns the path from the outermost heading to the nearest, page after page. Where a file says which lines are headings and
//! how deep, that is what counts. Else they are guessed from the look of the lines, with care: a wrong heading above a
//! passage is worse than none.

use std::collections::{HashMap, HashSet};

use crate::sentences::{Kind, outline};
use crate::{Offsets, Span, fold};

/// Deeper than this nobody reads a path.
const DEEPEST: usize = 6;
/// Longer headings, in characters, are paragraphs that somebody gave the looks of one.
const LONGEST: usize = 160;
/// What stands below a heading that is only guessed has at least as many characters, unless it is an item of a list.
const LEAST_BELOW: usize = 25;

/// A heading on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    /// Where it stands on its page.
    pub span: Span,
    /// 1 for the outermost.
    pub level: u8,
}

/// The headings of one page, and of what stands below them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outlined {
    /// For each passage, the headings that the whole of it stands under, outermost first; those at its start count as above it.
    pub paths: Vec<Vec<String>>,
    /// The page's headings, each as deep as it stands beneath others.
    pub headings: Vec<Heading>,
}

/// Follows the headings of one document from its first page to its last.
#[derive(Debug, Default)]
pub struct Trail {
    open: Vec<(Rank, String)>,
    /// Folded lines that are no heading: the title, and what stands at the edge of every page.
    passed_over: HashSet<String>,
}

/// What a heading stands under, and what ends with it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rank {
    Said(u8),
    /// "Schedule 2", "ARTICLE IV".
    Part,
    Roman,
    Lettered,
    /// "4.1" as 4, 1.
    Numbered(Vec<u32>),
    Capitals,
    Plain,
}

impl Trail {
    /// At the start of a document. `passed_over` are lines that name no part of it, its title for instance.
    #[must_use]
    pub fn new<'l>(passed_over: impl IntoIterator<Item = &'l str>) -> Self {
        Self {
            open: Vec::new(),
            passed_over: passed_over.into_iter().map(bare).collect(),
        }
    }

    /// Reads the next page. `said` are its headings where the file names them; where it is `None`, they are guessed.
    /// Passages and headings come in the order of the page.
    pub fn page(&mut self, text: &str, said: Option<&[Heading]>, passages: &[Span]) -> Outlined {
        let offsets = Offsets::new(text);
        let found = match said {
            Some(said) => said
                .iter()
                .map(|heading| (heading.span, Rank::Said(heading.level)))
                .collect(),
            None => guess(&offsets),
        };
        let mut waiting = found.into_iter().peekable();
        let mut paths = Vec::with_capacity(passages.len());
        let mut headings = Vec::new();
        for passage in passages {
            // Where the last heading ended, if nothing but lines that are passed over stand between it and the passage.
            let mut begun = passage.start;
            while let Some((span, rank)) = waiting.next_if(|(span, _)| {
                self.says_nothing(offsets.slice(Span::new(begun.min(span.start), span.start)))
            }) {
                begun = begun.max(span.end);
                headings.extend(self.step(&offsets, span, rank));
            }
            let mut path = self.path();
            while let Some((span, rank)) = waiting.next_if(|(span, _)| span.start < passage.end) {
                headings.extend(self.step(&offsets, span, rank));
                let shared = path
                    .iter()
                    .zip(&self.open)
                    .take_while(|(one, (_, other))| *one == other);
                path.truncate(shared.count());
            }
            paths.push(path);
        }
        for (span, rank) in waiting {
            headings.extend(self.step(&offsets, span, rank));
        }
        Outlined { paths, headings }
    }

    fn path(&self) -> Vec<String> {
        self.open.iter().map(|(_, text)| text.clone()).collect()
    }

    /// Whether a text is nothing but space and lines that are passed over.
    fn says_nothing(&self, text: &str) -> bool {
        text.lines()
            .all(|line| line.trim().is_empty() || self.passed_over.contains(&bare(line)))
    }

    /// Goes on below a heading, if it is one.
    fn step(&mut self, offsets: &Offsets<'_>, span: Span, rank: Rank) -> Option<Heading> {
        let line = offsets.slice(span).trim_start_matches('#');
        let text = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.trim_end_matches(':').trim_end();
        if text.is_empty() || text.chars().count() > LONGEST || self.passed_over.contains(&bare(text)) {
            return None;
        }
        let kept = kept(&self.open, &rank).min(DEEPEST - 1);
        self.open.truncate(kept);
        self.open.push((rank, text.to_owned()));
        let level = u8::try_from(self.open.len()).unwrap_or(u8::MAX);
        Some(Heading { span, level })
    }
}

/// How many of the open headings the next one stands under.
fn kept(open: &[(Rank, String)], next: &Rank) -> usize {
    let parts = open.iter().take_while(|(rank, _)| *rank == Rank::Part).count();
    match next {
        Rank::Said(level) => open
            .iter()
            .take_while(|(rank, _)| matches!(rank, Rank::Said(other) if other < level))
            .count(),
        Rank::Part => 0,
        // Only numbers prove what stands beneath what.
        Rank::Capitals | Rank::Plain => parts,
        Rank::Numbered(number) if number.len() > 1 => {
            let holds = |rank: &Rank| match rank {
                Rank::Numbered(other) => other.len() < number.len() && number.starts_with(other),
                rank => is_marked(rank),
            };
            open.iter().take_while(|(rank, _)| holds(rank)).count()
        }
        Rank::Roman | Rank::Lettered | Rank::Numbered(_) => {
            let marked = open.iter().take_while(|(rank, _)| is_marked(rank)).count();
            let alike = |rank: &Rank| std::mem::discriminant(rank) == std::mem::discriminant(next);
            open[..marked]
                .iter()
                .position(|(rank, _)| alike(rank))
                .unwrap_or(marked)
        }
    }
}

fn is_marked(rank: &Rank) -> bool {
    matches!(
        rank,
        Rank::Part | Rank::Roman | Rank::Lettered | Rank::Numbered(_)
    )
}

/// A line as it is compared.
fn bare(line: &str) -> String {
    let folded = fold(line);
    let words = folded.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The lines of a page that look like headings of what follows. Of several of one rank right after one another none is: they
/// are a list, or the head of a letter. Nor is a line without a mark that stands on the page again: so do the heads of a
/// table's columns.
fn guess(offsets: &Offsets<'_>) -> Vec<(Span, Rank)> {
    let sentences = outline(offsets.text());
    let mut times: HashMap<String, u32> = HashMap::new();
    for line in offsets.text().lines() {
        *times.entry(bare(line)).or_default() += 1;
    }
    let again = |span: Span| {
        times
            .get(&bare(offsets.slice(span)))
            .is_some_and(|times| *times > 1)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < sentences.len() {
        if sentences[at].kind != Kind::Heading {
            at += 1;
            continue;
        }
        let end = (at..sentences.len())
            .find(|at| sentences[*at].kind != Kind::Heading)
            .unwrap_or(sentences.len());
        let below = sentences
            .get(end)
            .is_none_or(|next| next.kind == Kind::Item || next.span.len() >= LEAST_BELOW);
        let run: Vec<(Span, Option<Rank>)> = sentences[at..end]
            .iter()
            .map(|sentence| (sentence.span, rank(offsets.slice(sentence.span))))
            .collect();
        let alike = |rank: &Rank| {
            let same = |other: &Rank| match (rank, other) {
                (Rank::Numbered(one), Rank::Numbered(other)) => one.len() == other.len(),
                _ => rank == other,
            };
            run.iter()
                .filter_map(|(_, rank)| rank.as_ref())
                .filter(|other| same(other))
                .count()
        };
        for (span, rank) in &run {
            if let Some(rank) = rank
                .as_ref()
                .filter(|rank| alike(rank) == 1 && (below || is_marked(rank)))
                .filter(|rank| **rank != Rank::Plain || !again(*span))
            {
                found.push((*span, rank.clone()));
            }
        }
        at = end;
    }
    found
}

/// What a line that looks like a heading is; none where it greets, or says less than a word.
fn rank(line: &str) -> Option<Rank> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let first = words.first()?.trim_end_matches(['.', ':', ')']);
    let lower = first.to_lowercase();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let digits = line.chars().filter(char::is_ascii_digit).count();
    if line.contains('@') || matches!(lower.as_str(), "dear" | "yours" | "re" | "page" | "tel" | "fax") {
        return None;
    }
    let counted = words.get(1).is_some_and(|word| is_count(word));
    match lower.as_str() {
        "article" | "schedule" | "part" | "annex" | "appendix" | "exhibit" | "chapter" | "art" if counted => {
            return Some(Rank::Part);
        }
        "section" | "clause" | "\u{a7}" if counted => {
            return Some(number(words[1]).map_or(Rank::Part, Rank::Numbered));
        }
        _ => {}
    }
    if letters < 3 {
        return None;
    }
    if let Some(number) = number(first.trim_start_matches('\u{a7}')) {
        return Some(Rank::Numbered(number));
    }
    let marked = words.len() > 1 && words[0].ends_with('.');
    if marked && !first.is_empty() && first.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L')) {
        return Some(Rank::Roman);
    }
    if marked && first.chars().count() == 1 && first.chars().all(char::is_uppercase) {
        return Some(Rank::Lettered);
    }
    // A date, a sum, an address, a name with what its bearer is.
    let capitals = !line.chars().any(char::is_lowercase);
    let ends_in_number = words.last()?.chars().any(|c| c.is_ascii_digit());
    if digits * 3 > letters || ends_in_number || !capitals && line.contains(',') {
        return None;
    }
    Some(if capitals { Rank::Capitals } else { Rank::Plain })
}

/// "4.1" as 4, 1; none for what is no number of a heading.
fn number(word: &str) -> Option<Vec<u32>> {
    let word = word.trim_end_matches(['.', ':', ')']);
    let parts = word
        .split('.')
        .map(|part| (part.len() <= 3).then(|| part.parse().ok())?);
    parts
        .collect::<Option<Vec<u32>>>()
        .filter(|parts| parts.len() <= DEEPEST)
}

fn is_count(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ':', ')']);
    let roman = |c: char| matches!(c, 'I' | 'V' | 'X' | 'L');
    let one = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    number(word).is_some() || one || !word.is_empty() && word.chars().all(roman)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{estimate_tokens, passages};

    /// The path of each passage of a text that is one page, with passages of about `target` tokens.
    fn paths(trail: &mut Trail, text: &str, target: usize) -> Vec<String> {
        let spans = passages(text, target, estimate_tokens);
        let paths = trail.page(text, None, &spans).paths;
        paths.into_iter().map(|path| path.join(" > ")).collect()
    }

    const LEASE: &str = "Lease of Wharf Lane\n\n4. TERMINATION\n\n4.1 Notice\n\nEither party may end this lease by notice in writing of three months to the other.\n\n4.2 Effect\n\nAt the end of this lease the Tenant shall give back all keys to the Landlord.\n\n5. DEPOSIT\n\nThe deposit is returned within ten days of the end of this lease.\n\nSCHEDULE 1\n\n1. Fixtures\n\nThe stove and the two oak cupboards stay where they are at the end of this lease.";

    #[test]
    fn numbers_show_what_stands_beneath_what() {
        let mut found = paths(&mut Trail::new(["Lease of Wharf Lane"]), LEASE, 20);
        found.dedup();
        assert_eq!(
            found,
            [
                "4. TERMINATION > 4.1 Notice",
                "4. TERMINATION > 4.2 Effect",
                "5. DEPOSIT",
                "SCHEDULE 1 > 1. Fixtures"
            ]
        );
    }

    #[test]
    fn what_stands_on_a_page_again_heads_a_column() {
        let table = |second: &str| {
            format!(
                "Principal and Interest\n\nReference rates of the year, each as it was agreed upon.\n\n\
                 {second}\n\nPackage rates of the year, each as it was agreed upon in writing."
            )
        };
        let found = |text: &str| {
            let outlined = Trail::default().page(text, None, &[]);
            let offsets = Offsets::new(text);
            let text = |heading: &Heading| offsets.slice(heading.span).to_owned();
            outlined.headings.iter().map(text).collect::<Vec<_>>()
        };
        assert_eq!(
            found(&table("Standing charges")),
            ["Principal and Interest", "Standing charges"]
        );
        assert!(found(&table("Principal and interest")).is_empty());
    }

    #[test]
    fn a_passage_over_several_parts_stands_under_what_they_share() {
        let title = ["Lease of Wharf Lane"];
        assert_eq!(paths(&mut Trail::new(title), LEASE, 500), [""]);
        let termination = LEASE.split("\n\n5.").next().unwrap_or_default();
        assert_eq!(
            paths(&mut Trail::new(title), termination, 500),
            ["4. TERMINATION"]
        );
    }

    #[test]
    fn a_page_goes_on_under_the_headings_before_it() {
        let mut trail = Trail::default();
        paths(
            &mut trail,
            "MEDICATION\n\nBisoprolol 2.5 mg in the morning, ramipril 5 mg at night.",
            200,
        );
        let next = paths(
            &mut trail,
            "He has taken both for years without any trouble at all.",
            200,
        );
        assert_eq!(next, ["MEDICATION"]);
    }

    #[test]
    fn lists_letterheads_and_greetings_are_no_headings() {
        for text in [
            "Harrow Clinic\nTide House\nQuay Street\n\nDear Dr Castellan\n\nThank you for referring this man of seventy to our clinic.",
            "1. Hypertension\n2. Type Two Diabetes\n3. Asthma\n\nHe was seen in our clinic for the first time today.",
            "Grosse Pointe Park, Michigan 48230\n\nThis agreement is all that the parties have agreed on.",
            "RUTH ADEYEMI\nBEN OKRI\n\nThe parties have agreed on the terms that are set out below.",
        ] {
            let found = paths(&mut Trail::default(), text, 200);
            assert!(found.iter().all(String::is_empty), "{found:?}");
        }
    }

    #[test]
    fn what_the_file_says_counts_more_than_looks() {
        let text = "4. TERMINATION\nby notice\nfor cause of any kind, at once";
        let at = |start, end, level| Heading {
            span: Span::new(start, end),
            level,
        };
        let said = [at(0, 14, 1), at(15, 24, 3)];
        let passages = [Span::new(0, text.chars().count())];
        let mut trail = Trail::default();
        assert_eq!(
            trail.page(text, Some(&said), &passages).paths,
            [["4. TERMINATION", "by notice"]]
        );
        // The next of a higher rank ends both; a page without any goes on under it.
        assert_eq!(
            trail
                .page("Costs\nAll.", Some(&[at(0, 5, 2)]), &[Span::new(0, 10)])
                .paths,
            [["4. TERMINATION", "Costs"]]
        );
        assert_eq!(
            trail
                .page(
                    "DEPOSIT\n\nNone whatsoever is asked for.",
                    Some(&[]),
                    &[Span::new(0, 37)]
                )
                .paths,
            [["4. TERMINATION", "Costs"]]
        );
    }

    #[test]
    fn marks_of_markdown_and_colons_are_no_part_of_a_heading() {
        let text = "## Dose:\n\nAs written in the chart of the ward.";
        assert_eq!(paths(&mut Trail::default(), text, 200), ["Dose"]);
    }
}
