//! Checks a sentence against its sources, by code and not by a model.
//!
//! Owns: finding the sentences a claim rests on, and deciding whether they bear it out. Every number, dose, unit,
//! date, name, identifier, side, negation and duty of the claim must stand in one sentence of the source (with its
//! heading, the lead-in of its list, or the sentence its pronoun points back to), by the same words, in an order that
//! leaves who-does-what-to-whom as it is, and nothing that narrows it may be left out.
//!
//! Always holds: in doubt the answer is not "supported". A claim shown as supported must be true to the page; a true
//! claim that is shown as partly borne out costs the reader one look.

mod align;
mod binding;
mod check;
pub(crate) mod cuts;
mod missing;
mod named;
mod order;
mod parts;
mod polarity;
mod put_on;
mod small_words;
mod sources;
mod window;

use std::cmp::Ordering;

use align::Alignment;
use check::{Check, Outcome};
pub use sources::Sources;
use window::Window;

use crate::document::{Claim, Verdict};
use crate::reading::Reading;

/// How many sentences a claim is laid beside.
const CANDIDATES: usize = 8;

impl Sources {
    /// Checks one sentence.
    ///
    /// ```
    /// use cabinet_assistant::{SourceDocument, SourcePage, Verdict, grounding::Sources};
    /// let page = SourcePage { number: 1, text: "Ramipril 5 mg once daily was started.".into() };
    /// let letter = SourceDocument { id: "1".into(), title: "Letter".into(), pages: vec![page], pages_without_text: vec![] };
    /// let sources = Sources::new(&[letter]);
    /// let claim = sources.check("Ramipril 50 mg once daily was started.");
    /// assert_eq!(claim.verdict, Verdict::Unsupported);
    /// assert_eq!(claim.reason.as_deref(), Some("The source says 5 mg, not 50 mg."));
    /// ```
    #[must_use]
    pub fn check(&self, text: &str) -> Claim {
        let text = text.trim();
        if let Some(at) = self.verbatim(text) {
            return self.claim(text, Verdict::Supported, None, &[at]);
        }
        let outcome = self.best_outcome(text).map(|outcome| match outcome.verdict {
            Verdict::Supported => outcome,
            _ => parts::check(self, text)
                .or_else(|| self.outcome_without_name(text))
                .unwrap_or(outcome),
        });
        match outcome {
            None => self.claim(
                text,
                Verdict::Unsupported,
                Some("Nothing in these pages speaks of this.".to_owned()),
                &[],
            ),
            Some(outcome) => {
                let reason = match outcome.verdict {
                    Verdict::Supported => None,
                    _ => Some(
                        outcome
                            .reason
                            .unwrap_or_else(|| "Too little of this stands in these pages.".to_owned()),
                    ),
                };
                self.claim(text, outcome.verdict, reason, &outcome.sentences)
            }
        }
    }

    fn claim(&self, text: &str, verdict: Verdict, reason: Option<String>, sentences: &[usize]) -> Claim {
        let citations = match verdict {
            Verdict::Unsupported => Vec::new(),
            _ => sentences.iter().map(|&at| self.citation(at)).collect(),
        };
        Claim {
            text: text.to_owned(),
            verdict,
            reason,
            citations,
            quoted: false,
            section: None,
        }
    }

    /// The sentence that the text repeats word for word.
    fn verbatim(&self, text: &str) -> Option<usize> {
        let plain = |text: &str| {
            let folded = cabinet_text::fold(text);
            folded
                .trim_end_matches(['.', ';', ',', ' '])
                .trim_start_matches(['-', '•', '*', ' '])
                .to_owned()
        };
        let wanted = plain(text);
        if wanted.split(' ').count() < 3 {
            return None;
        }
        self.candidates(text, CANDIDATES)
            .into_iter()
            .find(|&at| plain(&self.sentences[at].text) == wanted)
    }

    /// The best that any window makes of a text.
    pub(crate) fn best_outcome(&self, text: &str) -> Option<Outcome> {
        let claim = Reading::new(text);
        if !claim.tokens.iter().any(|token| token.says_something()) {
            return None;
        }
        let mut best: Option<Outcome> = None;
        for at in self.candidates(text, CANDIDATES) {
            for window in Window::around(self, at) {
                let alignment = Alignment::new(&claim, &window, self);
                let check = Check {
                    claim: &claim,
                    claim_text: text,
                    window: &window,
                    alignment: &alignment,
                    sources: self,
                };
                let outcome = check.outcome();
                if best.as_ref().is_none_or(|best| better(&outcome, best)) {
                    best = Some(outcome);
                }
            }
            if best
                .as_ref()
                .is_some_and(|best| best.verdict == Verdict::Supported)
            {
                break;
            }
        }
        best
    }
}

fn better(one: &Outcome, other: &Outcome) -> bool {
    one.verdict.cmp(&other.verdict).then(
        one.coverage
            .partial_cmp(&other.coverage)
            .unwrap_or(Ordering::Equal),
    ) == Ordering::Greater
}
