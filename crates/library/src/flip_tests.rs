//! What becomes of a cabinet whose files were altered.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cabinet_vault::VaultError;
use object_store::{ObjectStoreExt, local::LocalFileSystem};
use tempfile::TempDir;

use super::tests::{Bench, Hashing, bench_in, unlock};
use crate::{DocumentId, Library, LibraryError, Mode};

const CANARY: &str = "Quillfeather counted violet ledgers beneath the ninth stair";
const KEPT: &str = "The harbour committee trimmed the lamp on Tuesday";

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn read_all(folder: &Path, below: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, below, files);
        } else {
            files.insert(
                path.strip_prefix(below).unwrap().to_path_buf(),
                std::fs::read(&path).unwrap(),
            );
        }
    }
}

fn lay_out(home: &Path, files: &Files) {
    let _ = std::fs::remove_dir_all(home);
    for (name, bytes) in files {
        let place = home.join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }
}

/// What opening an altered cabinet came to.
#[derive(Debug)]
enum Came {
    /// Everything is there.
    Whole,
    /// Everything is there; what is derived was found wrong and is made anew.
    Anew,
    /// It says what is damaged.
    Named(String),
}

/// Opens a cabinet as a person would and looks at all that was acknowledged; an answer that is neither whole nor names
/// the damage is a silent loss.
async fn look(home: &Path, documents: &[(DocumentId, &str)]) -> Result<Came, String> {
    let vault = match unlock(home) {
        Ok(vault) => vault,
        Err(e @ (VaultError::DamagedHeader { .. } | VaultError::UnsupportedVersion { .. })) => {
            return Ok(Came::Named(e.to_string()));
        }
        Err(e) => return Err(format!("the vault said {e:?}")),
    };
    let library = match Library::open(Arc::new(vault), Arc::new(Hashing { available: true })).await {
        Ok(library) => library,
        Err(LibraryError::Vault(e @ (VaultError::DatabaseDamaged | VaultError::LogDamaged))) => {
            return Ok(Came::Named(e.to_string()));
        }
        Err(e) => return Err(format!("the library said {e:?}")),
    };
    let answer = look_inside(&library, documents).await;
    library.close().await;
    answer
}

async fn look_inside(library: &Library, documents: &[(DocumentId, &str)]) -> Result<Came, String> {
    let waiting = library.waiting_for_vectors().await.unwrap_or(0);
    let mut named = None;
    for (id, text) in documents {
        match library.pages(*id).await {
            Ok(pages) if pages.len() == 1 && pages[0].text == *text => {}
            Err(LibraryError::Vault(VaultError::DatabaseDamaged)) => named = Some("database".to_string()),
            other => return Err(format!("the text of a document is {other:?}")),
        }
        match library.original(*id).await {
            Ok(bytes) if bytes == text.as_bytes() => {}
            Err(LibraryError::OriginalDamaged) => named = Some(format!("original of document {id}")),
            Err(LibraryError::Vault(VaultError::DatabaseDamaged)) => named = Some("database".to_string()),
            other => return Err(format!("the original of a document is {other:?}")),
        }
    }
    let verified = match library.verify().await {
        Ok(verified) => verified,
        Err(LibraryError::Vault(e @ VaultError::DatabaseDamaged)) => return Ok(Came::Named(e.to_string())),
        Err(e) => return Err(format!("the check said {e:?}")),
    };
    match (named, verified.damaged.first()) {
        (_, Some(damage)) => Ok(Came::Named(damage.clone())),
        (Some(what), None) => Err(format!("the check did not see the damage of the {what}")),
        (None, None) if waiting > 0 || !verified.repaired.is_empty() => Ok(Came::Anew),
        (None, None) => Ok(Came::Whole),
    }
}

/// How far apart the flipped bytes lie; none where the test may choose.
fn stride() -> Option<usize> {
    std::env::var("CABINET_FAULTS")
        .ok()
        .map(|text| text.parse().unwrap())
}

/// In memory where the system offers that: each try writes to the cabinet anew.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory).unwrap()
    } else {
        TempDir::new().unwrap()
    }
}

/// A cabinet of two documents, its files as they lie closed and as a kill leaves them.
struct Small {
    _folder: TempDir,
    home: PathBuf,
    documents: Vec<(DocumentId, &'static str)>,
    closed: Files,
    killed: Files,
}

async fn small() -> Small {
    let b = bench_in(folder()).await;
    let general = b.library.first_folder().await.unwrap();
    let documents = vec![
        (b.add(general, "a.txt", &[CANARY]).await, CANARY),
        (b.add(general, "b.txt", &[KEPT]).await, KEPT),
    ];
    b.embed().await;
    assert_eq!(b.names(Mode::Vector, None, "violet ledgers").await[0], "a.txt");
    let home = b.library.home().to_path_buf();
    let (mut killed, mut closed) = (Files::new(), Files::new());
    read_all(&home, &home, &mut killed);
    let Bench { folder, library } = b;
    library.close().await;
    drop(library);
    read_all(&home, &home, &mut closed);
    assert!(
        killed[Path::new("cabinet.db-wal")].len() > 32,
        "a kill leaves a log"
    );
    assert!(
        matches!(look(&home, &documents).await, Ok(Came::Whole)),
        "unaltered, all is well"
    );
    Small {
        _folder: folder,
        home,
        documents,
        closed,
        killed,
    }
}

/// Flips every so many-th byte of each of the cabinet's `files` but those `known` already, and opens it as a person
/// would: by default enough for some seconds, every one with `CABINET_FAULTS=1`. Returns for each kind of file how often
/// all was whole, was made anew, or the damage was named.
async fn flip_each(small: &Small, files: &Files, known: &Files) -> BTreeMap<String, [usize; 3]> {
    let (mut counts, mut words) = (BTreeMap::<String, [usize; 3]>::new(), BTreeSet::new());
    lay_out(&small.home, files);
    for (name, bytes) in files
        .iter()
        .filter(|(name, bytes)| known.get(*name) != Some(bytes))
    {
        let stride = stride().unwrap_or_else(|| (bytes.len() / 9).max(1));
        let mut altered = files.clone();
        for at in (0..bytes.len()).step_by(stride) {
            let flip = Flip::one(&small.home.join(name), at);
            let (home, documents) = (small.home.clone(), small.documents.clone());
            let came = tokio::spawn(async move { look(&home, &documents).await }).await;
            let place = format!("byte {at} of {} in {}", bytes.len(), name.display());
            let came = came
                .unwrap_or_else(|e| panic!("{place}: {e}"))
                .unwrap_or_else(|e| panic!("{place}: {e}"));
            let count = counts.entry(kind(name)).or_default();
            match came {
                Came::Whole => count[0] += 1,
                Came::Anew => count[1] += 1,
                Came::Named(what) => {
                    count[2] += 1;
                    words.insert(what);
                }
            }
            // Most damage is found before anything is written; then taking it back is enough.
            let (mut now, was) = (Files::new(), bytes[at]);
            read_all(&small.home, &small.home, &mut now);
            altered.get_mut(name).unwrap()[at] = flip.is();
            let untouched = now == altered;
            altered.get_mut(name).unwrap()[at] = was;
            drop(flip);
            if !untouched {
                lay_out(&small.home, files);
            }
        }
    }
    for (name, [whole, anew, named]) in &counts {
        eprintln!("{name}: {whole} whole, {anew} made anew, {named} named");
    }
    eprintln!("named as: {words:#?}");
    counts
}

fn never_unnoticed(counts: &BTreeMap<String, [usize; 3]>, kinds: &[&str]) {
    for kind in kinds {
        let [whole, _, named] = counts[*kind];
        assert!(whole == 0 && named > 0, "{kind}: {whole} flips went unnoticed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_of_a_closed_cabinet_is_named_or_does_no_harm() {
    let small = small().await;
    let counts = flip_each(&small, &small.closed, &Files::new()).await;
    never_unnoticed(&counts, &["vault.json", "cabinet.db", "objects"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_of_a_killed_cabinet_is_named_or_does_no_harm() {
    let small = small().await;
    // Of interest is only what differs from a closed one.
    let counts = flip_each(&small, &small.killed, &small.closed).await;
    never_unnoticed(&counts, &["cabinet.db-wal"]);
}

/// Files of one folder count together.
fn kind(name: &Path) -> String {
    name.components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned()
}

/// Flips one byte of a file for as long as it lives.
struct Flip {
    file: File,
    at: u64,
    was: u8,
}

impl Flip {
    fn one(path: &Path, at: usize) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let (mut byte, at) = ([0], at as u64);
        file.read_exact_at(&mut byte, at).unwrap();
        let flip = Self {
            file,
            at,
            was: byte[0],
        };
        flip.file.write_all_at(&[flip.is()], at).unwrap();
        flip
    }

    /// The byte as it is meanwhile.
    fn is(&self) -> u8 {
        self.was ^ (1 << (self.at % 8))
    }
}

impl Drop for Flip {
    fn drop(&mut self) {
        self.file.write_all_at(&[self.was], self.at).unwrap();
    }
}

/// The layer that holds each byte refuses it: every one with `CABINET_FAULTS=1`. The tests before show what the whole makes
/// of such a refusal.
#[tokio::test(flavor = "multi_thread")]
async fn each_layer_refuses_each_flipped_byte() {
    let b = bench_in(folder()).await;
    let general = b.library.first_folder().await.unwrap();
    let documents = [(b.add(general, "a.txt", &[CANARY]).await, CANARY)];
    b.embed().await;
    let home = b.library.home().to_path_buf();
    let log = std::fs::read(home.join("cabinet.db-wal")).unwrap();
    let open_database = std::fs::read(home.join("cabinet.db")).unwrap();
    let places = |size: usize| (0..size).step_by(stride().unwrap_or((size / 50).max(1)));
    let size = |path: &Path| usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap();
    let mut counts = BTreeMap::<&str, usize>::new();
    b.library.close().await;
    drop(b.library);

    // The salt at the beginning is no part of a page: it takes opening anew.
    let database = home.join("cabinet.db");
    for at in 0..16 {
        let _flip = Flip::one(&database, at);
        let came = look(&home, &documents).await;
        assert!(matches!(came, Ok(Came::Named(_))), "salt, byte {at}: {came:?}");
    }
    let vault = Arc::new(unlock(&home).unwrap());
    let library = Library::open(vault.clone(), Arc::new(Hashing { available: true }))
        .await
        .unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(library.db())
        .await
        .unwrap();
    let mut connection = library.db().acquire().await.unwrap();
    for at in places(size(&database)).filter(|at| *at >= 16) {
        let _flip = Flip::one(&database, at);
        let pages: Vec<(String,)> = sqlx::query_as("PRAGMA cipher_integrity_check")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        assert_eq!(pages.len(), 1, "database, byte {at}: {pages:?}");
        *counts.entry("database").or_default() += 1;
    }
    drop(connection);
    for id in vault.objects().list().unwrap() {
        let path = home.join("objects").join(id.to_string());
        for at in places(size(&path)) {
            let _flip = Flip::one(&path, at);
            let opened = vault.objects().get(id);
            assert!(
                matches!(opened, Err(VaultError::ObjectDamaged { .. })),
                "original, byte {at}"
            );
            *counts.entry("originals").or_default() += 1;
        }
    }
    vault.set_cache_bytes(0);
    let mut files = Files::new();
    read_all(&home.join("vectors"), &home.join("vectors"), &mut files);
    for (name, bytes) in &files {
        let path = home.join("vectors").join(name).canonicalize().unwrap();
        let place = object_store::path::Path::from_absolute_path(&path).unwrap();
        for at in places(bytes.len()) {
            let _flip = Flip::one(&path, at);
            let store = vault.seal_store(Arc::new(LocalFileSystem::new()));
            let opened = match store.get(&place).await {
                Ok(found) => found.bytes().await,
                Err(e) => Err(e),
            };
            assert!(opened.is_err(), "{}, byte {at}", name.display());
            *counts.entry("vectors").or_default() += 1;
        }
    }
    library.close().await;
    drop(library);
    drop(vault);

    let header = home.join("vault.json");
    for at in places(size(&header)) {
        let _flip = Flip::one(&header, at);
        let opened = unlock(&home);
        assert!(
            matches!(
                opened,
                Err(VaultError::DamagedHeader { .. } | VaultError::UnsupportedVersion { .. })
            ),
            "key file, byte {at}: {opened:?}"
        );
        *counts.entry("key file").or_default() += 1;
    }
    std::fs::write(&database, open_database).unwrap();
    let log_file = home.join("cabinet.db-wal");
    std::fs::write(&log_file, &log).unwrap();
    let vault = unlock(&home).unwrap();
    for at in places(log.len()) {
        let _flip = Flip::one(&log_file, at);
        let opened = vault.open_database().await;
        assert!(matches!(opened, Err(VaultError::LogDamaged)), "log, byte {at}");
        *counts.entry("log").or_default() += 1;
    }
    eprintln!("refused flips: {counts:?}");
    assert!(counts.len() == 5, "every layer was looked at: {counts:?}");
}
