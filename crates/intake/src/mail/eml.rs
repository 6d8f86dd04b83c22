//! EML: messages as they travel (RFC 5322 with MIME), parsed by `mail-parser`.

use super::{Letter, richer};
use crate::decode::decode;
use crate::details::Day;
use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::flow::{Flow, Shape};
use crate::html;
use crate::members::Members;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::collections::HashSet;

/// Reads a message.
///
/// # Errors
/// `corrupt`, `empty`, or `too_large`.
pub(crate) fn read(bytes: &[u8]) -> Result<Extracted, IntakeError> {
    // A message is bytes, but editors save it as UTF-16 all the same.
    let text = bytes[..bytes.len().min(256)]
        .contains(&0)
        .then(|| decode(bytes, None))
        .flatten();
    let bytes = text
        .as_deref()
        .map_or(bytes, |text| text.trim_start_matches('\u{feff}').as_bytes());
    let message = MessageParser::default()
        .parse(bytes)
        .ok_or(IntakeError::Corrupt(Kind::Email))?;
    let date = message.date().filter(|date| date.is_valid());
    let sender = message.from().and_then(Address::first);
    let sender = sender.and_then(|from| from.name().or_else(|| from.address()));
    let written = |address: Option<&Address<'_>>| address.map(addresses).unwrap_or_default();
    let attached = attached(&message)?;
    let mut body = body(&message)?;
    if body.is_empty() && attached.names().next().is_none() {
        body = each_for_itself(&message, bytes)?;
    }
    let letter = Letter {
        kind: Kind::Email,
        subject: message.subject().unwrap_or_default().to_owned(),
        from: written(message.from().or_else(|| message.sender())),
        sender: sender.unwrap_or_default().to_owned(),
        to: written(message.to()),
        cc: written(message.cc()),
        bcc: written(message.bcc()),
        date: raw_date(&message).unwrap_or_default(),
        day: date.and_then(|date| Day::new(date.year, date.month, date.day)),
        body,
        attached,
    };
    letter.into_document()
}

/// The day a message was sent, its sender and its subject, for the list of a mailbox.
pub(super) fn headline(bytes: &[u8]) -> Option<(String, String, String)> {
    let message = MessageParser::default().parse_headers(bytes)?;
    let date = message
        .date()
        .and_then(|date| Day::new(date.year, date.month, date.day));
    let from = message.from().map(addresses).unwrap_or_default();
    let subject = message.subject().unwrap_or_default().to_owned();
    Some((date.map(|day| day.to_string()).unwrap_or_default(), from, subject))
}

/// The date as the sender's program wrote it, zone and all.
fn raw_date(message: &Message<'_>) -> Option<String> {
    let raw = message.header_raw("Date")?;
    Some(raw.trim().chars().take(80).collect())
}

fn addresses(list: &Address<'_>) -> String {
    let written = list.iter().filter_map(|one| match (one.name(), one.address()) {
        (Some(name), Some(address)) if name != address => Some(format!("{name} <{address}>")),
        (Some(one), _) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    });
    written.collect::<Vec<_>>().join(", ")
}

/// The words, in the richer of the two forms a message may carry them in.
fn body(message: &Message<'_>) -> Result<Flow, IntakeError> {
    let plain = flow(message, &message.text_body)?;
    let mut body = if message.text_body == message.html_body {
        plain
    } else {
        richer(plain, flow(message, &message.html_body)?)
    };
    let more: Vec<u32> = others(message)
        .filter(|(_, part)| reads_on(part))
        .map(|(id, _)| id)
        .collect();
    body.append(flow(message, &more)?);
    Ok(body)
}

/// The words of a message whose parts do not lie in one another as they say, so that the parser passes over them in search
/// of an inner part's beginning: what stands between the lines that divide it, each piece read as if it were alone.
fn each_for_itself(message: &Message<'_>, bytes: &[u8]) -> Result<Flow, IntakeError> {
    let declared = message.parts.iter().filter_map(MimeHeaders::content_type);
    let lines: HashSet<Vec<u8>> = declared
        .filter_map(|kind| kind.attribute("boundary"))
        .flat_map(|boundary| {
            [
                format!("--{boundary}").into_bytes(),
                format!("--{boundary}--").into_bytes(),
            ]
        })
        .collect();
    let mut pieces: Vec<Vec<u8>> = vec![Vec::new()];
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if lines.contains(line.trim_ascii()) {
            pieces.push(Vec::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.extend_from_slice(line);
        }
    }
    let mut flow = Flow::default();
    // Before the first line stand the fields of the message.
    for piece in &pieces[1..] {
        if let Some(piece) = MessageParser::default().parse(piece) {
            flow.append(body(&piece)?);
        }
    }
    Ok(flow)
}

fn flow(message: &Message<'_>, parts: &[u32]) -> Result<Flow, IntakeError> {
    let mut flow = Flow::default();
    for part in parts.iter().filter_map(|part| message.part(*part)) {
        match &part.body {
            PartType::Text(text) => flow.push(Shape::Paragraph, text.to_string()),
            PartType::Html(text) => flow.append(html::flow(text)?),
            PartType::Binary(bytes) => flow.push(Shape::Paragraph, decode(bytes, None).unwrap_or_default()),
            _ => {}
        }
    }
    Ok(flow)
}

/// The parts that are not the words.
fn others<'a>(message: &'a Message<'_>) -> impl Iterator<Item = (u32, &'a MessagePart<'a>)> {
    let words = |id: &u32| message.text_body.contains(id) || message.html_body.contains(id);
    let others = message.attachments.iter().copied().filter(move |id| !words(id));
    others.filter_map(|id| Some((id, message.part(id)?)))
}

/// Texts that were set into the message without a name, and what a server says of its delivery.
fn reads_on(part: &MessagePart<'_>) -> bool {
    let attachment = part.content_disposition().is_some_and(|how| how.is_attachment());
    let report = part.content_type().is_some_and(|kind| {
        kind.ctype() == "message"
            && kind
                .subtype()
                .is_some_and(|kind| kind.ends_with("-status") || kind.ends_with("-notification"))
    });
    let text = matches!(part.body, PartType::Text(_) | PartType::Html(_));
    part.attachment_name().is_none() && !attachment && (text || report)
}

fn attached(message: &Message<'_>) -> Result<Members, IntakeError> {
    let mut members = Members::new();
    for (_, part) in others(message) {
        if !is_set_into_text(part) && !reads_on(part) {
            members.push(&name(part), Ok(contents(part)))?;
        }
    }
    Ok(members)
}

/// The bytes of a part. A message that ends in the middle of its last part leaves that undecoded.
fn contents(part: &MessagePart<'_>) -> Vec<u8> {
    let in_base64 = part
        .content_transfer_encoding()
        .is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
    let decoded = (part.is_encoding_problem && in_base64).then(|| base64_decode(part.contents()));
    decoded.flatten().unwrap_or_else(|| part.contents().to_vec())
}

/// Pictures the text shows, such as the logo under a signature.
fn is_set_into_text(part: &MessagePart<'_>) -> bool {
    let picture = part.content_type().is_some_and(|kind| kind.ctype() == "image");
    picture && part.content_id().is_some()
}

fn name(part: &MessagePart<'_>) -> String {
    if let Some(name) = part.attachment_name() {
        return name.to_owned();
    }
    if let PartType::Message(message) = &part.body {
        return format!(
            "{}.eml",
            message.subject().unwrap_or("Message").replace(['/', '\\'], " ")
        );
    }
    part.content_description().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_cut_off_is_decoded_as_far_as_it_goes() {
        let message = "From: a@b.example\r\nSubject: x y z\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee attached.\r\n\
            --x\r\nContent-Type: application/octet-stream; name=lease.txt\r\nContent-Transfer-Encoding: base64\r\n\r\nUmVudCBpcyBkdWUu\r\nUGF5IG5vdy4u";
        let read = read(message.as_bytes()).unwrap();
        assert_eq!(read.members[0].bytes, b"Rent is due.Pay now..");
    }

    #[test]
    fn parts_that_do_not_lie_in_one_another_are_read_all_the_same() {
        let message = "From: a@b.example\nSubject: x y z\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\nContent-Type: multipart/mixed; boundary=a\n\n\
            --ab\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nThe rent is due at the caf=E9.\n\n--a\n";
        let read = read(message.as_bytes()).unwrap();
        let text = &read.pages[0].text;
        assert!(text.ends_with("\n\nThe rent is due at the caf\u{e9}."), "{text}");
    }

    #[test]
    fn fields_words_and_attachments() {
        let message = "From: Amara Osei <amara@clinic.example>\r\nTo: Ruth <ruth@law.example>, b@law.example\r\nSubject: =?utf-8?q?Caf=C3=A9_lease?=\r\n\
            Date: Fri, 3 May 2024 10:00:00 +0200\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nThe caf=E9 lease is attached.\r\n--x\r\nContent-Type: text/plain; name=\"../lease.txt\"\r\nContent-Disposition: attachment; filename=\"../lease.txt\"\r\n\r\nRent is due.\r\n\
            --x\r\nContent-Type: message/rfc822\r\n\r\nSubject: Old note\r\nFrom: c@law.example\r\n\r\nEarlier words.\r\n--x--\r\n";
        let read = read(message.as_bytes()).unwrap();
        assert_eq!(
            read.pages[0].text,
            "Subject: Café lease\nFrom: Amara Osei <amara@clinic.example>\nTo: Ruth <ruth@law.example>, b@law.example\n\
             Date: Fri, 3 May 2024 10:00:00 +0200\nAttached: lease.txt, Old note.eml\n\nThe café lease is attached."
        );
        assert_eq!(read.title.as_deref(), Some("Café lease"));
        assert_eq!(read.details.author.as_deref(), Some("Amara Osei"));
        assert_eq!(read.details.dated, Day::new(2024, 5, 3));
        assert_eq!(read.members[0].bytes.trim_ascii(), b"Rent is due.");
        assert!(
            super::read(&read.members[1].bytes).unwrap().pages[0]
                .text
                .ends_with("Earlier words.")
        );
    }

    #[test]
    fn the_richer_form_is_read() {
        let message = |plain: &str| {
            format!(
                "From: a@b.example\nSubject: x y z\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\n{plain}\n\
                 --x\nContent-Type: text/html\n\n<p>The rent is due on <b>Friday</b>, as agreed.</p>\n--x--\n"
            )
        };
        let text = |plain: &str| read(message(plain).as_bytes()).unwrap().pages[0].text.clone();
        assert!(text("See the HTML.").ends_with("The rent is due on Friday, as agreed."));
        let apart = text(
            "The rent is due on Friday, as agreed.\n\nPlease bring both sets of keys along.\nAnd the meter readings: all three of them, and whatever else you have.",
        );
        assert!(apart.contains("due on Friday") && apart.ends_with("whatever else you have."));
        let apart = text(
            "Lunch tomorrow at twelve with Bruno, upstairs?\n\nOr later in the week, whenever it suits you both.",
        );
        assert!(
            apart.contains("whenever it suits") && apart.ends_with("The rent is due on Friday, as agreed."),
            "{apart}"
        );
        let changed = text("The rent is due on Monday, as agreed.");
        assert!(
            changed.contains("on Monday") && changed.contains("on Friday"),
            "{changed}"
        );
        let whole = "The *rent* is due on Friday, as agreed: https://lease.example/friday/terms";
        assert!(
            text(whole).ends_with(whole),
            "the same words, and one address more"
        );
        // Cut off after more than half of it.
        assert!(text("The rent is due on Friday ...").ends_with("The rent is due on Friday, as agreed."));
        let more = "The rent is due on Friday, as agreed. Bring the keys.";
        assert!(text(more).ends_with(more));
    }
}
