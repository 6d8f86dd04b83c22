//! A source sentence with what it cannot be understood without: its heading, the lead-in of its list, the
//! sentence its pronoun points back to.

use crate::grounding::sources::Sources;
use crate::reading::{Gender, Role, Token};

/// What a token of a window belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Heading or lead-in above the sentence.
    Above,
    /// Sentence before it.
    Before,
    /// The sentence itself.
    Main,
}

/// One token of a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) token: &'a Token,
    pub(crate) part: Part,
    /// Clause, counted through the whole window.
    pub(crate) segment: usize,
}

/// Sentences read as one.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    pub(crate) tokens: Vec<Placed<'a>>,
    /// The sentences, in the order of the page.
    pub(crate) sentences: Vec<usize>,
}

impl<'a> Window<'a> {
    /// The windows in which a sentence may be read.
    pub(crate) fn around(sources: &'a Sources, at: usize) -> Vec<Self> {
        let entry = &sources.sentences[at];
        let mut above: Vec<usize> = entry.heading.into_iter().chain(entry.lead_in).collect();
        above.dedup();
        let mut windows = vec![Self::of(sources, &above, None, at)];
        if let Some(before) = entry.before.filter(|&before| points_back(sources, before, at)) {
            windows.push(Self::of(sources, &above, Some(before), at));
        }
        windows
    }

    fn of(sources: &'a Sources, above: &[usize], before: Option<usize>, main: usize) -> Self {
        let mut window = Self {
            tokens: Vec::new(),
            sentences: Vec::new(),
        };
        for &at in above {
            window.push(sources, at, Part::Above);
        }
        if let Some(at) = before {
            window.push(sources, at, Part::Before);
        }
        window.push(sources, main, Part::Main);
        window
    }

    fn push(&mut self, sources: &'a Sources, at: usize, part: Part) {
        let first = self.tokens.last().map_or(0, |last| last.segment + 1);
        let tokens = &sources.sentences[at].reading().tokens;
        self.tokens.extend(tokens.iter().map(|token| Placed {
            token,
            part,
            segment: first + token.segment,
        }));
        self.sentences.push(at);
    }

    /// True where nothing but grammar stands between two places.
    pub(crate) fn touch(&self, from: usize, to: usize) -> bool {
        from < to
            && self.tokens[from + 1..to]
                .iter()
                .all(|placed| placed.token.role() == Some(Role::Grammar))
    }
}

/// True where a sentence begins with "he" or "she" and the one before it speaks of one person only.
fn points_back(sources: &Sources, before: usize, at: usize) -> bool {
    let opens = sources.sentences[at]
        .reading()
        .tokens
        .iter()
        .find_map(Token::role)
        .is_some_and(|role| matches!(role, Role::Pronoun(Gender::Female | Gender::Male)));
    if !opens {
        return false;
    }
    let mut persons = 0;
    let mut inside = false;
    for token in &sources.sentences[before].reading().tokens {
        let name = token.is_name() || matches!(token.role(), Some(Role::Title | Role::Kin));
        persons += usize::from(name && !inside);
        inside = name || inside && token.is_mark('.');
    }
    persons <= 1
}
