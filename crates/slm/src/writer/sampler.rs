//! Choosing the next token.

use super::{Form, Original};
use crate::SlmError;

/// How tokens are chosen. The default always takes the likeliest, and never varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    /// 0 takes the likeliest token; higher values give unlikely ones a chance.
    pub temperature: f32,
    /// Only the so many likeliest are considered; 0 considers all.
    pub top_k: usize,
    /// Only the likeliest that together reach this probability are considered; 1 considers all.
    pub top_p: f32,
    /// Only tokens at least this fraction as likely as the likeliest are considered; 0 considers all.
    pub min_p: f32,
    /// Divides the score of recent tokens; 1 leaves them alone.
    pub repetition_penalty: f32,
    /// How many of the last tokens count as recent.
    pub repetition_window: u32,
    /// Two runs with the same seed choose the same tokens.
    pub seed: u64,
    /// Whether several tokens are guessed at once where the answer repeats what was said. That changes no answer, only how
    /// long it takes.
    pub guess: bool,
    /// The answer leaves out parts of this text and adds nothing; without it the model writes freely.
    pub abridge: Option<Original>,
    /// The answer is one of these texts, to the letter; empty for any answer.
    pub one_of: Vec<String>,
    /// The answer has this form.
    pub form: Option<Form>,
    /// The answer begins with this text, however the model would cut it into tokens; empty for any beginning.
    pub begins: String,
    /// The answer ends before a word that the model gives less than this probability; 0 for as long as it goes on.
    pub least: f32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            repetition_window: 64,
            seed: 0,
            guess: true,
            abridge: None,
            one_of: Vec::new(),
            form: None,
            begins: String::new(),
            least: 0.0,
        }
    }
}

impl Sampling {
    /// Whether every number makes sense.
    pub(crate) fn check(&self) -> Result<(), SlmError> {
        let problem = if !(0.0..=10.0).contains(&self.temperature) {
            "the temperature is outside 0 to 10"
        } else if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            "top_p is outside 0 to 1"
        } else if !(0.0..=1.0).contains(&self.min_p) {
            "min_p is outside 0 to 1"
        } else if !(0.0..=1.0).contains(&self.least) {
            "the least probability is outside 0 to 1"
        } else if !(1.0..=10.0).contains(&self.repetition_penalty) {
            "the repetition penalty is outside 1 to 10"
        } else if self.one_of.iter().any(String::is_empty) {
            "one of the texts to choose from is empty"
        } else if usize::from(self.abridge.is_some())
            + usize::from(!self.one_of.is_empty())
            + usize::from(self.form.is_some())
            + usize::from(!self.begins.is_empty())
            > 1
        {
            "an answer can abridge a text, be one of some, have a form or a beginning: one of these"
        } else {
            return Ok(());
        };
        Err(SlmError::Request { problem })
    }
}

/// The state of one run of choices.
pub(crate) struct Sampler {
    sampling: Sampling,
    random: u64,
}

impl Sampler {
    pub(crate) fn new(sampling: Sampling) -> Self {
        let random = sampling.seed;
        Self { sampling, random }
    }

    /// Chooses a token by the model's `logits`; `written` are the tokens of the answer so far.
    pub(crate) fn choose(&mut self, logits: &mut [f32], written: &[u32]) -> Result<u32, SlmError> {
        if self.sampling.repetition_penalty != 1.0 {
            self.penalise(logits, written);
        }
        let best = likeliest(logits).ok_or(SlmError::NotANumber)?;
        if self.sampling.temperature == 0.0 {
            return Ok(best);
        }
        let top = logits[best as usize];
        let weight = |logit: f32| ((logit - top) / self.sampling.temperature).exp();
        let least = self.sampling.min_p;
        // Tokens e⁻²⁰ times as likely as the likeliest never come up; leaving them out keeps the sort short.
        let mut kept: Vec<(u32, f32)> = logits
            .iter()
            .enumerate()
            .map(|(token, logit)| (token as u32, weight(*logit)))
            .filter(|(_, weight)| *weight >= least && *weight > 2e-9)
            .collect();
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        let most = self.sampling.top_k;
        if most > 0 && most < kept.len() {
            // Only these need be in order.
            kept.select_nth_unstable_by(most - 1, order);
            kept.truncate(most);
        }
        kept.sort_unstable_by(order);
        let total: f32 = kept.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        let enough = kept.iter().position(|(_, weight)| {
            sum += weight;
            sum >= total * self.sampling.top_p
        });
        kept.truncate(enough.map_or(kept.len(), |last| last + 1));
        let total: f32 = kept.iter().map(|(_, weight)| weight).sum();
        let mut left = self.next() * total;
        for (token, weight) in &kept {
            left -= weight;
            if left <= 0.0 {
                return Ok(*token);
            }
        }
        Ok(kept.last().map_or(best, |(token, _)| *token))
    }

    fn penalise(&self, logits: &mut [f32], written: &[u32]) {
        let from = written
            .len()
            .saturating_sub(self.sampling.repetition_window as usize);
        let mut recent = written[from..].to_vec();
        recent.sort_unstable();
        recent.dedup();
        for token in recent {
            // What is ruled out stays so; more than that and it would be no number.
            if let Some(logit) = logits.get_mut(token as usize).filter(|logit| **logit != f32::MIN) {
                let by = self.sampling.repetition_penalty;
                *logit = if *logit > 0.0 { *logit / by } else { *logit * by };
            }
        }
    }

    /// The next number from 0 to 1 (splitmix64).
    fn next(&mut self) -> f32 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.random;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ x >> 31) >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// The first of the highest logits; none if some are not numbers.
pub(crate) fn likeliest(logits: &[f32]) -> Option<u32> {
    // Side by side, so that the compiler can take sixteen at a time.
    const LANES: usize = 16;
    let (mut high, mut wrong) = ([f32::NEG_INFINITY; LANES], [0.0f32; LANES]);
    let chunks = logits.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks.chain([rest]) {
        for ((high, wrong), logit) in high.iter_mut().zip(&mut wrong).zip(chunk) {
            *high = if *logit > *high { *logit } else { *high };
            *wrong += logit * 0.0;
        }
    }
    let high = high.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    if wrong.iter().any(|sum| *sum != 0.0) {
        return None;
    }
    logits
        .iter()
        .position(|logit| *logit == high)
        .map(|token| token as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [1.0, 3.0, 2.5, -1.0, 3.0, 0.0];

    fn choices(sampling: Sampling, count: usize) -> Vec<u32> {
        let mut sampler = Sampler::new(sampling);
        (0..count)
            .map(|_| sampler.choose(&mut LOGITS.clone(), &[]).unwrap())
            .collect()
    }

    #[test]
    fn greedy_takes_the_first_of_the_likeliest() {
        assert_eq!(choices(Sampling::default(), 3), [1, 1, 1]);
    }

    #[test]
    fn a_seed_repeats_its_choices_and_another_differs() {
        let with = |seed| {
            choices(
                Sampling {
                    temperature: 1.0,
                    seed,
                    ..Sampling::default()
                },
                60,
            )
        };
        assert_eq!(with(7), with(7));
        assert_ne!(with(7), with(8));
    }

    #[test]
    fn frequencies_follow_the_model() {
        let drawn = choices(
            Sampling {
                temperature: 1.0,
                seed: 1,
                ..Sampling::default()
            },
            20_000,
        );
        let total: f32 = LOGITS.iter().map(|l| l.exp()).sum();
        for (token, logit) in LOGITS.iter().enumerate() {
            let found = drawn.iter().filter(|t| **t as usize == token).count() as f32 / 20_000.0;
            assert!(
                (found - logit.exp() / total).abs() < 0.015,
                "token {token}: {found}"
            );
        }
    }

    #[test]
    fn cuts_leave_the_likeliest() {
        let base = Sampling {
            temperature: 1.0,
            seed: 5,
            ..Sampling::default()
        };
        for (sampling, allowed) in [
            (
                Sampling {
                    top_k: 2,
                    ..base.clone()
                },
                &[1, 4][..],
            ),
            (
                Sampling {
                    top_p: 0.5,
                    ..base.clone()
                },
                &[1, 4],
            ),
            (
                Sampling {
                    min_p: 0.5,
                    ..base.clone()
                },
                &[1, 2, 4],
            ),
        ] {
            let drawn = choices(sampling.clone(), 500);
            assert!(drawn.iter().all(|token| allowed.contains(token)), "{sampling:?}");
            assert!(allowed.iter().all(|token| drawn.contains(token)), "{sampling:?}");
        }
    }

    #[test]
    fn the_penalty_reaches_recent_tokens_only() {
        let sampling = Sampling {
            repetition_penalty: 2.0,
            repetition_window: 2,
            ..Sampling::default()
        };
        let mut sampler = Sampler::new(sampling);
        assert_eq!(sampler.choose(&mut LOGITS.clone(), &[1]).unwrap(), 4);
        assert_eq!(sampler.choose(&mut LOGITS.clone(), &[1, 4]).unwrap(), 2);
        assert_eq!(
            sampler.choose(&mut LOGITS.clone(), &[1, 4, 0, 0]).unwrap(),
            1,
            "1 is no longer recent"
        );
    }

    #[test]
    fn rejects_logits_that_are_not_numbers() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut logits = LOGITS;
            logits[3] = bad;
            assert_eq!(
                Sampler::new(Sampling::default()).choose(&mut logits, &[]),
                Err(SlmError::NotANumber),
                "{bad}"
            );
        }
    }

    #[test]
    fn rejects_numbers_without_sense() {
        for bad in [
            Sampling {
                temperature: -1.0,
                ..Sampling::default()
            },
            Sampling {
                temperature: f32::NAN,
                ..Sampling::default()
            },
            Sampling {
                top_p: 0.0,
                ..Sampling::default()
            },
            Sampling {
                min_p: 2.0,
                ..Sampling::default()
            },
            Sampling {
                repetition_penalty: 0.5,
                ..Sampling::default()
            },
            Sampling {
                one_of: vec!["yes".to_owned(), String::new()],
                ..Sampling::default()
            },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
        assert_eq!(Sampling::default().check(), Ok(()));
    }
}
