//! Files inside a file, taken out within bounds.
//!
//! Owns how many there may be, how much they may weigh together, and what their names may look like. A member's name
//! is shown and nothing else: nothing here or later makes a path of it.

use crate::clean::{Spacing, tidy};
use crate::document::{LONGEST_NAME, Member};
use crate::error::{Excess, IntakeError};
use crate::limits::{MOST_MEMBER_BYTES, MOST_MEMBERS};

/// Members taken out so far.
pub(crate) struct Members {
    list: Vec<Member>,
    left: u64,
}

impl Members {
    pub(crate) fn new() -> Self {
        Self {
            list: Vec::new(),
            left: MOST_MEMBER_BYTES,
        }
    }

    /// With room for so many bytes.
    #[cfg(test)]
    pub(crate) fn within(left: u64) -> Self {
        Self { left, ..Self::new() }
    }

    /// Adds a file; `name` may be anything, and may be nothing.
    ///
    /// # Errors
    /// `too_large` for more files than are taken out of one.
    pub(crate) fn push(
        &mut self,
        name: &str,
        bytes: Result<Vec<u8>, IntakeError>,
    ) -> Result<(), IntakeError> {
        if self.list.len() >= MOST_MEMBERS {
            return Err(IntakeError::TooLarge(Excess::Members));
        }
        let bytes = bytes.and_then(|bytes| match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => {
                self.left = left;
                Ok(bytes)
            }
            None => Err(IntakeError::TooLarge(Excess::Unpacked)),
        });
        let (bytes, problem) = match bytes {
            Ok(bytes) if bytes.is_empty() => (bytes, Some(IntakeError::Empty)),
            Ok(bytes) => (bytes, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        let name = Some(clean(name)).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("Attachment {}", self.list.len() + 1));
        self.list.push(Member { name, problem, bytes });
        Ok(())
    }

    /// How many more bytes may be taken out.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// The names so far, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|member| member.name.as_str())
    }

    pub(crate) fn into_list(self) -> Vec<Member> {
        self.list
    }
}

/// A name without steps up, roots, drives, and characters that cannot be seen.
fn clean(name: &str) -> String {
    let name = tidy(name, Spacing::Collapse).replace(['\n', '\t'], " ");
    let name = name
        .get(2..)
        .filter(|_| name.as_bytes().get(1) == Some(&b':'))
        .unwrap_or(&name);
    let steps = name.split(['/', '\\']).map(str::trim);
    let steps: Vec<&str> = steps.filter(|step| !matches!(*step, "" | "." | "..")).collect();
    let name = steps.join("/");
    let surplus = name.chars().count().saturating_sub(LONGEST_NAME);
    // The end says what it is, so the beginning goes.
    name.chars().skip(surplus).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        assert_eq!(clean("../../etc/passwd"), "etc/passwd");
        assert_eq!(clean("C:\\Users\\..\\scan.pdf"), "Users/scan.pdf");
        assert_eq!(clean("/a//b/./c.txt\0\n"), "a/b/c.txt");
        assert_eq!(clean(" .. "), "");
        assert!(clean(&format!("{}.pdf", "x".repeat(900))).ends_with(".pdf"));
    }

    #[test]
    fn rejects_too_many_and_too_much() {
        let mut members = Members::within(5);
        members.push("a.txt", Ok(b"four".to_vec())).unwrap();
        members.push("b.txt", Ok(b"more".to_vec())).unwrap();
        members.push("c.txt", Ok(Vec::new())).unwrap();
        for _ in 3..MOST_MEMBERS {
            members.push("", Err(IntakeError::Crashed)).unwrap();
        }
        assert_eq!(
            members.push("x", Ok(vec![1])),
            Err(IntakeError::TooLarge(Excess::Members))
        );
        let list = members.into_list();
        assert_eq!(list[0].problem, None);
        assert_eq!(list[1].problem, Some(IntakeError::TooLarge(Excess::Unpacked)));
        assert_eq!(list[2].problem, Some(IntakeError::Empty));
        assert_eq!(list[3].name, "Attachment 4");
    }
}
