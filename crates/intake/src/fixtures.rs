//! Small invented files, built in memory, for the tests of this crate and of the whole.
//!
//! Only there with the feature `fixtures`. The builders write the least that the formats ask for, so
//! that a test says in its own lines what is in the file.

pub use crate::scan::made::{
    Sheet, gif, jpeg_head, noise, png, png_of_size, scanned_pdf, scanned_pdf_with, sheet, tiff, webp,
};
use std::fmt::Write as _;
use std::io::Write as _;
use zip::write::SimpleFileOptions;

/// A PDF of one page, protected with AES-256; it opens with `harbour`, as the owner with `quay`.
pub const LOCKED_AES256: &[u8] = include_bytes!("../fixtures/locked-aes256.pdf");
/// The same, protected with RC4.
pub const LOCKED_RC4: &[u8] = include_bytes!("../fixtures/locked-rc4.pdf");
/// A PDF that opens without a password and forbids copying.
pub const COPYING_FORBIDDEN: &[u8] = include_bytes!("../fixtures/copying-forbidden.pdf");

/// A picture of a letter by an invented clinic, as telephones store them.
pub const LETTER_HEIC: &[u8] = include_bytes!("../fixtures/letter.heic");

/// What stands on a page of a built PDF.
#[derive(Clone, Debug)]
pub enum PdfPage {
    /// Lines of text; one that begins with `# ` is set larger.
    Text(String),
    /// A filled rectangle and no text, as a scan would look to a program that reads text.
    Drawing,
    /// Nothing.
    Blank,
}

/// Builds a PDF whose pages hold the given texts; an empty one is blank.
pub fn pdf(pages: &[&str]) -> Vec<u8> {
    let page = |text: &&str| {
        if text.is_empty() {
            PdfPage::Blank
        } else {
            PdfPage::Text((*text).to_owned())
        }
    };
    pdf_of(&pages.iter().map(page).collect::<Vec<_>>(), None)
}

/// Builds a PDF from pages, with a title in its properties.
pub fn pdf_of(pages: &[PdfPage], title: Option<&str>) -> Vec<u8> {
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), String::new()];
    objects
        .push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned());
    objects.push(format!("<< /Title ({}) >>", title.unwrap_or_default()));
    let mut kids = String::new();
    for page in pages {
        let content = content(page);
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
        let contents = objects.len();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>"
        ));
        let _ = write!(kids, "{} 0 R ", objects.len());
    }
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len());
    assemble(&objects)
}

/// Builds a PDF of one page with these annotations on it, each the inside of a dictionary; the first is object 6.
pub fn pdf_with(text: &str, annotations: &[&str]) -> Vec<u8> {
    let content = content(&PdfPage::Text(text.to_owned()));
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [5 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        "<< /Author (Ines Okafor) /CreationDate (D:20240503120000Z) /ModDate (D:20240504120000Z) >>"
            .to_owned(),
    ];
    let last = 6 + annotations.len();
    let listed: String = (6..last).map(|number| format!("{number} 0 R ")).collect();
    objects.push(format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {last} 0 R /Annots [{listed}] \
         /Resources << /Font << /F1 3 0 R >> >> >>"
    ));
    objects.extend(
        annotations
            .iter()
            .map(|inside| format!("<< /Type /Annot /Rect [60 700 200 720] {inside} >>")),
    );
    objects.push(format!(
        "<< /Length {} >>\nstream\n{content}\nendstream",
        content.len()
    ));
    assemble(&objects)
}

/// Builds a PDF of one page whose font says of no glyph which letter it shows.
pub fn pdf_unmapped(text: &str) -> Vec<u8> {
    let content = content(&PdfPage::Text(text.to_owned()));
    let names: String = (33..127).map(|code| format!("/g{code}x ")).collect();
    let glyphs: String = (33..127).map(|code| format!("/g{code}x 6 0 R ")).collect();
    let drawn = "500 0 0 0 500 700 d1 50 0 400 700 re f";
    assemble(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [5 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 700] /FontMatrix [0.001 0 0 0.001 0 0] \
             /CharProcs << {glyphs} >> /Encoding << /Type /Encoding /Differences [33 {names}] >> \
             /FirstChar 33 /LastChar 126 /Widths [{}] >>",
            "500 ".repeat(94)
        ),
        "<< >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R \
         /Resources << /Font << /F1 3 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ])
}

fn content(page: &PdfPage) -> String {
    let mut content = String::new();
    match page {
        PdfPage::Blank => {}
        PdfPage::Drawing => content.push_str("72 72 300 400 re f"),
        PdfPage::Text(text) => {
            let mut y = 780.0;
            for line in text.lines() {
                let (size, line) = line
                    .strip_prefix("# ")
                    .map_or((11, line), |heading| (20, heading));
                y -= 1.3 * f64::from(size);
                let _ = writeln!(content, "BT /F1 {size} Tf 60 {y:.1} Td ({}) Tj ET", escaped(line));
            }
        }
    }
    content
}

/// A string in the encoding of the font; what it lacks becomes a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' | ')' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            '\u{a0}'..='\u{ff}' => {
                let _ = write!(out, "\\{:03o}", c as u32);
            }
            _ => out.push('?'),
        }
    }
    out
}

fn assemble(objects: &[String]) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut table = String::new();
    for (number, object) in (1..).zip(objects) {
        let _ = writeln!(table, "{:010} 00000 n ", out.len());
        let _ = write!(out, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = out.len();
    let size = objects.len() + 1;
    let _ = write!(out, "xref\n0 {size}\n0000000000 65535 f \n{table}");
    let _ = write!(
        out,
        "trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    out.into_bytes()
}

/// Builds a Word document from paragraphs. One that begins with `# ` is a heading, one that begins
/// with `- ` a list item, one of cells parted by ` | ` a table row; `\f` alone is a page break.
pub fn docx(paragraphs: &[&str]) -> Vec<u8> {
    let mut body = String::new();
    for paragraph in paragraphs {
        let (properties, text) = if let Some(heading) = paragraph.strip_prefix("# ") {
            ("<w:pStyle w:val=\"Heading1\"/>", heading)
        } else if let Some(item) = paragraph.strip_prefix("- ") {
            (
                "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr>",
                item,
            )
        } else {
            ("", *paragraph)
        };
        let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", xml(text));
        if text == "\u{c}" {
            body.push_str("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>");
        } else if text.contains(" | ") {
            let cells: String = text
                .split(" | ")
                .map(|cell| format!("<w:tc><w:p>{}</w:p></w:tc>", run(cell)))
                .collect();
            let _ = write!(body, "<w:tbl><w:tr>{cells}</w:tr></w:tbl>");
        } else {
            let _ = write!(body, "<w:p><w:pPr>{properties}</w:pPr>{}</w:p>", run(text));
        }
    }
    docx_of(&body, &[])
}

/// Builds a Word document around the content of its body and further parts, which are linked by what
/// their names begin with: `footnotes`, `endnotes`, `numbering` or `styles`.
pub fn docx_of(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    const LINK: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let styles = "<w:styles xmlns:w=\"W\"><w:style w:type=\"paragraph\" w:styleId=\"Heading1\">\
        <w:name w:val=\"heading 1\"/></w:style></w:styles>";
    let numbering = "<w:numbering xmlns:w=\"W\"><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\">\
        <w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"-\"/></w:lvl></w:abstractNum>\
        <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>";
    let mut all = vec![("styles.xml", styles.replace("\"W\"", &format!("\"{W}\"")))];
    all.push(("numbering.xml", numbering.replace("\"W\"", &format!("\"{W}\""))));
    for (name, content) in parts {
        all.retain(|(known, _)| known != name);
        all.push((name, (*content).to_owned()));
    }
    let links: String = all
        .iter()
        .enumerate()
        .map(|(at, (name, _))| {
            let kind = name.trim_end_matches(".xml");
            format!("<Relationship Id=\"r{at}\" Type=\"{LINK}/{kind}\" Target=\"{name}\"/>")
        })
        .collect();
    let document =
        format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"{W}\"><w:body>{body}</w:body></w:document>");
    let rels = |links: &str| {
        let space = "http://schemas.openxmlformats.org/package/2006/relationships";
        format!("<?xml version=\"1.0\"?><Relationships xmlns=\"{space}\">{links}</Relationships>")
    };
    let main =
        format!("<Relationship Id=\"r\" Type=\"{LINK}/officeDocument\" Target=\"word/document.xml\"/>");
    let types = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
        <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
        <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/></Types>";
    let mut entries = vec![
        ("[Content_Types].xml".to_owned(), types.to_owned()),
        ("_rels/.rels".to_owned(), rels(&main)),
        ("word/document.xml".to_owned(), document),
        ("word/_rels/document.xml.rels".to_owned(), rels(&links)),
    ];
    entries.extend(
        all.into_iter()
            .map(|(name, content)| (format!("word/{name}"), content)),
    );
    zip(&entries)
}

/// A Word document of a few kilobytes whose text unpacks to the given number of megabytes.
pub fn docx_bomb(megabytes: usize) -> Vec<u8> {
    docx_of(
        &format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "a".repeat(megabytes << 20)),
        &[],
    )
}

/// Packs named texts into a ZIP archive.
///
/// # Panics
/// Never for archives below four gigabytes.
pub fn zip(entries: &[(String, String)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        // The entry that says what a package is stands uncompressed.
        let method = if name == "mimetype" {
            zip::CompressionMethod::Stored
        } else {
            zip::CompressionMethod::Deflated
        };
        writer
            .start_file(
                name.as_str(),
                SimpleFileOptions::default().compression_method(method),
            )
            .expect("writing to memory does not fail");
        writer
            .write_all(content.as_bytes())
            .expect("writing to memory does not fail");
    }
    writer
        .finish()
        .expect("writing to memory does not fail")
        .into_inner()
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Builds a Word 97 document of this text, in which `\r` ends paragraphs; `struck` is marked as deleted.
///
/// # Panics
/// Never for texts of less than a gigabyte.
pub fn doc(text: &str, struck: Option<&str>) -> Vec<u8> {
    const TEXT: usize = 2048;
    let small = |number: usize| u32::try_from(number).expect("fixtures are small").to_le_bytes();
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut main = vec![0; TEXT];
    let mut put = |at: usize, bytes: &[u8]| main[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &[0xec, 0xa5, 0xc1, 0]);
    put(0x18, &small(TEXT));
    put(0x4c, &small(units.len()));
    let mut table = vec![2];
    table.extend(small(16));
    table.extend([small(0), small(units.len())].concat());
    table.extend([0, 0]);
    table.extend(small(TEXT));
    table.extend([0, 0]);
    put(0x1a6, &small(table.len()));
    if let Some(at) = struck.and_then(|struck| text.find(struck).map(|at| (at, struck))) {
        let before = text[..at.0].encode_utf16().count() * 2;
        let ends = [
            TEXT,
            TEXT + before,
            TEXT + before + at.1.encode_utf16().count() * 2,
        ];
        put(0xfa, &small(table.len()));
        put(0xfe, &small(12));
        table.extend([small(ends[0]), small(ends[2]), small(2)].concat());
        put(1024, &ends.map(small).concat());
        put(1024 + 12, &[0, 200]);
        put(1024 + 400, &[3, 0x00, 0x08, 1]);
        put(1024 + 511, &[2]);
    }
    main.extend(units.into_iter().flat_map(u16::to_le_bytes));
    compound(&[("WordDocument", &main), ("0Table", &table)])
}

/// Builds an OLE compound file of these streams; a name with a slash lies in a storage.
///
/// # Panics
/// Never for names that are allowed there.
pub fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file =
        cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("writing to memory does not fail");
    for (name, content) in streams {
        if let Some((storage, _)) = name.rsplit_once('/') {
            file.create_storage_all(storage)
                .expect("writing to memory does not fail");
        }
        let mut stream = file.create_stream(name).expect("writing to memory does not fail");
        stream
            .write_all(content)
            .expect("writing to memory does not fail");
    }
    file.flush().expect("writing to memory does not fail");
    file.into_inner().into_inner()
}

/// Builds a workbook from the names of its sheets and the rows inside them, as they stand in the file.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut parts = Vec::new();
    let (mut list, mut links) = (String::new(), String::new());
    for (number, (name, rows)) in (1..).zip(sheets) {
        let _ = write!(
            list,
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>"
        );
        let _ = write!(
            links,
            "<Relationship Id=\"r{number}\" Type=\"{LINK}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    parts.push((
        "xl/workbook.xml".into(),
        format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{LINK}\"><sheets>{list}</sheets></workbook>"),
    ));
    parts.push(("xl/_rels/workbook.xml.rels".into(), relationships(&links)));
    office("xl/workbook.xml", parts)
}

/// Builds a presentation from the shapes of its slides, as they stand in the file, and the speaker's notes.
pub fn pptx(slides: &[(&str, &str)]) -> Vec<u8> {
    let mut parts = Vec::new();
    let (mut list, mut links) = (String::new(), String::new());
    for (number, (shapes, notes)) in (1..).zip(slides) {
        let _ = write!(list, "<p:sldId id=\"{}\" r:id=\"r{number}\"/>", 255 + number);
        let _ = write!(
            links,
            "<Relationship Id=\"r{number}\" Type=\"{LINK}/slide\" Target=\"slides/slide{number}.xml\"/>"
        );
        parts.push((
            format!("ppt/slides/slide{number}.xml"),
            format!("<p:sld>{shapes}</p:sld>"),
        ));
        if !notes.is_empty() {
            let link = format!(
                "<Relationship Id=\"n\" Type=\"{LINK}/notesSlide\" Target=\"../notes{number}.xml\"/>"
            );
            parts.push((
                format!("ppt/slides/_rels/slide{number}.xml.rels"),
                relationships(&link),
            ));
            parts.push((
                format!("ppt/notes{number}.xml"),
                format!(
                    "<p:notes><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:notes>",
                    xml(notes)
                ),
            ));
        }
    }
    parts.push((
        "ppt/presentation.xml".into(),
        format!("<p:presentation><p:sldIdLst>{list}</p:sldIdLst></p:presentation>"),
    ));
    parts.push(("ppt/_rels/presentation.xml.rels".into(), relationships(&links)));
    office("ppt/presentation.xml", parts)
}

/// Builds an OpenDocument text from the content of its body, as it stands in the file.
pub fn odt(body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    );
    zip(&[
        (
            "mimetype".into(),
            "application/vnd.oasis.opendocument.text".into(),
        ),
        ("content.xml".into(), content),
        ("META-INF/manifest.xml".into(), "<manifest:manifest/>".into()),
    ])
}

const LINK: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn relationships(links: &str) -> String {
    let space = "http://schemas.openxmlformats.org/package/2006/relationships";
    format!("<?xml version=\"1.0\"?><Relationships xmlns=\"{space}\">{links}</Relationships>")
}

fn office(main: &str, mut parts: Vec<(String, String)>) -> Vec<u8> {
    let link = format!("<Relationship Id=\"r\" Type=\"{LINK}/officeDocument\" Target=\"{main}\"/>");
    parts.insert(0, ("[Content_Types].xml".into(), "<Types/>".into()));
    parts.push(("_rels/.rels".into(), relationships(&link)));
    zip(&parts)
}
