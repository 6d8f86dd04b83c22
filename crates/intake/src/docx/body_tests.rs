use super::*;

fn text(xml: &str) -> String {
    let mut budget = TextBudget::default();
    let body = walk(xml, &Styles::default(), &mut Numbering::default(), &mut budget).unwrap();
    body.flow.into_text()
}

#[test]
fn insertions_are_in_and_deletions_apart() {
    let xml = r#"<w:document xmlns:w="x"><w:body><w:p><w:r><w:t>Pay </w:t></w:r>
        <w:del w:author="Ruth" w:date="2024-05-03T10:00:00Z"><w:r><w:delText>1</w:delText></w:r></w:del>
        <w:del w:author="Ruth" w:date="2024-05-03T10:00:00Z"><w:r><w:delText>00</w:delText><w:footnoteReference w:id="1"/></w:r></w:del><w:ins><w:r><w:t>200</w:t></w:r></w:ins>
        <w:moveFrom><w:r><w:t> gone</w:t></w:r></w:moveFrom><w:r><w:t xml:space="preserve"> pounds</w:t></w:r></w:p>
        <w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>old row</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
        </w:body></w:document>"#;
    assert_eq!(text(xml), "Pay 200 pounds");
    let mut budget = TextBudget::default();
    let body = walk(xml, &Styles::default(), &mut Numbering::default(), &mut budget).unwrap();
    assert!(
        body.references.is_empty(),
        "a note that was deleted is not counted"
    );
    let (_, deletions) = body.asides.after("");
    let told: Vec<_> = deletions
        .iter()
        .map(|one| (one.before.as_str(), one.text.as_str()))
        .collect();
    assert_eq!(told, [("Pay", "100"), ("", "old row")]);
    assert_eq!(deletions[0].author.as_deref(), Some("Ruth"));
    assert_eq!(deletions[0].day, Day::new(2024, 5, 3));
}

#[test]
fn comments_know_what_they_are_about() {
    let xml = r#"<b><p><t>The </t><commentRangeStart id="1"/><t>rent</t><commentRangeEnd id="1"/><commentReference id="1"/><t> is due</t>
        <commentRangeStart id="2"/><t> now.</t></p><p><t>Or later.</t><commentRangeEnd id="2"/><commentReference id="2"/><commentReference id="3"/></p></b>"#;
    let mut budget = TextBudget::default();
    let body = walk(xml, &Styles::default(), &mut Numbering::default(), &mut budget).unwrap();
    let told: Vec<_> = body
        .remarked
        .iter()
        .map(|(id, on)| (id.as_str(), on.as_str()))
        .collect();
    assert_eq!(told, [("1", "rent"), ("2", " now."), ("3", "")]);
}

#[test]
fn one_alternative_is_read_and_text_boxes_follow_their_paragraph() {
    let xml = r#"<b><p><r><AlternateContent><Choice><txbxContent><p><r><t>Box</t></r></p></txbxContent></Choice>
        <Fallback><txbxContent><p><r><t>Box</t></r></p></txbxContent></Fallback></AlternateContent>
        <AlternateContent><Choice><drawing/></Choice><Fallback><t>Drawn</t></Fallback></AlternateContent>
        <t> text</t></r></p></b>"#;
    assert_eq!(text(xml), "Drawn text\n\nBox");
}

#[test]
fn entities_of_the_document_are_not_expanded() {
    let xml = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><b><p><t>x&b;&amp;&#233;&lt;</t></p></b>"#;
    assert_eq!(text(xml), "x&é<");
}

#[test]
fn depth_does_not_matter() {
    let depth = 200_000;
    let xml = format!(
        "{}<p><t>deep</t></p>{}",
        "<tbl><tr><tc>".repeat(depth),
        "</tc></tr></tbl>".repeat(depth)
    );
    assert_eq!(text(&xml), "deep");
}

#[test]
fn tables_are_rows() {
    let cell = |text: &str| format!("<tc><tcPr><x/></tcPr><p><r><t>{text}</t></r></p></tc>");
    let row = |a: &str, b: &str| format!("<tr>{}{}</tr>", cell(a), cell(b));
    let xml = format!(
        "<b><p><t>Doses</t></p><tbl>{}{}</tbl></b>",
        row("Drug", "Dose"),
        row("Iron", "200 mg")
    );
    assert_eq!(text(&xml), "Doses\n\nDrug | Dose\nIron | 200 mg");
}
