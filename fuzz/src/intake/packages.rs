//! Packages. Their seeds and the fuzzer's inputs are lists of parts (see [`crate::containers`]), or a package as it is.

use crate::containers::parts_of_package;
use cabinet_intake::fixtures;

pub(crate) const XML: &[&str] = &[
    "\n\x1e",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE",
    "<!ENTITY",
    "<![CDATA[",
    "&#x",
    "&amp;",
    "/>",
    "</",
    "word/",
    "xl/",
    "ppt/",
    "<w:p>",
    "<w:tbl>",
    "<w:del>",
    "<w:ins>",
    "<w:numId w:val=",
    "<w:fldChar",
    "<w:footnoteReference w:id=",
    "<mc:AlternateContent>",
    "<text:p>",
    "<text:list>",
    "<table:table-cell table:number-columns-repeated=",
    "<text:s text:c=",
    "<a:t>",
    "<a:tbl>",
    "<c r=",
    "<row r=",
    "<f>",
    "<si>",
    "r:id=",
    "Target=",
];

/// Sound packages as lists of parts, and one of them as it is.
pub(crate) fn packages(sound: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = sound.iter().map(|bytes| parts_of_package(bytes)).collect();
    seeds.extend(sound.first().cloned());
    seeds
}

pub(crate) fn docx() -> Vec<Vec<u8>> {
    let body = "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>Lease</w:t><w:footnoteReference w:id=\"2\"/></w:r></w:p>\
        <w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t><w:br w:type=\"page\"/></w:r></w:ins></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>\
        <w:p><w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
    let parts = [
        (
            "word/footnotes.xml",
            "<w:footnotes><w:footnote w:id=\"2\"><w:p><w:r><w:t>Note</w:t></w:r></w:p></w:footnote></w:footnotes>",
        ),
        (
            "word/numbering.xml",
            "<w:numbering><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"3\"/><w:numFmt w:val=\"lowerRoman\"/><w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>",
        ),
        (
            "word/styles.xml",
            "<w:styles><w:style w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"Heading1\"/></w:style></w:styles>",
        ),
        (
            "docProps/core.xml",
            "<cp:coreProperties><dc:title>Lease</dc:title><dcterms:created>2024-05-03T10:00:00Z</dcterms:created></cp:coreProperties>",
        ),
    ];
    vec![
        fixtures::docx(&["# Lease", "- monthly", "a | b", "\u{c}", "Signed."]),
        fixtures::docx_of(body, &parts),
    ]
}

pub(crate) fn odt() -> Vec<Vec<u8>> {
    let body = "<text:h text:outline-level=\"1\">Lease</text:h><text:list><text:list-item><text:p>Rent<text:s text:c=\"3\"/>due<text:tab/><text:line-break/></text:p></text:list-item></text:list>\
        <table:table><table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"3\"><text:p>a</text:p></table:table-cell></table:table-row></table:table>\
        <text:p><text:note><text:note-body><text:p>Note</text:p></text:note-body></text:note><text:tracked-changes><text:changed-region/></text:tracked-changes></text:p>";
    vec![fixtures::odt(body), presentation()]
}

/// An OpenDocument presentation.
pub(crate) fn presentation() -> Vec<u8> {
    let content = "<office:document-content><office:body><office:presentation><draw:page draw:name=\"a\"><draw:frame><draw:text-box><text:p>Slide</text:p></draw:text-box></draw:frame><presentation:notes><text:p>Say it</text:p></presentation:notes></draw:page></office:presentation></office:body></office:document-content>";
    fixtures::zip(&[
        (
            "mimetype".into(),
            "application/vnd.oasis.opendocument.presentation".into(),
        ),
        ("content.xml".into(), content.into()),
    ])
}

pub(crate) fn pptx() -> Vec<Vec<u8>> {
    let table = "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>";
    vec![fixtures::pptx(&[
        (
            "<p:sp><a:p><a:pPr lvl=\"1\"/><a:r><a:t>Lease</a:t></a:r><a:br/></a:p></p:sp>",
            "Say it.",
        ),
        (table, ""),
    ])]
}

pub(crate) fn sheets() -> Vec<Vec<u8>> {
    let rows = "<row r=\"1\"><c r=\"A1\"><v>12.5</v></c><c r=\"C1\" t=\"str\"><v>x</v></c></row><row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>y</t></is></c><c r=\"D3\" t=\"b\"><v>1</v></c><c r=\"E3\" t=\"e\"><v>#DIV/0!</v></c><c t=\"d\"><v>2024-05-03</v></c></row>";
    let ods = "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"Sums\"><table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"float\" office:value=\"12.5\" table:number-columns-repeated=\"2\"><text:p>12.5</text:p></table:table-cell><table:table-cell office:value-type=\"date\" office:date-value=\"2024-05-03\"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
    vec![
        fixtures::xlsx(&[("Sums", rows), ("Empty", "")]),
        fixtures::zip(&[
            (
                "mimetype".into(),
                "application/vnd.oasis.opendocument.spreadsheet".into(),
            ),
            ("content.xml".into(), ods.into()),
            ("META-INF/manifest.xml".into(), "<manifest:manifest/>".into()),
        ]),
    ]
}

pub(crate) fn zip_seeds() -> Vec<Vec<u8>> {
    vec![
        b"\x1ea/letter.txt\nDear colleague\n\x1eb.csv\na,b\n\x1e../c\n\n\x1e__MACOSX/d\nx".to_vec(),
        fixtures::zip(&[
            ("a/letter.txt".into(), "Dear colleague".into()),
            ("a/".into(), String::new()),
            ("b.csv".into(), "a,b".into()),
        ]),
        fixtures::zip(&[]),
    ]
}
