//! PDFs: words of the format and small sound files.

use cabinet_intake::fixtures;

pub(crate) const PDF: &[&str] = &[
    "%PDF-1.7",
    " 0 obj",
    "endobj",
    "stream\n",
    "endstream",
    "xref",
    "trailer",
    "startxref",
    "/Type",
    "/Page",
    "/Pages",
    "/Kids",
    "/Parent",
    "/Contents",
    "/Resources",
    "/Font",
    "/Filter",
    "/FlateDecode",
    "/LZWDecode",
    "/ASCII85Decode",
    "/DCTDecode",
    "/JBIG2Decode",
    "/CCITTFaxDecode",
    "/JPXDecode",
    "/ObjStm",
    "/XRef",
    "/ToUnicode",
    "/Encoding",
    "/Differences",
    "/Type0",
    "/Type1",
    "/Type3",
    "/CIDFontType2",
    "/DescendantFonts",
    "/FontFile2",
    "/Form",
    "/Image",
    "/Subtype",
    "/Length",
    "/Encrypt",
    "/Rotate",
    "/MediaBox",
    "/AcroForm",
    "/Annots",
    "/ActualText",
    "BT",
    "ET",
    "Tj",
    "TJ",
    "Tf",
    "Td",
    "Tm",
    "cm",
    "Do",
    "BDC",
    "EMC",
    "begincmap",
    "beginbfchar",
    "beginbfrange",
    "<<",
    ">>",
    "0 R",
];

pub(crate) fn pdf_seeds() -> Vec<Vec<u8>> {
    let objects = |objects: &[&str]| {
        let body: String = (1..)
            .zip(objects)
            .map(|(n, object)| format!("{n} 0 obj\n{object}\nendobj\n"))
            .collect();
        format!(
            "%PDF-1.7\n{body}trailer\n<< /Root 1 0 R /Size {} >>\n%%EOF\n",
            objects.len() + 1
        )
        .into_bytes()
    };
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>";
    let stream = |head: &str, content: &str| {
        format!(
            "<< {head} /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        )
    };
    let words = "BT /F 12 Tf 10 100 Td (Rent) Tj [(is) -300 (due)] TJ ET q 50 0 0 50 0 0 cm /X Do Q";
    let map = "begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <52> <0041> endbfchar 1 beginbfrange <60> <70> <0061> endbfrange endcmap";
    let picture = |head: &str, data: &str| {
        stream(
            &format!(
                "/Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 1 /ColorSpace /DeviceGray {head}"
            ),
            data,
        )
    };
    let tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
    let catalog = "<< /Type /Catalog /Pages 2 0 R >>";
    vec![
        fixtures::pdf(&["# Lease\nRent is due on the first.", "", "Signed."]),
        fixtures::pdf_of(&[fixtures::PdfPage::Drawing], Some("Scan")),
        objects(&[
            catalog,
            tree,
            page,
            &stream("", words),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>",
            &picture("", "12345678"),
            &stream("", map),
        ]),
        objects(&[
            catalog,
            tree,
            page,
            &stream(
                "/Filter /ASCIIHexDecode",
                "4254202F462031322054662028612920546A204554>",
            ),
            "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /W [0 [500]] >>] >>",
            &picture(
                "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 8 >>",
                "\u{1}\u{2}\u{3}",
            ),
        ]),
        objects(&[
            catalog,
            tree,
            page,
            &stream("", "q 0 0 100 100 re f Q /X Do"),
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 4 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [1] >>",
            &stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "/X Do"),
        ]),
        fixtures::COPYING_FORBIDDEN.to_vec(),
    ]
}
