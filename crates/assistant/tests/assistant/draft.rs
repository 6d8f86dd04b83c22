use cabinet_assistant::draft::{Template, draft};
use cabinet_assistant::export::{Block, Inline, parse};
use cabinet_assistant::summary::Models;
use cabinet_assistant::{AssistantError, SourceDocument, Verdict};
use tokio_util::sync::CancellationToken;

use crate::keypoints::{LETTER, WordEmbedder, document};
use crate::summary::{LEASE, assert_sound};
use crate::writer::{Manner, Writer};

fn papers() -> [SourceDocument; 2] {
    let mut letter = document(LETTER);
    letter.id = "d2".to_owned();
    letter.title = "Invented letter".to_owned();
    letter.pages_without_text = vec![3];
    [document(LEASE), letter]
}

async fn drafted(
    documents: &[SourceDocument],
    manner: Manner,
) -> Result<cabinet_assistant::draft::Draft, AssistantError> {
    let (embedder, writer) = (WordEmbedder::default(), Writer::new(manner));
    let models = Models {
        embedder: Some(&embedder),
        writer: &writer,
    };
    draft(
        documents,
        Template::General,
        false,
        models,
        &CancellationToken::new(),
        &|_| {},
    )
    .await
}

#[tokio::test]
async fn every_document_is_spoken_of_under_headings() {
    let papers = papers();
    let made = drafted(&papers, Manner::Obedient).await.unwrap();
    assert_sound(&papers, &made.grounded.claims);
    let cited = |id: &str| {
        made.grounded
            .claims
            .iter()
            .any(|claim| claim.citations[0].document_id == id)
    };
    assert!(cited("d1") && cited("d2"));
    let mut sections: Vec<&str> = made
        .grounded
        .claims
        .iter()
        .map(|claim| claim.section.as_deref().unwrap())
        .collect();
    sections.dedup();
    assert_eq!(
        sections,
        [
            "What this is about",
            "Key facts",
            "Actions and dates",
            "Further details"
        ][..sections.len()]
    );
    assert_eq!(made.title, "Note on Invented paper and 1 more");
    assert_eq!(
        made.sources[1],
        "Invented letter: 2 of 3 pages read, 1 without text"
    );
    let text: String = made
        .grounded
        .claims
        .iter()
        .map(|claim| claim.text.as_str())
        .collect();
    assert!(
        text.contains("£24,000") && text.contains("pancreatitis"),
        "{text}"
    );
}

#[tokio::test]
async fn a_draft_becomes_a_note_and_keeps_its_citations() {
    let papers = papers();
    let made = drafted(&papers, Manner::Lying).await.unwrap();
    let note = parse(&made.title, &made.body()).unwrap();
    assert_eq!(note, made.note());
    let mut claims = made.grounded.claims.iter();
    for block in &note.blocks {
        let Block::List { items, .. } = block else {
            continue;
        };
        for item in items {
            let [Block::Paragraph(content)] = item.as_slice() else {
                panic!("one paragraph an item: {item:?}")
            };
            if let [
                Inline::Text { text, .. },
                Inline::Source {
                    verdict, citations, ..
                },
            ] = content.as_slice()
            {
                let claim = claims.next().unwrap();
                assert_eq!(
                    (text, verdict, citations),
                    (&claim.text, &Verdict::Supported, &claim.citations)
                );
            }
        }
    }
    assert!(claims.next().is_none(), "every claim is in the note");
    let markdown = note.to_markdown();
    assert!(
        markdown.starts_with("# Note on") && markdown.contains("## Sources") && markdown.contains("[^1]: ")
    );
    assert!(note.to_docx().unwrap().starts_with(b"PK"));
}

#[tokio::test]
async fn nothing_to_read_and_unknown_templates_are_said() {
    let made = drafted(&[document(&[""])], Manner::Obedient).await;
    assert_eq!(made.unwrap_err(), AssistantError::NothingToRead);
    let unknown = "letter".parse::<Template>().unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no template called \"letter\"; there is general"
    );
}
