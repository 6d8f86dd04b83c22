//! Turns chosen sentences of the source into sentences of a result: shorter ones by the model where what it writes is
//! borne out, the source's own words everywhere else.
//!
//! Always holds: nothing is said twice; what is not supported is left out and counted, or marked where that was asked
//! for, and then the source's own words follow; each point that was chosen is said.

mod judge;
mod pen;

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::document::{Claim, Coverage, SourceDocument, Verdict};
use crate::events::{AssistantError, AssistantEvent, Grounded, Listener};
use crate::grounding::{Sources, cuts};
use crate::keypoints;
use crate::models::{ModelError, Original, Write};
use crate::selection::Point;
use crate::units::Unit;
use judge::Judgement;

/// Shorter sentences are quoted: there is little to take away.
const WORTH_SHORTENING: usize = 18;

/// After so many sentences in a row that were no good, the model is held to the source's words. A small model seldom
/// gets further; a larger one keeps the freedom that it uses well.
const MISSES: u32 = 1;

/// Writes a result point by point.
pub(crate) struct Composer<'a> {
    documents: &'a [SourceDocument],
    units: &'a [Unit],
    sources: Sources,
    writer: &'a dyn Write,
    keep_unsupported: bool,
    cancel: &'a CancellationToken,
    listen: Listener<'a>,
    claims: Vec<Claim>,
    removed: u32,
    /// Sentences in a row that the model wrote freely and that were no good.
    misses: u32,
    /// Why the model writes no more.
    broken: Option<ModelError>,
}

impl<'a> Composer<'a> {
    /// Makes ready to write.
    ///
    /// # Errors
    /// There is no model for writing.
    pub(crate) async fn new(
        documents: &'a [SourceDocument],
        units: &'a [Unit],
        writer: &'a dyn Write,
        keep_unsupported: bool,
        cancel: &'a CancellationToken,
        listen: Listener<'a>,
    ) -> Result<Self, AssistantError> {
        // Asked first, so that a missing model is said at once and not after the reading.
        writer.context_length().await?;
        Ok(Self {
            documents,
            units,
            sources: Sources::new(documents),
            writer,
            keep_unsupported,
            cancel,
            listen,
            claims: Vec::new(),
            removed: 0,
            misses: 0,
            broken: None,
        })
    }

    /// Says a point, unless it was said before.
    ///
    /// # Errors
    /// Cancelled. A model that fails is no error: the rest is quoted.
    pub(crate) async fn say(&mut self, point: &Point) -> Result<(), AssistantError> {
        if self.cancel.is_cancelled() {
            return Err(AssistantError::Cancelled);
        }
        let quote = self.quote(point);
        if self.is_said(&quote.text) {
            return Ok(());
        }
        let written = match self.broken {
            None if quote.quoted && point.units.len() == 1 => self.shorten(point, &quote).await,
            _ => Ok(None),
        };
        let claim = match written {
            Ok(written) => written.unwrap_or(quote),
            Err(AssistantError::Model(error)) => {
                self.broken = Some(error);
                quote
            }
            Err(error) => return Err(error),
        };
        if !self.is_said(&claim.text) {
            self.show(claim, point);
        }
        Ok(())
    }

    /// What the model makes of a point, where it is borne out and worth having.
    async fn shorten(&mut self, point: &Point, quote: &Claim) -> Result<Option<Claim>, AssistantError> {
        let text = quote.text.clone();
        if is_foreign(&text) {
            return Ok(None);
        }
        let cuts = cuts::cuts(&text);
        let free = cuts.is_empty();
        if free && (point.words(self.units) < WORTH_SHORTENING || self.misses > MISSES) {
            return Ok(None);
        }
        // What the model writes freely is shown when it is checked, not before: nobody shall read a wrong dose, not
        // even for a moment.
        let streamed = |piece: &str| {
            if !free {
                (self.listen)(AssistantEvent::Text {
                    piece: piece.to_owned(),
                });
            }
        };
        let original = Original { text, cuts };
        let Some(text) = pen::shortened(self.writer, original.clone(), self.cancel, streamed).await? else {
            return Ok(None);
        };
        let judgement = judge::judge(&self.sources, &text, quote, &original.cuts);
        if free {
            self.misses = match judgement {
                Judgement::Good(_) => 0,
                _ => self.misses + 1,
            };
        }
        match judgement {
            Judgement::Good(claim) => return Ok(Some(claim)),
            Judgement::Useless => {}
            Judgement::Flawed(claim) if self.keep_unsupported => self.show(claim, point),
            Judgement::Flawed(_) => self.removed += 1,
        }
        Ok(None)
    }

    fn show(&mut self, mut claim: Claim, point: &Point) {
        claim.section = point.section.map(str::to_owned);
        (self.listen)(AssistantEvent::Claim { claim: claim.clone() });
        self.claims.push(claim);
    }

    fn is_said(&self, text: &str) -> bool {
        self.claims
            .iter()
            .filter(|claim| claim.verdict == Verdict::Supported)
            .any(|claim| judge::say_the_same(&claim.text, text))
    }

    /// The point in the source's own words: an item of a list after its lead-in or its heading, without which it would
    /// say something else.
    fn quote(&self, point: &Point) -> Claim {
        if let [at] = *point.units
            && let Some(titled) = self.titled(&self.units[at])
        {
            return titled;
        }
        let mut claim: Option<Claim> = None;
        let mut led_in = None;
        for unit in point.units.iter().map(|&at| &self.units[at]) {
            let mut next = keypoints::quoted(unit, self.documents);
            if let Some(lead_in) = unit
                .lead_in_citation(self.documents)
                .filter(|_| led_in != unit.lead_in)
            {
                next.text = format!("{} {}", lead_in.quote, next.text);
                next.citations.insert(0, lead_in);
            }
            led_in = unit.lead_in;
            claim = Some(match claim {
                None => next,
                Some(mut claim) => {
                    claim.text.push(' ');
                    claim.text.push_str(&next.text);
                    claim.citations.extend(next.citations);
                    claim
                }
            });
        }
        let mut claim = claim.expect("a point has a sentence");
        claim.text = claim.text.split_whitespace().collect::<Vec<_>>().join(" ");
        claim
    }

    fn titled(&self, unit: &Unit) -> Option<Claim> {
        let title = unit.title()?;
        let claim = self.sources.check(&format!("{title}: {}", unit.line()));
        let itself = unit.citation(self.documents);
        let sound = claim.verdict == Verdict::Supported
            && claim.citations.iter().any(|cited| judge::overlap(cited, &itself));
        sound.then_some(claim)
    }

    /// The result.
    pub(crate) fn finish(self, mut coverage: Coverage, start: Instant) -> Grounded {
        if let Some(error) = self.broken {
            coverage
                .left_out
                .push(format!("the rest is quoted because {error}"));
        }
        let wrote = self.claims.iter().any(|claim| !claim.quoted);
        Grounded {
            claims: self.claims,
            coverage,
            model: wrote.then(|| self.writer.name()),
            removed: self.removed,
            seconds: start.elapsed().as_secs_f64(),
        }
    }
}

/// True for writing that the small models at hand never learnt: another alphabet than the Latin one.
fn is_foreign(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    letters().filter(|c| !c.is_ascii()).count() * 4 > letters().count()
}
