//! One claim against one window: every reason why the one does not bear out the other.

use cabinet_text::Span;

use crate::document::Verdict;
use crate::grounding::align::{Alignment, token_weight};
use crate::grounding::sources::Sources;
use crate::grounding::window::{Part, Window};
use crate::reading::{Reading, Token, Word};

/// A reason, and the best verdict it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) at_best: Verdict,
    pub(crate) reason: String,
}

impl Finding {
    pub(crate) fn wrong(reason: String) -> Self {
        Self {
            at_best: Verdict::Unsupported,
            reason,
        }
    }

    pub(crate) fn doubt(reason: String) -> Self {
        Self {
            at_best: Verdict::Partly,
            reason,
        }
    }
}

/// A claim laid beside a window.
pub(crate) struct Check<'a> {
    pub(crate) claim: &'a Reading,
    pub(crate) claim_text: &'a str,
    pub(crate) window: &'a Window<'a>,
    pub(crate) alignment: &'a Alignment,
    pub(crate) sources: &'a Sources,
}

/// What the check of one window came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Option<String>,
    /// Share of the claim's weight that is found.
    pub(crate) coverage: f32,
    pub(crate) sentences: Vec<usize>,
}

/// Share of a claim's weight that must be found for it to count as partly borne out.
const LEAST_COVERAGE: f32 = 0.6;

impl Check<'_> {
    /// Looks for every kind of flaw and gives the verdict that the worst one leaves.
    pub(crate) fn outcome(&self) -> Outcome {
        let coverage = self.coverage();
        let mut findings = self.missing();
        findings.extend(self.negations());
        findings.extend(self.gender());
        findings.extend(self.names());
        findings.extend(self.fact_neighbours());
        findings.extend(self.skips());
        findings.extend(self.inversions());
        findings.extend(self.relations());
        findings.extend(self.small_words());
        findings.extend(self.modals());
        findings.extend(self.qualifiers());
        findings.extend(self.alternatives());
        findings.extend(self.subjects());
        findings.extend(self.neighbours());
        findings.extend(self.predicate());
        findings.extend(self.label());
        findings.extend(self.speakers());
        findings.extend(self.added_negation());
        let rests_on_it = self
            .alignment
            .pairs(self.claim)
            .any(|(_, theirs)| self.window.tokens[theirs].part == Part::Main);
        let mut verdict = findings
            .iter()
            .map(|finding| finding.at_best)
            .min()
            .unwrap_or(Verdict::Supported);
        if coverage < LEAST_COVERAGE || !rests_on_it {
            verdict = Verdict::Unsupported;
        }
        let reason = findings
            .into_iter()
            .min_by_key(|finding| finding.at_best)
            .map(|finding| finding.reason);
        Outcome {
            verdict,
            reason,
            coverage,
            sentences: self.cited(),
        }
    }

    fn coverage(&self) -> f32 {
        let (mut all, mut found) = (0.0, 0.0);
        for (at, token) in self
            .claim
            .tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.must_match())
        {
            let weight = token_weight(token, self.sources);
            all += weight;
            found += if self.alignment.of[at].is_some() {
                weight
            } else {
                0.0
            };
        }
        if all > 0.0 { found / all } else { 0.0 }
    }

    /// The sentences that something of the claim was found in, the main one always.
    fn cited(&self) -> Vec<usize> {
        let used = |part: Part| {
            self.alignment
                .pairs(self.claim)
                .any(|(_, theirs)| self.window.tokens[theirs].part == part)
        };
        let last = self.window.sentences.len() - 1;
        let before = self
            .window
            .tokens
            .iter()
            .any(|placed| placed.part == Part::Before);
        self.window
            .sentences
            .iter()
            .enumerate()
            .filter(|(at, _)| {
                let part = match at {
                    at if *at == last => Part::Main,
                    at if before && at + 1 == last => Part::Before,
                    _ => Part::Above,
                };
                part == Part::Main || used(part)
            })
            .map(|(_, sentence)| *sentence)
            .collect()
    }

    /// The claim's words at a span.
    pub(crate) fn claim_words(&self, span: Span) -> String {
        self.claim_text
            .chars()
            .skip(span.start)
            .take(span.len())
            .collect()
    }

    /// The source's words at a token of the window.
    pub(crate) fn source_words(&self, at: usize) -> String {
        let before = self
            .window
            .tokens
            .iter()
            .any(|placed| placed.part == Part::Before);
        let last = self.window.sentences.len() - 1;
        let token = self.window.tokens[at].token;
        let holds = |sentence: usize| {
            let tokens = &self.sources.sentences[sentence].reading().tokens;
            tokens.iter().any(|other| std::ptr::eq(other, token))
        };
        let at = match self.window.tokens[at].part {
            Part::Main => last,
            Part::Before if before => last - 1,
            _ => (0..last)
                .find(|&at| holds(self.window.sentences[at]))
                .unwrap_or(last),
        };
        let text = &self.sources.sentences[self.window.sentences[at]].text;
        let words: String = text
            .chars()
            .skip(token.span.start)
            .take(token.span.len())
            .collect();
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn matched(&self, theirs: usize) -> bool {
        self.alignment.back[theirs].is_some()
    }

    /// A word of the window that says something and that the claim leaves out.
    pub(crate) fn is_left_out(&self, theirs: usize) -> bool {
        self.window.tokens[theirs].token.says_something() && !self.matched(theirs)
    }

    pub(crate) fn source_word(&self, theirs: usize) -> Option<&Word> {
        self.window.tokens[theirs].token.word()
    }

    /// Places of the sentence itself.
    pub(crate) fn main(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.window.tokens.len()).filter(|&at| self.window.tokens[at].part == Part::Main)
    }

    /// Words such as "tablet" and "dose" that name no drug and no thing of their own.
    pub(crate) fn is_measure_word(token: &Token) -> bool {
        token.word().is_some_and(|word| {
            matches!(
                word.form.as_str(),
                "tablet"
                    | "tablets"
                    | "capsule"
                    | "capsules"
                    | "dose"
                    | "doses"
                    | "therapy"
                    | "treatment"
                    | "oral"
                    | "total"
                    | "daily"
                    | "old"
                    | "approximately"
                    | "sum"
                    | "amount"
                    | "level"
                    | "value"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_that_is_wrong_outweighs_a_doubt() {
        assert!(Verdict::Unsupported < Verdict::Partly && Verdict::Partly < Verdict::Supported);
        assert!(Finding::wrong(String::new()).at_best < Finding::doubt(String::new()).at_best);
    }
}
