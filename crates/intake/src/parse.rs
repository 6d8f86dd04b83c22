//! One file's bytes in, pages of text out, in this process.
//!
//! The door the reader child goes through; nothing else in Cabinet parses a file.

use crate::document::{Extracted, Kind};
use crate::error::IntakeError;
use crate::{docx, html, pdf, sniff, text};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a file, whatever it is.
///
/// # Errors
/// One code for every way of failing; a parser's panic is `crashed`.
pub(crate) fn parse(
    bytes: Vec<u8>,
    name_hint: &str,
    password: Option<&str>,
) -> Result<Extracted, IntakeError> {
    catch_unwind(AssertUnwindSafe(|| {
        let kind = sniff::sniff(&bytes, name_hint)?;
        match kind {
            Kind::Pdf => pdf::read(bytes, password),
            Kind::Docx => docx::read(bytes),
            Kind::Html => html::read(bytes),
            Kind::Text | Kind::Markdown => text::read(bytes, kind),
        }
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
        ]
    }

    fn ends_well(bytes: Vec<u8>, ending: &str) -> Result<(), TestCaseError> {
        match parse(bytes, &format!("x.{ending}"), Some("harbour")) {
            Ok(read) => prop_assert!(read.is_sound(), "{read:?}"),
            Err(error) => prop_assert!(!error.code().is_empty() && error.message().ends_with('.')),
        }
        Ok(())
    }

    #[test]
    fn sound_files_are_read() {
        for (ending, bytes) in sound_files() {
            let read = parse(bytes, &format!("x.{ending}"), None).unwrap();
            assert!(read.is_sound(), "{ending}: {read:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn truncated_files_end_well(which in 0..6_usize, share in 0.0..1.0_f64) {
            let (ending, mut bytes) = sound_files().swap_remove(which);
            bytes.truncate((bytes.len() as f64 * share) as usize);
            ends_well(bytes, ending)?;
        }

        #[test]
        fn changed_files_end_well(which in 0..6_usize, changes in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 1..24)) {
            let (ending, mut bytes) = sound_files().swap_remove(which);
            for (place, value) in changes {
                let at = (bytes.len() as f64 * place) as usize;
                bytes[at] = value;
            }
            ends_well(bytes, ending)?;
        }

        #[test]
        fn spliced_files_end_well(which in 0..6_usize, other in 0..6_usize, cut in 0.0..1.0_f64, skip in 0.0..1.0_f64) {
            let (ending, mut bytes) = sound_files().swap_remove(which);
            let (_, tail) = sound_files().swap_remove(other);
            bytes.truncate((bytes.len() as f64 * cut) as usize);
            bytes.extend_from_slice(&tail[(tail.len() as f64 * skip) as usize..]);
            ends_well(bytes, ending)?;
        }

        #[test]
        fn noise_ends_well(bytes in prop::collection::vec(any::<u8>(), 0..2000), head in 0..6_usize) {
            let heads: [&[u8]; 6] = [b"", b"%PDF-1.7\n", b"PK\x03\x04word/document.xml", b"<html>", b"\xff\xfe", b"{\\rtf"];
            ends_well([heads[head], &bytes].concat(), "pdf")?;
        }
    }
}
