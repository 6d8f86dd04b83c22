//! When a large model is worth offering, and why. Nothing here sends: the most a rule can ask for is a question.

use serde::{Deserialize, Serialize};

/// What the user wants to happen when the small model's own checks find it wanting.
///
/// There is no rule that sends, and none can be written down:
///
/// ```
/// use cabinet_escalation::routing::Rule;
/// assert!(serde_json::from_str::<Rule>("\"offer\"").is_ok());
/// assert!(serde_json::from_str::<Rule>("\"send\"").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Say why beneath the result, with a button that prepares the payload.
    Offer,
    /// Open the consent sheet with the payload ready, each time there is a reason.
    AlwaysAsk,
    /// Say nothing.
    #[default]
    Never,
}

/// What is known about a result of the small model.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signals<'s> {
    /// Sentences that were checked, those left out included.
    pub claims: usize,
    /// Of them, those that were not borne out.
    pub unsupported: usize,
    /// Similarity of the best passage found to the question, from 0 to 1; none where nothing was searched.
    pub best_match: Option<f32>,
    /// Documents the result was to be drawn from.
    pub documents: usize,
    /// Language asked for, by its ISO 639-1 code.
    pub asked_language: Option<&'s str>,
    /// Language the small model writes.
    pub own_language: Option<&'s str>,
}

/// Why a large model is offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// Much of what the small model wrote is not borne out.
    Unsupported {
        /// Sentences not borne out.
        unsupported: usize,
        /// Sentences checked.
        claims: usize,
    },
    /// Nothing found is close to the question.
    WeakMatch,
    /// The answer lies across several documents.
    SeveralDocuments {
        /// How many.
        documents: usize,
    },
    /// A language was asked for that the small model does not write.
    Language {
        /// Its ISO 639-1 code.
        language: String,
    },
}

/// A quarter of the sentences not borne out is more than one slip in a short summary.
const MUCH: f32 = 0.25;
/// Below this similarity passages of MiniLM's kind are mostly about something else.
const WEAK: f32 = 0.35;
/// From so many documents on the small model's window holds a few sentences of each.
const SEVERAL: usize = 3;

impl Reason {
    /// In words, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unsupported { unsupported, claims } => {
                format!("{unsupported} of {claims} sentences are not borne out by the documents.")
            }
            Self::WeakMatch => "Nothing found is close to what was asked.".to_owned(),
            Self::SeveralDocuments { documents } => {
                format!(
                    "The answer lies across {documents} documents, more than the small model can hold at once."
                )
            }
            Self::Language { language } => {
                format!("The small model does not write the language asked for ({language}).")
            }
        }
    }
}

/// Every reason to offer a large model; empty where the small one did its work.
#[must_use]
pub fn reasons(signals: &Signals<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    #[expect(clippy::cast_precision_loss, reason = "counts of sentences are small")]
    let share = signals.unsupported as f32 / signals.claims.max(1) as f32;
    if signals.unsupported >= 2 && share >= MUCH
        || signals.claims > 0 && signals.unsupported == signals.claims
    {
        reasons.push(Reason::Unsupported {
            unsupported: signals.unsupported,
            claims: signals.claims,
        });
    }
    if signals.best_match.is_some_and(|best| best < WEAK) {
        reasons.push(Reason::WeakMatch);
    }
    if signals.documents >= SEVERAL {
        reasons.push(Reason::SeveralDocuments {
            documents: signals.documents,
        });
    }
    if let Some(asked) = signals.asked_language
        && signals
            .own_language
            .is_none_or(|own| !own.eq_ignore_ascii_case(asked))
    {
        reasons.push(Reason::Language {
            language: asked.to_owned(),
        });
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_result_is_no_reason() {
        let good = Signals {
            claims: 8,
            unsupported: 1,
            best_match: Some(0.7),
            documents: 1,
            asked_language: Some("en"),
            own_language: Some("en"),
        };
        assert!(reasons(&good).is_empty());
        assert!(reasons(&Signals::default()).is_empty());
    }

    #[test]
    fn each_weakness_is_named() {
        let weak = Signals {
            claims: 8,
            unsupported: 3,
            best_match: Some(0.2),
            documents: 4,
            asked_language: Some("de"),
            own_language: Some("en"),
        };
        let found = reasons(&weak);
        assert_eq!(found.len(), 4);
        assert_eq!(
            found[0].words(),
            "3 of 8 sentences are not borne out by the documents."
        );
        let alone = Signals {
            claims: 1,
            unsupported: 1,
            ..Signals::default()
        };
        assert_eq!(reasons(&alone).len(), 1, "nothing at all was borne out");
    }

    #[test]
    fn no_rule_says_send() {
        for word in ["send", "auto", "always_send", "always"] {
            assert!(
                serde_json::from_str::<Rule>(&format!("\"{word}\"")).is_err(),
                "{word}"
            );
        }
    }
}
