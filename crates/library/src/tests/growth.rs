//! How the whole engine grows: a sealed cabinet of so many passages, filled through the code that ships, and searched.
//!
//! A measurement, not a test: `npm run bench:growth` runs the two halves as processes of their own, so that what filling
//! needs is not in the memory of searching, and reads the lines they print.

mod corpus;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::cost::Real;
use super::*;
use crate::Look;
use corpus::{Perturbing, Texts};

const FOLDERS: usize = 5;
/// Searches that warm the caches up, and those that count.
const WARMING: usize = 15;
/// Names and numbers that must come first.
const PLANTED: usize = 500;
/// Queries of each kind.
const QUERIES: usize = 60;

fn place(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

fn say(what: &str, value: f64, unit: &str) {
    println!(
        "{}",
        serde_json::json!({ "what": what, "value": value, "unit": unit })
    );
}

async fn real() -> Arc<dyn Embedder> {
    Arc::new(Real::start().await.expect("the embedder is installed"))
}

async fn open(home: &Path, embedder: Arc<dyn Embedder>) -> Library {
    Library::open(Arc::new(unlock(home).unwrap()), embedder)
        .await
        .unwrap()
}

async fn number(library: &Library, sql: &'static str) -> usize {
    let n: i64 = sqlx::query_scalar(sql).fetch_one(library.db()).await.unwrap();
    usize::try_from(n).unwrap()
}

async fn passages(library: &Library) -> usize {
    number(library, "SELECT count(*) FROM passages").await
}

/// Brings a cabinet up to so many passages.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: npm run bench:growth"]
async fn fill() {
    let folder = place("CABINET_GROWTH").expect("a folder of its own");
    let wanted: usize = std::env::var("CABINET_GROWTH_TO").unwrap().parse().unwrap();
    let texts = Texts::read(&place("CABINET_GROWTH_TEXTS").expect("a folder with texts"));
    let home = folder.join("home");
    if !home.exists() {
        Vault::create(&home, &Passphrase::new(PASSPHRASE.to_string()), KdfCost::LOWEST).unwrap();
    }
    let peer = place("CABINET_GROWTH_PEER");
    let embedder = Arc::new(Perturbing::new(real().await, &texts, peer.as_deref()).await);
    let library = open(&home, embedder.clone()).await;
    let mut folders: Vec<FolderId> = library.folders().await.unwrap().iter().map(|f| f.id).collect();
    while folders.len() < FOLDERS {
        folders.push(
            library
                .create_folder(&format!("Matter {}", folders.len()))
                .await
                .unwrap(),
        );
    }
    let bench = Bench {
        folder: TempDir::new().unwrap(),
        library,
    };
    let before = passages(&bench.library).await;
    let mut documents = number(&bench.library, "SELECT count(*) FROM documents").await;
    let begun = Instant::now();
    let mut now = before;
    while now < wanted {
        // Thirty passages a document; counted again from time to time.
        for _ in 0..((wanted - now) / 31).clamp(1, 500) {
            let pages = texts.document(documents);
            let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
            let name = format!("paper-{documents}.txt");
            bench.add(folders[documents % FOLDERS], &name, &pages).await;
            documents += 1;
        }
        now = passages(&bench.library).await;
    }
    let stored = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    bench.embed().await;
    let kept = begun.elapsed().as_secs_f64();
    embedder.finish();
    let added = (now - before) as f64;
    if added > 0.0 {
        say("stored: original, text, full text", added / stored, "passages/s");
        say("vectors kept", added / kept, "passages/s");
    }
    let queries = texts.queries(QUERIES + WARMING, documents);
    std::fs::write(
        folder.join("queries.json"),
        serde_json::to_string(&queries).unwrap(),
    )
    .unwrap();
    bench.library.close().await;
}

/// Asks for names and numbers from all over the cabinet and says how many come first, in both looks.
async fn planted(library: &Library) {
    let pages = 10 * number(library, "SELECT count(*) FROM documents").await;
    let mut first = 0;
    for n in 0..PLANTED / 2 {
        let (queries, place) = corpus::planted(n * pages / (PLANTED / 2));
        for query in queries {
            let mut found = true;
            for look in [Look::Close, Look::First] {
                let request = SearchRequest { look, ..ask(&query) };
                let hits = library.search(&request).await.unwrap().hits;
                found &= hits
                    .first()
                    .is_some_and(|hit| (hit.source_name.clone(), hit.page) == place);
            }
            first += usize::from(found);
        }
    }
    say(
        &format!("of {PLANTED} planted names and numbers, first"),
        first as f64,
        "",
    );
}

fn ask(query: &str) -> SearchRequest {
    SearchRequest {
        query: query.to_string(),
        limit: 20,
        ..Default::default()
    }
}

async fn timed(library: &Library, request: &SearchRequest) -> f64 {
    let begun = Instant::now();
    library.search(request).await.unwrap();
    begun.elapsed().as_secs_f64() * 1e3
}

fn quantile(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() as f64 * share) as usize).min(sorted.len() - 1)]
}

/// Asks all queries one after another and says how long they took.
async fn measure(library: &Library, name: &str, requests: &[SearchRequest]) {
    let mut times = Vec::new();
    let warming = WARMING.min(requests.len() / 4);
    let mut before = processor();
    for (n, request) in requests.iter().enumerate() {
        if n == warming {
            before = processor();
        }
        let took = timed(library, request).await;
        if n >= warming {
            times.push(took);
        }
    }
    say(&format!("{name}, p50"), quantile(&times, 0.5), "ms");
    say(&format!("{name}, p95"), quantile(&times, 0.95), "ms");
    // What others do on the machine is not in this one.
    let processor = (processor() - before) / times.len() as f64;
    say(&format!("{name}, processor time, mean"), processor, "ms");
}

/// Processor time of this process so far, in milliseconds; the system counts in hundredths of a second.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.map(|n| n.parse::<f64>().unwrap() * 10.0).sum()
}

fn memory(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

fn bytes(place: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(place) else {
        return std::fs::metadata(place).map_or(0, |file| file.len());
    };
    entries.flatten().map(|entry| bytes(&entry.path())).sum()
}

/// Searches a filled cabinet.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: npm run bench:growth"]
async fn search() {
    // As the programs do.
    cabinet_seal::keep_little_memory();
    let folder = place("CABINET_GROWTH").expect("a folder of its own");
    let home = folder.join("home");
    let queries: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&std::fs::read_to_string(folder.join("queries.json")).unwrap()).unwrap();
    let of = |kind: &str| queries[kind].iter().map(|query| ask(query)).collect::<Vec<_>>();
    let embedder = real().await;
    embedder.embed(vec!["warm".to_string()], true).await.unwrap();
    let begun = Instant::now();
    let library = open(&home, embedder).await;
    say("opened", begun.elapsed().as_secs_f64() * 1e3, "ms");
    let mixed: Vec<SearchRequest> = (0..QUERIES + WARMING)
        .map(|n| {
            let kind = ["short", "question", "short", "name", "short", "question"][n % 6];
            ask(&queries[kind][n % queries[kind].len()])
        })
        .collect();
    say(
        "first search after unlocking",
        timed(&library, &mixed[0]).await,
        "ms",
    );
    let begun = Instant::now();
    for request in mixed.iter().skip(1).take(5) {
        timed(&library, request).await;
    }
    drop(library.inner.vector_writes.lock().await);
    say(
        "until all is warm, from then",
        begun.elapsed().as_secs_f64() * 1e3,
        "ms",
    );
    measure(&library, "hybrid", &mixed).await;
    // As the search page asks: a first look at each key from the second on, a close one once typing rests.
    let typed = |query: &str, look: Look| SearchRequest {
        as_typed: true,
        look,
        limit: 60,
        ..ask(query)
    };
    let presses: Vec<SearchRequest> = queries["typing"]
        .iter()
        .flat_map(|query| {
            query
                .char_indices()
                .skip(2)
                .map(|(end, _)| &query[..end])
                .chain([&query[..]])
        })
        .map(|begun| typed(begun, Look::First))
        .collect();
    measure(&library, "while typing, each key", &presses).await;
    let rested: Vec<SearchRequest> = queries["typing"]
        .iter()
        .map(|query| typed(query, Look::Close))
        .collect();
    measure(&library, "a close look once typing rests", &rested).await;
    let only = |mode: Mode| {
        mixed
            .iter()
            .map(|r| SearchRequest { mode, ..r.clone() })
            .collect::<Vec<_>>()
    };
    measure(&library, "words alone", &only(Mode::Text)).await;
    measure(&library, "meaning alone", &only(Mode::Vector)).await;
    for kind in ["short", "question", "name", "phrase", "slip"] {
        measure(&library, &format!("hybrid, {kind}"), &of(kind)).await;
    }
    planted(&library).await;
    let first = library.folders().await.unwrap()[1].id;
    let walled: Vec<SearchRequest> = mixed
        .iter()
        .map(|r| SearchRequest {
            folder: Some(first),
            ..r.clone()
        })
        .collect();
    measure(&library, "hybrid, one folder of five", &walled).await;
    say("memory", memory("VmRSS"), "MiB");
    say("memory at most", memory("VmHWM"), "MiB");
    say("passages", passages(&library).await as f64, "");
    say("database", bytes(&home.join("cabinet.db")) as f64 / 1e6, "MB");
    say("vectors", bytes(&home.join("vectors")) as f64 / 1e6, "MB");
    say("originals", bytes(&home.join("objects")) as f64 / 1e6, "MB");
    while_adding(library, mixed).await;
}

/// Searches while papers come in, are embedded by the model and kept.
async fn while_adding(library: Library, mixed: Vec<SearchRequest>) {
    let bench = Arc::new(Bench {
        folder: TempDir::new().unwrap(),
        library,
    });
    let target = bench.library.folders().await.unwrap()[0].id;
    let texts: Vec<(String,)> = sqlx::query_as("SELECT text FROM pages ORDER BY document, number LIMIT 40")
        .fetch_all(bench.library.db())
        .await
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let adding = {
        let (bench, stop) = (bench.clone(), stop.clone());
        tokio::spawn(async move {
            let begun = Instant::now();
            let before = passages(&bench.library).await;
            let mut papers = Vec::new();
            for (n, (text,)) in texts.iter().cycle().enumerate() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let text = format!("Copy {n}, {}. {text}", now());
                papers.push(bench.add(target, &format!("copy-{n}.txt"), &[&text]).await);
                bench.embed().await;
            }
            let added = passages(&bench.library).await - before;
            (papers, added as f64 / begun.elapsed().as_secs_f64())
        })
    };
    measure(&bench.library, "hybrid while adding", &mixed).await;
    stop.store(true, Ordering::Relaxed);
    let (papers, rate) = adding.await.unwrap();
    say("added meanwhile, embedded by the model", rate, "passages/s");
    let begun = Instant::now();
    bench.library.delete_documents(&papers).await.unwrap();
    say(
        "one paper deleted",
        begun.elapsed().as_secs_f64() * 1e3 / papers.len() as f64,
        "ms",
    );
    bench.library.close().await;
}

fn now() -> u128 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos()
}
