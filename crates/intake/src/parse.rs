//! One file's bytes in, pages of text out, in this process.
//!
//! The door the reader child goes through; nothing else in Cabinet parses a file.

use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::scan::{self, Scans};
use crate::{archive, doc, docx, guess, html, mail, odf, pdf, pptx, rtf, sheets, sniff, text};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A file as parsed. Its pages may all be without text if some of them can be recognised.
pub(crate) struct Parsed {
    pub read: Extracted,
    /// The pages to be recognised, counted from 1, and what they are drawn from.
    pub scans: Option<(Vec<u32>, Scans)>,
}

impl From<Extracted> for Parsed {
    fn from(read: Extracted) -> Self {
        Self { read, scans: None }
    }
}

/// Reads a file, whatever it is. With `every_page`, a PDF's own text is left aside and each page is to be recognised.
///
/// # Errors
/// One code for every way of failing; a parser's panic is `crashed`.
pub(crate) fn parse(
    bytes: Vec<u8>,
    name_hint: &str,
    password: Option<&str>,
    every_page: bool,
) -> Result<Parsed, IntakeError> {
    catch_unwind(AssertUnwindSafe(|| {
        let kind = sniff::sniff(&bytes, name_hint)?;
        let read = match kind {
            Kind::Pdf => pdf::read(bytes, password, every_page),
            Kind::Image => scan::open_image(bytes),
            Kind::Docx => docx::read(bytes).map(Parsed::from),
            Kind::Html => html::read(bytes).map(Parsed::from),
            Kind::Text | Kind::Markdown => text::read(bytes, kind).map(Parsed::from),
            Kind::Rtf => rtf::read(&bytes).map(Parsed::from),
            Kind::Doc => doc::read(bytes).map(Parsed::from),
            Kind::Odt | Kind::Odp => odf::read(bytes, kind).map(Parsed::from),
            Kind::Pptx => pptx::read(bytes).map(Parsed::from),
            Kind::Spreadsheet => sheets::read(bytes).map(Parsed::from),
            Kind::Csv => sheets::read_csv(&bytes).map(Parsed::from),
            Kind::Email => mail::read_eml(&bytes).map(Parsed::from),
            Kind::Outlook => mail::read_msg(bytes).map(Parsed::from),
            Kind::Mailbox => mail::read_mailbox(&bytes).map(Parsed::from),
            Kind::Zip => archive::read(bytes, password).map(Parsed::from),
        };
        // Formats that share a package do not know which of them it was.
        let mut parsed = read.map_err(|error| match error {
            IntakeError::Corrupt(_) => IntakeError::Corrupt(kind),
            error => error,
        })?;
        guess::complete(&mut parsed.read);
        Ok(parsed)
    }))
    .unwrap_or(Err(IntakeError::Crashed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use proptest::prelude::*;

    /// Small sound files of every kind that is read.
    fn sound_files() -> Vec<(&'static str, Vec<u8>)> {
        let html = "<title>Lease</title><h1>Lease</h1><p>Rent is due.<table><tr><td>a<td>b</table>";
        vec![
            (
                "pdf",
                fixtures::pdf(&[
                    "# Lease\nRent is due on the first of the month.",
                    "",
                    "Signed by both.",
                ]),
            ),
            ("pdf", fixtures::COPYING_FORBIDDEN.to_vec()),
            (
                "docx",
                fixtures::docx(&[
                    "# Lease",
                    "Rent is due.",
                    "- monthly",
                    "a | b",
                    "\u{c}",
                    "Signed.",
                ]),
            ),
            ("html", html.as_bytes().to_vec()),
            ("md", b"# Lease\n\nRent is *due*.\n".to_vec()),
            (
                "txt",
                "Lease\n\nRent of \u{a3}900 is due.\n\u{c}Signed.\n"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect(),
            ),
            (
                "rtf",
                b"{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset204 A;}}{\\info{\\title Lease}}\\f0 \\'c8\\u8364 ?\\par\\trowd\\intbl a\\cell b\\cell\\row\\pard x{\\footnote y}\\page z}".to_vec(),
            ),
            ("doc", fixtures::doc("Lease\rRent is due.\rDrug\u{7}Dose\u{7}\u{7}Struck\r", Some("Struck"))),
            ("odt", fixtures::odt("<text:h>Lease</text:h><text:list><text:list-item><text:p>Rent</text:p></text:list-item></text:list>")),
            ("pptx", fixtures::pptx(&[("<a:p><a:r><a:t>Lease</a:t></a:r></a:p>", "Say it."), ("<a:p><a:r><a:t>Rent</a:t></a:r></a:p>", "")])),
            ("xlsx", fixtures::xlsx(&[("Sums", "<row r=\"1\"><c r=\"A1\"><v>12.5</v></c><c r=\"C1\" t=\"str\"><v>x</v></c></row>")])),
            ("csv", b"a;b\n\"c;d\";2\n".to_vec()),
            (
                "eml",
                b"From: a@b.example\nSubject: Lease\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>Rent\n--x\nContent-Disposition: attachment; filename=a.txt\nContent-Transfer-Encoding: base64\n\nUmVudA==\n--x--\n".to_vec(),
            ),
            ("mbox", b"From a@b Fri May  3 10:00:00 2024\nFrom: a@b.example\nSubject: Lease\n\nRent.\n\nFrom c@b Fri May  3 10:00:00 2024\nSubject: Two\n\nx\n".to_vec()),
            (
                "msg",
                fixtures::compound(&[
                    ("__properties_version1.0", &[0; 48]),
                    ("__substg1.0_0037001E", b"Lease"),
                    ("__substg1.0_10130102", b"<p>Rent is due."),
                    ("__attach_version1.0_#00000000/__substg1.0_37010102", b"Rent"),
                ]),
            ),
            ("zip", fixtures::zip(&[("a/letter.txt".into(), "Dear colleague".into()), ("b.csv".into(), "a,b".into())])),
            ("xls", fixtures::compound(&[("Workbook", &[9, 8, 16, 0, 0, 6, 5, 0, 0xbb, 0xd, 0xcc, 7, 0, 0, 0, 0, 6, 0, 0, 0])])),
        ]
    }

    const SOUND: usize = 17;

    fn ends_well(bytes: Vec<u8>, ending: &str) -> Result<(), TestCaseError> {
        match parse(bytes, &format!("x.{ending}"), Some("harbour"), false) {
            Ok(Parsed { read, .. }) => prop_assert!(read.is_sound(), "{read:?}"),
            Err(error) => prop_assert!(!error.code().is_empty() && error.message().ends_with('.')),
        }
        Ok(())
    }

    #[test]
    fn sound_files_are_read() {
        assert_eq!(sound_files().len(), SOUND);
        // The last is a head and no more, there to be damaged.
        for (ending, bytes) in sound_files().into_iter().take(SOUND - 1) {
            let read = parse(bytes, &format!("x.{ending}"), None, false).unwrap().read;
            assert!(read.is_sound(), "{ending}: {read:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn truncated_files_end_well(which in 0..SOUND, share in 0.0..1.0_f64) {
            let (ending, mut bytes) = sound_files().swap_remove(which);
            bytes.truncate((bytes.len() as f64 * share) as usize);
            ends_well(bytes, ending)?;
        }

        #[test]
        fn changed_files_end_well(which in 0..SOUND, changes in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 1..24)) {
            let (ending, mut bytes) = sound_files().swap_remove(which);
            for (place, value) in changes {
                let at = (bytes.len() as f64 * place) as usize;
                bytes[at] = value;
            }
            ends_well(bytes, ending)?;
        }

        #[test]
        fn spliced_files_end_well(which in 0..SOUND, other in 0..SOUND, cut in 0.0..1.0_f64, skip in 0.0..1.0_f64) {
            let (ending, mut bytes) = sound_files().swap_remove(which);
            let (_, tail) = sound_files().swap_remove(other);
            bytes.truncate((bytes.len() as f64 * cut) as usize);
            bytes.extend_from_slice(&tail[(tail.len() as f64 * skip) as usize..]);
            ends_well(bytes, ending)?;
        }

        #[test]
        fn noise_ends_well(bytes in prop::collection::vec(any::<u8>(), 0..2000), head in 0..9_usize) {
            let heads: [&[u8]; 9] = [
                b"", b"%PDF-1.7\n", b"PK\x03\x04word/document.xml", b"<html>", b"\xff\xfe", b"{\\rtf1 ",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Received: x\nFrom: a@b\n", b"From a@b Fri May  3 10:00:00 2024\nSubject: ",
            ];
            ends_well([heads[head], &bytes].concat(), "pdf")?;
        }
    }
}
