//! What a page says without drawing it: the values of its form's fields, and remarks people left on it.
//!
//! Owns which annotations speak and how they are set down after the page's text. Most fields and remarks come with a
//! picture of themselves, which the interpreter draws like anything else; what is in the text already is not said again
//! (ISO 32000-1, 12.5 and 12.7).

use super::pdf_string;
use crate::asides::Comment;
use crate::clean::{Spacing, tidy};
use crate::details::Day;
use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Object, String as Bytes};
use hayro_interpret::hayro_syntax::page::Page;
use std::collections::BTreeSet;

/// More than any page holds.
const MOST: usize = 5_000;
/// Fields lie in fields, but not in themselves.
const DEEPEST: usize = 16;
const HIDDEN: u32 = 1 << 1;
const PASSWORD: u32 = 1 << 13;

/// What stands beside the text `drawn` of a page, each thing a line; empty for most pages.
pub(super) fn text(page: &Page<'_>, drawn: &str) -> String {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else {
        return String::new();
    };
    let drawn = one_line(drawn);
    let mut fields = BTreeSet::new();
    let mut filled = Vec::new();
    let mut remarks = Vec::new();
    for annotation in annotations.iter::<Dict<'_>>().take(MOST) {
        if annotation.get::<u32>("F").unwrap_or(0) & HIDDEN != 0 {
            continue;
        }
        let kind = annotation.get::<Name<'_>>("Subtype");
        match kind.as_ref().map_or("", Name::as_str) {
            "Widget" => {
                let line = field(&annotation, &drawn);
                // The same field may stand on a page more than once.
                filled.extend(line.filter(|line| fields.insert(line.clone())));
            }
            // A link's words are what they are said of; a window that pops up shows what another annotation says; the rest
            // is how programs note that a remark was agreed to, and by whom.
            "Popup" | "Link" => {}
            _ if annotation.contains_key("StateModel") => {}
            _ => remarks.extend(remark(&annotation, &drawn)),
        }
    }
    let mut out = String::new();
    for (head, lines) in [("Form fields", filled), ("Comments", remarks)] {
        if !lines.is_empty() {
            out.push_str(&format!("\n\n{head}\n{}", lines.join("\n")));
        }
    }
    out
}

/// A field that somebody filled in: what it is called and what stands in it. None for ticks, whose picture says it.
fn field(widget: &Dict<'_>, drawn: &str) -> Option<String> {
    let kind = inherited(widget, |field| field.get::<Name<'_>>("FT"))?;
    let secret = inherited(widget, |field| field.get::<u32>("Ff")).unwrap_or(0) & PASSWORD != 0;
    if secret || !matches!(kind.as_str(), "Tx" | "Ch") {
        return None;
    }
    let value = one_line(&inherited(widget, |field| {
        match field.get::<Object<'_>>("V")? {
            Object::String(value) => Some(pdf_string(value.as_bytes())),
            Object::Array(values) => {
                let values = values
                    .iter::<Bytes<'_>>()
                    .map(|value| pdf_string(value.as_bytes()));
                Some(values.collect::<Vec<_>>().join(", "))
            }
            _ => None,
        }
    })?);
    let pictured = widget.get::<Dict<'_>>("AP").is_some();
    if value.is_empty() || (pictured && drawn.contains(&value)) {
        return None;
    }
    let called = |key: &str| inherited(widget, |field| string(field, key));
    let name = one_line(&called("TU").or_else(|| called("T")).unwrap_or_default());
    Some(if name.is_empty() {
        value
    } else {
        format!("{name}: {value}")
    })
}

fn remark(annotation: &Dict<'_>, drawn: &str) -> Option<String> {
    let text = one_line(&string(annotation, "Contents")?);
    if text.is_empty() || drawn.contains(&text) {
        return None;
    }
    let comment = Comment {
        author: string(annotation, "T"),
        day: string(annotation, "M").as_deref().and_then(day),
        on: String::new(),
        text,
    };
    Some(comment.line())
}

/// What a field or those around it say.
fn inherited<'a, T>(field: &Dict<'a>, of: impl Fn(&Dict<'a>) -> Option<T>) -> Option<T> {
    let mut field = field.clone();
    for _ in 0..DEEPEST {
        if let Some(found) = of(&field) {
            return Some(found);
        }
        field = field.get::<Dict<'a>>("Parent")?;
    }
    None
}

fn string(dict: &Dict<'_>, key: &str) -> Option<String> {
    dict.get::<Bytes<'_>>(key)
        .map(|value| pdf_string(value.as_bytes()))
}

/// The day at the head of a date, `D:20240503...` (7.9.4).
fn day(date: &str) -> Option<Day> {
    let digits = date.strip_prefix("D:").unwrap_or(date);
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u16>().ok();
    let small = |from: usize, to: usize| u8::try_from(part(from, to)?).ok();
    Day::new(part(0, 4)?, small(4, 6)?, small(6, 8)?)
}

fn one_line(text: &str) -> String {
    let text = tidy(text, Spacing::Collapse);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn read(annotations: &[&str]) -> String {
        let bytes = fixtures::pdf_with("Consent to surgery. Signed on 3 May 2024.", annotations);
        let read = super::super::read(bytes, None, false).unwrap().read;
        assert!(read.is_sound(), "{read:?}");
        read.pages[0].text.clone()
    }

    const PAGE: &str = "Consent to surgery. Signed on 3 May 2024.";

    #[test]
    fn fields_without_a_picture_are_read() {
        let text = read(&[
            "/Subtype /Widget /FT /Tx /T (f1_01) /TU (Name of patient) /V (Ada Lindqvist)",
            "/Subtype /Widget /FT /Ch /T (Side) /V [(left) (hip)]",
            "/Subtype /Widget /T (kid) /Parent << /FT /Tx /T (Ward) /V <FEFF0034005A> >>",
            // In the text already, with a picture of its own; a password; a tick; a field nobody filled in; one that is hidden.
            "/Subtype /Widget /FT /Tx /T (Date) /V (3 May 2024) /AP << >>",
            "/Subtype /Widget /FT /Tx /Ff 8192 /T (Pin) /V (4711)",
            "/Subtype /Widget /FT /Btn /T (Agreed) /V /Yes",
            "/Subtype /Widget /FT /Tx /T (Room) /V ()",
            "/Subtype /Widget /FT /Tx /F 2 /T (Score) /V (7)",
        ]);
        assert_eq!(
            text,
            format!("{PAGE}\n\nForm fields\nName of patient: Ada Lindqvist\nSide: left, hip\nkid: 4Z")
        );
    }

    #[test]
    fn remarks_are_read_once_with_who_made_them() {
        let text = read(&[
            "/Subtype /Text /T (Ines Okafor) /M (D:20240504101500+02'00') /Contents (Which\\rside?)",
            "/Subtype /Highlight /Contents (Check the date.)",
            "/Subtype /FreeText /Contents (Signed on 3 May 2024.)",
            "/Subtype /Popup /Contents (Which side?)",
            "/Subtype /Text /StateModel (Review) /Contents (Accepted set by Ines Okafor)",
        ]);
        assert_eq!(
            text,
            format!(
                "{PAGE}\n\nComments\n\u{2022} Ines Okafor, 2024-05-04: Which side?\n\u{2022} Check the date."
            )
        );
    }

    #[test]
    fn a_field_around_itself_ends() {
        let own = "/Subtype /Widget /T (Ward) /Parent 6 0 R";
        assert_eq!(read(&[own]), PAGE);
    }

    #[test]
    fn days_stand_at_the_head_of_dates() {
        assert_eq!(day("D:20240503"), Day::new(2024, 5, 3));
        assert_eq!(day("2024050312"), Day::new(2024, 5, 3));
        assert_eq!(day("D:2024"), None);
        assert_eq!(day("D:2024\u{e9}\u{e9}03"), None);
    }
}
