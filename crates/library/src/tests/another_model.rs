//! A version comes with another embedding model.

use super::*;

/// Another model: other numbers, and more of them, for the same words.
struct Other;

#[async_trait]
impl Embedder for Other {
    async fn embed(&self, texts: Vec<String>, _urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError> {
        let wider = |text: &String| vector(text).into_iter().rev().chain([0.0; 16]).collect();
        Ok(texts.iter().map(wider).collect())
    }

    fn dimension(&self) -> usize {
        WIDTH + 16
    }

    fn model_id(&self) -> Option<&str> {
        Some("other")
    }

    fn count_tokens(&self, text: &str) -> usize {
        cabinet_text::estimate_tokens(text)
    }
}

/// None is installed.
struct NoModel;

#[async_trait]
impl Embedder for NoModel {
    async fn embed(&self, _: Vec<String>, _urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError> {
        Err(EmbedError::Unavailable {
            reason: "none is installed".to_string(),
        })
    }

    fn dimension(&self) -> usize {
        WIDTH
    }

    fn model_id(&self) -> Option<&str> {
        None
    }

    fn count_tokens(&self, text: &str) -> usize {
        cabinet_text::estimate_tokens(text)
    }
}

impl Bench {
    async fn with(self, embedder: impl Embedder + 'static) -> Self {
        let Self { folder, library } = self;
        let home = library.home().to_path_buf();
        library.close().await;
        drop(library);
        let vault = Arc::new(unlock(&home).unwrap());
        let library = Library::open(vault, Arc::new(embedder)).await.unwrap();
        Self { folder, library }
    }

    async fn said(&self, query: &str) -> Vec<String> {
        let request = SearchRequest {
            query: query.to_string(),
            limit: 5,
            ..Default::default()
        };
        self.library.search(&request).await.unwrap().missing
    }

    /// The tables on disk.
    fn tables(&self) -> Vec<String> {
        let folder = self.library.home().join("vectors");
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    async fn stored(&self) -> (usize, usize) {
        let vectors = self.library.inner.vectors.as_ref().unwrap();
        (vectors.read_all().await.unwrap(), vectors.dimension())
    }
}

const FORMER: Hashing = Hashing { available: true };

const TEXTS: [&str; 3] = [
    "The heron keeps a ledger.",
    "A lamp burns over the harbour.",
    "Rain fell on the orchard.",
];

async fn filled() -> Bench {
    let b = bench().await;
    let folder = b.library.first_folder().await.unwrap();
    for (name, text) in ["a.txt", "b.txt", "c.txt"].iter().zip(TEXTS) {
        b.add(folder, name, &[text]).await;
    }
    b.embed().await;
    b
}

#[tokio::test(flavor = "multi_thread")]
async fn search_goes_on_by_words_until_the_second_set_is_complete() {
    let b = filled().await;
    assert_eq!(b.tables(), ["passages.lance"]);

    let b = b.with(Other).await;
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 3);
    assert_eq!(b.tables(), ["passages.lance", "passages_2.lance"]);
    assert_eq!(b.names(Mode::Hybrid, None, "heron ledger").await, ["a.txt"]);
    assert!(b.names(Mode::Vector, None, "heron ledger").await.is_empty());
    let said = b.said("heron").await;
    assert!(said.iter().any(|s| s.contains("new embedding model")), "{said:?}");

    // Added meanwhile, it waits with the others.
    let folder = b.library.first_folder().await.unwrap();
    b.add(folder, "d.txt", &["Herons again."]).await;
    b.embed().await;
    assert_eq!(b.said("heron").await, Vec::<String>::new());
    assert_eq!(b.stored().await, (4, WIDTH + 16));
    assert_eq!(b.tables(), ["passages_2.lance"], "the set before is wiped");
    assert_eq!(
        b.names(Mode::Vector, None, "The heron keeps a ledger.").await[0],
        "a.txt"
    );

    let b = b.with(Other).await;
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 0);
    assert_eq!(b.stored().await, (4, WIDTH + 16));
    assert_eq!(b.said("heron").await, Vec::<String>::new());
    assert!(!b.library.verify().await.unwrap().vectors_to_rebuild);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_goes_on_and_stores_nothing_twice() {
    let b = filled().await.with(Other).await;
    // One has its vectors and its mark; of another the mark was lost.
    let vectors = b.library.inner.vectors.as_ref().unwrap();
    let row = |passage, document| crate::vectors::PassageVector {
        passage,
        document,
        folder: 1,
        vector: vec![0.5; WIDTH + 16],
    };
    vectors.add(&[row(1, 1), row(2, 2)]).await.unwrap();
    sqlx::query("UPDATE documents SET embedded_by = 'other' WHERE num = 1")
        .execute(b.library.db())
        .await
        .unwrap();

    let b = b.with(Other).await;
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 2);
    assert!(b.said("heron").await[0].contains("new embedding model"));
    let b = b.with(FORMER).await;
    assert_eq!(
        b.library.waiting_for_vectors().await.unwrap(),
        0,
        "none of the set before was lost"
    );
    let b = b.with(Other).await;
    b.embed().await;
    assert_eq!(b.stored().await.0, 3);
    assert_eq!(b.tables(), ["passages_2.lance"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_back_to_the_model_before_finds_its_vectors_again() {
    let b = filled().await.with(Other).await;
    let elsewhere = b.library.create_folder("Elsewhere").await.unwrap();
    let (kept,): (i64,) = sqlx::query_as("SELECT num FROM documents WHERE source_name = 'b.txt'")
        .fetch_one(b.library.db())
        .await
        .unwrap();
    for document in b.library.documents(None, false).await.unwrap() {
        match document.source_name.as_str() {
            "a.txt" => b.library.delete_documents(&[document.id]).await.unwrap(),
            "c.txt" => b.library.move_documents(&[document.id], elsewhere).await.unwrap(),
            _ => {}
        }
    }

    let b = b.with(FORMER).await;
    assert_eq!(b.tables(), ["passages.lance"], "what was begun aside is nobody's");
    let vectors = b.library.inner.vectors.as_ref().unwrap();
    let stored: Vec<i64> = vectors.documents().await.unwrap().into_keys().collect();
    assert_eq!(
        stored,
        [kept],
        "what was deleted is gone, and what was moved is made again"
    );
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 1);
    assert_eq!(b.names(Mode::Vector, None, "lamp harbour").await, ["b.txt"]);
    b.embed().await;
    assert!(
        b.names(Mode::Vector, Some(elsewhere), "rain orchard")
            .await
            .contains(&"c.txt".to_string())
    );
    assert_eq!(b.stored().await, (2, WIDTH));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_the_sets_stay_what_they_are() {
    let b = filled().await.with(Other).await;
    b.embed().await;
    let b = b.with(NoModel).await;
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 0);
    assert_eq!(b.stored().await, (3, WIDTH + 16));

    // Opened first without a model, a cabinet takes the width of the one that comes.
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("home");
    drop(Vault::create(&home, &Passphrase::new(PASSPHRASE.to_string()), KdfCost::LOWEST).unwrap());
    let library = Library::open(Arc::new(unlock(&home).unwrap()), Arc::new(NoModel))
        .await
        .unwrap();
    let b = Bench { folder, library };
    let first = b.library.first_folder().await.unwrap();
    b.add(first, "a.txt", &[TEXTS[0]]).await;
    let b = b.with(Other).await;
    b.embed().await;
    assert_eq!(b.stored().await, (1, WIDTH + 16));
    assert_eq!(b.tables(), ["passages.lance"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_vectors_are_gone_they_are_those_of_the_model_there_is() {
    let b = filled().await.with(Other).await;
    let Bench { folder, library } = b;
    let home = library.home().to_path_buf();
    library.close().await;
    drop(library);
    // As a restored backup comes.
    std::fs::remove_dir_all(home.join("vectors")).unwrap();
    let library = Library::open(Arc::new(unlock(&home).unwrap()), Arc::new(Other))
        .await
        .unwrap();
    let b = Bench { folder, library };
    assert_eq!(b.library.waiting_for_vectors().await.unwrap(), 3);
    assert_eq!(
        b.said("heron").await,
        ["Some documents are still being prepared for search by meaning"]
    );
    let sets: Vec<(i64, String, String)> = sqlx::query_as("SELECT number, model, state FROM vector_sets")
        .fetch_all(b.library.db())
        .await
        .unwrap();
    assert_eq!(sets, [(2, "other".to_string(), "current".to_string())]);
    b.embed().await;
    assert_eq!(b.stored().await, (3, WIDTH + 16));
}
