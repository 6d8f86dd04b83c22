use std::io::{Cursor, Read};

use cabinet_assistant::export::{ExportError, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

fn text(words: &str, marks: &[&str]) -> Value {
    json!({"type": "text", "text": words, "marks": marks.iter().map(|mark| json!({"type": mark})).collect::<Vec<_>>()})
}

fn paragraph(content: Value) -> Value {
    json!({"type": "paragraph", "content": content})
}

fn citation() -> Value {
    json!({"documentId": "d1", "title": "Discharge letter", "page": 3, "start": 10, "end": 40, "quote": "Ramipril 5 mg\nonce daily."})
}

fn sample() -> String {
    let claim = json!({"type": "claim", "attrs": {"verdict": "supported", "reason": null, "citations": [citation()]}});
    let partly = json!({"type": "claim", "attrs": {"verdict": "partly", "reason": "The source says “may”.", "citations": []}});
    json!({"type": "doc", "content": [
        {"type": "heading", "attrs": {"level": 2}, "content": [text("Visit & plan", &[])]},
        paragraph(json!([
            text("Seen ", &[]), text("today", &["bold"]), text(" with ", &[]), text("chest pain", &["bold", "italic"]),
            text(" and 5*3 [sic] <b>", &[]), {"type": "hardBreak"}, text("2. line", &["underline"]),
        ])),
        paragraph(json!([
            {"type": "text", "text": "He takes ramipril", "marks": [claim]},
            {"type": "text", "text": " 5 mg.", "marks": [claim, {"type": "bold"}]},
            {"type": "text", "text": " He may return.", "marks": [partly]},
        ])),
        {"type": "bulletList", "content": [
            {"type": "listItem", "content": [paragraph(json!([text("one", &[])])), {"type": "orderedList", "attrs": {"start": 3}, "content": [
                {"type": "listItem", "content": [paragraph(json!([text("three", &[])]))]},
                {"type": "listItem", "content": [paragraph(json!([text("four", &[])])), paragraph(json!([text("more", &[])]))]},
            ]}]},
            {"type": "listItem", "content": [paragraph(json!([text("two", &["strike"])]))]},
        ]},
        {"type": "citedQuote", "attrs": {"documentId": "d1", "title": "Discharge letter", "page": 3, "start": 10, "end": 40, "verdict": "supported"},
         "content": [text("Ramipril 5 mg\nonce daily.", &[])]},
        {"type": "blockquote", "content": [paragraph(json!([text("as she said", &[])]))]},
        {"type": "codeBlock", "content": [text("a ``` b\n  c", &[])]},
        {"type": "horizontalRule"},
        {"type": "table", "content": [{"type": "tableRow", "content": [{"type": "tableCell", "content": [paragraph(json!([text("cell", &[])]))]}]}]},
        {"type": "image", "attrs": {"alt": "a drawing"}},
        paragraph(json!([text("with ", &[]), {"type": "mention", "attrs": {"label": "Dr Ellis"}}])),
    ]})
    .to_string()
}

#[test]
fn a_sentence_from_outside_says_so_in_what_is_exported() {
    let origin = "From outside: large at https://models.example.org, number 3 in the ledger";
    let claim = |verdict: &str| json!({"type": "claim", "attrs": {"verdict": verdict, "reason": null, "citations": [citation()], "origin": origin}});
    let body = json!({"type": "doc", "content": [paragraph(json!([
        {"type": "text", "text": "He takes ramipril.", "marks": [claim("supported")]},
        {"type": "text", "text": " He is well.", "marks": [claim("unsupported")]},
    ]))]})
    .to_string();
    let note = parse("Note", &body).unwrap();
    let markdown = note.to_markdown();
    assert_eq!(markdown.matches(origin).count(), 2, "{markdown}");
    assert!(markdown.contains("ledger. Discharge letter, p. 3"), "{markdown}");
    assert!(
        markdown.contains("ledger. Not borne out by its source."),
        "{markdown}"
    );
    let mut word = zip::ZipArchive::new(Cursor::new(note.to_docx().unwrap())).unwrap();
    let mut notes = String::new();
    let mut part = word.by_name("word/footnotes.xml").unwrap();
    part.read_to_string(&mut notes).unwrap();
    assert_eq!(notes.matches(origin).count(), 2, "{notes}");
}

#[test]
fn markdown_is_as_expected() {
    let markdown = parse("A *note*", &sample()).unwrap().to_markdown();
    let expected = "\
# A \\*note\\*

## Visit \\& plan

Seen **today** with ***chest pain*** and 5\\*3 \\[sic\\] \\<b\\>\\
2\\. line

He takes ramipril **5 mg.**[^1] He may return.[^2]

- one

  3. three
  4. four

     more
- ~~two~~

> Ramipril 5 mg
> once daily.[^1]

> as she said

````
a ``` b
  c
````

---

cell

a drawing

with Dr Ellis

[^1]: Discharge letter, p. 3: “Ramipril 5 mg once daily.”
[^2]: Partly borne out by its source: The source says “may”.
";
    assert_eq!(markdown, expected);
}

/// The words a Markdown reader sees, footnotes left out.
fn read_markdown(markdown: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let mut words = String::new();
    let mut note = 0;
    for event in Parser::new_ext(
        markdown,
        Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH,
    ) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => note += 1,
            Event::End(TagEnd::FootnoteDefinition) => note -= 1,
            Event::Text(text) | Event::Code(text) if note == 0 => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(_) if note == 0 => words.push(' '),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_markdown_reader_sees_the_same_words() {
    let note = parse("", &sample()).unwrap();
    let expected = note.to_text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(read_markdown(&note.to_markdown()), expected);
}

#[test]
fn code_spans_side_by_side_keep_their_backticks_apart() {
    let line = json!([
        text("<A>`", &["code"]),
        text("<", &["italic", "code"]),
        text("", &["code"]),
        text("b", &["code"])
    ]);
    let body = json!({"type": "doc", "content": [paragraph(line)]}).to_string();
    let markdown = parse("", &body).unwrap().to_markdown();
    assert_eq!(markdown, "``<A>`<b``\n");
    assert_eq!(read_markdown(&markdown), "<A>`<b");
}

fn part(file: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut content = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut content).unwrap();
    content
}

/// Reads every part to its end; an XML error fails the test.
fn check_well_formed(file: &[u8]) {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let mut content = String::new();
        entry.read_to_string(&mut content).unwrap();
        let mut reader = quick_xml::Reader::from_str(&content);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
}

#[test]
fn word_has_headings_lists_and_footnotes() {
    let file = parse("A note", &sample()).unwrap().to_docx().unwrap();
    check_well_formed(&file);
    let document = part(&file, "word/document.xml");
    for wanted in [
        "w:val=\"Title\"",
        "w:val=\"Heading2\"",
        "<w:numPr>",
        "w:val=\"Quote\"",
        "<w:footnoteReference w:id=\"1\" />",
        "a drawing",
        "cell",
        "Dr Ellis",
        "5*3 [sic] &lt;b&gt;",
    ] {
        assert!(document.contains(wanted), "{wanted} is in the document");
    }
    let notes = part(&file, "word/footnotes.xml");
    assert_eq!(
        notes.matches("<w:footnoteRef/>").count(),
        3,
        "each footnote shows its number"
    );
    assert!(
        notes.contains("w:type=\"separator\"")
            && notes.contains("Discharge letter, p. 3: “Ramipril 5 mg once daily.”")
    );
    assert!(part(&file, "[Content_Types].xml").contains("/word/footnotes.xml"));
    assert!(part(&file, "word/styles.xml").contains("FootnoteReference"));
}

#[test]
fn rejects_what_is_no_note() {
    for body in ["", "[]", "{}", "{\"type\":\"paragraph\"}", "not json"] {
        assert_eq!(parse("t", body).unwrap_err(), ExportError::Unreadable, "{body:?}");
    }
}

#[test]
fn a_note_nested_without_end_loses_no_word() {
    let mut node = paragraph(json!([text("at the bottom", &[])]));
    for _ in 0..60 {
        node = json!({"type": "blockquote", "content": [node]});
    }
    let note = parse("t", &json!({"type": "doc", "content": [node]}).to_string()).unwrap();
    assert!(note.to_text().contains("at the bottom"));
    assert!(note.to_markdown().contains("at the bottom"));
    assert!(note.to_docx().is_ok());
}

fn any_block() -> impl Strategy<Value = Value> {
    let words = prop_oneof![3 => "[a-zA-Z0-9 .,*_#>\\-\\[\\]()`~!&<+=:|\\\\]{1,30}", 1 => "\\PC{1,12}"];
    let marks = proptest::sample::subsequence(
        vec!["bold", "italic", "strike", "code", "underline", "unknownMark"],
        0..3,
    );
    let run = (words, marks).prop_map(|(words, marks)| text(&words, &marks));
    let line = proptest::collection::vec(run, 0..4).prop_map(Value::from);
    let leaf = prop_oneof![
        line.clone().prop_map(paragraph),
        (1u8..4, line.clone())
            .prop_map(|(level, line)| json!({"type": "heading", "attrs": {"level": level}, "content": line})),
        line.clone()
            .prop_map(|line| json!({"type": "codeBlock", "content": line})),
        line.prop_map(
            |line| json!({"type": "futureBlock", "content": [{"type": "paragraph", "content": line}]})
        ),
        Just(json!({"type": "horizontalRule"})),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..3)
                .prop_map(|inside| json!({"type": "blockquote", "content": inside})),
            proptest::collection::vec(inner, 1..3).prop_map(|inside| {
                let items: Vec<Value> = inside
                    .into_iter()
                    .map(|block| json!({"type": "listItem", "content": [block]}))
                    .collect();
                json!({"type": "bulletList", "content": items})
            }),
        ]
    })
}

proptest! {
    #[test]
    fn every_note_becomes_a_sound_file(blocks in proptest::collection::vec(any_block(), 0..6)) {
        let note = parse("Title", &json!({"type": "doc", "content": blocks}).to_string()).unwrap();
        let file = note.to_docx().unwrap();
        check_well_formed(&file);
        // Letters and digits are never lost; marks of punctuation may be taken for Markdown in odd places.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let markdown = letters(&read_markdown(&note.to_markdown()));
        prop_assert_eq!(markdown, format!("Title{}", letters(&note.to_text())));
    }
}
