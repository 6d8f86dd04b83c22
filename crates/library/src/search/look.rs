//! How closely a search looks, where a cabinet is too large to look at everything.

/// How closely a search looks at a large cabinet; a small one is always looked at closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// As closely as answers well.
    #[default]
    Close,
    /// So that a list stands at each key of somebody who types: less of the lists of words is read, and nothing is
    /// searched a second time. What is in quotes, identifiers and rare names come first all the same.
    First,
}

impl Look {
    /// Passages in the lists of words that are read.
    pub(super) fn lists(self) -> usize {
        match self {
            Self::Close => 200_000,
            Self::First => 50_000,
        }
    }

    /// Passages whose text is looked into.
    pub(super) fn texts(self) -> usize {
        match self {
            Self::Close => 300,
            Self::First => 150,
        }
    }

    /// Words that stand for a beginning.
    pub(super) fn completions(self) -> usize {
        match self {
            Self::Close => 24,
            Self::First => 8,
        }
    }
}
