//! Messages: who wrote to whom, when, about what, the words, and what was attached.
//!
//! Owns how a message is set down as text, whichever program saved it: its fields, one a line, then the words, and
//! the names of what was attached, which are documents of their own. Pictures set into the text are left out.

mod eml;
mod mailbox;
mod msg;
mod squeezed;

pub(crate) use eml::read as read_eml;
pub(crate) use mailbox::read as read_mailbox;
pub(crate) use msg::read as read_msg;

use crate::details::{self, Day, Details, Genre};
use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::flow::{Flow, Shape};
use crate::members::Members;
use crate::{text, title};
use std::collections::HashSet;

/// So many words in a paragraph that the other form of a message lacks are something it says ...
const FEWEST_NEW: usize = 3;
/// ... and in a line of no more words than this that the other form has but for one of them, that one is: a name, a sum, a
/// day.
const SHORT: usize = 12;

/// A message in parts.
struct Letter {
    kind: Kind,
    subject: String,
    from: String,
    /// The sender's name alone, or the address where there is none.
    sender: String,
    to: String,
    cc: String,
    bcc: String,
    /// As it is shown.
    date: String,
    day: Option<Day>,
    body: Flow,
    attached: Members,
}

impl Letter {
    /// Sets the message down as a document.
    ///
    /// # Errors
    /// `empty` when there is not even a subject.
    fn into_document(self) -> Result<Extracted, IntakeError> {
        let mut head = Vec::new();
        let attached = self.attached.names().collect::<Vec<_>>().join(", ");
        let fields = [
            ("Subject", &self.subject),
            ("From", &self.from),
            ("To", &self.to),
            ("Cc", &self.cc),
            ("Bcc", &self.bcc),
            ("Date", &self.date),
            ("Attached", &attached),
        ];
        for (name, value) in fields {
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            if !value.is_empty() {
                head.push(format!("{name}: {value}"));
            }
        }
        let mut flow = Flow::default();
        flow.push(Shape::Paragraph, head.join("\n"));
        flow.append(self.body);
        let title = title::declared(&self.subject).or_else(|| {
            let sender = details::name(&self.sender)?;
            Some(format!("Message from {sender}"))
        });
        let mut read = text::document(self.kind, &flow.into_marked_text(), title)?;
        read.details = Details {
            author: details::name(&self.sender),
            dated: self.day,
            genre: Some(Genre::Email),
            ..Details::default()
        };
        read.members = self.attached.into_list();
        Ok(read)
    }
}

/// Of the two forms a message carries its words in, the one that says more, and what the other alone says. Programs that
/// cannot write the plain form put a hint there, or the beginning; where both say the same, the plain one has fewer
/// ornaments.
fn richer(plain: Flow, page: Flow) -> Flow {
    let (in_plain, in_page) = (distinct_words(plain.texts()), distinct_words(page.texts()));
    let only = |these: &HashSet<String>, those: &HashSet<String>| these.difference(those).count();
    let (mut flow, said, other) = if only(&in_page, &in_plain) > only(&in_plain, &in_page) {
        (page, in_page, plain)
    } else {
        (plain, in_plain, page)
    };
    for paragraph in other.texts().flat_map(|text| text.split("\n\n")) {
        let words = distinct_words([paragraph]);
        let new = only(&words, &said);
        let differs = new == 1 && (3..=SHORT).contains(&words.len());
        if new >= FEWEST_NEW && new * 2 > words.len() || differs {
            flow.push(Shape::Paragraph, paragraph.to_owned());
        }
    }
    flow
}

/// The words of texts, each once and in small letters; addresses of the web, which a page keeps behind its words, are none.
fn distinct_words<'t>(texts: impl IntoIterator<Item = &'t str>) -> HashSet<String> {
    texts
        .into_iter()
        .flat_map(str::split_whitespace)
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
