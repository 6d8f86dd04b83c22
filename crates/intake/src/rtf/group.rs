//! What a group of a file says of the text in it: where that goes, in which font, and whether it can be seen.

/// Where the text of a group goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    Text,
    Nowhere,
    Fonts,
    Info,
    Title,
    Author,
    Created,
    Modified,
    CommentAuthor,
}

/// What holds within a pair of braces, and for those inside it unless they say otherwise.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub destination: Destination,
    pub font: Option<i32>,
    /// How many bytes stand in for each character given by its number.
    pub substitutes: usize,
    pub hidden: bool,
    pub deleted: bool,
    /// A part of its own ends with this group.
    pub part: Option<PartKind>,
}

impl Group {
    /// Whether what stands here can be seen on paper.
    pub(super) fn visible(&self) -> bool {
        self.destination == Destination::Text && !self.hidden && !self.deleted
    }
}

impl Default for Group {
    /// What holds outside of all groups.
    fn default() -> Self {
        Self {
            destination: Destination::Text,
            font: None,
            substitutes: 1,
            hidden: false,
            deleted: false,
            part: None,
        }
    }
}

/// What a part of its own is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PartKind {
    Note,
    Box,
    Comment,
    /// The head or foot of pages.
    Margin,
}
