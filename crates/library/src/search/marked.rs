//! Which words of a text a query may mark, looked for in the text itself: asking the index would begin every word anew
//! for each hit, and a beginning with all it may become.

use cabinet_text::{Offsets, Wanted, fold};

use super::query::{self, Query};
use super::{Range, letter};

/// What may be marked for a query.
pub(super) struct Marked {
    wanted: Vec<Wanted>,
    words: Vec<String>,
    /// How the word that is being typed begins.
    begun: Option<String>,
}

impl Marked {
    pub(super) fn new(parsed: &Query) -> Self {
        let parts = parsed.parts();
        let words = parts.iter().flat_map(|part| query::words(part));
        let mut wanted: Vec<Wanted> = words.map(|word| Wanted::words(&word)).collect();
        let begun = parsed.unfinished.as_deref().map(fold);
        wanted.extend(begun.as_deref().map(Wanted::beginning));
        Self {
            wanted,
            words: parsed.marked_words(),
            begun,
        }
    }

    /// Whether any of its words stands in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let (_, times) = cabinet_text::counts(text, &self.wanted);
        times.iter().any(|times| *times > 0)
    }

    /// Where its words stand in a text, in characters; those of a word with a hyphen inside in one.
    pub(super) fn in_text(&self, text: &str) -> Vec<Range> {
        let mut places = cabinet_text::places(text, &self.wanted);
        places.retain(|place| {
            let found = fold(&text[place.clone()]);
            let begins = self
                .begun
                .as_deref()
                .is_some_and(|begun| found.starts_with(begun));
            begins || letter::marks(&found, &self.words)
        });
        places.dedup_by(|next, before| {
            let hyphen = matches!(&text[before.end..next.start], "-" | "\u{2010}" | "\u{2011}");
            before.end = if hyphen { next.end } else { before.end };
            hyphen
        });
        let offsets = Offsets::new(text);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let range = |place| {
            let span = offsets.span(place);
            Range {
                start: number(span.start),
                end: number(span.end),
            }
        };
        places.into_iter().map(range).collect()
    }
}
