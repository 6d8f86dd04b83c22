//! Names in whole. A name replaced in part is sent in part: what a layer found of "Elm Road Surgery" is grown to all of
//! it, and bodies, streets and houses are found by the word that says what they are.

mod bodies;
mod growth;
mod words;

use crate::classifier::lexicon::{self, Word, flag};
use crate::classifier::tokens::{Shape, Token};
use crate::classifier::writing::{self, Sort as Writing};
use crate::{Finding, Kind};

/// How sure a body or street is where capitals speak for it, and where only words do.
const BY_CAPITALS: f32 = 0.8;
const BY_WORDS: f32 = 0.55;
/// Words of a name before what it is, where nothing is written with a capital.
const FEW: usize = 5;
/// Signs and words of one name at most.
const LONGEST: usize = 14;
/// A line of so many bytes was broken by the margin, not by who wrote it.
const FULL_LINE: usize = 45;

/// A text with what is known of each token.
pub(crate) struct Names<'a> {
    text: &'a str,
    tokens: &'a [Token],
    words: Vec<Word>,
    /// Capitals tell something here.
    cased: Vec<bool>,
    /// The line of the token before goes on with this one.
    joined: Vec<bool>,
    legal: bool,
}

impl<'a> Names<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        let both = writing::has_both_cases(tokens);
        let capitals = lines_in_capitals(tokens);
        let mut joined = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let wraps = || {
                let before = &tokens[at - 1];
                let gap = &text[before.range.end..token.range.start];
                let line = text[..before.range.end].rfind('\n').map_or(0, |line| line + 1);
                gap.matches('\n').count() == 1 && before.range.end - line >= FULL_LINE
            };
            joined.push(at > 0 && (!token.starts_line || wraps()));
        }
        Self {
            text,
            tokens,
            words: tokens.iter().map(|token| lexicon::word(&token.small)).collect(),
            cased: tokens
                .iter()
                .zip(capitals)
                .map(|(token, all)| both && !(token.shape == Shape::Capitals && all))
                .collect(),
            joined,
            legal: writing::sort(tokens) == Writing::Legal,
        }
    }

    fn small(&self, at: usize) -> &str {
        &self.tokens[at].small
    }

    fn is_word(&self, at: usize) -> bool {
        !matches!(self.tokens[at].shape, Shape::Sign | Shape::Digits | Shape::Code)
    }

    /// Written with a capital that says something.
    fn is_capital(&self, at: usize) -> bool {
        self.cased[at]
            && matches!(
                self.tokens[at].shape,
                Shape::Capital | Shape::Capitals | Shape::Mixed
            )
            && !words::is_little(self.small(at))
    }

    /// Known as the name of something, or not known at all.
    fn is_proper(&self, at: usize) -> bool {
        let word = self.words[at];
        let frequency = word.frequency();
        self.is_word(at)
            && self.small(at).chars().count() > 2
            && (frequency == 0 || frequency >= 3 && word.flags & flag::PROPER != 0)
    }

    /// A word with a capital only because a sentence begins with it.
    fn only_begins(&self, at: usize) -> bool {
        let begins = at == 0
            || self.tokens[at].starts_line && !self.joined[at]
            || matches!(self.small(at - 1), "." | "!" | "?" | ":" | "•" | "\"" | "“");
        let frequency = self.words[at].frequency();
        begins && (1..=3).contains(&frequency) && self.words[at].flags & flag::PROPER == 0
    }

    /// Could be a word of a name that another word makes one.
    fn fits(&self, at: usize, capitals: bool) -> bool {
        if capitals {
            self.is_capital(at) && !self.only_begins(at)
        } else {
            self.is_word(at)
                && !self.cased[at]
                && !words::is_little(self.small(at))
                && self.small(at).chars().count() > 1
        }
    }

    /// Where a name begins that ends with the token `at`.
    fn leftwards(&self, at: usize, capitals: bool, firm: bool, person: &[bool]) -> usize {
        let (mut start, mut here, mut count, mut and) = (at, at, 0, false);
        let most = if capitals { LONGEST } else { FEW };
        while here > 0 && self.joined[here] && at - here < LONGEST && count < most {
            let before = here - 1;
            // "Fenwick-on-the-Water": what a hyphen binds is one name.
            let bound =
                matches!(self.small(here), "-" | "‑") && !self.tokens[here].spaced && self.is_word(before);
            if bound || self.fits(before, capitals) {
                (start, here) = (before, before);
                count += usize::from(!words::is_generic(self.small(before)));
                continue;
            }
            let Some(further) = before.checked_sub(1).filter(|_| self.joined[before]) else {
                break;
            };
            let small = self.small(before);
            let tight = !self.tokens[here].spaced && !self.tokens[before].spaced;
            let crosses = match small {
                "-" | "'" | "’" | "/" => tight || small != "/" && !self.tokens[before].spaced,
                "." => self.small(further) == "st" || self.small(further).chars().count() == 1,
                "&" => {
                    and = true;
                    true
                }
                "and" => {
                    and |= firm;
                    firm || capitals && !person[further]
                }
                "," => and && capitals,
                "s" => matches!(self.small(further), "'" | "’"),
                "the" => capitals && self.small(further) == "of",
                link => capitals && words::is_link(link) && !person[further],
            };
            if !crosses {
                break;
            }
            here = before;
            // "St.", an initial.
            if small == "." && self.is_word(further) {
                (start, here, count) = (further, further, count + 1);
            }
        }
        start
    }

    /// How far a name reaches to the right of the token `at`, which is part of it: past "of", and words with capitals.
    /// Past "of" to what it is the body of, where `past_of`; over words beside it where `beside`.
    fn rightwards(&self, at: usize, capitals: bool, past_of: bool, beside: bool) -> usize {
        let mut end = at + 1;
        let mut here = end;
        while here < self.tokens.len() && self.joined[here] && here - at < LONGEST {
            let word = if capitals {
                self.fits(here, true) && !(self.legal && !past_of && words::is_office(self.small(here)))
            } else {
                self.fits(here, false) && (self.is_proper(here) || words::is_generic(self.small(here)))
            };
            // A form of a firm is part of it however it is written.
            if word && (beside && capitals || here > end)
                || beside && here == end && words::is_form(self.small(here))
            {
                here += 1;
                end = here;
                continue;
            }
            let links = match self.small(here) {
                "-" | "'" | "’" => !self.tokens[here].spaced,
                "." => here > 0 && self.small(here - 1) == "st",
                "&" => capitals,
                "of" | "for" | "at" => past_of && here == end,
                "the" => past_of && here > end,
                "and" => past_of && here == end && self.small(at) != self.small(here - 1),
                _ => false,
            };
            if !links {
                break;
            }
            here += 1;
        }
        end
    }

    fn covered(&self, found: &[Finding], wanted: impl Fn(Kind) -> bool) -> Vec<bool> {
        let mut out = vec![false; self.tokens.len()];
        for finding in found.iter().filter(|finding| wanted(finding.kind)) {
            let (from, to) = self.tokens_of(finding);
            out[from..to].fill(true);
        }
        out
    }

    /// First token and the one after the last.
    fn tokens_of(&self, finding: &Finding) -> (usize, usize) {
        let from = self
            .tokens
            .partition_point(|token| token.range.end <= finding.range.start);
        let to = self
            .tokens
            .partition_point(|token| token.range.start < finding.range.end);
        (from, to.max(from))
    }
}

/// Which tokens stand in lines of capitals: there they tell nothing, as in a text without small letters.
fn lines_in_capitals(tokens: &[Token]) -> Vec<bool> {
    let mut out = Vec::with_capacity(tokens.len());
    while out.len() < tokens.len() {
        let start = out.len();
        let end = (start + 1..tokens.len())
            .find(|&at| tokens[at].starts_line)
            .unwrap_or(tokens.len());
        let of = |shapes: &[Shape]| -> usize {
            let line = tokens[start..end].iter();
            line.filter(|token| shapes.contains(&token.shape))
                .map(|token| token.small.len())
                .sum()
        };
        let large = of(&[Shape::Capitals]);
        let small = of(&[Shape::Small, Shape::Capital, Shape::Mixed]);
        out.resize(end, large > 2 * small);
    }
    out
}
