//! What stands beside a text: comments, the heads and feet of pages, and what tracked changes deleted.
//!
//! Owns how comments and heads and feet come after the text, each once and called what they are, so that they are found
//! and never mistaken for the text. Deletions are no part of it; they are kept apart for whoever wants to see them.

use crate::clean::{Spacing, tidy};
use crate::details::{self, Day};
use crate::document::Deletion;
use crate::error::{Excess, IntakeError};
use crate::limits::MOST_DELETIONS;

/// How much of the words before a deletion, or under a comment, is kept to show where it stood, in characters.
const CONTEXT: usize = 60;

/// A remark somebody made on the text.
#[derive(Default)]
pub(crate) struct Comment {
    pub author: Option<String>,
    pub day: Option<Day>,
    /// The words it is about.
    pub on: String,
    pub text: String,
}

/// Everything beside one text, in the order it was found.
#[derive(Default)]
pub(crate) struct Asides {
    comments: Vec<Comment>,
    margins: Vec<String>,
    deletions: Vec<Deletion>,
}

impl Asides {
    /// Adds a comment; an empty one says nothing.
    pub(crate) fn comment(&mut self, comment: Comment) {
        if !comment.text.trim().is_empty() {
            self.comments.push(comment);
        }
    }

    /// Adds the text of the head or foot of some pages. Many pages have the same one, or the same but for their number.
    pub(crate) fn margin(&mut self, text: &str) {
        let lines = text.split(['\n', '\u{c}']).map(|line| one_line(line, usize::MAX));
        for line in lines.filter(|line| !is_page_number(line)) {
            let bare = without_page_number(&line);
            if self
                .margins
                .iter()
                .all(|other| without_page_number(other) != bare)
            {
                self.margins.push(line);
            }
        }
    }

    /// Adds words that tracked changes deleted; with the one before if nothing stands between the two.
    ///
    /// # Errors
    /// `too_large` for more deletions than any document has.
    pub(crate) fn deletion(&mut self, deletion: Deletion, goes_on: bool) -> Result<(), IntakeError> {
        if let Some(last) = self.deletions.last_mut()
            && goes_on
            && last.author == deletion.author
        {
            last.text.push_str(&deletion.text);
            return Ok(());
        }
        if self.deletions.len() >= MOST_DELETIONS {
            return Err(IntakeError::TooLarge(Excess::Text));
        }
        self.deletions.push(deletion);
        Ok(())
    }

    /// What to put after the text, and the deletions as they are kept. Of the heads and feet of pages, what the text
    /// says too is not said again.
    pub(crate) fn after(self, text: &str) -> (String, Vec<Deletion>) {
        let mut out = String::new();
        for (number, comment) in self.comments.iter().enumerate() {
            out.push_str(if number == 0 { "\n\nComments\n" } else { "\n" });
            out.push_str(&comment.line());
        }
        let margins: Vec<&str> = self.margins.iter().map(String::as_str).collect();
        let margins: Vec<&str> = margins.into_iter().filter(|line| !text.contains(line)).collect();
        if !margins.is_empty() {
            out.push_str("\n\nAt the head or foot of pages\n");
            out.push_str(&margins.join("\n"));
        }
        (out, self.deletions.into_iter().filter_map(kept).collect())
    }
}

impl Comment {
    /// The comment as it stands after a text.
    pub(crate) fn line(&self) -> String {
        let author = self.author.as_deref().and_then(details::name);
        let mut head: Vec<String> = author.into_iter().collect();
        head.extend(self.day.map(|day| day.to_string()));
        let on = one_line(&self.on, CONTEXT);
        if !on.is_empty() {
            head.push(format!("on \u{201c}{on}\u{201d}"));
        }
        let text = one_line(&self.text, usize::MAX);
        if head.is_empty() {
            format!("\u{2022} {text}")
        } else {
            format!("\u{2022} {}: {text}", head.join(", "))
        }
    }
}

/// The end of the words before a deletion.
pub(crate) fn before(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(CONTEXT);
    text.chars().skip(skipped).collect()
}

/// A deletion as it leaves the reader; none of white space alone.
fn kept(deletion: Deletion) -> Option<Deletion> {
    let text = tidy(&deletion.text, Spacing::Collapse);
    (!text.is_empty()).then(|| Deletion {
        before: one_line(&deletion.before, usize::MAX),
        text,
        author: deletion.author.as_deref().and_then(details::name),
        day: deletion.day,
    })
}

fn one_line(text: &str, most: usize) -> String {
    let text = tidy(text, Spacing::Collapse);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => {
            let cut = line[..end]
                .rsplit_once(' ')
                .map_or(&line[..end], |(whole, _)| whole);
            format!("{cut}\u{2026}")
        }
        None => line,
    }
}

/// Whether a line says which page this is and nothing else.
fn is_page_number(line: &str) -> bool {
    words(line).all(|word| names_page(&word) || joins_pages(&word) || is_number(&word))
}

/// The words of a line but for the numbers that follow the word "page", also as "page 2 of 3".
fn without_page_number(line: &str) -> Vec<String> {
    let mut after_page = false;
    let mut kept = words(line).collect::<Vec<_>>();
    kept.retain(|word| {
        let number = after_page && is_number(word);
        after_page = names_page(word) || after_page && (number || joins_pages(word));
        !number
    });
    kept
}

fn words(line: &str) -> impl Iterator<Item = String> {
    let words = line.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn names_page(word: &str) -> bool {
    matches!(word, "page" | "pages" | "p" | "seite" | "p\u{e1}gina")
}

fn joins_pages(word: &str) -> bool {
    matches!(word, "of" | "von" | "sur" | "de")
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_margins_follow_the_text_once() {
        let mut asides = Asides::default();
        asides.comment(Comment {
            author: Some("Ruth Adeyemi".into()),
            day: Day::new(2024, 5, 3),
            on: "the rent of one hundred pounds a month, to be paid in advance on the first day".into(),
            text: "Is this\ngross?".into(),
        });
        asides.comment(Comment {
            text: " ".into(),
            ..Comment::default()
        });
        for _ in 0..2 {
            asides.margin("Harrow & Penn LLP\nPage 2 of 3\nLease");
        }
        let (after, deletions) = asides.after("Lease\n\nRent is due.");
        assert_eq!(
            after,
            "\n\nComments\n\u{2022} Ruth Adeyemi, 2024-05-03, on \u{201c}the rent of one hundred pounds a month, to be paid in\u{2026}\u{201d}: Is this gross?\
             \n\nAt the head or foot of pages\nHarrow & Penn LLP"
        );
        assert!(deletions.is_empty());
    }

    #[test]
    fn a_head_that_differs_by_its_page_alone_is_said_once() {
        let mut asides = Asides::default();
        for head in [
            "Okafor v Lind, page 2 of 9",
            "Okafor v Lind, Page 3 of 9",
            "Okafor v Lind 2024, page 4",
            "Okafor v Lind 2025, page 4",
        ] {
            asides.margin(head);
        }
        let (after, _) = asides.after("");
        assert_eq!(
            after,
            "\n\nAt the head or foot of pages\nOkafor v Lind, page 2 of 9\nOkafor v Lind 2024, page 4\nOkafor v Lind 2025, page 4"
        );
    }

    #[test]
    fn deletions_that_touch_are_one_and_blank_ones_none() {
        let struck = |text: &str, author: &str| Deletion {
            before: "Pay ".into(),
            text: text.into(),
            author: Some(author.into()),
            day: None,
        };
        let mut asides = Asides::default();
        asides.deletion(struck("one ", "Ruth"), false).unwrap();
        asides.deletion(struck("hundred", "Ruth"), true).unwrap();
        asides.deletion(struck(" pounds", "Ben"), true).unwrap();
        asides.deletion(struck(" \n", "Ben"), false).unwrap();
        let (after, deletions) = asides.after("");
        let texts: Vec<&str> = deletions.iter().map(|one| one.text.as_str()).collect();
        assert_eq!((after.as_str(), texts), ("", vec!["one hundred", "pounds"]));
        assert_eq!(deletions[0].before, "Pay");
    }
}
