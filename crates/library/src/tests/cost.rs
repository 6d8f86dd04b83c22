//! What sealing costs: the same library on the same texts, sealed and plain, in turns within one run.
//!
//! The plain twin exists in this crate's tests alone. SQLCipher without a key is SQLite; LanceDB's store is left
//! unwrapped and originals are written as they are, by two lines under `cfg(test)` where the library meets the vault.
//! Everything else is the code that ships.
//!
//! A measurement, not a test: `npm run bench:vault` runs it and reads the lines it prints.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use cabinet_slm::{EmbedderText, Engine, EngineModels, Manifest, ModelStore, Priority};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use uuid::Uuid;

use super::*;

/// The folder that a plain twin's home carries in its name.
const PLAIN: &str = "plain-twin";

/// True for the home of a plain twin, or a place below it.
pub(crate) fn is_plain(place: &Path) -> bool {
    place.components().any(|part| part.as_os_str() == PLAIN)
}

/// An original, written as the vault writes it but not sealed.
pub(crate) fn put_plain(home: &Path, id: Uuid, content: &[u8]) -> Result<u64, cabinet_vault::VaultError> {
    let (place, pending) = (
        home.join("objects").join(id.to_string()),
        home.join("objects").join(format!("{id}.new")),
    );
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&pending)
        .unwrap();
    file.write_all(content).unwrap();
    file.sync_all().unwrap();
    std::fs::rename(&pending, &place).unwrap();
    File::open(home.join("objects")).unwrap().sync_all().unwrap();
    Ok(content.len() as u64)
}

/// Opens a library whose database has no key. What the vault sets on its connections is set here too.
async fn open_plain(home: &Path, embedder: Arc<dyn Embedder>) -> Library {
    let vault = Arc::new(unlock(home).unwrap());
    std::fs::create_dir_all(home.join("objects")).unwrap();
    let options = SqliteConnectOptions::new()
        .filename(home.join("cabinet.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-24576")
        .busy_timeout(Duration::from_secs(10));
    let db = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_lazy_with(options);
    Library::open_in(db, vault, embedder).await.unwrap()
}

/// The model that ships.
pub(super) struct Real {
    engine: Engine,
    text: Arc<EmbedderText>,
}

impl Real {
    pub(super) async fn start() -> Option<Self> {
        let dir = ModelStore::default_dir()?;
        let store = ModelStore::open(dir, Manifest::bundled().ok()?);
        let embedder = Some(store.verify("all-minilm-l6-v2").ok()?);
        let engine = Engine::start(EngineModels {
            embedder,
            writer: None,
            completer: None,
        });
        let text = engine.embedder_text().await.ok()?;
        Some(Self { engine, text })
    }
}

#[async_trait]
impl Embedder for Real {
    async fn embed(&self, texts: Vec<String>, urgent: bool) -> Result<Vec<Vec<f32>>, EmbedError> {
        let priority = if urgent {
            Priority::Typing
        } else {
            Priority::Background
        };
        let vectors = self.engine.embed(texts, priority).await;
        vectors.map_err(|e| EmbedError::Failed {
            reason: e.to_string(),
        })
    }

    fn dimension(&self) -> usize {
        self.text.dimension()
    }

    fn model_id(&self) -> Option<&str> {
        Some("all-minilm-l6-v2")
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.text
            .count(text)
            .unwrap_or_else(|_| cabinet_text::estimate_tokens(text))
    }
}

const WORDS: [&str; 48] = [
    "harbour", "lamp", "keeper", "granite", "letter", "tenant", "ward", "knee", "dose", "winter", "court",
    "rent", "clerk", "ferry", "lease", "pulse", "scar", "tide", "witness", "ledger", "stair", "garden",
    "bridge", "fever", "signed", "refused", "counted", "moved", "asked", "paid", "mended", "watched", "old",
    "late", "quiet", "cold", "heavy", "narrow", "the", "a", "in", "under", "before", "with", "and", "of",
    "near", "behind",
];

/// Numbers that look random and are the same in each run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn word(&mut self) -> &'static str {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        WORDS[(self.0 >> 33) as usize % WORDS.len()]
    }

    fn sentence(&mut self, length: usize) -> String {
        (0..length).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// What one run took.
struct Took {
    import: f64,
    searches: f64,
}

const PAGES: usize = 6;

async fn run(plain: bool, embedder: Arc<dyn Embedder>, papers: &[Vec<String>], queries: &[String]) -> Took {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join(if plain { PLAIN } else { "sealed" });
    let (vault, _) = Vault::create(&home, &Passphrase::new(PASSPHRASE.to_string()), KdfCost::LOWEST).unwrap();
    let library = if plain {
        drop(vault);
        open_plain(&home, embedder).await
    } else {
        Library::open(Arc::new(vault), embedder).await.unwrap()
    };
    let bench = Bench { folder, library };
    let first = bench.library.folders().await.unwrap()[0].id;
    let begun = Instant::now();
    for (n, pages) in papers.iter().enumerate() {
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        bench.add(first, &format!("paper-{n}.txt"), &pages).await;
    }
    bench.embed().await;
    let import = begun.elapsed().as_secs_f64();
    // What a plain twin must show, or the comparison means nothing.
    let database = std::fs::read(home.join("cabinet.db")).unwrap();
    assert_eq!(database.starts_with(b"SQLite format 3"), plain);
    let mut begun = Instant::now();
    for (n, query) in queries.iter().enumerate() {
        // The first quarter warms the caches up.
        if n == queries.len() / 4 {
            begun = Instant::now();
        }
        let request = SearchRequest {
            query: query.clone(),
            limit: 20,
            ..SearchRequest::default()
        };
        let found = bench.library.search(&request).await;
        assert!(!found.unwrap().hits.is_empty());
    }
    let searches = begun.elapsed().as_secs_f64();
    bench.library.close().await;
    Took { import, searches }
}

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: npm run bench:vault"]
async fn sealing_costs() {
    let mut numbers = Numbers(20_261_128);
    let papers: Vec<Vec<String>> = (0..number("CABINET_COST_PAPERS", 60))
        .map(|_| {
            let page = |numbers: &mut Numbers| {
                let sentences: Vec<String> = (0..40).map(|n| numbers.sentence(9 + n % 9)).collect();
                sentences.join(". ") + "."
            };
            (0..PAGES).map(|_| page(&mut numbers)).collect()
        })
        .collect();
    let queries: Vec<String> = (0..120).map(|n| numbers.sentence(2 + n % 5)).collect();
    let real: Arc<dyn Embedder> = Arc::new(Real::start().await.expect("the embedder is installed"));
    let hashing: Arc<dyn Embedder> = Arc::new(Hashing { available: true });
    for (with, embedder) in [("model", real), ("no model", hashing)] {
        for round in 0..number("CABINET_COST_ROUNDS", 3) {
            // In turns, each first as often as the other.
            for plain in [round % 2 == 1, round % 2 == 0] {
                let took = run(plain, embedder.clone(), &papers, &queries).await;
                println!(
                    "{}",
                    serde_json::json!({
                        "with": with, "plain": plain, "import_s": took.import,
                        "search_ms": took.searches * 1e3 / (queries.len() - queries.len() / 4) as f64,
                    })
                );
            }
        }
    }
}
