//! What may not leave, what was prepared for leaving, and what left.

use super::bench;
use crate::{Label, LedgerFilter, LibraryError, NewPayload, SendingEnd};

fn payload(hash: &str, documents: Vec<crate::DocumentId>) -> NewPayload {
    NewPayload {
        hash: hash.to_owned(),
        body: format!("body of {hash}"),
        work: "{}".to_owned(),
        endpoint: "http://127.0.0.1:1/v1".to_owned(),
        model: "large".to_owned(),
        note: None,
        documents,
    }
}

fn answered() -> SendingEnd {
    SendingEnd {
        outcome: "answered".to_owned(),
        bytes_sent: 10,
        bytes_received: 7,
        address: Some("127.0.0.1:1".to_owned()),
        answer: Some("{}".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_reaches_what_lies_in_a_folder_and_in_a_file() {
    let bench = bench().await;
    let library = &bench.library;
    let folder = library.create_folder("Matter").await.unwrap();
    let letter = bench.add(folder, "letter.txt", &["A letter."]).await;
    let inside = bench
        .add_inside(letter, folder, "inside.txt", "An attachment.")
        .await;
    assert_eq!(library.kept_here_by(inside).await.unwrap(), None);
    library
        .label_document(letter, Some(Label::Privileged))
        .await
        .unwrap();
    for document in [letter, inside] {
        assert_eq!(
            library.kept_here_by(document).await.unwrap(),
            Some(Label::Privileged)
        );
    }
    library.label_document(letter, None).await.unwrap();
    library
        .label_folder(folder, Some(Label::NeverLeaves))
        .await
        .unwrap();
    assert_eq!(
        library.kept_here_by(inside).await.unwrap(),
        Some(Label::NeverLeaves)
    );
    assert_eq!(
        library.labels().await.unwrap().folders,
        [(folder, Label::NeverLeaves)]
    );
    assert!("send".parse::<Label>().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_is_sent_once_and_its_line_stays() {
    let bench = bench().await;
    let library = &bench.library;
    assert_eq!(library.sent().await.unwrap(), 0);
    let folder = library.create_folder("Matter").await.unwrap();
    let letter = bench.add(folder, "letter.txt", &["A letter."]).await;
    library.keep_payload(&payload("aa", vec![letter])).await.unwrap();
    assert!(
        library
            .ledger(&LedgerFilter::default(), 10)
            .await
            .unwrap()
            .is_empty(),
        "what was prepared has not left"
    );
    let kept = library.payload("aa").await.unwrap();
    library
        .begin_sending(kept.place, "once", 10, "127.0.0.1:1")
        .await
        .unwrap();
    assert!(matches!(
        library.begin_sending(kept.place, "once", 10, "127.0.0.1:1").await,
        Err(LibraryError::SentBefore)
    ));
    assert!(matches!(
        library.payload("aa").await,
        Err(LibraryError::SentBefore)
    ));
    library.end_sending(1, &answered()).await.unwrap();
    library.discard_payload("aa").await.unwrap();

    library.delete_documents(&[letter]).await.unwrap();
    let lines = library.ledger(&LedgerFilter::default(), 10).await.unwrap();
    assert_eq!(lines.len(), 1, "the line stays");
    assert_eq!(lines[0].hash, "aa");
    assert_eq!((&lines[0].body, &lines[0].answer), (&None, &None), "the words go");
    assert_eq!(library.sent().await.unwrap(), 1);
    let removed = sqlx::query("DELETE FROM payloads").execute(library.db()).await;
    assert!(removed.is_err(), "the database itself refuses");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_searched_by_hash_model_and_words() {
    let bench = bench().await;
    let library = &bench.library;
    for hash in ["aa", "bb"] {
        library.keep_payload(&payload(hash, Vec::new())).await.unwrap();
        let place = library.payload(hash).await.unwrap().place;
        library
            .begin_sending(place, "once", 10, "127.0.0.1:1")
            .await
            .unwrap();
    }
    library.keep_payload(&payload("cc", Vec::new())).await.unwrap();
    library.discard_payload("cc").await.unwrap();
    assert!(matches!(
        library.payload("cc").await,
        Err(LibraryError::NotFound { .. })
    ));
    for (text, hashes) in [
        ("BODY OF AA", &["aa"][..]),
        ("large", &["bb", "aa"]),
        ("nothing like it", &[]),
        ("  ", &["bb", "aa"]),
    ] {
        let filter = LedgerFilter {
            text: Some(text.to_owned()),
            note: None,
        };
        let found = library.ledger(&filter, 10).await.unwrap();
        let found: Vec<&str> = found.iter().map(|line| line.hash.as_str()).collect();
        assert_eq!(found, hashes, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_left_is_numbered_and_a_decision_against_it_is_kept() {
    let bench = bench().await;
    let library = &bench.library;
    for hash in ["aa", "bb", "cc", "dd", "ee"] {
        library.keep_payload(&payload(hash, Vec::new())).await.unwrap();
    }
    library.discard_payload("aa").await.unwrap();
    library.decline_payload("bb").await.unwrap();
    let mut numbers = Vec::new();
    for hash in ["dd", "cc"] {
        let place = library.payload(hash).await.unwrap().place;
        let number = library.begin_sending(place, "once", 10, "127.0.0.1:1").await;
        numbers.push(number.unwrap());
    }
    assert_eq!(numbers, [1, 2]);
    let lines = library.ledger(&LedgerFilter::default(), 10).await.unwrap();
    let lines: Vec<(u32, &str)> = lines
        .iter()
        .map(|line| (line.number, line.hash.as_str()))
        .collect();
    assert_eq!(lines, [(2, "cc"), (1, "dd")]);

    // What left cannot be declined any more, and what was never there neither.
    library.decline_payload("cc").await.unwrap();
    library.decline_payload("ff").await.unwrap();
    let declined = library.declined(10).await.unwrap();
    let declined: Vec<(&str, u32)> = declined
        .iter()
        .map(|one| (one.hash.as_str(), one.bytes))
        .collect();
    assert_eq!(declined, [("bb", 10)]);
    assert!(matches!(
        library.payload("bb").await,
        Err(LibraryError::NotFound { .. })
    ));
    // Until its end is known, what was approved counts as gone.
    assert_eq!(library.sent().await.unwrap(), 2);
    let nobody = SendingEnd {
        outcome: "no_connection".to_owned(),
        bytes_sent: 0,
        bytes_received: 0,
        address: None,
        answer: None,
    };
    library.end_sending(1, &nobody).await.unwrap();
    library.end_sending(2, &answered()).await.unwrap();
    assert_eq!(library.sent().await.unwrap(), 1);
    assert_eq!(library.never_left().await.unwrap(), 1);
}
