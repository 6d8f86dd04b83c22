//! When the small model's own checks find it wanting, and what is offered then. Nothing here prepares or sends.

use cabinet_assistant::{Claim, Grounded, Verdict};
use cabinet_escalation::routing::{self, Reason, Rule, Signals};
use cabinet_slm::Priority;

use super::EscalationError;
use crate::Desk;

/// What the small models that Cabinet knows write well.
const OWN_LANGUAGE: &str = "en";
/// Fewer words are something to be found, and no question.
const QUESTION: usize = 4;
/// Of the hits so many are compared with the question.
const COMPARED: usize = 3;

impl Desk {
    /// Why a large model is worth asking after a result of the small one; none where there is no reason, or the user
    /// wants to hear of none.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub async fn offer(&self, signals: &Signals<'_>) -> Result<Option<(Rule, Vec<Reason>)>, EscalationError> {
        let settings = self.escalation().await?;
        if !settings.on || settings.rule == Rule::Never {
            return Ok(None);
        }
        let reasons = routing::reasons(signals);
        Ok((!reasons.is_empty()).then_some((settings.rule, reasons)))
    }

    /// The same after a search: whether anything that was `found`, the best first, is close in meaning to what was asked,
    /// and whether that is asked for in a language the small model does not write. Queries of a few words, and searches
    /// while no embedding model is there, say nothing.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub async fn offer_after_search(
        &self,
        question: &str,
        found: &[&str],
    ) -> Result<Option<(Rule, Vec<Reason>)>, EscalationError> {
        let settings = self.escalation().await?;
        if !settings.on || settings.rule == Rule::Never || question.split_whitespace().count() < QUESTION {
            return Ok(None);
        }
        let mut texts = vec![question.to_owned()];
        texts.extend(found.iter().take(COMPARED).map(|&text| text.to_owned()));
        let best_match = match self.engine().embed(texts, Priority::Typing).await {
            Ok(vectors) => closest(&vectors),
            Err(_) => return Ok(None),
        };
        let signals = Signals {
            best_match: Some(best_match),
            asked_language: routing::asked_language(question),
            own_language: Some(OWN_LANGUAGE),
            ..Signals::default()
        };
        self.offer(&signals).await
    }
}

/// The greatest cosine between the first and any of the others; they are of length one.
fn closest(vectors: &[Vec<f32>]) -> f32 {
    let Some((question, found)) = vectors.split_first() else {
        return 0.0;
    };
    found
        .iter()
        .map(|vector| question.iter().zip(vector).map(|(one, other)| one * other).sum())
        .fold(0.0, f32::max)
}

/// What is known about a result that was drawn from so many documents.
#[must_use]
pub fn signals(made: &Grounded, documents: usize) -> Signals<'static> {
    let removed = usize::try_from(made.removed).unwrap_or(usize::MAX);
    // What is quoted is borne out whoever chose it; only what the model wrote itself says how well it writes.
    let written: Vec<&Claim> = made.claims.iter().filter(|claim| !claim.quoted).collect();
    let borne_out = |claim: &&&Claim| claim.verdict == Verdict::Supported;
    let claims = written.len() + removed;
    Signals {
        claims,
        unsupported: claims - written.iter().filter(borne_out).count(),
        documents,
        ..Signals::default()
    }
}

#[cfg(test)]
mod tests {
    use cabinet_assistant::Coverage;

    use super::*;

    #[test]
    fn what_is_quoted_hides_nothing_of_what_the_model_wrote_badly() {
        let claim = |verdict, quoted| Claim {
            text: "A sentence.".into(),
            verdict,
            reason: None,
            citations: Vec::new(),
            quoted,
            section: None,
        };
        let mut claims = vec![claim(Verdict::Supported, true); 9];
        claims.push(claim(Verdict::Partly, false));
        claims.push(claim(Verdict::Supported, false));
        let made = Grounded {
            claims,
            coverage: Coverage::default(),
            model: None,
            removed: 2,
            seconds: 0.0,
        };
        let signals = signals(&made, 1);
        assert_eq!((signals.claims, signals.unsupported), (4, 3));
        assert_eq!(routing::reasons(&signals).len(), 1);
    }

    #[test]
    fn the_closest_of_what_was_found_counts() {
        let of = |one: f32, other: f32| vec![one, other];
        assert_eq!(closest(&[of(1.0, 0.0), of(0.0, 1.0), of(0.6, 0.8)]), 0.6);
        assert_eq!(closest(&[of(1.0, 0.0)]), 0.0, "nothing was found");
    }
}
