//! What stands around a number and changes it: "at least", "more than", "within", "before".

use super::lexer::Lexeme;

/// How a number or date bounds what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// That much or more.
    AtLeast,
    /// That much or less.
    AtMost,
    /// More than that.
    MoreThan,
    /// Less than that.
    LessThan,
    /// About that much.
    About,
    /// Earlier than that.
    Before,
    /// Later than that.
    After,
    /// Up to then, or by then.
    Until,
    /// From then on.
    Since,
    /// Inside that stretch of time.
    Within,
}

/// Reads the words that end just before `at`; gives the bound and where its words start.
pub(crate) fn before(lexemes: &[Lexeme], at: usize) -> Option<(Bound, usize)> {
    let mut end = at;
    // "more than the 30 days", "under a 5-year term"
    if end > 0 && matches!(lexemes[end - 1].form.as_str(), "the" | "a" | "an") {
        end -= 1;
    }
    let word = |back: usize| end.checked_sub(back).map_or("", |at| lexemes[at].form.as_str());
    let negated = |back: usize| matches!(word(back), "no" | "not" | "never" | "nor");
    let negating = |back: usize, bound: Bound, opposite: Bound| {
        if negated(back + 1) {
            Some((opposite, back + 1))
        } else {
            Some((bound, back))
        }
    };
    let found = match (word(3), word(2), word(1)) {
        (_, "more" | "greater" | "larger" | "longer" | "higher" | "older", "than") => {
            negating(2, Bound::MoreThan, Bound::AtMost)
        }
        (_, "less" | "fewer" | "smaller" | "shorter" | "lower" | "younger", "than") => {
            negating(2, Bound::LessThan, Bound::AtLeast)
        }
        (_, "later", "than") if negated(3) => Some((Bound::Until, 3)),
        (_, "earlier" | "sooner", "than") if negated(3) => Some((Bound::Since, 3)),
        (_, "later", "than") => Some((Bound::After, 2)),
        (_, "earlier", "than") | (_, "prior", "to") => Some((Bound::Before, 2)),
        (_, "at", "least") | ("a", "minimum", "of") => {
            Some((Bound::AtLeast, if word(2) == "at" { 2 } else { 3 }))
        }
        (_, "at", "most") | (_, "up", "to") => Some((Bound::AtMost, 2)),
        ("a", "maximum", "of") => Some((Bound::AtMost, 3)),
        (_, "minimum", "of") => Some((Bound::AtLeast, 2)),
        (_, "maximum", "of") => Some((Bound::AtMost, 2)),
        (_, _, "exceed" | "exceeding" | "exceeds" | "exceeded") => {
            negating(1, Bound::MoreThan, Bound::AtMost)
        }
        (_, "in", "excess") => Some((Bound::MoreThan, 2)),
        ("in", "excess", "of") => Some((Bound::MoreThan, 3)),
        (_, _, "over" | "above" | ">") => negating(1, Bound::MoreThan, Bound::AtMost),
        (_, _, "below" | "under" | "<") => negating(1, Bound::LessThan, Bound::AtLeast),
        (_, _, "≥") | (_, ">", "=") => Some((Bound::AtLeast, if word(1) == "=" { 2 } else { 1 })),
        (_, _, "≤") | (_, "<", "=") => Some((Bound::AtMost, if word(1) == "=" { 2 } else { 1 })),
        (_, _, "minimum") => Some((Bound::AtLeast, 1)),
        (_, _, "maximum") => Some((Bound::AtMost, 1)),
        (
            _,
            _,
            "about" | "approximately" | "approx" | "around" | "circa" | "ca" | "roughly" | "nearly"
            | "almost" | "some" | "~" | "≈",
        ) => Some((Bound::About, 1)),
        (_, "approx" | "ca", ".") => Some((Bound::About, 2)),
        (_, _, "within") => Some((Bound::Within, 1)),
        (_, _, "before") => Some((Bound::Before, 1)),
        (_, _, "after" | "following") => Some((Bound::After, 1)),
        (_, _, "until" | "till" | "through" | "by") => Some((Bound::Until, 1)),
        (_, _, "since" | "from") => Some((Bound::Since, 1)),
        _ => None,
    };
    found.map(|(bound, words)| (bound, end - words))
}

/// Reads "or more", "or less", "and over" that start at `at`; gives the bound and the place after it.
pub(crate) fn after(lexemes: &[Lexeme], at: usize) -> Option<(Bound, usize)> {
    let form = |at: usize| lexemes.get(at).map_or("", |lexeme| lexeme.form.as_str());
    if !matches!(form(at), "or" | "and") {
        return None;
    }
    match form(at + 1) {
        "more" | "over" | "above" | "older" | "longer" | "greater" | "later" | "higher" => {
            Some((Bound::AtLeast, at + 2))
        }
        "less" | "under" | "below" | "younger" | "fewer" | "shorter" | "earlier" | "lower" => {
            Some((Bound::AtMost, at + 2))
        }
        _ => None,
    }
}
