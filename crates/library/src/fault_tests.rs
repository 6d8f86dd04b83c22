//! What the disk holds after a deletion, and what a backup, a check and a lock come to.

use std::sync::Arc;

use cabinet_vault::VaultError;
use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, local::LocalFileSystem};

use super::tests::{Bench, Hashing, bench, unlock, vector};
use crate::{DocumentId, Library, Mode};

/// Words that stand nowhere else.
const CANARY: &str = "Quillfeather counted violet ledgers beneath the ninth stair";
const KEPT: &str = "The harbour committee trimmed the lamp on Tuesday";

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// The words of a text in every form in which a store could keep them: as written, folded and stemmed, in both widths.
fn traces(text: &str) -> Vec<Vec<u8>> {
    let mut traces = Vec::new();
    for form in [text.to_string(), text.to_lowercase()] {
        for words in [form.as_str(), "quillfeath", "quillfeather", "violet"] {
            traces.push(words.as_bytes().to_vec());
            traces.push(words.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
    }
    let floats: Vec<u8> = vector(text).iter().flat_map(|x| x.to_le_bytes()).collect();
    traces.push(floats);
    traces
}

/// Everything that the cabinet's own keys can open on this disk: the database page by page, free ones included, and
/// each file of the vector store, whatever version it belongs to.
async fn opened_disk(library: &Library) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut connection = library.db().acquire().await.unwrap();
    let pages = connection.serialize(None).await.unwrap();
    all.push(("database".to_string(), pages.to_vec()));
    let log = library.home().join("cabinet.db-wal");
    let left = std::fs::metadata(&log).map_or(0, |log| log.len());
    all.push(("log".to_string(), vec![0; usize::try_from(left).unwrap()]));
    let root = library.home().join("vectors").canonicalize().unwrap();
    let store = library.vault().seal_store(Arc::new(LocalFileSystem::new()));
    let below = object_store::path::Path::from_absolute_path(&root).unwrap();
    let files: Vec<_> = store.list(Some(&below)).try_collect().await.unwrap();
    for file in files {
        let bytes = store.get(&file.location).await.unwrap().bytes().await.unwrap();
        all.push((file.location.to_string(), bytes.to_vec()));
    }
    for id in library.vault().objects().list().unwrap() {
        all.push((id.to_string(), library.vault().objects().get(id).unwrap()));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_means_gone_from_every_page_and_every_version() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    b.add(folder, "keep.txt", &[KEPT]).await;
    let gone = b.add(folder, "Quillfeather.txt", &[CANARY]).await;
    b.embed().await;
    let found = |disk: &[(String, Vec<u8>)]| -> Vec<String> {
        let traces = traces(CANARY);
        disk.iter()
            .filter(|(_, bytes)| traces.iter().any(|trace| holds(bytes, trace)))
            .map(|(name, _)| name.clone())
            .collect()
    };
    let before = found(&opened_disk(&b.library).await);
    assert!(
        before.contains(&"database".to_string()),
        "the scan sees the database: {before:?}"
    );
    assert!(
        before.contains(&gone.to_string()),
        "the scan sees originals: {before:?}"
    );
    assert!(
        before.iter().any(|name| name.contains("vectors")),
        "the scan sees vectors: {before:?}"
    );

    b.library.delete_documents(&[gone]).await.unwrap();
    let disk = opened_disk(&b.library).await;
    assert_eq!(found(&disk), Vec::<String>::new());
    let log = disk.iter().find(|(name, _)| name == "log").unwrap();
    assert!(
        log.1.is_empty(),
        "the log was folded back: {} bytes are left",
        log.1.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_rests_while_others_write_and_delete() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for n in 0..12 {
        b.add(
            folder,
            &format!("{n}.txt"),
            &[&format!(
                "Letter {n} of the harbour. {}",
                "It rained. ".repeat(400)
            )],
        )
        .await;
    }
    let ids: Vec<DocumentId> = b
        .library
        .documents(None, false)
        .await
        .unwrap()
        .iter()
        .map(|d| d.id)
        .collect();
    let (asked, ask) = tokio::sync::oneshot::channel();
    let (go, going) = std::sync::mpsc::channel::<()>();
    let mut asked = Some(asked);
    let place = b.folder.path().join("whole.age");
    let library = b.library.clone();
    let to = place.clone();
    let backup = tokio::spawn(async move {
        let watch = Box::new(move |_| {
            if let Some(asked) = asked.take() {
                asked.send(()).unwrap();
                going.recv().unwrap();
            }
            true
        });
        library.back_up(to, None, watch).await
    });
    ask.await.unwrap();
    // In the middle of the backup: one more comes, one goes for ever.
    b.add(folder, "late.txt", &["This one came while it was written."])
        .await;
    b.library.delete_documents(&[ids[0]]).await.unwrap();
    assert!(
        b.library.vault().objects().exists(ids[0].uuid()).unwrap(),
        "the backup still needs it"
    );
    go.send(()).unwrap();
    let made = backup.await.unwrap().unwrap();
    assert_eq!((made.originals, made.unsaved.len()), (12, 0));
    assert!(
        !b.library.vault().objects().exists(ids[0].uuid()).unwrap(),
        "wiped when it was done"
    );
    assert_eq!(b.library.backups(9).await.unwrap().len(), 1);

    let home = b.folder.path().join("restored");
    let passphrase = cabinet_vault::Passphrase::new(super::tests::PASSPHRASE.to_string());
    cabinet_vault::restore(
        &place,
        None,
        &home,
        &cabinet_vault::WayIn::Passphrase(&passphrase),
        &mut |_| true,
    )
    .unwrap();
    let restored = Library::open(
        Arc::new(unlock(&home).unwrap()),
        Arc::new(Hashing { available: true }),
    )
    .await
    .unwrap();
    let there = restored.documents(None, false).await.unwrap();
    assert_eq!(there.len(), 12, "as it was when the backup began");
    assert!(there.iter().any(|document| document.id == ids[0]));
    assert_eq!(
        restored.waiting_for_vectors().await.unwrap(),
        12,
        "vectors are made anew"
    );
    assert_eq!(restored.verify().await.unwrap().damaged, Vec::<String>::new());
    restored.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_makes_full_text_and_vectors_anew() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    b.add(folder, "a.txt", &[KEPT]).await;
    b.embed().await;
    sqlx::query("INSERT INTO passages_fts (passages_fts) VALUES ('delete-all')")
        .execute(b.library.db())
        .await
        .unwrap();
    assert!(b.names(Mode::Text, None, "lamp").await.is_empty());
    let verified = b.library.verify().await.unwrap();
    assert_eq!(verified.repaired.len(), 1, "{verified:?}");
    assert_eq!(b.names(Mode::Text, None, "lamp").await, ["a.txt"]);

    let Bench { folder, library } = b;
    let home = library.home().to_path_buf();
    library.close().await;
    drop(library);
    let data = home.join("vectors/passages.lance/data");
    for file in std::fs::read_dir(&data).unwrap().flatten() {
        std::fs::remove_file(file.path()).unwrap();
    }
    let library = Library::open(
        Arc::new(unlock(&home).unwrap()),
        Arc::new(Hashing { available: true }),
    )
    .await
    .unwrap();
    let verified = library.verify().await.unwrap();
    assert!(
        verified.vectors_to_rebuild && verified.damaged.is_empty(),
        "{verified:?}"
    );
    library.close().await;
    drop(library);
    let library = Library::open(
        Arc::new(unlock(&home).unwrap()),
        Arc::new(Hashing { available: true }),
    )
    .await
    .unwrap();
    assert_eq!(library.waiting_for_vectors().await.unwrap(), 1);
    let b = Bench { folder, library };
    b.embed().await;
    assert_eq!(b.names(Mode::Vector, None, "lamp").await, ["a.txt"]);
    assert!(!b.library.verify().await.unwrap().vectors_to_rebuild);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_library_gives_nothing_within_a_second() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let id = b.add(folder, "a.txt", &[KEPT]).await;
    let elsewhere = b.library.clone();
    // Work that does not end: closing the database waits for it, the lock does not.
    let _reading = elsewhere.db().acquire().await.unwrap();
    let begun = std::time::Instant::now();
    b.library.lock().await;
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    assert!(elsewhere.vault().is_locked());
    assert!(elsewhere.original(id).await.is_err());
    assert!(elsewhere.pages(id).await.is_err());
    assert!(matches!(
        elsewhere.vault().objects().get(id.uuid()),
        Err(VaultError::Locked)
    ));
}
