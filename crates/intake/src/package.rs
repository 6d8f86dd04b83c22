//! The package an office document is: a ZIP archive of parts, in Office Open XML with typed links between them.
//!
//! Owns bounded unpacking, the way from a part to the parts it names, and the package's own properties. Names inside are only ever
//! compared, never used as paths. A damaged directory is got round by reading the entries one after
//! the other, as they stand.

use crate::decode::decode;
use crate::details::{self, Day, Details};
use crate::document::Kind;
use crate::error::{Excess, IntakeError};
use crate::limits::MOST_UNPACKED;
use crate::xml::{Xml, characters};
use quick_xml::events::Event;
use std::collections::HashMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Of whichever kind the package is: the door knows, and says so.
const CORRUPT: IntakeError = IntakeError::Corrupt(Kind::Docx);
/// Word documents have some dozens of parts.
const MOST_PARTS: usize = 20_000;

/// A link from one part to another.
pub(crate) struct Link {
    /// What the linking part calls it.
    pub id: String,
    /// The last step of its type.
    pub kind: String,
    /// The linked part's name, in lower case.
    pub target: String,
}

/// What a package says about itself.
#[derive(Default)]
pub(crate) struct Properties {
    pub title: Option<String>,
    pub author: Option<String>,
    pub created: Option<String>,
    pub modified: Option<String>,
}

impl Properties {
    /// The properties without the title, as a document keeps them.
    pub(crate) fn into_details(self) -> Details {
        let day = |text: Option<String>| text.as_deref().and_then(Day::from_iso);
        Details {
            author: self.author.as_deref().and_then(details::name),
            created: day(self.created),
            modified: day(self.modified),
            ..Details::default()
        }
    }
}

/// An open package.
pub(crate) struct Package {
    parts: Parts,
}

enum Parts {
    Indexed {
        archive: ZipArchive<Cursor<Vec<u8>>>,
        names: HashMap<String, usize>,
    },
    Salvaged(HashMap<String, Vec<u8>>),
}

impl Package {
    /// Opens a package.
    ///
    /// # Errors
    /// `corrupt`, or `too_large` for more parts or bytes than a document has.
    pub(crate) fn open(bytes: Vec<u8>) -> Result<Self, IntakeError> {
        let mut cursor = Cursor::new(bytes);
        let parts = match ZipArchive::new(&mut cursor) {
            Ok(_) => index(cursor)?,
            Err(_) => {
                cursor.set_position(0);
                Parts::Salvaged(salvage(cursor)?)
            }
        };
        Ok(Self { parts })
    }

    /// Whether its directory was there, without which nobody knows which parts are missing.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.parts, Parts::Indexed { .. })
    }

    /// A part as text; `None` when there is no such part.
    ///
    /// # Errors
    /// `corrupt` when it does not unpack, `too_large` when it unpacks to too much.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, IntakeError> {
        let bytes = match &mut self.parts {
            Parts::Salvaged(parts) => parts.remove(&plain(name)),
            Parts::Indexed { archive, names } => match names.get(&plain(name)) {
                None => None,
                Some(index) => Some(unpack(archive.by_index(*index).map_err(damaged)?, MOST_UNPACKED)?),
            },
        };
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes).or_else(|error| decode(error.as_bytes(), None).ok_or(CORRUPT))?;
        Ok(Some(text))
    }

    /// Where the document itself is; `usual` is where writers put it that do not say.
    ///
    /// # Errors
    /// `corrupt` when the package names a part it lacks.
    pub(crate) fn main_part(&mut self, usual: &str) -> Result<String, IntakeError> {
        let linked = self
            .links("")?
            .into_iter()
            .find(|link| link.kind == "officeDocument")
            .map(|link| link.target);
        let main = linked
            .filter(|target| self.has(target))
            .unwrap_or_else(|| usual.into());
        if self.has(&main) { Ok(main) } else { Err(CORRUPT) }
    }

    /// The properties of an Office Open XML package; empty when it has none.
    ///
    /// # Errors
    /// As [`Package::text`].
    pub(crate) fn properties(&mut self) -> Result<Properties, IntakeError> {
        let links = self.links("")?;
        let Some(link) = links.iter().find(|link| link.kind == "core-properties") else {
            return Ok(Properties::default());
        };
        let text = self.text(&link.target)?.unwrap_or_default();
        read_properties(&text)
    }

    /// The parts a part links to; the package itself is the part `""`.
    ///
    /// # Errors
    /// As [`Package::text`].
    pub(crate) fn links(&mut self, part: &str) -> Result<Vec<Link>, IntakeError> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let Some(text) = self.text(&format!("{folder}/_rels/{file}.rels"))? else {
            return Ok(Vec::new());
        };
        let mut links = Vec::new();
        let mut xml = Xml::new(&text);
        while let Some(event) = xml.next()? {
            if let Event::Start(tag) = event
                && tag.local_name().as_ref() == "Relationship"
                && xml.attribute(&tag, "TargetMode").as_deref() != Some("External")
                && let (Some(kind), Some(target)) =
                    (xml.attribute(&tag, "Type"), xml.attribute(&tag, "Target"))
            {
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                links.push(Link {
                    id: xml.attribute(&tag, "Id").unwrap_or_default(),
                    kind,
                    target: resolve(folder, &target),
                });
            }
        }
        Ok(links)
    }

    /// Whether there is such a part.
    pub(crate) fn has(&self, name: &str) -> bool {
        match &self.parts {
            Parts::Indexed { names, .. } => names.contains_key(&plain(name)),
            Parts::Salvaged(parts) => parts.contains_key(&plain(name)),
        }
    }
}

/// Reads the properties both families of office formats write with the words of Dublin Core, and OpenDocument's own.
///
/// # Errors
/// `corrupt`.
pub(crate) fn read_properties(text: &str) -> Result<Properties, IntakeError> {
    let mut xml = Xml::new(text);
    let mut properties = Properties::default();
    let mut open = String::new();
    let mut value = String::new();
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(tag) => {
                tag.local_name().as_ref().clone_into(&mut open);
                value.clear();
            }
            Event::End(_) => {
                let slot = match open.as_str() {
                    "title" => Some(&mut properties.title),
                    // Who began it is its author; who saved it last only where nothing else is said.
                    "creator" | "initial-creator" => Some(&mut properties.author),
                    "created" | "creation-date" => Some(&mut properties.created),
                    "modified" | "date" => Some(&mut properties.modified),
                    _ => None,
                };
                if let Some(slot) = slot
                    && !value.trim().is_empty()
                    && (slot.is_none() || open == "initial-creator")
                {
                    *slot = Some(value.trim().to_owned());
                }
                open.clear();
            }
            other if !open.is_empty() => value.push_str(&characters(&other)),
            _ => {}
        }
    }
    Ok(properties)
}

fn index(cursor: Cursor<Vec<u8>>) -> Result<Parts, IntakeError> {
    let archive = ZipArchive::new(cursor).map_err(damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(IntakeError::TooLarge(Excess::Unpacked));
    }
    let mut names = HashMap::new();
    for (index, name) in archive.file_names().enumerate() {
        if let Ok(name) = name {
            names.entry(plain(&name)).or_insert(index);
        }
    }
    Ok(Parts::Indexed { archive, names })
}

/// Reads entry after entry until one is damaged.
fn salvage(mut cursor: Cursor<Vec<u8>>) -> Result<HashMap<String, Vec<u8>>, IntakeError> {
    let mut parts = HashMap::new();
    let mut left = MOST_UNPACKED;
    while let Ok(Some(entry)) = zip::read::read_zipfile_from_stream(&mut cursor) {
        let name = entry.name().map(|name| plain(&name)).unwrap_or_default();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        match unpack(entry, left) {
            Ok(bytes) => {
                left -= bytes.len() as u64;
                parts.entry(name).or_insert(bytes);
            }
            Err(error @ IntakeError::TooLarge(_)) => return Err(error),
            Err(_) => break,
        }
        if parts.len() > MOST_PARTS {
            return Err(IntakeError::TooLarge(Excess::Unpacked));
        }
    }
    if parts.is_empty() { Err(CORRUPT) } else { Ok(parts) }
}

fn unpack(entry: impl Read, limit: u64) -> Result<Vec<u8>, IntakeError> {
    let mut bytes = Vec::new();
    entry
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::OutOfMemory => IntakeError::TooLarge(Excess::Memory),
            _ => CORRUPT,
        })?;
    if bytes.len() as u64 > limit {
        return Err(IntakeError::TooLarge(Excess::Unpacked));
    }
    Ok(bytes)
}

fn damaged(error: ZipError) -> IntakeError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            IntakeError::Encrypted(crate::error::Lock::Office)
        }
        _ => CORRUPT,
    }
}

/// Names compare without case, whichever slash the writer used.
fn plain(name: &str) -> String {
    name.trim_start_matches(['/', '\\'])
        .replace('\\', "/")
        .to_ascii_lowercase()
}

/// A link's target as seen from the folder of the part that names it.
fn resolve(folder: &str, target: &str) -> String {
    if target.starts_with('/') {
        return plain(target);
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    plain(&steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_inside_the_package() {
        assert_eq!(resolve("word", "styles.xml"), "word/styles.xml");
        assert_eq!(resolve("word", "../docProps/core.xml"), "docprops/core.xml");
        assert_eq!(resolve("word", "/word/Styles.xml"), "word/styles.xml");
        assert_eq!(resolve("", "../../../etc/passwd"), "etc/passwd");
    }
}
