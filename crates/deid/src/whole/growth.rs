//! What was found of a name, grown to the whole of it.

use super::{Names, words};
use crate::classifier::lexicon::flag;
use crate::classifier::tokens::Shape;
use crate::finding::merged;
use crate::{Finding, Kind, Layer};

/// What is less sure does not grow over the words beside it.
const GROWS: f32 = 0.05;
/// What is surer than this is kept though it only says what sort of body it is.
const LIKELY: f32 = 0.5;

impl Names<'_> {
    /// Sorted findings without overlap, each grown to the whole of its name; what then touches is one.
    pub(crate) fn grown(&self, found: Vec<Finding>) -> Vec<Finding> {
        let mut out = found;
        let taken = self.covered(&out, |_| true);
        for finding in &mut out {
            self.grow(finding, &taken);
        }
        self.joined_up(merged(out))
    }

    /// Findings cut at the ends of lines: a name ends there, unless the margin broke it.
    pub(crate) fn lines(&self, found: Vec<Finding>) -> Vec<Finding> {
        let mut out = Vec::with_capacity(found.len());
        for finding in found {
            self.split(finding, &mut out);
        }
        out
    }

    fn split(&self, finding: Finding, to: &mut Vec<Finding>) {
        let (from, end) = self.tokens_of(&finding);
        let mut start = finding.range.start;
        for at in from + 1..end {
            if !self.joined[at] {
                let range = start..self.tokens[at - 1].range.end;
                start = self.tokens[at].range.start;
                to.push(Finding {
                    range,
                    ..finding.clone()
                });
            }
        }
        to.push(Finding {
            range: start..finding.range.end,
            ..finding
        });
    }

    fn grow(&self, finding: &mut Finding, taken: &[bool]) {
        let (mut from, mut to) = self.tokens_of(finding);
        if from == to {
            return;
        }
        let (first, last) = (from, to);
        // What is written in one with it: "Fenwick-on-the-Water", "KB-2023-000871".
        let binds = |sign: &str| match finding.kind {
            Kind::Person | Kind::Place | Kind::Organisation | Kind::Address => {
                matches!(sign, "-" | "‑" | "'" | "’")
            }
            Kind::Identifier | Kind::Biometric => matches!(sign, "-" | "/" | "." | ":" | "_" | "\\" | "‑"),
            Kind::Date => matches!(sign, "-" | "–" | "/"),
            _ => false,
        };
        let tight =
            |at: usize| at < self.tokens.len() && !self.tokens[at].spaced && !self.tokens[at].starts_line;
        let fits = |at: usize| {
            let token = &self.tokens[at];
            token.shape != Shape::Sign
                && (finding.kind != Kind::Date || matches!(token.shape, Shape::Digits | Shape::Code))
                && !matches!(
                    token.small.as_str(),
                    "s" | "ll" | "d" | "t" | "year" | "years" | "old"
                )
        };
        if to < self.tokens.len() && tight(to) && binds(self.small(to - 1)) && fits(to) {
            to += 1;
        }
        if from > 0 && tight(from) && binds(self.small(from)) && fits(from - 1) {
            from -= 1;
        }
        // Initials and what is shortened: "A. M. Ashgrove", "Etxeberria S.A.".
        let letter = |at: usize| self.is_word(at) && self.small(at).chars().count() == 1;
        let shortens = matches!(finding.kind, Kind::Person | Kind::Organisation);
        while shortens
            && from >= 2
            && self.joined[from]
            && self.small(from - 1) == "."
            && self.joined[from - 1]
            && letter(from - 2)
        {
            from -= 2;
        }
        while shortens
            && to >= 2
            && self.small(to - 1) == "."
            && letter(to - 2)
            && to < self.tokens.len()
            && tight(to)
            && letter(to)
        {
            to += 1;
        }
        while from >= 2 && tight(from) && tight(from - 1) && binds(self.small(from - 1)) && fits(from - 2) {
            from -= 2;
        }
        while to + 1 < self.tokens.len()
            && tight(to)
            && tight(to + 1)
            && binds(self.small(to))
            && fits(to + 1)
        {
            to += 2;
        }
        // Words with capitals beside it; where there are no capitals, words that nobody knows.
        let named = matches!(
            finding.kind,
            Kind::Person | Kind::Place | Kind::Organisation | Kind::Address | Kind::Other
        );
        if named && finding.confidence >= GROWS && (from..to).any(|at| self.is_capital(at)) {
            while from > 0
                && self.joined[from]
                && !taken[from - 1]
                && self.fits(from - 1, true)
                && self.apart(from - 1)
            {
                from -= 1;
            }
            to = self.rightwards(to - 1, true, false, true).max(to);
        } else if named && !matches!(finding.kind, Kind::Person | Kind::Other) && !self.cased[from] {
            let unknown = |at: usize| {
                !taken[at]
                    && self.is_word(at)
                    && self.words[at].frequency() == 0
                    && self.small(at).chars().count() > 4
            };
            while to < self.tokens.len() && self.joined[to] && unknown(to) {
                to += 1;
            }
        }
        if matches!(finding.kind, Kind::Address | Kind::Place) {
            from = self.with_number(from);
        }
        if from < first {
            finding.range.start = self.tokens[from].range.start;
        }
        if to > last {
            finding.range.end = finding.range.end.max(self.tokens[to - 1].range.end);
        }
    }

    /// No month or day, which stand beside names in capitals.
    fn apart(&self, at: usize) -> bool {
        self.words[at].flags & flag::MONTH == 0
    }

    /// Parts of one name that several layers or classes found become one; signs at their ends and lone words of grammar
    /// are left.
    fn joined_up(&self, found: Vec<Finding>) -> Vec<Finding> {
        let mut out: Vec<Finding> = Vec::with_capacity(found.len());
        for finding in found {
            match out.last_mut() {
                Some(last) if self.one_name(last, &finding) => {
                    last.range.end = finding.range.end;
                    if finding.kind == Kind::Organisation
                        || last.kind != Kind::Organisation && finding.confidence > last.confidence
                    {
                        last.kind = finding.kind;
                    }
                    if finding.confidence > last.confidence {
                        last.confidence = finding.confidence;
                        last.layer = finding.layer;
                    }
                }
                _ => out.push(finding),
            }
        }
        for finding in &mut out {
            self.trim(finding);
        }
        out.retain(|finding| {
            let (from, to) = self.tokens_of(finding);
            let article = from > 0 && matches!(self.small(from - 1), "the" | "a" | "an");
            let likely = finding.confidence >= LIKELY && !article;
            finding.layer != Layer::Classifier || (from..to).any(|at| self.points(at, likely))
        });
        out
    }

    /// Alone it could tell who is meant: no sign, no grammar, and, unless that is likely, not only what a body is where
    /// no capital says that one is meant: "the school", outside a judgment.
    fn points(&self, at: usize, likely: bool) -> bool {
        let small = self.small(at);
        let common = || words::is_generic(small) || words::sort(small).is_some();
        self.tokens[at].shape != Shape::Sign
            && !GRAMMAR.contains(&small)
            && (likely || self.legal || self.cased[at] || !common())
    }

    fn one_name(&self, one: &Finding, other: &Finding) -> bool {
        let gap = &self.text[one.range.end..other.range.start];
        let bodies = |kind: Kind| matches!(kind, Kind::Place | Kind::Organisation | Kind::Address);
        let same = one.kind == other.kind && (bodies(one.kind) || one.kind == Kind::Person)
            || bodies(one.kind) && bodies(other.kind);
        if gap.is_empty() {
            return same || one.kind == other.kind;
        }
        let body = one.kind == Kind::Organisation || other.kind == Kind::Organisation;
        same && match gap {
            "-" | "'" | "’" | " " | "\u{a0}" => true,
            " & " | " of " | " of the " => body,
            _ => false,
        }
    }

    fn trim(&self, finding: &mut Finding) {
        if finding.layer == Layer::User {
            return;
        }
        let words = &self.text[finding.range.clone()];
        let mut kept =
            words.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '('));
        // The full stop of a sentence, not of "Inc." or "Jr.".
        if let Some(before) = kept.strip_suffix('.') {
            let last = before
                .rsplit(|c: char| !c.is_alphanumeric())
                .next()
                .unwrap_or_default();
            if last.chars().count() > 4 && !before.contains('@') {
                kept = before;
            }
        }
        // A bracket that is not closed, or not opened, within it.
        if kept.starts_with('(') && !kept.contains(')') {
            let inner = kept.trim_start_matches('(').len();
            finding.range.start += kept.len() - inner;
            kept = &kept[kept.len() - inner..];
        }
        if kept.ends_with(')') && !kept.contains('(') {
            kept = kept.trim_end_matches(')');
        }
        let words = kept;
        let end = finding.range.start + kept.len();
        let start = words.len()
            - words
                .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.'))
                .len();
        if finding.range.start + start < end {
            finding.range = finding.range.start + start..end;
        }
    }

    /// Words of no language that stand in places found beyond doubt, wherever else they stand.
    pub(crate) fn again(&self, found: &[Finding], sure: f32, confidence: f32) -> Vec<Finding> {
        let taken = self.covered(found, |_| true);
        let mut known = std::collections::HashSet::new();
        let coined = |at: usize| {
            self.is_word(at) && self.words[at].frequency() == 0 && self.small(at).chars().count() > 4
        };
        for finding in found {
            if finding.confidence >= sure
                && matches!(finding.kind, Kind::Place | Kind::Organisation | Kind::Address)
            {
                let (from, to) = self.tokens_of(finding);
                known.extend((from..to).filter(|&at| coined(at)).map(|at| self.small(at)));
            }
        }
        (0..self.tokens.len())
            .filter(|&at| {
                !taken[at] && known.contains(self.small(at)) && (self.is_capital(at) || !self.cased[at])
            })
            .map(|at| Finding {
                range: self.tokens[at].range.clone(),
                kind: Kind::Place,
                confidence,
                layer: Layer::Classifier,
            })
            .collect()
    }
}

/// Alone these point at nobody.
const GRAMMAR: [&str; 26] = [
    "the", "a", "an", "of", "in", "on", "at", "by", "for", "to", "from", "with", "and", "or", "is", "was",
    "he", "she", "his", "her", "their", "this", "that", "it", "no", "nos",
];
