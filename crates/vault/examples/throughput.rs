//! How fast sealed files are written and read, beside the same code without sealing, how fast a backup is, and how long
//! unlocking and locking take.
//!
//! Rates are by the clock; where a line says "a core", by the processor time of all threads, which is what one core would
//! do alone. The system's own part, copying out of its memory of files, is in both.
//!
//! `cargo run --locked --workspace --example throughput [-- FOLDER]`, or as a part of `npm run bench:vault`
#![expect(clippy::print_stdout, reason = "a measuring tool reports on standard output")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use cabinet_vault::{BackupPlan, DEFAULT_CACHE_BYTES, KdfCost, Passphrase, Vault};
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use uuid::Uuid;

const SIZE: usize = 256 << 20;
const RANGE: u64 = 4 << 20;
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(PathBuf::from(folder))?,
        None => tempfile::tempdir()?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(folder.path()))
}

async fn measure(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let passphrase = Passphrase::new("walnut orbit cellar mist".to_owned());
    let home = folder.join("cabinet");
    let (vault, _) = Vault::create(&home, &passphrase, KdfCost::default())?;
    drop(vault);
    let mut vault = None;
    let mut unlock = f64::INFINITY;
    for _ in 0..ROUNDS {
        drop(vault.take());
        let begun = Instant::now();
        vault = Some(Vault::open(&home, &passphrase)?);
        unlock = unlock.min(begun.elapsed().as_secs_f64());
    }
    let vault = vault.ok_or("it was opened above")?;
    println!("{:<40}{:7.0} ms", "unlock, best of five", unlock * 1e3);
    // While there is no original yet: a database that is missing beside one would be called lost.
    vault.open_database().await?.close().await;

    ring_alone();
    let content: Vec<u8> = (0..SIZE).map(|at| (at * 31 + at / 251) as u8).collect();
    let plain_folder = folder.join("plain");
    std::fs::create_dir(&plain_folder)?;
    let sealed_folder = folder.join("sealed");
    std::fs::create_dir(&sealed_folder)?;
    let plain: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(&plain_folder)?);
    let sealed = vault.seal_store(Arc::new(LocalFileSystem::new_with_prefix(&sealed_folder)?));

    for (name, store) in [("plain", &plain), ("sealed", &sealed)] {
        upload(store, &content).await?;
        report(
            &format!("{name} store, write in parts"),
            upload(store, &content).await?,
        );
    }
    // Without the cache: what opening costs. Then with it, for a part that fits.
    vault.set_cache_bytes(0);
    for (name, store) in [("plain", &plain), ("sealed", &sealed)] {
        for (how, at_once) in [("one after another", 1), ("two at once", 2)] {
            report(
                &format!("{name} store, 4 MiB reads, {how}"),
                scan(store, SIZE as u64, RANGE, at_once).await?,
            );
        }
        let before = processor_seconds();
        let read = scan_once(store, SIZE as u64, RANGE).await?;
        let a_core = read as f64 / 1e6 / (processor_seconds() - before);
        report(&format!("{name} store, 4 MiB reads, a core"), a_core);
        report(&format!("{name} store, whole"), whole(store).await?);
        report(
            &format!("{name} store, 16 KiB reads"),
            scan(store, SIZE as u64, 16 << 10, 1).await?,
        );
    }
    vault.set_cache_bytes(DEFAULT_CACHE_BYTES);
    let fits = DEFAULT_CACHE_BYTES as u64 / 2;
    scan(&sealed, fits, RANGE, 1).await?;
    report(
        "sealed store, 4 MiB reads, from memory",
        scan(&sealed, fits, RANGE, 1).await?,
    );
    report(
        "sealed store, 16 KiB reads, from memory",
        scan(&sealed, fits, 16 << 10, 1).await?,
    );

    let id = Uuid::new_v4();
    let begun = Instant::now();
    vault.objects().put(id, content.as_slice())?;
    report("original, put (with fsync)", rate(SIZE as u64, begun));
    let begun = Instant::now();
    let back = vault.objects().get(id)?;
    report("original, get", rate(SIZE as u64, begun));
    let before = processor_seconds();
    for _ in 0..ROUNDS {
        vault.objects().copy_to(id, &mut std::io::sink())?;
    }
    let a_core = (SIZE * ROUNDS) as f64 / 1e6 / (processor_seconds() - before);
    report("original, read and verified, a core", a_core);
    assert!(back == content, "what was read is what was written");

    let plan = BackupPlan {
        originals: vec![id],
        base: None,
        database_only: false,
    };
    let begun = Instant::now();
    vault.back_up(&folder.join("whole.age"), &plan, &mut |_| true)?;
    report("backup, written and read back", rate(SIZE as u64, begun));
    let begun = Instant::now();
    vault.lock();
    println!(
        "{:<40}{:7.2} ms",
        "lock, with a full cache",
        begun.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}

/// The cipher by itself, one core, 64 KiB chunks in place: what nothing above can exceed.
fn ring_alone() {
    use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("AES-256 takes 32 bytes"));
    let mut chunk = vec![0; 64 << 10];
    let begun = Instant::now();
    let rounds = SIZE / chunk.len() * ROUNDS;
    for round in 0..rounds {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&(round as u64).to_be_bytes());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut chunk);
        let _ = std::hint::black_box(tag.expect("a chunk is within AES-GCM's limits"));
    }
    report(
        "AES-256-GCM alone, in cache",
        rate((rounds * chunk.len()) as u64, begun),
    );
}

async fn upload(store: &Arc<dyn ObjectStore>, content: &[u8]) -> Result<f64, object_store::Error> {
    let begun = Instant::now();
    let mut upload = store.put_multipart(&Path::from("file")).await?;
    for part in content.chunks(5 << 20) {
        upload
            .put_part(bytes::Bytes::copy_from_slice(part).into())
            .await?;
    }
    upload.complete().await?;
    Ok(rate(content.len() as u64, begun))
}

async fn scan(
    store: &Arc<dyn ObjectStore>,
    size: u64,
    range: u64,
    at_once: usize,
) -> Result<f64, object_store::Error> {
    let mut best: f64 = 0.0;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let reads = (0..size / range).map(|at| {
            let store = store.clone();
            async move {
                // As LanceDB does: tasks of their own.
                let read = tokio::spawn(async move {
                    store
                        .get_range(&Path::from("file"), at * range..(at + 1) * range)
                        .await
                });
                read.await?.map(|bytes| std::hint::black_box(bytes.len() as u64))
            }
        });
        let total: u64 = futures::stream::iter(reads)
            .buffered(at_once)
            .try_fold(0, |sum, n| async move { Ok(sum + n) })
            .await?;
        best = best.max(rate(total, begun));
    }
    Ok(best)
}

/// Reads everything several times, one range after another; gives the number of bytes.
async fn scan_once(store: &Arc<dyn ObjectStore>, size: u64, range: u64) -> Result<u64, object_store::Error> {
    let mut total = 0;
    for _ in 0..ROUNDS {
        for at in 0..size / range {
            let read = store
                .get_range(&Path::from("file"), at * range..(at + 1) * range)
                .await?;
            total += std::hint::black_box(read.len() as u64);
        }
    }
    Ok(total)
}

/// Processor time of this process so far, all threads, in seconds of a hundredth each; nothing where the system does not
/// say.
fn processor_seconds() -> f64 {
    const TICKS: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: the state is field 3, user and system time are 14 and 15.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    ticks.iter().sum::<f64>() / TICKS
}

async fn whole(store: &Arc<dyn ObjectStore>) -> Result<f64, object_store::Error> {
    let begun = Instant::now();
    let mut content = store.get(&Path::from("file")).await?.into_stream();
    let mut total = 0;
    while let Some(piece) = content.try_next().await? {
        total += std::hint::black_box(piece.len() as u64);
    }
    Ok(rate(total, begun))
}

fn rate(bytes: u64, begun: Instant) -> f64 {
    bytes as f64 / 1e6 / begun.elapsed().as_secs_f64()
}

fn report(what: &str, megabytes_per_second: f64) {
    println!("{what:<40}{megabytes_per_second:7.0} MB/s");
}
