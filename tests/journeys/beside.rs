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
