//! How much is taken from one file.
//!
//! Owns the numbers inside the reader child; the deadline and the memory of the child are the
//! parent's. All are far above real documents and far below what would harm the machine.

use crate::error::{Excess, IntakeError};

/// The most pages of one document.
pub(crate) const MOST_PAGES: usize = 100_000;
/// The most text of one document, in bytes; a thousand pages hold about three million.
pub(crate) const MOST_TEXT: usize = 64 << 20;
/// The most one part of a package may unpack to.
pub(crate) const MOST_UNPACKED: u64 = 128 << 20;

/// The most deletions by tracked changes that are kept of one document.
pub(crate) const MOST_DELETIONS: usize = 20_000;

/// The most headings that are kept of one document.
pub(crate) const MOST_HEADINGS: usize = 50_000;

/// The most files taken out of one file, and the most bytes of them all.
pub(crate) const MOST_MEMBERS: usize = 4_000;
/// The most bytes of all members of one file together.
pub(crate) const MOST_MEMBER_BYTES: u64 = 512 << 20;

/// Text still to be taken from one document.
pub(crate) struct TextBudget(usize);

impl Default for TextBudget {
    fn default() -> Self {
        Self(MOST_TEXT)
    }
}

impl TextBudget {
    /// Takes note of text read.
    ///
    /// # Errors
    /// `too_large` once it is more than any document holds.
    pub(crate) fn spend(&mut self, bytes: usize) -> Result<(), IntakeError> {
        self.0 = self
            .0
            .checked_sub(bytes)
            .ok_or(IntakeError::TooLarge(Excess::Text))?;
        Ok(())
    }
}
