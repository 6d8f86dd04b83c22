//! The sentences of documents as something to choose from: what is running matter, and what is only page furniture.

use std::collections::HashMap;

use cabinet_text::{Kind, Offsets, Span};

use crate::document::{Citation, SourceDocument};
use crate::facts::{self, Value};

/// One sentence that may be chosen.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) document: usize,
    pub(crate) page: u32,
    /// Where it stands on its page, the marker of a list left out.
    pub(crate) span: Span,
    /// Its words, exactly as they stand there.
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// The heading above it.
    pub(crate) heading: Option<String>,
    /// The sentence that leads in to the list it is an item of: "The tenant must:".
    pub(crate) lead_in: Option<String>,
    /// True for the first sentence of a paragraph.
    pub(crate) opens: bool,
    /// How far into its document it stands, 0 to 1.
    pub(crate) depth: f32,
    pub(crate) words: usize,
    /// Dates, amounts, doses, names and the like in it.
    pub(crate) facts: usize,
}

impl Unit {
    /// Its words on one line.
    pub(crate) fn line(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The words above a short item, without which it says little: "Medication" above "Ramipril 5 mg".
    pub(crate) fn title(&self) -> Option<&str> {
        const LONGEST_ITEM: usize = 12;
        const LONGEST_TITLE: usize = 8;
        let title = self
            .lead_in
            .as_ref()
            .or(self.heading.as_ref())?
            .trim_end_matches(':')
            .trim();
        let words = title.split_whitespace().count();
        let fits =
            self.kind == Kind::Item && self.words <= LONGEST_ITEM && (1..=LONGEST_TITLE).contains(&words);
        fits.then_some(title)
    }

    pub(crate) fn citation(&self, documents: &[SourceDocument]) -> Citation {
        let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Citation {
            document_id: documents[self.document].id.clone(),
            title: documents[self.document].title.clone(),
            page: self.page,
            start: place(self.span.start),
            end: place(self.span.end),
            quote: self.text.clone(),
        }
    }
}

/// Everything in the documents that may be chosen, in reading order.
pub(crate) fn read(documents: &[SourceDocument]) -> Vec<Unit> {
    let repeated = repeated_lines(documents);
    let mut units = Vec::new();
    for (document, source) in documents.iter().enumerate() {
        let first = units.len();
        let mut heading: Option<String> = None;
        for page in &source.pages {
            let offsets = Offsets::new(&page.text);
            let mut lead_in: Option<String> = None;
            for sentence in cabinet_text::outline(&page.text) {
                if sentence.kind != Kind::Item {
                    lead_in = None;
                }
                let span = Span::new(sentence.span.start + sentence.marker, sentence.span.end);
                let text = offsets.slice(span);
                if repeated.contains_key(&shape(text)) || is_furniture(text) {
                    continue;
                }
                if sentence.kind == Kind::Heading {
                    heading = Some(text.split_whitespace().collect::<Vec<_>>().join(" "));
                    continue;
                }
                let words = text.split_whitespace().count();
                if words == 0 {
                    continue;
                }
                if text.ends_with(':') {
                    // It says nothing by itself; its items do.
                    lead_in = Some(text.split_whitespace().collect::<Vec<_>>().join(" "));
                    continue;
                }
                let found = facts::facts(text);
                units.push(Unit {
                    document,
                    page: page.number,
                    span,
                    text: text.to_owned(),
                    kind: sentence.kind,
                    heading: heading.clone(),
                    lead_in: lead_in.clone().filter(|_| sentence.kind == Kind::Item),
                    opens: sentence.opens_block,
                    depth: 0.0,
                    words,
                    facts: found
                        .iter()
                        .filter(|fact| !matches!(fact.value, Value::Ordinal(_)))
                        .count(),
                });
            }
        }
        let count = (units.len() - first).max(1) as f32;
        for (at, unit) in units[first..].iter_mut().enumerate() {
            unit.depth = at as f32 / count;
        }
    }
    units
}

/// Lines that stand on many pages: running heads and feet.
fn repeated_lines(documents: &[SourceDocument]) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for document in documents.iter().filter(|document| document.pages.len() >= 4) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for page in &document.pages {
            let lines: Vec<&str> = page
                .text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            let edge = lines.iter().take(3).chain(lines.iter().rev().take(3));
            let mut shapes: Vec<String> = edge.map(|line| shape(line)).collect();
            shapes.sort_unstable();
            shapes.dedup();
            for shape in shapes {
                *counts.entry(shape).or_default() += 1;
            }
        }
        let many = (document.pages.len() / 3).max(3);
        found.extend(counts.into_iter().filter(|(_, count)| *count >= many));
    }
    found
}

/// A line with its numbers blotted out, so that "Page 3 of 9" and "Page 4 of 9" are the same.
fn shape(text: &str) -> String {
    cabinet_text::fold(text)
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect()
}

/// Page numbers, dotted lines, lines of contents, signature lines, and phrases that stand in every paper.
fn is_furniture(text: &str) -> bool {
    let folded = cabinet_text::fold(text);
    let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
    let length = folded.chars().count();
    if letters < 2 || length > 20 && letters * 3 < length {
        return true;
    }
    if folded.contains("....") || folded.contains(". . .") || folded.contains("____") || text.contains("……")
    {
        return true;
    }
    let page = folded
        .strip_prefix("page ")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    page && length < 20
        || [
            "all rights reserved",
            "in witness whereof",
            "intentionally left blank",
            "yours sincerely",
            "yours faithfully",
            "kind regards",
            "best regards",
            "electronically signed",
            "dictated but not",
            "dictated and",
            "cc:",
            "source: ",
            "signature",
            "signed by",
            "table of contents",
            "(seal)",
            "duly authorised",
            "duly authorized",
            "this email",
            "by: ",
            "copyright",
        ]
        .iter()
        .any(|phrase| {
            folded.starts_with(phrase) || length < 90 && folded.contains(phrase) && phrase.len() > 12
        })
}
