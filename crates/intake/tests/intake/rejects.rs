//! One test for each way a file can end without text. Codes that come from the path alone
//! (`not_a_file`, `unreadable`) are tested beside `Source` and `walk`.

use crate::{read, read_with, reader};
use cabinet_intake::fixtures::{self, PdfPage};
use cabinet_intake::{Excess, Foreign, IntakeError, Kind, ReaderLimits, Source};

#[tokio::test]
async fn rejects_unsupported() {
    let cases: [(&[u8], Foreign, &str); 3] = [
        (b"%!PS-Adobe-3.0\n", Foreign::PostScript, "a PostScript file"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", Foreign::Image, "a picture"),
        (
            b"\x00\x01\x02\x03 nothing known \xff\xfe\xfd\x00",
            Foreign::Binary,
            "does not know this kind of file",
        ),
    ];
    for (bytes, foreign, named) in cases {
        let error = read(bytes, "letter.docx.bin").await.unwrap_err();
        assert_eq!(error, IntakeError::Unsupported(foreign));
        assert_eq!(error.code(), "unsupported");
        assert!(error.message().contains(named), "the message names the format");
    }
}

#[tokio::test]
async fn rejects_encrypted_and_wrong_password() {
    for bytes in [fixtures::LOCKED_AES256, fixtures::LOCKED_RC4] {
        assert_eq!(read(bytes, "x.pdf").await.unwrap_err().code(), "encrypted");
        let wrong = read_with(bytes.to_vec(), "x.pdf", Some("harbor"))
            .await
            .unwrap_err();
        assert_eq!(wrong.code(), "wrong_password");
    }
}

#[tokio::test]
async fn rejects_corrupt() {
    let mut pdf = fixtures::pdf(&["Text"]);
    pdf.truncate(30);
    assert_eq!(
        read(pdf, "x.pdf").await.unwrap_err(),
        IntakeError::Corrupt(Kind::Pdf)
    );
    let docx = fixtures::docx_of("<w:p><w:r><w:t>never closed", &[]);
    assert_eq!(
        read(docx, "x.docx").await.unwrap_err(),
        IntakeError::Corrupt(Kind::Docx)
    );
}

#[tokio::test]
async fn rejects_empty() {
    assert_eq!(Source::from_bytes(Vec::new()).unwrap_err(), IntakeError::Empty);
    assert_eq!(read(" \r\n", "x.txt").await.unwrap_err(), IntakeError::Empty);
    assert_eq!(
        read("<html><body><script>x</script></body></html>", "x")
            .await
            .unwrap_err(),
        IntakeError::Empty
    );
    assert_eq!(
        read(fixtures::docx(&[""]), "x.docx").await.unwrap_err(),
        IntakeError::Empty
    );
}

#[tokio::test]
async fn rejects_no_text() {
    let bytes = fixtures::pdf_of(&[PdfPage::Drawing, PdfPage::Blank], None);
    let error = read(bytes, "x.pdf").await.unwrap_err();
    assert_eq!(error, IntakeError::NoText { pages: 2 });
    assert_eq!(
        error.message(),
        "No text could be read on any of this document's 2 pages."
    );
}

/// Without models to recognise it by; with them it is read from its picture.
#[tokio::test]
async fn rejects_no_text_of_a_font_that_does_not_say_its_letters() {
    let bytes = fixtures::pdf_unmapped("The rent is due on the first of the month.");
    let error = read(bytes, "x.pdf").await.unwrap_err();
    assert_eq!(error, IntakeError::NoText { pages: 1 });
}

#[tokio::test]
async fn rejects_more_pages_than_any_document_has() {
    let pages = vec![PdfPage::Blank; 100_001];
    let error = read(fixtures::pdf_of(&pages, None), "x.pdf").await.unwrap_err();
    assert_eq!(error, IntakeError::TooLarge(Excess::Pages));
}

#[tokio::test]
async fn rejects_too_large_when_it_unpacks_to_too_much() {
    let bomb = fixtures::docx_bomb(130);
    assert!(bomb.len() < 1 << 20, "a bomb is small");
    assert_eq!(
        read(bomb, "x.docx").await.unwrap_err(),
        IntakeError::TooLarge(Excess::Unpacked)
    );
}

#[tokio::test]
async fn rejects_too_large_when_it_has_too_much_text() {
    let error = read(fixtures::docx_bomb(70), "x.docx").await.unwrap_err();
    assert_eq!(error, IntakeError::TooLarge(Excess::Text));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn rejects_too_large_when_memory_runs_out() {
    let reader = reader(ReaderLimits {
        memory_bytes: 48 << 20,
        ..ReaderLimits::default()
    });
    // Unpacks to forty megabytes, within every other limit.
    let source = Source::from_bytes(fixtures::docx_bomb(40)).unwrap();
    assert_eq!(
        reader.read(&source, "x.docx", None).await.unwrap_err(),
        IntakeError::TooLarge(Excess::Memory)
    );
    let source = Source::from_bytes(b"A short letter".to_vec()).unwrap();
    reader
        .read(&source, "x.txt", None)
        .await
        .expect("the next file is read by a fresh child");
}

#[tokio::test]
async fn entities_that_grow_are_not_expanded() {
    let mut dtd = String::from("<!DOCTYPE w:document [<!ENTITY a0 \"lol\">");
    for i in 1..30 {
        dtd.push_str(&format!(
            "<!ENTITY a{i} \"{}\">",
            format!("&a{};", i - 1).repeat(10)
        ));
    }
    dtd.push_str("]>");
    let document = format!(
        "{dtd}<w:document xmlns:w=\"x\"><w:body><w:p><w:r><w:t>calm &a29;</w:t></w:r></w:p></w:body></w:document>"
    );
    let bytes = fixtures::zip(&[
        ("[Content_Types].xml".into(), "<Types/>".into()),
        ("word/document.xml".into(), document),
    ]);
    let read = read(bytes, "x.docx").await.unwrap();
    assert_eq!(crate::texts(&read), ["calm"]);
}

#[test]
fn every_message_is_calm_and_complete() {
    let errors = [
        IntakeError::Unsupported(Foreign::OldPresentation),
        IntakeError::Encrypted(cabinet_intake::Lock::Password),
        IntakeError::Encrypted(cabinet_intake::Lock::Office),
        IntakeError::WrongPassword,
        IntakeError::Corrupt(Kind::Pdf),
        IntakeError::Empty,
        IntakeError::NoText { pages: 1 },
        IntakeError::TooLarge(Excess::Bytes { limit: 512 << 20 }),
        IntakeError::Timeout { seconds: 60 },
        IntakeError::Crashed,
        IntakeError::Unreadable(cabinet_intake::Refusal::NoPermission),
        IntakeError::Unreadable(cabinet_intake::Refusal::Changing),
        IntakeError::NotAFile(cabinet_intake::Special::Folder),
    ];
    for error in errors {
        for text in [error.message(), error.advice().to_owned(), error.to_string()] {
            assert!(
                text.ends_with('.') && !text.contains('!') && text.len() > 10,
                "{text}"
            );
        }
    }
}
