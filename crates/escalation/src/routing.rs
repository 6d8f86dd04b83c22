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
    /// Sentences that it wrote itself and that were checked, those left out included.
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
                format!(
                    "{unsupported} of {claims} sentences that the small model wrote are not borne out by the documents."
                )
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

/// Languages by the words for them in English and in themselves, with their ISO 639-1 codes.
const LANGUAGES: [(&str, &[&str]); 14] = [
    ("en", &["english"]),
    ("de", &["german", "deutsch"]),
    ("fr", &["french", "français", "francais"]),
    ("es", &["spanish", "español", "espanol", "castellano"]),
    ("it", &["italian", "italiano"]),
    ("pt", &["portuguese", "português", "portugues"]),
    ("nl", &["dutch", "nederlands"]),
    ("pl", &["polish", "polski", "polsku"]),
    ("sv", &["swedish", "svenska"]),
    ("tr", &["turkish", "türkçe"]),
    ("ar", &["arabic"]),
    ("zh", &["chinese", "mandarin"]),
    ("hi", &["hindi"]),
    ("ru", &["russian"]),
];
/// "in German", "into French", "auf Deutsch" ...
const INTO: [&str; 7] = ["in", "into", "to", "auf", "en", "em", "po"];
/// Only who wants something written asks for a language; a form "in Polish" may as well be looked for.
const WRITING: [&str; 18] = [
    "answer",
    "reply",
    "respond",
    "write",
    "draft",
    "summarise",
    "summarize",
    "summary",
    "explain",
    "translate",
    "translation",
    "tell",
    "schreibe",
    "antworte",
    "résume",
    "réponds",
    "resume",
    "responde",
];

/// The language that a question asks to be answered in, by its ISO 639-1 code; none where it names none.
#[must_use]
pub fn asked_language(question: &str) -> Option<&'static str> {
    let small = question.to_lowercase();
    let words: Vec<&str> = small
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if !words.iter().any(|word| WRITING.contains(word)) {
        return None;
    }
    words.windows(2).find_map(|pair| {
        let named = |(_, names): &&(&str, &[&str])| names.contains(&pair[1]);
        let language = LANGUAGES.iter().find(named).filter(|_| INTO.contains(&pair[0]))?;
        Some(language.0)
    })
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
            "3 of 8 sentences that the small model wrote are not borne out by the documents."
        );
        let alone = Signals {
            claims: 1,
            unsupported: 1,
            ..Signals::default()
        };
        assert_eq!(reasons(&alone).len(), 1, "nothing at all was borne out");
    }

    #[test]
    fn a_language_is_asked_for_by_who_wants_something_written() {
        for (question, language) in [
            ("Summarise the letter in German, please.", Some("de")),
            ("TRANSLATE THIS INTO FRENCH", Some("fr")),
            ("Antworte auf Deutsch: welche Medikamente?", Some("de")),
            ("Write a reply in English", Some("en")),
            ("Which consent form is in Polish?", None),
            ("Explain the German judgment", None),
            ("", None),
        ] {
            assert_eq!(asked_language(question), language, "{question}");
        }
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
