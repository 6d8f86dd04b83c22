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
    /// Where the sentence stands that leads in to the list it is an item of: "The tenant must:".
    pub(crate) lead_in: Option<Span>,
    /// Words of that sentence.
    pub(crate) lead_in_words: usize,
    /// True for the first sentence of a paragraph.
    pub(crate) opens: bool,
    /// How far into its document it stands, 0 to 1.
    pub(crate) depth: f32,
    pub(crate) words: usize,
    /// Dates, amounts, doses, names and the like in it.
    pub(crate) facts: usize,
}

impl Unit {
    /// True where it ends as a sentence does.
    pub(crate) fn is_complete(&self) -> bool {
        self.text
            .trim_end()
            .ends_with(['.', '!', '?', '”', '"', ')', '。'])
    }

    /// Its words on one line.
    pub(crate) fn line(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The heading above a short item that is no sentence, without which it says little: "Medication" above
    /// "Ramipril 5 mg".
    pub(crate) fn title(&self) -> Option<&str> {
        const LONGEST_ITEM: usize = 8;
        const LONGEST_TITLE: usize = 4;
        let title = self.heading.as_ref()?.trim_end_matches([':', '.']).trim();
        let words = title.split_whitespace().count();
        let short = self.words <= LONGEST_ITEM && (1..=LONGEST_TITLE).contains(&words);
        (self.kind == Kind::Item && short && !self.text.ends_with(['.', ';'])).then_some(title)
    }

    pub(crate) fn citation(&self, documents: &[SourceDocument]) -> Citation {
        self.place(self.span, self.text.clone(), documents)
    }

    /// The place of its lead-in, if it has one.
    pub(crate) fn lead_in_citation(&self, documents: &[SourceDocument]) -> Option<Citation> {
        let span = self.lead_in?;
        let page = documents[self.document]
            .pages
            .iter()
            .find(|page| page.number == self.page)?;
        let quote = Offsets::new(&page.text).slice(span).to_owned();
        Some(self.place(span, quote, documents))
    }

    fn place(&self, span: Span, quote: String, documents: &[SourceDocument]) -> Citation {
        let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Citation {
            document_id: documents[self.document].id.clone(),
            title: documents[self.document].title.clone(),
            page: self.page,
            start: place(span.start),
            end: place(span.end),
            quote,
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
        // The number of units when the last heading was seen: one heading right below another adds to it.
        let mut headed = None;
        for page in &source.pages {
            let offsets = Offsets::new(&page.text);
            let mut lead_in: Option<LeadIn> = None;
            for sentence in cabinet_text::outline(&page.text) {
                let marker = Span::new(sentence.span.start, sentence.span.start + sentence.marker);
                let mut led = None;
                if sentence.opens_block {
                    led = lead_in
                        .as_mut()
                        .filter(|_| sentence.kind == Kind::Item)
                        .and_then(|before| before.leads(offsets.slice(marker)));
                    lead_in = lead_in.filter(|_| led.is_some());
                }
                let span = Span::new(sentence.span.start + sentence.marker, sentence.span.end);
                let text = offsets.slice(span);
                if repeated.contains_key(&shape(text)) || is_furniture(text) {
                    continue;
                }
                if sentence.kind == Kind::Heading || is_run_in_heading(text) {
                    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    heading = Some(match heading.take().filter(|_| headed == Some(units.len())) {
                        Some(above) => format!("{above}: {line}"),
                        None => line,
                    });
                    headed = Some(units.len());
                    continue;
                }
                let words = text.split_whitespace().count();
                if words == 0 {
                    continue;
                }
                if text.ends_with(':') {
                    // It says nothing by itself; its items do.
                    lead_in = Some(LeadIn { span, markers: None });
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
                    lead_in: led,
                    lead_in_words: led.map_or(0, |span| offsets.slice(span).split_whitespace().count()),
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
        leave_out_torn(&mut units, first);
        let count = (units.len() - first).max(1) as f32;
        for (at, unit) in units[first..].iter_mut().enumerate() {
            unit.depth = at as f32 / count;
        }
    }
    units
}

/// Leaves out what the end of a page cuts in two, as half a sentence says nothing or something else; unless nothing but
/// halves would be left of the document that starts at `first`.
fn leave_out_torn(units: &mut Vec<Unit>, first: usize) {
    let mut torn = vec![false; units.len()];
    for at in first + 1..units.len() {
        let (before, after) = (&units[at - 1], &units[at]);
        let prose = before.kind == Kind::Prose && after.kind == Kind::Prose;
        if prose && before.page < after.page && !before.is_complete() {
            torn[at - 1] = true;
            torn[at] = after.text.starts_with(char::is_lowercase);
        }
    }
    if torn[first..].contains(&false) {
        let mut torn = torn.into_iter();
        units.retain(|_| !torn.next().unwrap_or_default());
    }
}

/// What leads in to a list, and what the items of that list are marked with.
struct LeadIn {
    span: Span,
    /// The form of the first item's marker.
    markers: Option<String>,
}

impl LeadIn {
    /// Its place, where an item with this marker belongs to its list. An item of another form belongs to another.
    fn leads(&mut self, marker: &str) -> Option<Span> {
        let form = marker_form(marker);
        let same = self.markers.get_or_insert_with(|| form.clone()) == &form;
        same.then_some(self.span)
    }
}

/// "(a) " and "(b) " have one form, "i. " and "ii. " another, "1.2 " and "1.3 " a third.
fn marker_form(marker: &str) -> String {
    let word: String = marker.chars().filter(|c| c.is_alphanumeric()).collect();
    let roman = !word.is_empty() && word.to_lowercase().chars().all(|c| "ivx".contains(c));
    let mut form: String = marker
        .trim()
        .chars()
        .map(|c| match c {
            _ if c.is_ascii_digit() => '1',
            _ if c.is_uppercase() => 'A',
            _ if c.is_lowercase() => 'a',
            _ => c,
        })
        .collect();
    if roman {
        form.insert(0, 'r');
    }
    let mut last = None;
    form.retain(|c| last.replace(c) != Some(c));
    form
}

/// "Termination with Notice." before the clause itself: a heading that the layout does not show.
fn is_run_in_heading(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let telling = |word: &&&str| word.chars().filter(|c| c.is_alphabetic()).count() > 3;
    words.len() <= 8
        && text.ends_with('.')
        && !text.contains(|c: char| c.is_ascii_digit())
        && text.contains(char::is_lowercase)
        && words.iter().any(|word| telling(&word))
        && words
            .iter()
            .filter(telling)
            .all(|word| word.starts_with(char::is_uppercase))
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

/// Page numbers, dotted lines, lines of contents, heads of e-mails, signature lines, and phrases that stand in every paper.
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
            "bcc:",
            "from: ",
            "to: ",
            "sent: ",
            "subject: ",
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
