//! Runs of words that two texts share: a sentence of a document that is kept here is still that sentence when somebody
//! has typed or pasted it somewhere else.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Ten words in a row are not the same by chance, set phrases aside.
const RUN: usize = 10;

/// The runs of words of a text.
pub(super) struct Runs(HashSet<u64>);

impl Runs {
    /// Of these texts.
    pub(super) fn of(text: &str) -> Self {
        Self(runs(text).collect())
    }

    /// True where no run is long enough to tell anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True where the other text has a run of words in common.
    pub(super) fn share_with(&self, text: &str) -> bool {
        runs(text).any(|run| self.0.contains(&run))
    }
}

fn runs(text: &str) -> impl Iterator<Item = u64> {
    let folded = text.to_lowercase();
    let words: Vec<u64> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(hash)
        .collect();
    words.windows(RUN).map(hash).collect::<Vec<u64>>().into_iter()
}

fn hash<T: Hash>(of: T) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENTENCE: &str = "The heron keeps her violet ledger beneath the ninth stair of the old mill.";

    #[test]
    fn a_sentence_is_known_again_in_other_clothes() {
        let runs = Runs::of(&format!("My note. {SENTENCE}"));
        assert!(runs.share_with(&format!(
            "Page 4.\n{}",
            SENTENCE.to_uppercase().replace(' ', "\n")
        )));
        assert!(
            !runs.share_with("The heron keeps her violet ledger somewhere else altogether, it seems to me.")
        );
        assert!(Runs::of("too short").is_empty());
    }
}
