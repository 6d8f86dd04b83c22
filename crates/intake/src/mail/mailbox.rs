//! MBOX: many messages in one file (RFC 4155). The mailbox itself is a list of them; each is a document of its own.

use super::eml::headline;
use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::flow::{Flow, Shape};
use crate::members::Members;
use crate::text;
use mail_parser::mailbox::mbox::MessageIterator;
use std::io::Cursor;

/// Reads a mailbox.
///
/// # Errors
/// `corrupt`, `empty`, or `too_large` for more messages than are taken out of one file.
pub(crate) fn read(bytes: &[u8]) -> Result<Extracted, IntakeError> {
    let mut members = Members::new();
    let mut flow = Flow::default();
    let messages = MessageIterator::new(Cursor::new(bytes)).collect::<Result<Vec<_>, _>>();
    let mut messages = messages.map_err(|_| IntakeError::Corrupt(Kind::Mailbox))?;
    // Programs save single messages in this form too.
    if messages.len() == 1
        && let Some(message) = messages.pop()
    {
        return super::read_eml(message.contents());
    }
    for message in messages {
        let message = message.unwrap_contents();
        let (day, from, subject) = headline(&message).unwrap_or_default();
        let name = if subject.trim().is_empty() {
            "Message"
        } else {
            subject.trim()
        };
        flow.push(Shape::Row, format!("{day} | {from} | {subject}"));
        members.push(
            &format!("{}.eml", name.replace(['/', '\\', ':'], " ")),
            Ok(message),
        )?;
    }
    let mut read = text::document(Kind::Mailbox, &flow.into_text(), None)?;
    read.title = None;
    read.members = members.into_list();
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_listed_and_taken_out() {
        let mailbox = "From a@b.example Fri May  3 10:00:00 2024\nFrom: Amara <a@b.example>\nSubject: One\nDate: Fri, 3 May 2024 10:00:00 +0000\n\nFirst.\n>From here on\n\nFrom c@b.example Sat May  4 10:00:00 2024\nFrom: c@b.example\nSubject: Two\n\nSecond.\n";
        let read = read(mailbox.as_bytes()).unwrap();
        assert_eq!(
            read.pages[0].text,
            "2024-05-03 | Amara <a@b.example> | One\n| c@b.example | Two"
        );
        let names: Vec<&str> = read.members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["One.eml", "Two.eml"]);
        assert!(String::from_utf8_lossy(&read.members[0].bytes).contains("\nFrom here on"));
    }
}
