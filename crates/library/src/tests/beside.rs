//! What is beside a document's text: deletions of tracked changes, and others that say the same.

use cabinet_intake::{Day, Deletion};

use super::*;

fn struck() -> Vec<Deletion> {
    vec![Deletion {
        before: "Pay".into(),
        text: "ninety guineas".into(),
        author: Some("Ruth Adeyemi".into()),
        day: Day::new(2024, 5, 3),
    }]
}

#[tokio::test(flavor = "multi_thread")]
async fn deletions_are_kept_apart_and_go_with_their_document() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let mut extracted = extracted(&["Pay two hundred pounds."]);
    extracted.deletions = struck();
    let source = Arc::new(Source::from_bytes(b"lease".to_vec()).unwrap());
    let Ok(Stored::Added(id)) = b.store_read(folder, "lease.docx", source, extracted).await else {
        panic!("stored");
    };
    assert_eq!(b.library.document(id).await.unwrap().deletions, 1);
    let kept = b.library.deletions(id).await.unwrap();
    assert_eq!(
        (kept[0].before.as_str(), kept[0].text.as_str()),
        ("Pay", "ninety guineas")
    );
    assert_eq!(kept[0].day.as_deref(), Some("2024-05-03"));
    assert!(b.names(Mode::Text, None, "guineas").await.is_empty());
    b.library.delete_documents(&[id]).await.unwrap();
    let (left,): (i64,) = sqlx::query_as("SELECT count(*) FROM deletions")
        .fetch_one(b.library.db())
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_names_an_earlier_one_of_its_folder_with_the_same_text() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let text = "The tenant shall keep the garden wall in good repair at all times.";
    let store = async |folder, name: &'static str, bytes: &[u8], text: &str| {
        let source = Arc::new(Source::from_bytes(bytes.to_vec()).unwrap());
        match b.store_read(folder, name, source, extracted(&[text])).await {
            Ok(Stored::Added(id)) => id,
            _ => panic!("{name} is stored: its bytes are new"),
        }
    };
    let first = store(folder, "draft.docx", b"1", text).await;
    // As an older program left it.
    sqlx::query("UPDATE documents SET text_hash = NULL")
        .execute(b.library.db())
        .await
        .unwrap();
    let signed = store(folder, "signed.pdf", b"2", text).await;
    let other = store(folder, "other.pdf", b"3", &text.replace("tenant", "leaser")).await;
    let elsewhere = b.library.create_folder("Other matter").await.unwrap();
    let behind = store(elsewhere, "copy.pdf", b"4", text).await;
    let twin = async |id| b.library.document(id).await.unwrap().same_text_as;
    assert_eq!(twin(first).await, None);
    assert_eq!(twin(signed).await, Some(first));
    assert_eq!(twin(other).await, None, "as long, but not the same");
    assert_eq!(twin(behind).await, None, "a wall hides what lies behind it");
    b.library.trash_documents(&[first]).await.unwrap();
    assert_eq!(twin(signed).await, None);
}
