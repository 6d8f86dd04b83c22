//! Finds, for every word and fact of a claim, its counterpart in a window.

use crate::grounding::sources::Sources;
use crate::grounding::window::{Part, Window};
use crate::reading::{Reading, Role, Token, What};

/// Which token of the window stands for which token of the claim.
#[derive(Debug)]
pub(crate) struct Alignment {
    /// For each token of the claim, its counterpart.
    pub(crate) of: Vec<Option<usize>>,
    /// True where the counterpart stands in the same order as the others.
    pub(crate) in_order: Vec<bool>,
    /// For each token of the window, the token of the claim it stands for.
    pub(crate) back: Vec<Option<usize>>,
}

/// True where the source's token says what the claim's says.
pub(crate) fn bears_out(claim: &Token, source: &Token) -> bool {
    match (&claim.what, &source.what) {
        (What::Fact(mine), What::Fact(theirs)) => mine.is_borne_out_by(theirs),
        (What::Word(mine), What::Word(theirs)) => match (mine.role, theirs.role) {
            (Role::Modal(a), Role::Modal(b)) => a == b,
            (Role::Side(a), Role::Side(b)) => a == b,
            (Role::Grammar | Role::Relation | Role::Clause | Role::Joint(_), _) => mine.form == theirs.form,
            (Role::Pronoun(_) | Role::Title, _) => false,
            _ if claim.is_name() && source.is_name() => {
                mine.form == theirs.form || mine.stem == theirs.stem && mine.form.len() > 4
            }
            _ => mine.stem == theirs.stem,
        },
        _ => false,
    }
}

impl Alignment {
    /// Aligns a claim with a window: the heaviest run of matches in the same order, kept close together;
    /// then what is left over, wherever it stands.
    pub(crate) fn new(claim: &Reading, window: &Window<'_>, sources: &Sources) -> Self {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for (mine, token) in claim.tokens.iter().enumerate() {
            for (theirs, placed) in window.tokens.iter().enumerate() {
                if bears_out(token, placed.token) {
                    pairs.push((mine, theirs));
                }
            }
        }
        let weight = |(mine, theirs): (usize, usize)| {
            let token = &claim.tokens[mine];
            let own = token_weight(token, sources);
            let same_reach = token.negations == window.tokens[theirs].token.negations;
            let main = window.tokens[theirs].part == Part::Main;
            own * if same_reach { 1.0 } else { 0.9 } * if main { 1.0 } else { 0.95 }
        };
        let mut best: Vec<(f32, Option<usize>)> = Vec::with_capacity(pairs.len());
        for (at, &(mine, theirs)) in pairs.iter().enumerate() {
            let mut found = (0.0, None);
            for (earlier, &(my_before, their_before)) in pairs[..at].iter().enumerate() {
                if my_before < mine && their_before < theirs {
                    let apart = (theirs - their_before).saturating_sub(mine - my_before) as f32;
                    let score = best[earlier].0 - 0.02 * apart.min(20.0);
                    if score > found.0 {
                        found = (score, Some(earlier));
                    }
                }
            }
            best.push((found.0 + weight((mine, theirs)), found.1));
        }
        let mut alignment = Self {
            of: vec![None; claim.tokens.len()],
            in_order: vec![false; claim.tokens.len()],
            back: vec![None; window.tokens.len()],
        };
        let mut cursor = (0..best.len()).max_by(|&a, &b| best[a].0.total_cmp(&best[b].0));
        while let Some(at) = cursor {
            alignment.set(pairs[at], true);
            cursor = best[at].1;
        }
        for &(mine, theirs) in &pairs {
            let small = matches!(
                claim.tokens[mine].role(),
                Some(Role::Grammar | Role::Joint(_) | Role::Relation | Role::Clause | Role::Negator(_))
            );
            if !small && alignment.of[mine].is_none() && alignment.back[theirs].is_none() {
                alignment.set((mine, theirs), false);
            }
        }
        alignment
    }

    fn set(&mut self, (mine, theirs): (usize, usize), in_order: bool) {
        self.of[mine] = Some(theirs);
        self.back[theirs] = Some(mine);
        self.in_order[mine] = in_order;
    }

    /// Matched tokens of the claim that say something, with their counterparts, in the claim's order.
    pub(crate) fn pairs<'a>(
        &'a self,
        claim: &'a Reading,
    ) -> impl DoubleEndedIterator<Item = (usize, usize)> + 'a {
        self.of
            .iter()
            .enumerate()
            .filter(|(mine, _)| claim.tokens[*mine].says_something())
            .filter_map(|(mine, theirs)| theirs.map(|theirs| (mine, theirs)))
    }

    /// Clauses of the sentence itself in which something is matched.
    pub(crate) fn segments(&self, claim: &Reading, window: &Window<'_>) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .pairs(claim)
            .filter(|&(_, theirs)| window.tokens[theirs].part == Part::Main)
            .map(|(_, theirs)| window.tokens[theirs].segment)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// How much it counts that this token is found.
pub(crate) fn token_weight(token: &Token, sources: &Sources) -> f32 {
    match &token.what {
        What::Fact(_) => 4.0,
        What::Mark(_) => 0.0,
        What::Word(word) => match word.role {
            Role::Content if token.is_name() => 4.0,
            Role::Content | Role::Kin | Role::Qualifier => sources.weight(&word.stem).clamp(1.0, 4.0),
            Role::Side(_) | Role::Modal(_) => 1.5,
            Role::Frame | Role::Extent => 0.4,
            // Small words only decide between alignments that are otherwise as good.
            _ => 0.03,
        },
    }
}
