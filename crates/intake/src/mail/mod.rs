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
        let mut flow = Flow::default();
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
                flow.push(Shape::Line, format!("{name}: {value}"));
            }
        }
        flow.append(self.body);
        let title = title::declared(&self.subject).or_else(|| {
            let sender = details::name(&self.sender)?;
            Some(format!("Message from {sender}"))
        });
        let mut read = text::document(self.kind, &flow.into_text(), title)?;
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
