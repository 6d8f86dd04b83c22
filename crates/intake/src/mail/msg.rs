//! MSG: messages as Outlook saves them (MS-OXMSG), property by property in a compound file.

use super::{Letter, richer, squeezed};
use crate::charset::{Charset, utf16};
use crate::decode::decode;
use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::flow::{Flow, Shape};
use crate::limits::MOST_TEXT;
use crate::members::Members;
use crate::ole::{Compound, day_at, u16_at, u32_at};
use crate::{html, rtf, text};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

/// The head of the stream of fixed properties at the top, and inside another message.
const HEAD: usize = 32;
const HEAD_INSIDE: usize = 24;
const HEAD_OF_PARTS: usize = 8;

/// Reads a message.
///
/// # Errors
/// `corrupt`, `empty`, or `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Extracted, IntakeError> {
    let mut file = Compound::open(bytes, Kind::Outlook)?;
    let fixed = file.stream("/__properties_version1.0")?.unwrap_or_default();
    let number = |id: u16| fixed_number(&fixed, HEAD, id);
    let charset = number(0x3ffd).or_else(|| number(0x3fde));
    let charset = charset
        .and_then(Charset::of_code_page)
        .unwrap_or(Charset::WESTERN);
    let mut properties = Properties {
        file: &mut file,
        charset,
    };
    let root = Path::new("/");
    let mut text = |id: u16| properties.text(root, id);
    let (name, represented) = (text(0x0c1a)?, text(0x0042)?);
    let name = name.or(represented).unwrap_or_default();
    let mut address = None;
    for id in [0x5d01, 0x0c1f, 0x0065] {
        address = address.or(text(id)?.filter(|address| address.contains('@')));
    }
    let address = address.unwrap_or_default();
    // Where the subject was left empty, what the item is called says what it is about.
    let subject = text(0x0037)?.filter(|subject| !subject.trim().is_empty());
    let subject = subject.or(text(0x3001)?).unwrap_or_default();
    let [mut to, mut cc, mut bcc] =
        [text(0x0e04)?, text(0x0e03)?, text(0x0e02)?].map(Option::unwrap_or_default);
    let [named_to, named_cc, named_bcc] = properties.recipients()?;
    for (field, named) in [(&mut to, named_to), (&mut cc, named_cc), (&mut bcc, named_bcc)] {
        if !named.is_empty() {
            *field = named.join(", ");
        }
    }
    let sent = fixed_place(&fixed, HEAD, 0x0039).or_else(|| fixed_place(&fixed, HEAD, 0x0e06));
    let body = properties.body(root, number(0x3fde))?;
    let letter = Letter {
        kind: Kind::Outlook,
        subject,
        from: match (name.as_str(), address.as_str()) {
            (name, "") => name.to_owned(),
            ("", address) => address.to_owned(),
            (name, address) if name == address => name.to_owned(),
            (name, address) => format!("{name} <{address}>"),
        },
        sender: if name.is_empty() { address } else { name },
        to,
        cc,
        bcc,
        date: sent.and_then(|at| time_at(&fixed, at)).unwrap_or_default(),
        day: sent.and_then(|at| day_at(&fixed, at)),
        body,
        attached: properties.attached()?,
    };
    letter.into_document()
}

struct Properties<'a> {
    file: &'a mut Compound,
    charset: Charset,
}

impl Properties<'_> {
    fn bytes(&mut self, storage: &Path, id: u16, kind: u16) -> Result<Option<Vec<u8>>, IntakeError> {
        self.file
            .stream(storage.join(format!("__substg1.0_{id:04X}{kind:04X}")))
    }

    fn text(&mut self, storage: &Path, id: u16) -> Result<Option<String>, IntakeError> {
        if let Some(wide) = self.bytes(storage, id, 0x001f)? {
            return Ok(Some(utf16(&wide)));
        }
        let narrow = self.bytes(storage, id, 0x001e)?;
        Ok(narrow.map(|bytes| self.charset.decode(&bytes).trim_end_matches('\0').to_owned()))
    }

    /// Names of storages at the top that begin so.
    fn storages(&self, beginning: &str) -> Vec<PathBuf> {
        let entries = self.file.file.read_root_storage();
        let found = entries.filter(|entry| entry.is_storage() && entry.name().starts_with(beginning));
        let mut found: Vec<PathBuf> = found.map(|entry| entry.path().to_owned()).collect();
        found.sort();
        found
    }

    /// Those written to, copied to and copied to in secret.
    fn recipients(&mut self) -> Result<[Vec<String>; 3], IntakeError> {
        let mut all = [Vec::new(), Vec::new(), Vec::new()];
        for storage in self.storages("__recip_version1.0_") {
            let fixed = self
                .file
                .stream(storage.join("__properties_version1.0"))?
                .unwrap_or_default();
            let name = self.text(&storage, 0x3001)?.unwrap_or_default();
            let smtp = self.text(&storage, 0x39fe)?;
            let address = smtp
                .or(self.text(&storage, 0x3003)?)
                .filter(|address| address.contains('@'));
            let written = match address {
                Some(address) if name.is_empty() || name == address => address,
                Some(address) => format!("{name} <{address}>"),
                None => name,
            };
            let list = match fixed_number(&fixed, HEAD_OF_PARTS, 0x0c15) {
                Some(2) => 1,
                Some(3) => 2,
                _ => 0,
            };
            if !written.is_empty() {
                all[list].push(written);
            }
        }
        Ok(all)
    }

    /// The words: plain or out of the web page, whichever says more, else out of the RTF.
    fn body(&mut self, storage: &Path, page: Option<u32>) -> Result<Flow, IntakeError> {
        let mut plain = Flow::default();
        plain.push(Shape::Paragraph, self.text(storage, 0x1000)?.unwrap_or_default());
        let source = match self.bytes(storage, 0x1013, 0x0102)? {
            Some(bytes) => {
                let named = page.and_then(|page| codepage::to_encoding(u16::try_from(page).ok()?));
                decode(&bytes, text::declared_encoding(&bytes).or(named))
            }
            None => self.text(storage, 0x1013)?,
        };
        if let Some(source) = source.filter(|source| !source.trim().is_empty()) {
            return match html::flow(&source) {
                Ok(page) => Ok(richer(plain, page)),
                Err(_) if !plain.is_empty() => Ok(plain),
                Err(error) => Err(error),
            };
        }
        if !plain.is_empty() {
            return Ok(plain);
        }
        let packed = self.bytes(storage, 0x1009, 0x0102)?;
        match packed.and_then(|packed| squeezed::unpack(&packed, MOST_TEXT)) {
            Some(unpacked) => rtf::flow(&unpacked),
            None => Ok(plain),
        }
    }

    fn attached(&mut self) -> Result<Members, IntakeError> {
        let mut members = Members::new();
        for storage in self.storages("__attach_version1.0_") {
            let long = self.text(&storage, 0x3707)?;
            let name = long
                .or(self.text(&storage, 0x3704)?)
                .or(self.text(&storage, 0x3001)?);
            let name = name.unwrap_or_default();
            let inside = storage.join("__substg1.0_3701000D");
            if self.file.file.is_storage(&inside) {
                let subject = self.text(&inside, 0x0037)?.unwrap_or(name);
                members.push(
                    &format!("{}.msg", subject.replace(['/', '\\', ':'], " ")),
                    self.taken_out(&inside),
                )?;
                continue;
            }
            let picture = [".png", ".jpg", ".jpeg", ".gif", ".bmp"]
                .iter()
                .any(|end| name.to_lowercase().ends_with(end));
            if picture && self.text(&storage, 0x3712)?.is_some() {
                continue;
            }
            if let Some(bytes) = self.bytes(&storage, 0x3701, 0x0102)? {
                members.push(&name, Ok(bytes))?;
            }
        }
        Ok(members)
    }

    /// A message inside this one as a file of its own (MS-OXMSG 2.2.2.2).
    fn taken_out(&mut self, inside: &Path) -> Result<Vec<u8>, IntakeError> {
        let corrupt = |_| IntakeError::Corrupt(Kind::Outlook);
        let entries = self.file.file.walk_storage(inside).map_err(corrupt)?;
        let entries: Vec<(PathBuf, bool)> = entries
            .map(|entry| (entry.path().to_owned(), entry.is_stream()))
            .collect();
        let mut out = cfb::CompoundFile::create(Cursor::new(Vec::new())).map_err(corrupt)?;
        for (path, is_stream) in entries {
            let Some(place) = path
                .strip_prefix(inside)
                .ok()
                .filter(|place| !place.as_os_str().is_empty())
            else {
                continue;
            };
            let place = Path::new("/").join(place);
            if !is_stream {
                out.create_storage_all(&place).map_err(corrupt)?;
                continue;
            }
            let mut bytes = self.file.stream(&path)?.unwrap_or_default();
            // At the top the head of the fixed properties is longer.
            if place == Path::new("/__properties_version1.0") && bytes.len() >= HEAD_INSIDE {
                bytes.splice(HEAD_INSIDE..HEAD_INSIDE, [0; HEAD - HEAD_INSIDE]);
            }
            let mut stream = out.create_stream(&place).map_err(corrupt)?;
            stream.write_all(&bytes).map_err(corrupt)?;
        }
        out.flush().map_err(corrupt)?;
        Ok(out.into_inner().into_inner())
    }
}

/// Where the value of a fixed property lies.
fn fixed_place(fixed: &[u8], head: usize, id: u16) -> Option<usize> {
    (head..fixed.len())
        .step_by(16)
        .find(|at| u16_at(fixed, at + 2) == Some(id))
        .map(|at| at + 8)
}

fn fixed_number(fixed: &[u8], head: usize, id: u16) -> Option<u32> {
    u32_at(fixed, fixed_place(fixed, head, id)?)
}

/// A time as it is shown.
fn time_at(fixed: &[u8], at: usize) -> Option<String> {
    let day = day_at(fixed, at)?;
    let ticks = u64::from(u32_at(fixed, at)?) | u64::from(u32_at(fixed, at + 4)?) << 32;
    let minutes = ticks / 600_000_000 % 1440;
    Some(format!("{day} {:02}:{:02} UTC", minutes / 60, minutes % 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn message(inside: bool) -> Vec<u8> {
        let mut fixed = vec![0; HEAD];
        let sent = (154_556_u64 * 1440 + 615) * 600_000_000;
        fixed.extend([&[0x40, 0, 0x39, 0, 0, 0, 0, 0][..], &sent.to_le_bytes()].concat());
        let copied = [
            &[0; HEAD_OF_PARTS][..],
            &[3, 0, 0x15, 0x0c, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        let inner = [&fixed[..HEAD_INSIDE], &fixed[HEAD..]].concat();
        let (subject, from, body) = (wide("Lease"), wide("Amara Osei"), wide("Please sign."));
        let (cc, cc_address) = (wide("Ruth"), wide("ruth@law.example"));
        let attached = "__attach_version1.0_#00000000/__substg1.0_3701000D";
        let paths = [
            format!("{attached}/__substg1.0_0037001F"),
            format!("{attached}/__substg1.0_1000001F"),
            format!("{attached}/__properties_version1.0"),
        ];
        let mut streams: Vec<(&str, &[u8])> = vec![
            ("__properties_version1.0", &fixed),
            ("__substg1.0_0037001F", &subject),
            ("__substg1.0_0C1A001F", &from),
            ("__substg1.0_1000001F", &body),
            ("__recip_version1.0_#00000000/__substg1.0_3001001F", &cc),
            ("__recip_version1.0_#00000000/__substg1.0_39FE001F", &cc_address),
            ("__recip_version1.0_#00000000/__properties_version1.0", &copied),
        ];
        if inside {
            streams.extend([
                (paths[0].as_str(), subject.as_slice()),
                (&paths[1], &body),
                (&paths[2], &inner),
            ]);
        } else {
            streams.push(("__attach_version1.0_#00000000/__substg1.0_3707001F", &subject));
            streams.push((
                "__attach_version1.0_#00000000/__substg1.0_37010102",
                b"Rent is due.",
            ));
        }
        fixtures::compound(&streams)
    }

    #[test]
    fn fields_words_and_attachments() {
        let read = read(message(false)).unwrap();
        assert_eq!(
            read.pages[0].text,
            "Subject: Lease\nFrom: Amara Osei\nCc: Ruth <ruth@law.example>\nDate: 2024-02-29 10:15 UTC\nAttached: Lease\n\nPlease sign."
        );
        assert_eq!(read.members[0].bytes, b"Rent is due.");
        assert_eq!(read.details.author.as_deref(), Some("Amara Osei"));
    }

    #[test]
    fn the_richer_form_is_read() {
        let read = |plain: &[u8]| {
            let bytes = fixtures::compound(&[
                ("__properties_version1.0", &[0; 48]),
                ("__substg1.0_1000001E", plain),
                (
                    "__substg1.0_10130102",
                    b"<p>The rent is due on <b>Friday</b>, as agreed.</p>",
                ),
            ]);
            read(bytes).unwrap().pages[0].text.clone()
        };
        assert_eq!(read(b"See the page."), "The rent is due on Friday, as agreed.");
        let plain = "The rent is due\n*on Friday*, as agreed.";
        assert_eq!(read(plain.as_bytes()), plain);
    }

    #[test]
    fn a_message_inside_a_message_is_taken_out_whole() {
        let outer = read(message(true)).unwrap();
        assert_eq!(outer.members[0].name, "Lease.msg");
        let inner = read(outer.members[0].bytes.clone()).unwrap();
        assert_eq!(
            inner.pages[0].text,
            "Subject: Lease\nDate: 2024-02-29 10:15 UTC\n\nPlease sign."
        );
    }
}
