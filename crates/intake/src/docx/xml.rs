//! Just enough XML: events by local name, attributes by local name, the five entities of the standard.
//!
//! Entities a document defines for itself are never expanded, so none can grow without bound. Prefixes
//! are not looked at, because every writer chooses its own.

use crate::document::Kind;
use crate::error::IntakeError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const CORRUPT: IntakeError = IntakeError::Corrupt(Kind::Docx);

/// A part being read. Every element gives a start and an end, empty ones too.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader }
    }

    /// The next event, `None` at the end.
    ///
    /// # Errors
    /// `corrupt` for what is not well formed.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>, IntakeError> {
        match self.reader.read_event() {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(_) => Err(CORRUPT),
        }
    }

    /// The value of an attribute, whatever its prefix.
    pub(super) fn attribute(&self, tag: &BytesStart<'_>, name: &str) -> Option<String> {
        let mut attributes = tag.attributes();
        let attributes = attributes.with_checks(false);
        let found = attributes
            .flatten()
            .find(|attribute| attribute.key.local_name().as_ref() == name)?;
        let value = found.value.into_owned();
        Some(
            quick_xml::escape::unescape(&value)
                .map(|value| value.into_owned())
                .unwrap_or(value),
        )
    }
}

/// The characters an event stands for; empty for events that are no text.
pub(super) fn characters(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) => text.xml10_content().into_owned(),
        Event::CData(data) => data.xml10_content().into_owned(),
        Event::GeneralRef(reference) => {
            let name = reference.xml10_content();
            let known = match &*name {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "apos" => Some('\''),
                "quot" => Some('"'),
                _ => reference.resolve_char_ref().ok().flatten(),
            };
            known.map(String::from).unwrap_or_default()
        }
        _ => String::new(),
    }
}
