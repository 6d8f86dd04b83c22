//! What stands beside a Word document's text: comments and heads of pages are found, deletions are not and can be seen.

use cabinet_intake::fixtures;
use cabinet_tests::Cabinet;

const BODY: &str = "<w:p><w:r><w:t xml:space=\"preserve\">The rent is </w:t></w:r>\
    <w:del w:id=\"1\" w:author=\"Ruth Adeyemi\" w:date=\"2024-05-03T10:00:00Z\"><w:r><w:delText>ninety guineas</w:delText></w:r></w:del>\
    <w:ins w:id=\"2\" w:author=\"Ruth Adeyemi\"><w:r><w:t>eleven hundred</w:t></w:r></w:ins>\
    <w:commentRangeStart w:id=\"0\"/><w:r><w:t xml:space=\"preserve\"> pounds a month</w:t></w:r><w:commentRangeEnd w:id=\"0\"/>\
    <w:r><w:commentReference w:id=\"0\"/></w:r><w:r><w:t>, payable in advance.</w:t></w:r></w:p>";
const COMMENTS: &str = "<w:comments xmlns:w=\"x\"><w:comment w:id=\"0\" w:author=\"Ben Okri\" w:date=\"2024-05-04T09:00:00Z\">\
    <w:p><w:r><w:t>Does this include the ground rent?</w:t></w:r></w:p></w:comment></w:comments>";
const HEADER: &str = "<w:hdr xmlns:w=\"x\"><w:p><w:r><w:t>Harrow Quay LLP, our reference HQ/2024/113</w:t></w:r></w:p></w:hdr>";

#[test]
fn comments_and_heads_are_found_and_deletions_only_seen() {
    let cabinet = Cabinet::new();
    let lease = fixtures::docx_of(BODY, &[("comments.xml", COMMENTS), ("header.xml", HEADER)]);
    let path = cabinet.scratch().join("lease.docx");
    std::fs::write(&path, &lease).expect("a file");
    let added = cabinet.run(&["add", &path.to_string_lossy()]).only();
    assert_eq!(
        (added["status"].as_str(), added["deletions"].as_u64()),
        (Some("added"), Some(1))
    );
    let id = added["id"].as_str().expect("an id").to_string();

    let text = cabinet.run(&["show", &id, "--text"]).only();
    assert_eq!(
        text["text"].as_str(),
        Some(
            "The rent is eleven hundred pounds a month, payable in advance.\n\nComments\n\
             \u{2022} Ben Okri, 2024-05-04, on \u{201c}pounds a month\u{201d}: Does this include the ground rent?\n\n\
             At the head or foot of pages\nHarrow Quay LLP, our reference HQ/2024/113"
        )
    );
    let found = |query: &str| {
        !cabinet
            .run(&["search", "--mode", "text", query])
            .succeeded()
            .is_empty()
    };
    assert!(found("\"ground rent\"") && found("HQ/2024/113"));
    assert!(!found("guineas"), "deleted words are no part of the text");
    let deleted = cabinet.run(&["show", &id, "--deletions"]).only();
    assert_eq!(deleted["before"].as_str(), Some("The rent is"));
    assert_eq!(deleted["deleted"].as_str(), Some("ninety guineas"));
    assert_eq!(deleted["author"].as_str(), Some("Ruth Adeyemi"));
    assert_eq!(deleted["day"].as_str(), Some("2024-05-03"));

    // Other bytes with the same words, such as the same paper saved again.
    let again = cabinet.scratch().join("lease (2).docx");
    let saved = fixtures::docx_of(
        &format!("{BODY}<w:p/>"),
        &[("comments.xml", COMMENTS), ("header.xml", HEADER)],
    );
    std::fs::write(&again, saved).expect("a file");
    let twin = cabinet.run(&["add", &again.to_string_lossy()]).only();
    assert_eq!(twin["status"].as_str(), Some("added"), "its bytes are kept");
    assert_eq!(twin["same_text_as"].as_str(), Some(id.as_str()));
}

#[test]
fn a_pdf_is_listed_with_who_wrote_it_and_when() {
    let cabinet = Cabinet::new();
    let path = cabinet.scratch().join("consent.pdf");
    let bytes = fixtures::pdf_with("I agree to the operation on my left knee.", &[]);
    std::fs::write(&path, bytes).expect("a file");
    let added = cabinet.run(&["add", &path.to_string_lossy()]).only();
    let shown = cabinet
        .run(&["show", added["id"].as_str().expect("an id")])
        .only();
    assert_eq!(shown["author"], "Ines Okafor");
    assert_eq!(shown["created"], "2024-05-03");
    assert_eq!(shown["modified"], "2024-05-04");
}

#[test]
fn what_is_found_says_what_it_stands_under() {
    let cabinet = Cabinet::new();
    let path = cabinet.scratch().join("lease.docx");
    let styled = |style: &str, text: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = [
        styled("T", "Lease of Unit 14"),
        styled("H1", "4 Termination"),
        styled("H2", "4.1 Notice"),
        styled(
            "",
            "Either party may end this lease by giving three months of notice to the other.",
        ),
    ];
    let styles = "<w:styles xmlns:w=\"x\"><w:style w:styleId=\"T\"><w:name w:val=\"title\"/></w:style><w:style w:styleId=\"H1\"><w:name w:val=\"heading 1\"/></w:style>\
        <w:style w:styleId=\"H2\"><w:name w:val=\"heading 2\"/></w:style></w:styles>";
    std::fs::write(
        &path,
        fixtures::docx_of(&body.concat(), &[("styles.xml", styles)]),
    )
    .expect("a file");
    cabinet.run(&["add", &path.to_string_lossy()]).succeeded();
    let found = cabinet
        .run(&["search", "--mode", "text", "months of notice"])
        .succeeded();
    assert_eq!(
        found[0]["headings"],
        serde_json::json!(["4 Termination", "4.1 Notice"])
    );
}
