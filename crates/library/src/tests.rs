//! The library on a real vault (SQLCipher, sealed LanceDB) with a deterministic embedder.

mod another_model;
mod audit;
mod beside;
mod bounded;
pub(crate) mod cost;
mod growth;
mod headings;
mod leaving;
#[cfg(unix)]
mod queue;
mod repeats;
mod search;

use std::sync::Arc;

use async_trait::async_trait;
use cabinet_intake::{Document as Read, Extracted, Kind, Method, Page, Source};
use cabinet_vault::{KdfCost, Passphrase, Vault};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::search::{EVERY, LISTED, Order};
use crate::store::{Incoming, Stored};
use crate::{
    DocumentId, DocumentState, EmbedError, Embedder, FolderId, Library, LibraryError, Mode, SearchRequest,
    Why,
};

/// A bag of words hashed into a few dimensions: near texts get near vectors, the same text the same.
pub(crate) struct Hashing {
    pub(crate) available: bool,
}

const WIDTH: usize = 32;

#[async_trait]
impl Embedder for Hashing {
    async fn embed(&self, texts: Vec<String>, _urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError> {
        if !self.available {
            return Err(EmbedError::Unavailable {
                reason: "none is installed".to_string(),
            });
        }
        Ok(texts.iter().map(|text| vector(text)).collect())
    }

    fn dimension(&self) -> usize {
        WIDTH
    }

    fn model_id(&self) -> Option<&str> {
        Some("hashing")
    }

    fn count_tokens(&self, text: &str) -> usize {
        cabinet_text::estimate_tokens(text)
    }
}

pub(crate) fn vector(text: &str) -> Vec<f32> {
    let mut v = vec![0.0f32; WIDTH];
    for word in text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
        v[usize::try_from(hash % 32).expect("small")] += 1.0;
    }
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    v.into_iter().map(|x| x / norm).collect()
}

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) library: Library,
}

pub(crate) const PASSPHRASE: &str = "walnut orbit cellar mist";

async fn reopen(folder: &TempDir, available: bool) -> Library {
    let vault = Vault::open(
        &folder.path().join("home"),
        &Passphrase::new(PASSPHRASE.to_string()),
    )
    .unwrap();
    Library::open(Arc::new(vault), Arc::new(Hashing { available }))
        .await
        .unwrap()
}

pub(crate) fn unlock(home: &std::path::Path) -> Result<Vault, cabinet_vault::VaultError> {
    Vault::open(home, &Passphrase::new(PASSPHRASE.to_string()))
}

pub(crate) async fn bench() -> Bench {
    bench_in(TempDir::new().unwrap()).await
}

pub(crate) async fn bench_in(folder: TempDir) -> Bench {
    let (vault, _) = Vault::create(
        &folder.path().join("home"),
        &Passphrase::new(PASSPHRASE.to_string()),
        KdfCost::LOWEST,
    )
    .unwrap();
    drop(vault);
    let library = reopen(&folder, true).await;
    Bench { folder, library }
}

/// What a reader would have made of pages of plain text.
fn extracted(pages: &[&str]) -> Extracted {
    let page = |(number, text): (u32, &&str)| Page {
        number,
        text: (*text).to_string(),
        method: if text.is_empty() {
            Method::None
        } else {
            Method::Native
        },
    };
    Extracted {
        kind: Kind::Text,
        title: None,
        pages: (1..).zip(pages).map(page).collect(),
        warnings: Vec::new(),
        details: cabinet_intake::Details::default(),
        headings: Vec::new(),
        deletions: Vec::new(),
        members: Vec::new(),
    }
}

impl Bench {
    pub(crate) async fn add(&self, folder: FolderId, name: &str, pages: &[&str]) -> DocumentId {
        match self.store(folder, name, pages).await.unwrap() {
            Stored::Added(id) => id,
            Stored::Duplicate(_) => panic!("{name} is there already"),
        }
    }

    async fn store(&self, folder: FolderId, name: &str, pages: &[&str]) -> Result<Stored, LibraryError> {
        let source = Arc::new(Source::from_bytes(pages.join("\u{c}").into_bytes()).unwrap());
        self.store_read(folder, name, source, extracted(pages)).await
    }

    async fn store_read(
        &self,
        folder: FolderId,
        source_name: &str,
        source: Arc<Source>,
        read: Extracted,
    ) -> Result<Stored, LibraryError> {
        let scans = Vec::new();
        self.library
            .store(Incoming {
                folder,
                source_name,
                origin: None,
                source,
                read: Read { read, scans },
                parent: None,
            })
            .await
    }

    async fn add_inside(&self, parent: DocumentId, folder: FolderId, name: &str, text: &str) -> DocumentId {
        let stored = self.library.store(Incoming {
            folder,
            source_name: name,
            origin: None,
            source: Arc::new(Source::from_bytes(text.as_bytes().to_vec()).unwrap()),
            read: Read {
                read: extracted(&[text]),
                scans: Vec::new(),
            },
            parent: Some(parent),
        });
        match stored.await.unwrap() {
            Stored::Added(id) => id,
            Stored::Duplicate(_) => panic!("{name} is there already"),
        }
    }

    pub(crate) async fn embed(&self) {
        self.library
            .embed_waiting(&CancellationToken::new(), &|_, _| {})
            .await
            .unwrap();
    }

    pub(crate) async fn names(&self, mode: Mode, folder: Option<FolderId>, query: &str) -> Vec<String> {
        let request = SearchRequest {
            query: query.to_string(),
            mode,
            folder,
            limit: 20,
            ..Default::default()
        };
        self.library
            .search(&request)
            .await
            .unwrap()
            .hits
            .into_iter()
            .map(|h| h.source_name)
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_found_by_words_before_and_by_meaning_after_its_vectors() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let id = b
        .add(
            folder,
            "letter.txt",
            &["Zoë took 5 mg of examplium.\n\nShe felt better.", ""],
        )
        .await;
    let document = b.library.document(id).await.unwrap();
    assert_eq!(
        (document.state, document.pages, document.pages_without_text),
        (DocumentState::Embedding, 2, 1)
    );
    assert_eq!(b.names(Mode::Text, None, "examplium").await, ["letter.txt"]);
    assert!(b.names(Mode::Vector, None, "examplium").await.is_empty());
    b.embed().await;
    assert_eq!(b.library.document(id).await.unwrap().state, DocumentState::Ready);
    assert_eq!(b.names(Mode::Vector, None, "examplium").await, ["letter.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_point_at_the_characters_of_the_page() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let page = "Größere Änderung.\n\nDie Patientin Zoë nahm 5 mg Examplium. Es half.";
    let id = b.add(folder, "brief.txt", &["First page.", page]).await;
    b.embed().await;
    let request = SearchRequest {
        query: "zoe examplium".into(),
        limit: 5,
        ..Default::default()
    };
    let hits = b.library.search(&request).await.unwrap().hits;
    let hit = &hits[0];
    assert_eq!((hit.document, hit.page), (id, 2));
    let marked: Vec<String> = hit
        .page_marks
        .iter()
        .map(|m| {
            page.chars()
                .skip(m.start as usize)
                .take((m.end - m.start) as usize)
                .collect()
        })
        .collect();
    assert_eq!(marked, ["Zoë", "Examplium"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_one_document_per_folder() {
    let b = bench().await;
    let first = b.library.first_folder().await.unwrap();
    let second = b.library.create_folder("Second").await.unwrap();
    let id = b.add(first, "a.txt", &["The same."]).await;
    assert!(
        matches!(b.store(first, "b.txt", &["The same."]).await.unwrap(), Stored::Duplicate(found) if found == id)
    );
    let other = b.add(second, "a.txt", &["The same."]).await;
    assert!(matches!(
        b.library.move_documents(&[other], first).await,
        Err(LibraryError::DuplicateInFolder)
    ));
    let originals = b.library.vault().objects().list().unwrap();
    assert_eq!(originals.len(), 2, "one original each");
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_takes_the_vectors_along() {
    let b = bench().await;
    let (first, second) = (
        b.library.first_folder().await.unwrap(),
        b.library.create_folder("Second").await.unwrap(),
    );
    let id = b.add(first, "a.txt", &["The heron keeps a ledger."]).await;
    b.embed().await;
    b.library.move_documents(&[id], second).await.unwrap();
    for mode in [Mode::Text, Mode::Vector] {
        assert!(b.names(mode, Some(first), "heron ledger").await.is_empty());
        assert_eq!(b.names(mode, Some(second), "heron ledger").await, ["a.txt"]);
    }
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_leaves_no_row_no_vector_and_no_original() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let keep = b.add(folder, "keep.txt", &["The heron stays."]).await;
    let gone = b.add(folder, "gone.txt", &["The heron leaves."]).await;
    b.embed().await;
    b.library.delete_documents(&[gone]).await.unwrap();
    assert!(matches!(
        b.library.document(gone).await,
        Err(LibraryError::NotFound { .. })
    ));
    for mode in [Mode::Text, Mode::Vector, Mode::Hybrid] {
        assert_eq!(b.names(mode, None, "heron").await, ["keep.txt"]);
    }
    assert_eq!(b.library.vault().objects().list().unwrap(), [keep.uuid()]);
    for table in ["passages", "passages_fts", "passages_fts_docsize"] {
        let (rows,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(b.library.db())
            .await
            .unwrap();
        assert_eq!(rows, 1, "{table}");
    }
    let vectors = b.library.inner.vectors.as_ref().unwrap();
    assert_eq!(vectors.read_all().await.unwrap(), 1);
    assert_eq!(
        vectors.versions().await.unwrap(),
        1,
        "no old version is left that could hold it"
    );
    assert_eq!(b.library.verify().await.unwrap().damaged, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_hides_and_gives_back() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let id = b.add(folder, "a.txt", &["The heron."]).await;
    b.embed().await;
    b.library.trash_documents(&[id]).await.unwrap();
    for mode in [Mode::Text, Mode::Vector] {
        assert!(b.names(mode, None, "heron").await.is_empty());
    }
    assert_eq!(b.library.documents(None, true).await.unwrap().len(), 1);
    b.library.restore_documents(&[id]).await.unwrap();
    assert_eq!(b.names(Mode::Vector, None, "heron").await, ["a.txt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_words_still_find_and_the_missing_half_is_named() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    b.add(folder, "a.txt", &["The heron."]).await;
    b.library.close().await;
    let Bench { folder, library } = b;
    drop(library);
    let library = reopen(&folder, false).await;
    let request = SearchRequest {
        query: "heron".into(),
        limit: 5,
        ..Default::default()
    };
    let results = library.search(&request).await.unwrap();
    assert_eq!(results.hits.len(), 1);
    assert!(
        results.missing.iter().any(|m| m.contains("meaning")),
        "{:?}",
        results.missing
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exact_identifier_comes_first() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for n in 0..30 {
        b.add(
            folder,
            &format!("{n}.txt"),
            &[&format!(
                "Record 4471-{n:03} record record of the patient record."
            )],
        )
        .await;
    }
    b.embed().await;
    let request = SearchRequest {
        query: "record 4471-017".into(),
        limit: 5,
        ..Default::default()
    };
    let hits = b.library.search(&request).await.unwrap().hits;
    assert_eq!(
        (hits[0].source_name.as_str(), hits[0].why),
        ("17.txt", Why::Exact)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_save_is_a_conflict_and_history_brings_back() {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    let note = b.library.create_note(folder, "Note", "one").await.unwrap();
    assert_eq!(b.library.save_note(note.id, "Note", "two", 1).await.unwrap(), 2);
    assert!(matches!(
        b.library.save_note(note.id, "Note", "three", 1).await,
        Err(LibraryError::NoteConflict { current: 2 })
    ));
    let restored = b.library.restore_note_version(note.id, 1).await.unwrap();
    assert_eq!((restored.body.as_str(), restored.version), ("one", 3));
    let kept: Vec<String> = b
        .library
        .note_versions(note.id)
        .await
        .unwrap()
        .into_iter()
        .map(|v| v.body)
        .collect();
    assert_eq!(kept, ["two", "one"], "nothing written is lost by going back");
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_queries_use_their_indexes() {
    let b = bench().await;
    for (sql, index) in [
        (
            "SELECT num FROM jobs WHERE state IN ('queued', 'running') ORDER BY num LIMIT 1",
            "jobs_open",
        ),
        (
            "SELECT num FROM documents WHERE embedded_by IS NULL ORDER BY num LIMIT 1",
            "documents_to_embed",
        ),
        (
            "SELECT count(*) FROM passages WHERE document = 1",
            "passages_by_document",
        ),
        (
            "SELECT id FROM documents WHERE folder = 1 AND sha256 = x'00' AND trashed_at IS NULL",
            "documents_by_hash",
        ),
        // Not one row of `passages` is read for a match: only its index.
        (
            &Order::Best.statement(LISTED),
            "SEARCH p USING COVERING INDEX passages_by_document",
        ),
        (&Order::Newest.statement(EVERY), "SCAN passages_fts VIRTUAL TABLE"),
        (&Order::Best.statement(EVERY), "SCAN passages_fts VIRTUAL TABLE"),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(b.library.db())
                .await
                .unwrap();
        assert!(plan.iter().any(|step| step.3.contains(index)), "{sql}: {plan:?}");
    }
}

#[tokio::test]
async fn what_was_taken_out_of_a_document_follows_it() {
    let bench = bench().await;
    let library = &bench.library;
    let first = library.first_folder().await.unwrap();
    let other = library.create_folder("Other").await.unwrap();
    let message = bench.add(first, "message.eml", &["Please sign the lease."]).await;
    let attachment = bench
        .add_inside(message, first, "lease.txt", "Rent is due monthly.")
        .await;
    let deeper = bench
        .add_inside(attachment, first, "plan.txt", "The plan of the garden.")
        .await;
    assert_eq!(library.document(attachment).await.unwrap().parent, Some(message));
    library.move_documents(&[message], other).await.unwrap();
    for id in [message, attachment, deeper] {
        assert_eq!(library.document(id).await.unwrap().folder, other, "all move");
    }
    assert_eq!(library.document(deeper).await.unwrap().parent, Some(attachment));
    library.move_documents(&[attachment], first).await.unwrap();
    let moved = library.document(attachment).await.unwrap();
    assert_eq!(
        moved.parent, None,
        "nothing tells of what lies behind the other wall"
    );
    assert_eq!(library.document(deeper).await.unwrap().parent, Some(attachment));
    library.trash_documents(&[attachment]).await.unwrap();
    assert_eq!(
        library.document(deeper).await.unwrap().state,
        DocumentState::Trashed
    );
    library.restore_documents(&[attachment]).await.unwrap();
    library.delete_documents(&[attachment]).await.unwrap();
    assert!(matches!(
        library.document(deeper).await,
        Err(LibraryError::NotFound { .. })
    ));
    assert!(library.document(message).await.is_ok());
}
