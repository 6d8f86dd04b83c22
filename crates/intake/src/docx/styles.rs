//! What a paragraph's style says about its numbering and its rank.

use crate::error::IntakeError;
use crate::xml::Xml;
use quick_xml::events::Event;
use std::collections::HashMap;

/// Styles build on styles; real ones a few deep.
const MOST_ANCESTORS: usize = 20;

/// The rank of a paragraph that names the document or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Title,
    Heading(u8),
}

/// The numbering a paragraph asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbered {
    pub list: Option<String>,
    pub level: Option<usize>,
}

#[derive(Default)]
struct Style {
    parent: Option<String>,
    name: String,
    numbered: Numbered,
    /// How deep in the outline, from 0; 9 for text.
    outline: Option<u8>,
}

/// The styles of a document, by id.
#[derive(Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    /// Reads the styles part.
    ///
    /// # Errors
    /// `corrupt`.
    pub(super) fn read(text: &str) -> Result<Self, IntakeError> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        let mut xml = Xml::new(text);
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(tag) => {
                    let value = || xml.attribute(&tag, "val");
                    match (tag.local_name().as_ref(), &mut open) {
                        ("style", _) => {
                            open = xml.attribute(&tag, "styleId").map(|id| (id, Style::default()));
                        }
                        ("name", Some((_, style))) => style.name = value().unwrap_or_default().to_lowercase(),
                        ("basedOn", Some((_, style))) => style.parent = value(),
                        ("numId", Some((_, style))) => style.numbered.list = value(),
                        ("ilvl", Some((_, style))) => {
                            style.numbered.level = value().and_then(|level| level.parse().ok());
                        }
                        ("outlineLvl", Some((_, style))) => {
                            style.outline = value().and_then(|level| level.parse().ok());
                        }
                        _ => {}
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == "style" => styles.extend(open.take()),
                _ => {}
            }
        }
        Ok(Self(styles))
    }

    fn ancestry<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a str, &'a Style)> {
        let next = |id: &'a str| self.0.get(id).map(|style| (id, style));
        std::iter::successors(next(id), move |(_, style)| style.parent.as_deref().and_then(next))
            .take(MOST_ANCESTORS)
    }

    /// The numbering a style asks for, and the style in its ancestry that does.
    pub(super) fn numbered<'a>(&'a self, id: &'a str) -> Option<(&'a str, Numbered)> {
        let found = self.ancestry(id).find(|(_, style)| style.numbered.list.is_some());
        found.map(|(id, style)| (id, style.numbered.clone()))
    }

    /// The rank of a style, by the names that Word gives its own styles in every language, or by its place in the outline.
    pub(super) fn rank(&self, id: &str) -> Option<Rank> {
        self.ancestry(id)
            .find_map(|(_, style)| match style.name.as_str() {
                "title" => Some(Rank::Title),
                name => name
                    .strip_prefix("heading ")
                    .and_then(|level| level.parse().ok())
                    .or(style.outline.filter(|level| *level < 9).map(|level| level + 1))
                    .map(Rank::Heading),
            })
    }
}
