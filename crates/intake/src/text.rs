//! Plain text and Markdown: kept as written, save for its encoding, line ends and invisible characters.
//!
//! Markdown stays markup: what the user sees in the file is what is searched and quoted.

use crate::clean::{Spacing, tidy_but};
use crate::decode::decode;
use crate::document::{Extracted, Kind, Method, Page};
use crate::error::{Excess, Foreign, IntakeError};
use crate::limits::MOST_TEXT;
use crate::{headings, paginate, title};

/// Reads a text.
///
/// # Errors
/// `empty`, `unsupported` when the bytes turn out to be no text, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>, kind: Kind) -> Result<Extracted, IntakeError> {
    let declared = bytes
        .starts_with(b"<?xml")
        .then(|| declared_encoding(&bytes))
        .flatten();
    let text = decode(&bytes, declared).ok_or(IntakeError::Unsupported(Foreign::Binary))?;
    drop(bytes);
    if text.len() > MOST_TEXT {
        return Err(IntakeError::TooLarge(Excess::Text));
    }
    let mut pages = pages(&tidy_stretches(&text, Spacing::Keep))?;
    headings::take(&mut pages);
    let first = pages.first().map_or("", |page| page.text.as_str());
    let title = if kind == Kind::Markdown {
        title::markdown_heading(first)
    } else {
        title::heading(first)
    };
    let headings = if kind == Kind::Markdown {
        headings::of_markdown(&pages)
    } else {
        Vec::new()
    };
    Ok(Extracted {
        title,
        pages,
        headings,
        ..Extracted::of(kind)
    })
}

/// A document from text whose spaces are layout; form feeds end pages, and marks of [`headings`] become headings. `title` is
/// what the document calls itself.
///
/// # Errors
/// `empty`.
pub(crate) fn document(kind: Kind, text: &str, title: Option<String>) -> Result<Extracted, IntakeError> {
    let mut pages = pages(&tidy_stretches(text, Spacing::Collapse))?;
    let headings = headings::take(&mut pages);
    let first = pages.first().map_or("", |page| page.text.as_str());
    Ok(Extracted {
        title: title.or_else(|| title::heading(first)),
        pages,
        headings,
        ..Extracted::of(kind)
    })
}

/// Tidies what stands between form feeds, and keeps those.
fn tidy_stretches(text: &str, spacing: Spacing) -> String {
    let stretches: Vec<String> = text
        .split('\u{0c}')
        .map(|stretch| tidy_but(stretch, spacing, headings::is_mark))
        .collect();
    stretches.join("\u{0c}")
}

/// Numbers the pages of a tidy text.
///
/// # Errors
/// `empty` when there are none.
pub(crate) fn pages(text: &str) -> Result<Vec<Page>, IntakeError> {
    let page = |(number, text)| Page {
        number,
        text,
        method: Method::Native,
    };
    let pages: Vec<Page> = (1..).zip(paginate::paginate(text)).map(page).collect();
    if pages.is_empty() {
        Err(IntakeError::Empty)
    } else {
        Ok(pages)
    }
}

/// What an XML declaration or a web page's head says about its encoding.
pub(crate) fn declared_encoding(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes[..bytes.len().min(4096)].to_ascii_lowercase();
    let xml = head
        .starts_with(b"<?xml")
        .then(|| value_after(&head, b"encoding"))
        .flatten();
    xml.or_else(|| value_after(&head, b"charset"))
}

fn value_after(head: &[u8], name: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    memchr::memmem::find_iter(head, name).find_map(|at| {
        let rest = head[at + name.len()..]
            .trim_ascii_start()
            .strip_prefix(b"=")?
            .trim_ascii_start();
        let rest = rest
            .strip_prefix(b"\"")
            .or_else(|| rest.strip_prefix(b"'"))
            .unwrap_or(rest);
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.".contains(byte)));
        let found = encoding_rs::Encoding::for_label(&rest[..end.unwrap_or(rest.len())]);
        // A declaration that could be read byte by byte is no UTF-16, whatever it says.
        found.map(|encoding| {
            if encoding.is_ascii_compatible() {
                encoding
            } else {
                encoding_rs::UTF_8
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_feeds_are_pages_and_spaces_stay() {
        let read = read(
            b"PLAN\r\n  indented\r\n\x0cSecond\0"
                .iter()
                .filter(|b| **b != 0)
                .copied()
                .collect(),
            Kind::Text,
        )
        .unwrap();
        let texts: Vec<&str> = read.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(texts, ["PLAN\n  indented", "Second"]);
        assert_eq!(read.title.as_deref(), Some("PLAN"));
    }

    #[test]
    fn rejects_text_of_nothing_but_space() {
        assert_eq!(
            read(b"\x0c\n \xc2\xa0\n".to_vec(), Kind::Text),
            Err(IntakeError::Empty)
        );
    }

    #[test]
    fn declarations_are_found() {
        let named = |head: &[u8]| declared_encoding(head).map(|encoding| encoding.name());
        assert_eq!(named(b"<html><meta charset=\"iso-8859-2\">"), Some("ISO-8859-2"));
        assert_eq!(
            named(b"<meta content='text/html; charset = koi8-r'>"),
            Some("KOI8-R")
        );
        assert_eq!(named(b"<?xml version='1.0' encoding='EUC-JP'?>"), Some("EUC-JP"));
        assert_eq!(named(b"<meta charset=utf-16>"), Some("UTF-8"));
        assert_eq!(named(b"<p>charset of nothing"), None);
    }
}
