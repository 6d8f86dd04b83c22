//! What a file is, by its content.
//!
//! Owns the decision between the formats Cabinet reads and the name of every format it does not.
//! Names lie and bytes seldom do, so a file's name decides only where the content cannot: between
//! plain text, Markdown and web pages without a head, and whether bytes that are no known format
//! were meant to be a PDF or a Word document.

use crate::decode::decode;
use crate::document::Kind;
use crate::error::{Foreign, IntakeError, Lock};
use crate::scan::Format;
use memchr::memmem;

mod text;

/// How far a header may be from the start; PDF readers have always searched this far.
const HEAD: usize = 1024;

/// Tells what the bytes are.
///
/// # Errors
/// `unsupported` with the name of the format, `empty`, `encrypted` for protected office files, or
/// `corrupt` when the name promises a PDF or DOCX and the bytes are no known format at all.
pub(crate) fn sniff(bytes: &[u8], name_hint: &str) -> Result<Kind, IntakeError> {
    let hint = Hint::of(name_hint);
    if bytes
        .iter()
        .take(HEAD)
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
        && bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(IntakeError::Empty);
    }
    if is_pdf(bytes) || hint == Hint::Pdf && is_headless_pdf(bytes) {
        return Ok(Kind::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zipped(bytes, hint);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return compound(bytes);
    }
    if Format::of(bytes).is_some() {
        return Ok(Kind::Image);
    }
    if bytes.starts_with(b"{\\rtf") {
        return Ok(Kind::Rtf);
    }
    match decode(&bytes[..bytes.len().min(64 << 10)], None) {
        Some(text) => text::kind(&text, hint),
        None => Err(binary(bytes, hint)),
    }
}

/// What the file's name says, as far as it may decide anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Pdf,
    Docx,
    Html,
    Markdown,
    Email,
    Csv,
    None,
}

impl Hint {
    fn of(name: &str) -> Self {
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("pdf") => Hint::Pdf,
            Some("docx" | "docm" | "dotx" | "dotm") => Hint::Docx,
            Some("html" | "htm" | "xhtml" | "xht") => Hint::Html,
            Some("md" | "markdown" | "mdown" | "mkd") => Hint::Markdown,
            Some("eml") => Hint::Email,
            Some("csv" | "tsv") => Hint::Csv,
            _ => Hint::None,
        }
    }
}

fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    let Some(at) = memmem::find(head, b"%PDF-") else {
        return false;
    };
    // Something before the header is tolerated if objects follow; a text that speaks of PDF has none.
    at == 0 || memmem::find(bytes, b" obj").is_some() && memmem::find(bytes, b"endobj").is_some()
}

/// Objects without a header: a damaged PDF if it is called one, else perhaps a text about PDF.
fn is_headless_pdf(bytes: &[u8]) -> bool {
    has(bytes, " 0 obj") && (has(bytes, "endobj") || has(bytes, "startxref"))
}

fn has(bytes: &[u8], needle: &str) -> bool {
    memmem::find(bytes, needle.as_bytes()).is_some()
}

/// ZIP containers, by the names of their entries. These stand uncompressed in the local headers and
/// in the directory at the end, so they are found even where the directory is damaged.
fn zipped(bytes: &[u8], hint: Hint) -> Result<Kind, IntakeError> {
    let mimetype = &bytes[bytes.len().min(30)..bytes.len().min(150)];
    if mimetype.starts_with(b"mimetype") {
        let odf = "application/vnd.oasis.opendocument.";
        if has(mimetype, &format!("{odf}text")) {
            return Ok(Kind::Odt);
        } else if has(mimetype, &format!("{odf}spreadsheet")) {
            return Ok(Kind::Spreadsheet);
        } else if has(mimetype, &format!("{odf}presentation")) {
            return Ok(Kind::Odp);
        } else if has(mimetype, "application/epub+zip") {
            return Err(IntakeError::Unsupported(Foreign::Ebook));
        }
    }
    // An archive of office documents holds their parts' names only where it does not compress them, and then the
    // parts lie deeper than at the top.
    let names = entry_names(bytes);
    let holds = |wanted: &str| {
        names
            .iter()
            .any(|name| name.to_ascii_lowercase().starts_with(wanted))
    };
    let typed = holds("[content_types].xml");
    Ok(if holds("word/") && (typed || holds("word/document")) {
        Kind::Docx
    } else if holds("xl/workbook") {
        Kind::Spreadsheet
    } else if holds("ppt/presentation") || typed && holds("ppt/") {
        Kind::Pptx
    } else if holds("content.xml") && holds("meta-inf/manifest.xml") {
        Kind::Odt
    } else if hint == Hint::Docx || typed && holds("_rels/.rels") {
        Kind::Docx
    } else {
        Kind::Zip
    })
}

/// The names in an archive's local headers and in its directory, as far as they can be made out.
fn entry_names(bytes: &[u8]) -> Vec<String> {
    const MOST: usize = 20_000;
    let heads = [(b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)];
    let mut names = Vec::new();
    for (mark, length, name) in heads {
        for at in memmem::find_iter(bytes, mark).take(MOST) {
            let Some(length) = crate::ole::u16_at(bytes, at + length) else {
                continue;
            };
            if let Some(found) = bytes.get(at + name..at + name + usize::from(length)) {
                names.push(String::from_utf8_lossy(found).replace('\\', "/"));
            }
        }
    }
    names
}

/// OLE compound files, by the names of their streams.
fn compound(bytes: &[u8]) -> Result<Kind, IntakeError> {
    let stream = |name: &str| {
        let utf16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &utf16).is_some()
    };
    if stream("EncryptedPackage") {
        return Err(IntakeError::Encrypted(Lock::Office));
    }
    // A message may hold documents, whose streams then stand among its own.
    if stream("__properties_version1.0") || stream("__substg1.0_") {
        Ok(Kind::Outlook)
    } else if stream("WordDocument") {
        Ok(Kind::Doc)
    } else if stream("PowerPoint Document") {
        Err(IntakeError::Unsupported(Foreign::OldPresentation))
    } else if stream("Workbook") || stream("Book") {
        Ok(Kind::Spreadsheet)
    } else {
        Err(IntakeError::Unsupported(Foreign::OldOffice))
    }
}

fn binary(bytes: &[u8], hint: Hint) -> IntakeError {
    match (infer::get(bytes), hint) {
        (Some(found), _) => IntakeError::Unsupported(foreign(found)),
        (None, Hint::Pdf) => IntakeError::Corrupt(Kind::Pdf),
        (None, Hint::Docx) => IntakeError::Corrupt(Kind::Docx),
        (None, _) => IntakeError::Unsupported(Foreign::Binary),
    }
}

fn foreign(found: infer::Type) -> Foreign {
    use infer::MatcherType;
    match found.matcher_type() {
        MatcherType::Image => Foreign::Image,
        MatcherType::Audio => Foreign::Audio,
        MatcherType::Video => Foreign::Video,
        MatcherType::Font => Foreign::Font,
        MatcherType::Book => Foreign::Ebook,
        MatcherType::Archive => match found.mime_type() {
            "application/vnd.sqlite3" => Foreign::Database,
            "application/vnd.microsoft.portable-executable" | "application/x-google-chrome-extension" => {
                Foreign::Program
            }
            "application/postscript" => Foreign::PostScript,
            _ => Foreign::Archive,
        },
        MatcherType::App => match found.mime_type() {
            "application/dicom" => Foreign::Image,
            "application/x-x509-ca-cert" | "application/octet-stream" => Foreign::Binary,
            _ => Foreign::Program,
        },
        MatcherType::Doc => Foreign::OldOffice,
        MatcherType::Text | MatcherType::Custom => Foreign::Binary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], name: &str) -> Result<Kind, IntakeError> {
        sniff(bytes, name)
    }

    fn unsupported(bytes: &[u8], name: &str) -> Foreign {
        match of(bytes, name) {
            Err(IntakeError::Unsupported(foreign)) => foreign,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn content_decides_and_the_name_does_not() {
        assert_eq!(of(b"%PDF-1.7\n", "letter.txt"), Ok(Kind::Pdf));
        assert_eq!(of(b"junk\n%PDF-1.4\n1 0 obj\nendobj", "x"), Ok(Kind::Pdf));
        assert_eq!(
            of(b"A PDF file starts with %PDF- and a number.", "x.pdf"),
            Ok(Kind::Text)
        );
        assert_eq!(of(b"1 0 obj\n<<>>\nendobj", "x.pdf"), Ok(Kind::Pdf));
        assert_eq!(of(b"1 0 obj\n<<>>\nendobj", "x.txt"), Ok(Kind::Text));
        assert_eq!(of(b"<!DOCTYPE html>\n<p>x", "notes.md"), Ok(Kind::Html));
        assert_eq!(
            of(b"<?xml version='1.0'?><!-- c -->\n<html xmlns='x'>", "notes.txt"),
            Ok(Kind::Html)
        );
        assert_eq!(of(b"\xef\xbb\xbf<HTML><body>", ""), Ok(Kind::Html));
        assert_eq!(of(b"Plain words.", "letter.docx"), Ok(Kind::Text));
    }

    #[test]
    fn pictures_are_told_by_their_first_bytes() {
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x.txt"), Ok(Kind::Image));
        assert_eq!(of(b"\xff\xd8\xff\xe0\0\x10JFIF\0", "x"), Ok(Kind::Image));
        assert_eq!(of(b"II*\0\x08\0\0\0", "x"), Ok(Kind::Image));
        assert_eq!(of(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "x"), Ok(Kind::Image));
        assert_eq!(of(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "x"), Ok(Kind::Image));
        assert_eq!(of(b"BM is a car maker", "x"), Ok(Kind::Text));
    }

    #[test]
    fn the_name_decides_between_kinds_of_text() {
        assert_eq!(of(b"# Plan\n", "plan.MD"), Ok(Kind::Markdown));
        assert_eq!(of(b"# Plan\n", "plan.txt"), Ok(Kind::Text));
        assert_eq!(of(b"<p>x</p>", "plan.md"), Ok(Kind::Markdown));
        assert_eq!(of(b"<p>x</p>", "plan"), Ok(Kind::Html));
        assert_eq!(of(b"words <b>bold</b>", "plan.htm"), Ok(Kind::Html));
        assert_eq!(of(b"<person>x</person>", "plan"), Ok(Kind::Text));
    }

    #[test]
    fn rejects_formats_it_does_not_read_by_name() {
        assert_eq!(
            unsupported(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "x"),
            Foreign::Image
        );
        assert_eq!(unsupported(b"%!PS-Adobe-3.0\n", "x"), Foreign::PostScript);
        assert_eq!(unsupported(b"<svg xmlns='x'/>", "x"), Foreign::Image);
        assert_eq!(unsupported(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "x"), Foreign::Program);
        assert_eq!(unsupported(b"\x01\x02\x03\x04\x00\x00", "x"), Foreign::Binary);
    }

    #[test]
    fn messages_and_rich_text_are_known_by_their_heads() {
        assert_eq!(of(b"{\\rtf1\\ansi x}", "x.doc"), Ok(Kind::Rtf));
        let mail = b"Received: from a\nFrom: A <a@example.org>\nSubject: x\n\nHi";
        assert_eq!(of(mail, "x.txt"), Ok(Kind::Email));
        let part = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nRent is due.\n--x--\n";
        assert_eq!(of(part, "x.eml"), Ok(Kind::Email));
        assert_eq!(
            of(part, "x.txt"),
            Ok(Kind::Text),
            "a note about how messages look"
        );
        let mailbox = b"From a@example.org Mon Jan  1 00:00:00 2024\nFrom: A\n\nHi";
        assert_eq!(of(mailbox, "x"), Ok(Kind::Mailbox));
        assert_eq!(of(b"a,b\n1,2\n", "sums.csv"), Ok(Kind::Csv));
        assert_eq!(of(b"a,b\n1,2\n", "sums"), Ok(Kind::Text));
    }

    #[test]
    fn a_memo_is_not_an_email() {
        let memo =
            b"From: Dr Amara Osei\nTo: Clinic staff\nSubject: Flu season\nDate: Monday\n\nPlease note.";
        assert_eq!(of(memo, "memo.txt"), Ok(Kind::Text));
    }

    #[test]
    fn office_files_in_compound_containers_are_told_apart() {
        let ole = |stream: &str| {
            let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
            bytes.extend([0; 512]);
            bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        };
        assert_eq!(of(&ole("WordDocument"), "x.docx"), Ok(Kind::Doc));
        assert_eq!(of(&ole("Workbook"), "x"), Ok(Kind::Spreadsheet));
        assert_eq!(of(&ole("__substg1.0_0037001F"), "x"), Ok(Kind::Outlook));
        assert_eq!(
            unsupported(&ole("PowerPoint Document"), "x"),
            Foreign::OldPresentation
        );
        assert_eq!(unsupported(&ole("Other"), "x"), Foreign::OldOffice);
        assert_eq!(
            of(&ole("EncryptedPackage"), "x.docx"),
            Err(IntakeError::Encrypted(Lock::Office))
        );
    }

    #[test]
    fn zip_containers_are_told_apart_by_what_is_inside() {
        let zip = |names: &[&str]| {
            let entries: Vec<(String, String)> = names
                .iter()
                .map(|name| ((*name).to_owned(), String::new()))
                .collect();
            crate::fixtures::zip(&entries)
        };
        let typed = |content: &str| crate::fixtures::zip(&[("mimetype".into(), content.into())]);
        assert_eq!(
            of(&zip(&["[Content_Types].xml", "xl/workbook.xml"]), "x"),
            Ok(Kind::Spreadsheet)
        );
        assert_eq!(
            of(&zip(&["[Content_Types].xml", "ppt/presentation.xml"]), "x"),
            Ok(Kind::Pptx)
        );
        assert_eq!(
            of(&zip(&["[Content_Types].xml", "word/document.xml"]), "x.zip"),
            Ok(Kind::Docx)
        );
        assert_eq!(
            of(&zip(&["content.xml", "META-INF/manifest.xml"]), "x"),
            Ok(Kind::Odt)
        );
        assert_eq!(
            of(&zip(&["holiday.jpg", "in/word/document.xml"]), "x"),
            Ok(Kind::Zip)
        );
        assert_eq!(
            of(&typed("application/vnd.oasis.opendocument.text"), "x"),
            Ok(Kind::Odt)
        );
        assert_eq!(unsupported(&typed("application/epub+zip"), "x"), Foreign::Ebook);
    }

    #[test]
    fn rejects_empty_and_hopeless_files() {
        assert_eq!(of(b" \n\t", "x"), Err(IntakeError::Empty));
        assert_eq!(of(&[0; 5000], "x.pdf"), Err(IntakeError::Empty));
        assert_eq!(
            of(b"\x01\x02\x03\x04\x00\x00", "x.pdf"),
            Err(IntakeError::Corrupt(Kind::Pdf))
        );
        assert_eq!(
            of(b"\x01\x02\x03\x04\x00\x00", "x.docx"),
            Err(IntakeError::Corrupt(Kind::Docx))
        );
    }
}
