//! Which kind of text a file is: plain, Markdown, a web page, a table, a message or a mailbox.

use super::{HEAD, Hint};
use crate::document::Kind;
use crate::error::{Foreign, IntakeError};

/// Tells it from the beginning of the text, decoded.
///
/// # Errors
/// `unsupported` for formats that are text and that Cabinet does not read.
pub(super) fn kind(text: &str, hint: Hint) -> Result<Kind, IntakeError> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let head: String = text.chars().take(HEAD * 4).collect::<String>().to_lowercase();
    let foreign = if head.starts_with("{\\rtf") {
        return Ok(Kind::Rtf);
    } else if head.starts_with("%!ps") {
        Foreign::PostScript
    } else if head.starts_with("<svg") || head.starts_with("<?xml") && head.contains("<svg") {
        Foreign::Image
    } else if head.contains("<?mso-application progid=\"word.document\"") {
        Foreign::WordXml
    } else if is_mailbox(text) {
        return Ok(Kind::Mailbox);
    } else if is_email(text, hint) {
        return Ok(Kind::Email);
    } else if hint == Hint::Csv {
        return Ok(Kind::Csv);
    } else {
        return Ok(written(&head, hint));
    };
    Err(IntakeError::Unsupported(foreign))
}

/// Text, Markdown or web page. A document that opens as a web page is one whatever its name; one
/// that merely uses tags is one unless its name says Markdown.
fn written(head: &str, hint: Hint) -> Kind {
    let opening = skip_prolog(head);
    let opens_with = |tags: &[&str]| {
        tags.iter().any(|tag| {
            opening
                .strip_prefix('<')
                .and_then(|rest| rest.strip_prefix(tag))
                .is_some_and(|rest| {
                    rest.starts_with(|c: char| c == '>' || c == '/' || c.is_whitespace())
                        || tag.starts_with('!')
                })
        })
    };
    let page = opens_with(&["!doctype html", "html"]);
    let tags = ["head", "body", "title", "meta", "script", "style", "link", "base"];
    let fragments = [
        "p", "div", "table", "h1", "h2", "h3", "ul", "ol", "span", "center", "font", "br", "a", "b",
    ];
    match hint {
        _ if page => Kind::Html,
        Hint::Markdown => Kind::Markdown,
        Hint::Html => Kind::Html,
        _ if opens_with(&tags) || (opens_with(&fragments) && head.contains("</")) => Kind::Html,
        _ => Kind::Text,
    }
}

/// What follows the XML declaration, processing instructions and comments.
fn skip_prolog(mut head: &str) -> &str {
    loop {
        head = head.trim_start();
        let end = if head.starts_with("<?") {
            head.find("?>").map(|at| at + 2)
        } else if head.starts_with("<!--") {
            head.find("-->").map(|at| at + 3)
        } else {
            None
        };
        match end {
            Some(end) => head = &head[end..],
            None => return head,
        }
    }
}

/// The names of a message's header lines, if the text opens with such lines.
fn header_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines().take(100) {
        if line.starts_with([' ', '\t']) && !names.is_empty() {
            continue;
        }
        match line.split_once(':') {
            Some((name, _)) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) => {
                names.push(name.to_ascii_lowercase());
            }
            _ => break,
        }
    }
    names
}

/// A memo, too, opens with From, To and Subject; only what programs write makes it a message.
fn is_email(text: &str, hint: Hint) -> bool {
    let names = header_names(text);
    let has = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
    let written_by_program = has(&[
        "message-id",
        "mime-version",
        "received",
        "return-path",
        "dkim-signature",
        "x-mailer",
        "delivered-to",
    ]);
    let addressed = has(&[
        "from",
        "to",
        "subject",
        "date",
        "return-path",
        "content-type",
        "x-sender",
    ]);
    // A part of a message saved on its own has no more than its type and its boundary.
    let parts = hint == Hint::Email && names.first().is_some_and(|name| name == "content-type") && {
        let head: String = text.chars().take(300).collect();
        head.contains("multipart/") && head.contains("boundary=")
    };
    parts || names.len() >= 2 && addressed && (written_by_program || hint == Hint::Email)
}

fn is_mailbox(text: &str) -> bool {
    let mut lines = text.splitn(2, '\n');
    let first = lines.next().unwrap_or_default();
    first.starts_with("From ")
        && (first.contains('@') || first.bytes().filter(|byte| *byte == b':').count() >= 2)
        && lines.next().is_some_and(|rest| !header_names(rest).is_empty())
}
