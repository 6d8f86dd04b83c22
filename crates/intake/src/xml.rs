//! Just enough XML: events by local name, attributes by local name, the five entities of the standard.
//!
//! Entities a document defines for itself are never expanded, so none can grow without bound. Prefixes
//! are not looked at, because every writer chooses its own.

use crate::document::Kind;
use crate::error::IntakeError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Of whichever kind the part belongs to: the door knows, and says so.
const CORRUPT: IntakeError = IntakeError::Corrupt(Kind::Docx);

/// A part being read. Every element gives a start and an end, empty ones too.
pub(crate) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Xml<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
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
    pub(crate) fn next(&mut self) -> Result<Option<Event<'a>>, IntakeError> {
        match self.reader.read_event() {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(_) => Err(CORRUPT),
        }
    }

    /// Whether an element's name has this prefix, where two vocabularies share a word.
    pub(crate) fn is_of(&self, tag: &BytesStart<'_>, prefix: &str) -> bool {
        tag.name().prefix().is_some_and(|found| found.as_ref() == prefix)
    }

    /// The value of an attribute that has a prefix, where one without has the same name.
    pub(crate) fn prefixed_attribute(&self, tag: &BytesStart<'_>, name: &str) -> Option<String> {
        let mut attributes = tag.attributes();
        let attributes = attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| {
            attribute.key.prefix().is_some() && attribute.key.local_name().as_ref() == name
        })?;
        Some(found.value.into_owned())
    }

    /// The value of an attribute, whatever its prefix.
    pub(crate) fn attribute(&self, tag: &BytesStart<'_>, name: &str) -> Option<String> {
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
pub(crate) fn characters(event: &Event<'_>) -> String {
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
