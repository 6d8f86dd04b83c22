//! Which sentences of the whole of some documents a result is made of, within a number of words.

use tokio_util::sync::CancellationToken;

use crate::events::{AssistantError, Listener};
use crate::models::Embed;
use crate::ranking::Ranking;
use crate::units::Unit;

/// Sentences compared by meaning; the rest of a long document is weighed by its words.
pub(crate) const COMPARED: usize = 240;
/// Words of the source that one part of a long document has at least.
const PART: usize = 1200;
/// Words of the result that a part needs to be spoken of.
const PER_PART: usize = 25;
/// Sentences that hang together are said together up to so many words.
const TOGETHER: usize = 60;

/// What is worth no more than this is left out, however many words are left: names alone, fragments, echoes.
pub(crate) const WORTH_SAYING: f32 = 0.1;

/// What one sentence of a result says: a sentence of the source, with the one before it where it hangs on that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    /// Sentences that follow one another.
    pub(crate) units: Vec<usize>,
    /// Heading it belongs under.
    pub(crate) section: Option<&'static str>,
}

impl Point {
    /// Words of its sentences.
    pub(crate) fn words(&self, units: &[Unit]) -> usize {
        self.units.iter().map(|&at| units[at].words).sum()
    }
}

/// Sentences chosen so far, and the words that are left.
pub(crate) struct Selection<'a> {
    units: &'a [Unit],
    ranking: Ranking,
    /// The part of the whole that each sentence belongs to.
    parts: Vec<usize>,
    words: usize,
    chosen: Vec<(usize, Option<&'static str>)>,
}

impl<'a> Selection<'a> {
    /// Compares the sentences. The result may have so many `words`.
    ///
    /// # Errors
    /// Cancelled, or the embedder failed.
    pub(crate) async fn new(
        units: &'a [Unit],
        words: usize,
        embedder: Option<&dyn Embed>,
        cancel: &CancellationToken,
        listen: Listener<'_>,
    ) -> Result<Self, AssistantError> {
        let parts = parts(units, words);
        let ranking = Ranking::new(units, COMPARED, |at| parts[at], embedder, cancel, listen).await?;
        Ok(Self {
            units,
            ranking,
            parts,
            words,
            chosen: Vec::new(),
        })
    }

    /// One sentence from every part of a long document, so that its end is spoken of like its beginning.
    pub(crate) fn every_part(&mut self) {
        let last = self.parts.last().copied().unwrap_or(0);
        if last == 0 {
            return;
        }
        for part in 0..=last {
            let parts = self.parts.clone();
            self.best(1, f32::NEG_INFINITY, None, |at| {
                (parts[at] == part).then_some(0.0)
            });
        }
    }

    /// Adds at most `count` sentences worth more than `least`. `lift` raises the worth of a sentence, or rules it out.
    pub(crate) fn best(
        &mut self,
        count: usize,
        least: f32,
        section: Option<&'static str>,
        lift: impl Fn(usize) -> Option<f32>,
    ) {
        for _ in 0..count {
            let (units, left) = (self.units, self.words);
            let cost = |at: usize| units[at].words + units[at].lead_in_words;
            let fits = |at: usize| cost(at) <= left;
            let lifted = |at: usize| lift(at).filter(|_| fits(at)).unwrap_or(f32::NEG_INFINITY);
            let Some(&at) = self.ranking.pick(1, least, lifted).first() else {
                break;
            };
            self.words -= cost(at);
            self.chosen.push((at, section));
        }
    }

    /// Adds the best sentences until the words are used up.
    pub(crate) fn fill(&mut self, lift: impl Fn(usize) -> Option<f32>) {
        self.best(usize::MAX, WORTH_SAYING, None, &lift);
        // However few words were asked for, something is said.
        if self.chosen.is_empty() {
            self.words = usize::MAX;
            self.best(1, f32::NEG_INFINITY, None, lift);
        }
    }

    /// What was not compared by meaning, in words; none where all was.
    pub(crate) fn uncompared(&self) -> Option<String> {
        let (all, compared) = (self.units.len(), self.ranking.compared());
        match compared {
            0 => Some(
                "sentences were weighed by their words alone, as no model for comparing is installed"
                    .to_owned(),
            ),
            _ if compared < all => Some(format!(
                "{} of {all} sentences were weighed by their words alone",
                all - compared
            )),
            _ => None,
        }
    }

    /// What was chosen, in reading order within each of the sections, which come in the order of `sections`.
    pub(crate) fn points(mut self, sections: &[&'static str]) -> Vec<Point> {
        let place = |section: Option<&str>| sections.iter().position(|&name| Some(name) == section);
        self.chosen.sort_by_key(|&(at, section)| (place(section), at));
        let mut points: Vec<Point> = Vec::new();
        for &(at, section) in &self.chosen {
            let before = at.checked_sub(1).filter(|&before| self.leans(before, at));
            let is_chosen = |unit: usize| self.chosen.iter().any(|&(at, _)| at == unit);
            let joins = points.last().is_some_and(|last| {
                let end = last.units.last().copied();
                let linked =
                    before.is_some() && end == before || end.is_some_and(|end| self.share_lead_in(end, at));
                linked && last.section == section && last.words(self.units) + self.units[at].words <= TOGETHER
            });
            match (points.last_mut(), before) {
                (Some(last), _) if joins => last.units.push(at),
                (_, Some(before))
                    if !is_chosen(before) && self.units[before].words + self.units[at].words <= TOGETHER =>
                {
                    points.push(Point {
                        units: vec![before, at],
                        section,
                    });
                }
                _ => points.push(Point {
                    units: vec![at],
                    section,
                }),
            }
        }
        points
    }

    /// True where both are items of the same list.
    fn share_lead_in(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.units[one], &self.units[other]);
        one.lead_in.is_some()
            && one.lead_in == other.lead_in
            && (one.document, one.page) == (other.document, other.page)
    }

    /// True where a sentence cannot be understood without the one before it.
    fn leans(&self, before: usize, at: usize) -> bool {
        const LEANING: &[&str] = &[
            "this", "these", "that", "those", "it", "they", "such", "their", "its", "however", "but",
        ];
        let (one, two) = (&self.units[before], &self.units[at]);
        let first = two
            .text
            .split(|c: char| !c.is_alphanumeric())
            .find(|word| !word.is_empty());
        one.document == two.document
            && one.page == two.page
            && !two.opens
            && first.is_some_and(|word| LEANING.contains(&word.to_lowercase().as_str()))
    }
}

/// Numbers the parts of a long document: as many as the result has room to speak of.
fn parts(units: &[Unit], words: usize) -> Vec<usize> {
    let all: usize = units.iter().map(|unit| unit.words).sum();
    let count = (words / PER_PART).min(all / PART).max(1);
    let mut read = 0;
    units
        .iter()
        .map(|unit| {
            let part = read * count / all.max(1);
            read += unit.words;
            part
        })
        .collect()
}
