//! What each format gives, end to end.

use crate::{read, read_with, texts};
use cabinet_intake::fixtures::{self, PdfPage};
use cabinet_intake::{Day, Extracted, Kind, Method, PageProblem};

fn problems(read: &Extracted) -> Vec<(u32, PageProblem)> {
    let warnings = read.warnings.iter();
    warnings.map(|warning| (warning.page, warning.problem)).collect()
}

#[tokio::test]
async fn a_pdf_gives_its_pages_title_and_warnings() {
    let pages = [
        PdfPage::Text(
            "# Discharge summary\nMrs Ada Lindqvist was admitted on 3 May.\n\nShe may go home.".into(),
        ),
        PdfPage::Drawing,
        PdfPage::Blank,
        PdfPage::Text("Follow-up at the caf\u{e9} clinic (room 4).".into()),
    ];
    let read = read(fixtures::pdf_of(&pages, None), "scan0001.txt")
        .await
        .unwrap();
    assert_eq!(read.kind, Kind::Pdf, "content decides, not the name");
    assert_eq!(read.title.as_deref(), Some("Discharge summary"));
    assert_eq!(
        read.pages[0].text,
        "Discharge summary\n\nMrs Ada Lindqvist was admitted on 3 May.\n\nShe may go home."
    );
    assert_eq!(read.pages[3].text, "Follow-up at the café clinic (room 4).");
    assert_eq!(
        read.pages.iter().map(|page| page.number).collect::<Vec<_>>(),
        [1, 2, 3, 4]
    );
    assert_eq!(read.pages[1].method, Method::None);
    assert_eq!(
        problems(&read),
        [(2, PageProblem::NoText), (3, PageProblem::Blank)]
    );
    assert_eq!(
        read.warnings[0].message(),
        "Page 2 has no text; it may be a scan."
    );
}

#[tokio::test]
async fn a_pdf_title_from_its_properties_comes_first() {
    let pages = [PdfPage::Text("# Something else\nText of the lease.".into())];
    let titled = read(fixtures::pdf_of(&pages, Some("Lease of 12 Mill Lane")), "x.pdf")
        .await
        .unwrap();
    assert_eq!(titled.title.as_deref(), Some("Lease of 12 Mill Lane"));
    let named = read(
        fixtures::pdf_of(&pages, Some("Microsoft Word - lease_final.docx")),
        "x.pdf",
    )
    .await
    .unwrap();
    assert_eq!(
        named.title.as_deref(),
        Some("Something else"),
        "a file name is no title"
    );
}

#[tokio::test]
async fn a_pdf_says_who_wrote_it_and_when() {
    let details = read(fixtures::pdf_with("The rent is due.", &[]), "x.pdf")
        .await
        .unwrap()
        .details;
    assert_eq!(details.author.as_deref(), Some("Ines Okafor"));
    assert_eq!(details.created, Day::new(2024, 5, 3));
    assert_eq!(details.modified, Day::new(2024, 5, 4));
}

#[tokio::test]
async fn a_pdf_that_lost_pages_in_its_middle_may_be_incomplete() {
    let whole = fixtures::pdf(&["The rent is due.", "The deposit is held.", "Signed at Leith."]);
    assert!(read(whole.clone(), "x.pdf").await.unwrap().warnings.is_empty());
    // Objects 5 to 10 are contents and pages in turn.
    let lost =
        String::from_utf8(whole)
            .unwrap()
            .replacen("8 0 obj\n<< /Type /Page ", "8 0 obj\n<< /Type /Gone", 1);
    let without_kid = lost.replacen("/Kids [6 0 R 8 0 R 10 0 R ]", "/Kids [6 0 R      10 0 R ]", 1);
    assert_ne!(without_kid, lost, "the page is in the tree");
    let read = read(without_kid.into_bytes(), "x.pdf").await.unwrap();
    assert_eq!(texts(&read), ["The rent is due.", "Signed at Leith."]);
    let told: Vec<_> = read
        .warnings
        .iter()
        .map(|warning| (warning.page, warning.problem))
        .collect();
    assert_eq!(told, [(2, PageProblem::Damaged)]);
}

#[tokio::test]
async fn files_name_their_headings() {
    let said = |read: &Extracted| -> Vec<(u8, String)> {
        let heading = |heading: &cabinet_intake::Heading| {
            let chars = read.pages[heading.page as usize - 1].text.chars();
            let chars = chars.skip(heading.start as usize);
            let text = chars.take((heading.end - heading.start) as usize).collect();
            (heading.level, text)
        };
        read.headings.iter().map(heading).collect()
    };
    let body = "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Agreement</w:t></w:r></w:p>\
        <w:p><w:r><w:t>Between the parties.</w:t></w:r></w:p>\
        <w:p><w:pPr><w:outlineLvl w:val=\"1\"/></w:pPr><w:r><w:br w:type=\"page\"/><w:t>4 Termination</w:t></w:r></w:p>\
        <w:p><w:pPr><w:pStyle w:val=\"Heading1\"/><w:outlineLvl w:val=\"9\"/></w:pPr><w:r><w:t>By notice.</w:t></w:r></w:p>";
    let styles =
        "<w:styles><w:style w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>";
    let docx = read(fixtures::docx_of(body, &[("styles.xml", styles)]), "x")
        .await
        .unwrap();
    assert_eq!(
        said(&docx),
        [(1, "Agreement".to_owned()), (2, "4 Termination".to_owned())]
    );
    assert_eq!(docx.headings[1].page, 2);
    let html = read(
        "<html><h1>Lease</h1><p>Rent</p><ul><li><h3>Notice</h3></ul>",
        "x.html",
    )
    .await
    .unwrap();
    assert_eq!(said(&html), [(1, "Lease".to_owned()), (3, "Notice".to_owned())]);
    let rtf =
        "{\\rtf1\\pard\\outlinelevel0 Lease\\par\\pard Rent is due.\\par\\pard\\outlinelevel1 Notice\\par}";
    let rtf = read(rtf, "x.rtf").await.unwrap();
    assert_eq!(said(&rtf), [(1, "Lease".to_owned()), (2, "Notice".to_owned())]);
    let slides = read(
        fixtures::pptx(&[(
            "<p:sp><p:nvPr><p:ph type=\"title\"/></p:nvPr><a:p><a:r><a:t>The case</a:t></a:r></a:p></p:sp>",
            "",
        )]),
        "x",
    )
    .await
    .unwrap();
    assert_eq!(said(&slides), [(1, "The case".to_owned())]);
    let markdown = read("# Plan\n\n## Dose\n\n5 mg\n", "plan.md").await.unwrap();
    assert_eq!(
        said(&markdown),
        [(1, "# Plan".to_owned()), (2, "## Dose".to_owned())]
    );
}

#[tokio::test]
async fn protected_pdfs_open_with_their_password() {
    for bytes in [fixtures::LOCKED_AES256, fixtures::LOCKED_RC4] {
        let read = read_with(bytes.to_vec(), "x.pdf", Some("harbour")).await.unwrap();
        assert_eq!(texts(&read), ["The harbour dues were paid by Ines Okafor."]);
    }
    let open = read(fixtures::COPYING_FORBIDDEN, "x.pdf").await.unwrap();
    assert_eq!(
        texts(&open),
        ["Anyone may read this minute of the parish council."]
    );
}

#[tokio::test]
async fn a_word_document_gives_headings_lists_tables_and_pages() {
    let bytes = fixtures::docx(&[
        "# Agreement",
        "Between Ruth Adeyemi & Sons and <the tenant>.",
        "- rent",
        "- notice",
        "Item | Amount",
        "Rent | 900",
        "\u{c}",
        "Signed at Leith.",
    ]);
    let read = read(bytes, "agreement.zip").await.unwrap();
    assert_eq!(read.kind, Kind::Docx);
    assert_eq!(read.title.as_deref(), Some("Agreement"));
    let first = "Agreement\n\nBetween Ruth Adeyemi & Sons and <the tenant>.\n\n• rent\n• notice\n\nItem | Amount\nRent | 900";
    assert_eq!(texts(&read), [first, "Signed at Leith."]);
}

#[tokio::test]
async fn footnotes_stand_on_their_page_and_endnotes_at_the_end() {
    let body = r#"<w:p><w:r><w:t>The rent</w:t><w:footnoteReference w:id="2"/><w:t> is due.</w:t></w:r></w:p>
        <w:p><w:r><w:t>The deposit</w:t><w:endnoteReference w:id="2"/></w:r></w:p>
        <w:p><w:r><w:br w:type="page"/><w:t>Next</w:t><w:footnoteReference w:id="3"/></w:r></w:p>"#;
    let notes = |name: &str, texts: [&str; 2]| {
        format!(
            r#"<w:n xmlns:w="x"><w:{name} w:type="separator" w:id="0"><w:p><w:r><w:t>--</w:t></w:r></w:p></w:{name}>
            <w:{name} w:id="2"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:{name}>
            <w:{name} w:id="3"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:{name}></w:n>"#,
            texts[0], texts[1]
        )
    };
    let parts = [
        ("footnotes.xml", notes("footnote", ["Paid monthly.", "Page two."])),
        ("endnotes.xml", notes("endnote", ["Held in trust.", "unused"])),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let read = read(fixtures::docx_of(body, &parts), "x.docx").await.unwrap();
    let first = "The rent[1] is due.\n\nThe deposit[i]\n\n[1] Paid monthly.";
    assert_eq!(
        texts(&read),
        [first, "Next[2]\n\n[2] Page two.\n\n[i] Held in trust."]
    );
}

#[tokio::test]
async fn text_and_markdown_and_html_are_told_apart() {
    let markdown = read("# The *plan*\n\n- one\n", "plan.md").await.unwrap();
    assert_eq!(
        (markdown.kind, markdown.title.as_deref()),
        (Kind::Markdown, Some("The plan"))
    );
    assert_eq!(texts(&markdown), ["# The *plan*\n\n- one"]);
    let text = read("PLAN OF WORK\n\none\u{c}two", "plan.txt").await.unwrap();
    assert_eq!(
        (text.kind, texts(&text)),
        (Kind::Text, vec!["PLAN OF WORK\n\none", "two"])
    );
    let html = read(
        "<!doctype html><title>Plan</title><p>one<script>two</script>",
        "plan.txt",
    )
    .await
    .unwrap();
    assert_eq!(
        (html.kind, html.title.as_deref(), texts(&html)),
        (Kind::Html, Some("Plan"), vec!["one"])
    );
}

#[tokio::test]
async fn a_long_text_is_cut_into_pages() {
    let paragraph = "The committee met at ten and adjourned at noon. ".repeat(10);
    let text = vec![paragraph.trim(); 100].join("\n\n");
    let read = read(text.clone(), "minutes.txt").await.unwrap();
    assert!(read.pages.len() > 10);
    assert_eq!(texts(&read).join("\n\n"), text);
}

#[tokio::test]
async fn a_word_document_with_a_lost_directory_is_salvaged() {
    let mut bytes = fixtures::docx(&["Still here, said Tomas Brandt."]);
    let directory = memchr::memmem::rfind(&bytes, b"PK\x01\x02[Content")
        .or_else(|| memchr::memmem::find(&bytes, b"PK\x01\x02"));
    bytes.truncate(directory.unwrap() + 20);
    let read = read(bytes, "x.docx").await.unwrap();
    assert_eq!(texts(&read), ["Still here, said Tomas Brandt."]);
    // Which parts the directory named is lost with it: notes, comments and heads may be missing.
    assert_eq!(problems(&read), [(1, PageProblem::Damaged)]);
}

#[tokio::test]
async fn a_pdf_that_ends_too_early_says_so() {
    let pages = ["The roof leaks.", "The rent is due.", "The keys are here."];
    let whole = fixtures::pdf(&pages);
    assert_eq!(problems(&read(whole.clone(), "x.pdf").await.unwrap()), []);
    let end = memchr::memmem::rfind(&whole, b"xref").unwrap();
    let cut = read(whole[..end].to_vec(), "x.pdf").await.unwrap();
    assert_eq!(texts(&cut), pages);
    assert_eq!(problems(&cut), [(3, PageProblem::Damaged)]);
}

#[tokio::test]
async fn files_inside_a_file_come_out_whole() {
    let letter = "From: a@b.example\nSubject: Lease\nMessage-ID: <1@b>\n\nRent is due.".to_owned();
    let bytes = fixtures::zip(&[
        ("a/letter.eml".into(), letter.clone()),
        ("empty.txt".into(), String::new()),
    ]);
    let outer = read(bytes, "x.zip").await.unwrap();
    assert_eq!(outer.kind, Kind::Zip);
    assert_eq!(texts(&outer), ["a/letter.eml\nempty.txt"]);
    assert_eq!(outer.members[0].bytes, letter.as_bytes());
    assert_eq!(outer.members[1].problem, Some(cabinet_intake::IntakeError::Empty));
    let message = read(outer.members[0].bytes.clone(), "letter.eml").await.unwrap();
    assert_eq!(message.kind, Kind::Email);
}
