//! Negations, duties and everything that narrows a sentence: what must be in both or in neither.

use crate::grounding::check::{Check, Finding};
use crate::grounding::window::Part;
use crate::reading::{Joint, Role, Token};

impl Check<'_> {
    /// A matched word is denied in the one and not in the other.
    pub(crate) fn negations(&self) -> Option<Finding> {
        let (mine, theirs) = self.alignment.of.iter().enumerate().find_map(|(mine, theirs)| {
            let theirs = (*theirs)?;
            let claim = &self.claim.tokens[mine];
            let checked = claim.says_something() || claim.role() == Some(Role::Frame);
            let placed = &self.window.tokens[theirs];
            let differs = claim.negations != placed.token.negations;
            // A heading is not denied with the lines below it: "Allergies" above "No penicillin".
            let comparable = placed.part == Part::Main || claim.negations > 0;
            (checked && differs && comparable).then_some((mine, theirs))
        })?;
        let word = self.claim_words(self.claim.tokens[mine].span);
        Some(Finding::wrong(
            if self.claim.tokens[mine].negations > self.window.tokens[theirs].token.negations {
                format!("The source does not deny “{word}”.")
            } else {
                format!("The source denies “{word}”.")
            },
        ))
    }

    /// A "not" or "without" of the claim that reaches nothing comparable and has no counterpart.
    pub(crate) fn added_negation(&self) -> Option<Finding> {
        let segments = self.alignment.segments(self.claim, self.window);
        let negates = |token: &Token| matches!(token.role(), Some(Role::Negator(_)));
        let mine = self.claim.tokens.iter().filter(|token| negates(token)).count();
        let theirs = self
            .window
            .tokens
            .iter()
            .filter(|placed| {
                negates(placed.token) && (segments.contains(&placed.segment) || placed.part == Part::Above)
            })
            .count();
        (mine > theirs).then(|| Finding::wrong("The source does not deny this.".to_owned()))
    }

    /// "May" left out of a sentence that hangs on it.
    pub(crate) fn modals(&self) -> Option<Finding> {
        let segments = self.alignment.segments(self.claim, self.window);
        let modal = |placed: &Token| matches!(placed.role(), Some(Role::Modal(_)));
        let left_out = self.main().find(|&theirs| {
            let placed = &self.window.tokens[theirs];
            modal(placed.token) && !self.matched(theirs) && segments.contains(&placed.segment)
        })?;
        Some(Finding::doubt(format!(
            "The source says “{}”.",
            self.source_words(left_out)
        )))
    }

    /// Words that narrow the source's sentence and that the claim leaves out.
    pub(crate) fn qualifiers(&self) -> Option<Finding> {
        let segments = self.alignment.segments(self.claim, self.window);
        let left_out = (0..self.window.tokens.len()).find(|&theirs| {
            let placed = &self.window.tokens[theirs];
            let Some(word) = placed.token.word() else {
                return false;
            };
            if self.matched(theirs) {
                return false;
            }
            let here = segments.contains(&placed.segment);
            // "Unless", "only": the whole sentence stands under it.
            let governs = matches!(
                word.form.as_str(),
                "if" | "unless"
                    | "except"
                    | "excepting"
                    | "provided"
                    | "only"
                    | "notwithstanding"
                    | "whether"
                    | "subject"
            );
            match placed.part {
                Part::Main => {
                    let label = self.is_label(theirs);
                    match word.role {
                        Role::Qualifier => here || governs || label,
                        Role::Kin => true,
                        Role::Negator(_) => here && self.negates_something(theirs),
                        _ => false,
                    }
                }
                Part::Above => {
                    matches!(word.role, Role::Qualifier | Role::Kin | Role::Negator(_))
                        && word.form != "history"
                }
                Part::Before => false,
            }
        })?;
        Some(Finding::doubt(format!(
            "The source limits this: “{}”.",
            self.source_words(left_out)
        )))
    }

    /// True before the first colon of the sentence.
    fn is_label(&self, theirs: usize) -> bool {
        let colon = self.main().find(|&at| self.window.tokens[at].token.is_mark(':'));
        colon.is_some_and(|colon| theirs < colon)
    }

    /// True where the negation at `theirs` reaches something matched that the claim does not deny.
    fn negates_something(&self, theirs: usize) -> bool {
        let segment = self.window.tokens[theirs].segment;
        let claim_denies = self
            .claim
            .tokens
            .iter()
            .any(|token| matches!(token.role(), Some(Role::Negator(_))));
        !claim_denies
            && self.main().any(|at| {
                let placed = &self.window.tokens[at];
                placed.segment == segment && placed.token.negations > 0 && self.matched(at)
            })
    }

    /// One of two alternatives, "and" for "or", "some" left out.
    pub(crate) fn alternatives(&self) -> Option<Finding> {
        self.dropped_alternative()
            .or_else(|| self.changed_joint())
            .or_else(|| self.dropped_extent())
    }

    fn dropped_alternative(&self) -> Option<Finding> {
        let or = self.main().find(|&at| {
            let placed = &self.window.tokens[at];
            if placed.token.role() != Some(Role::Joint(Joint::Or)) || placed.token.negations > 0 {
                return false;
            }
            let side = |mut places: Box<dyn Iterator<Item = usize>>| {
                places.find(|&other| {
                    self.window.tokens[other].token.says_something()
                        && self.window.tokens[other].part == Part::Main
                })
            };
            let before = side(Box::new((0..at).rev()));
            let after = side(Box::new(at + 1..self.window.tokens.len()));
            match (before, after) {
                (Some(before), Some(after)) => self.matched(before) != self.matched(after),
                _ => false,
            }
        })?;
        let _ = or;
        Some(Finding::doubt("The source gives alternatives: “or”.".to_owned()))
    }

    fn changed_joint(&self) -> Option<Finding> {
        let joint = |token: &Token| match token.role() {
            Some(Role::Joint(joint @ (Joint::And | Joint::Or))) => Some(joint),
            _ => None,
        };
        let pairs: Vec<(usize, usize)> = self.alignment.pairs(self.claim).collect();
        let differs = pairs.windows(2).any(|pair| {
            let [(my_first, their_first), (my_second, their_second)] = *pair else {
                return false;
            };
            let (low, high) = (their_first.min(their_second), their_first.max(their_second));
            let mine = self.claim.tokens[my_first..my_second].iter().find_map(joint);
            let theirs: Vec<Joint> = self.window.tokens[low..high]
                .iter()
                .filter_map(|placed| joint(placed.token))
                .collect();
            let denied = self.claim.tokens[my_second].negations > 0;
            mine.is_some_and(|mine| !theirs.is_empty() && !theirs.contains(&mine)) && !denied
        });
        differs.then(|| {
            Finding::doubt(
                "The source joins these with “or” where the sentence has “and”, or the reverse.".to_owned(),
            )
        })
    }

    fn dropped_extent(&self) -> Option<Finding> {
        let left_out = self.main().find(|&at| {
            let narrow = self.source_word(at).is_some_and(|word| {
                matches!(
                    word.form.as_str(),
                    "some" | "few" | "most" | "many" | "often" | "usually" | "several" | "other" | "another"
                )
            });
            narrow
                && !self.matched(at)
                && (at + 1..self.window.tokens.len())
                    .take(2)
                    .any(|next| self.matched(next))
        })?;
        Some(Finding::doubt(format!(
            "The source limits this: “{}”.",
            self.source_words(left_out)
        )))
    }
}
