//! The sealed store against files that were tampered with, and what it keeps in memory.

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutPayload};
use secrecy::ExposeSecretMut;

use super::{SharedStores, StoreSealer};
use crate::keys::{KeptKey, KeyRing};
use crate::sealed::{CHUNK, HEADER, SEALED_CHUNK};

pub(super) fn shared(home: &std::path::Path) -> Arc<SharedStores> {
    let mut master = KeptKey::default();
    master.expose_secret_mut().fill(0x42);
    let keys = KeyRing::new(&master);
    Arc::new(SharedStores::new(home, Arc::new(keys)))
}

pub(super) fn sealed_over(inner: Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore> {
    StoreSealer::new(shared(std::path::Path::new("/home/none"))).seal(inner)
}

pub(super) fn content(size: usize, seed: u8) -> Vec<u8> {
    (0..size)
        .map(|at| (at.wrapping_mul(31) + at / 253) as u8 ^ seed)
        .collect()
}

/// A store over a folder of its own.
struct OnDisk {
    folder: tempfile::TempDir,
    shared: Arc<SharedStores>,
    store: Arc<dyn ObjectStore>,
}

fn on_disk() -> OnDisk {
    let folder = tempfile::tempdir().unwrap();
    let shared = shared(folder.path());
    let inner = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let store = StoreSealer::new(shared.clone()).seal(Arc::new(inner));
    OnDisk {
        folder,
        shared,
        store,
    }
}

impl OnDisk {
    /// The same files through a store that has nothing in memory.
    fn fresh(&self) -> Arc<dyn ObjectStore> {
        let inner = LocalFileSystem::new_with_prefix(self.folder.path()).unwrap();
        StoreSealer::new(shared(self.folder.path())).seal(Arc::new(inner))
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

async fn all(store: &dyn ObjectStore, path: &str) -> object_store::Result<Vec<u8>> {
    store
        .get_opts(&Path::from(path), GetOptions::default())
        .await?
        .bytes()
        .await
        .map(|bytes| bytes.to_vec())
}

fn message(e: object_store::Error) -> String {
    match e {
        object_store::Error::Generic {
            store: "SealedStore",
            source,
        } => source.to_string(),
        other => panic!("{other:?} does not come from the sealed store"),
    }
}

#[tokio::test]
async fn nothing_plain_reaches_the_disk() {
    let disk = on_disk();
    let secret = b"0.123456 left knee ".repeat(9_000);
    disk.store
        .put(&Path::from("a/vectors.lance"), Bytes::from(secret).into())
        .await
        .unwrap();
    let stored = std::fs::read(disk.file("a/vectors.lance")).unwrap();
    assert!(!stored.windows(9).any(|window| window == b"left knee"));
    let plain = std::fs::write(disk.file("a/plain"), vec![1; 5_000]);
    plain.unwrap();
    let refused = all(&disk.store, "a/plain").await.unwrap_err();
    assert!(
        message(refused).contains("not a sealed file"),
        "plain files are refused, not passed through"
    );
}

#[tokio::test]
async fn rejects_files_that_were_swapped_or_moved() {
    let disk = on_disk();
    for (name, seed) in [("a", 1), ("b", 2)] {
        disk.store
            .put(&Path::from(name), content(100_000, seed).into())
            .await
            .unwrap();
    }
    std::fs::rename(disk.file("a"), disk.file("c")).unwrap();
    std::fs::rename(disk.file("b"), disk.file("a")).unwrap();
    std::fs::rename(disk.file("c"), disk.file("b")).unwrap();
    for store in [&disk.store, &disk.fresh()] {
        for name in ["a", "b"] {
            let refused = all(store, name).await.unwrap_err();
            assert!(message(refused).contains("another file's place"), "{name}");
        }
    }
}

#[tokio::test]
async fn rejects_damage_wherever_it_is_read() {
    let disk = on_disk();
    let path = Path::from("a");
    disk.store
        .put(&path, content(5 * CHUNK + 9, 0).into())
        .await
        .unwrap();
    let sound = std::fs::read(disk.file("a")).unwrap();
    let tamper = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        std::fs::write(disk.file("a"), bytes).unwrap();
    };

    tamper(HEADER + 2 * SEALED_CHUNK + 100);
    let store = disk.fresh();
    assert!(
        store.get_range(&path, 0..2 * CHUNK as u64).await.is_ok(),
        "the chunks before are sound"
    );
    assert!(message(store.get_range(&path, 0..3 * CHUNK as u64).await.unwrap_err()).contains("part 2"));
    assert!(message(all(&store, "a").await.unwrap_err()).contains("part 2"));
    let ranges = [0..10, 2 * CHUNK as u64..2 * CHUNK as u64 + 1];
    assert!(message(store.get_ranges(&path, &ranges).await.unwrap_err()).contains("part 2"));
    assert!(message(store.copy(&path, &Path::from("b")).await.unwrap_err()).contains("part 2"));
    assert!(
        store.head(&Path::from("b")).await.is_err(),
        "and no half copy is left"
    );

    tamper(sound.len() - 1);
    assert!(message(disk.fresh().get_range(&path, 0..1).await.unwrap_err()).contains("end was altered"));
    std::fs::write(disk.file("a"), &sound[..HEADER + 3 * SEALED_CHUNK]).unwrap();
    assert!(message(disk.fresh().get_range(&path, 0..1).await.unwrap_err()).contains("end was altered"));
    std::fs::write(disk.file("a"), &sound[..HEADER + 3]).unwrap();
    assert!(message(disk.fresh().head(&path).await.unwrap_err()).contains("length"));
    assert_eq!(
        disk.fresh().list(None).try_collect::<Vec<_>>().await.unwrap()[0].size,
        0,
        "still listed"
    );
    disk.fresh().delete(&path).await.unwrap();
}

#[tokio::test]
async fn a_replaced_file_is_noticed_by_its_state() {
    let disk = on_disk();
    let path = Path::from("a");
    disk.store.put(&path, content(CHUNK, 1).into()).await.unwrap();
    assert_eq!(all(&disk.store, "a").await.unwrap(), content(CHUNK, 1));
    // Another store over the same files, as LanceDB makes for another table.
    disk.fresh().put(&path, content(CHUNK, 2).into()).await.unwrap();
    assert_eq!(
        all(&disk.store, "a").await.unwrap(),
        content(CHUNK, 2),
        "nothing stale is served from memory"
    );
}

#[tokio::test]
async fn the_cache_serves_and_is_wiped() {
    let disk = on_disk();
    let path = Path::from("a");
    disk.store
        .put(&path, content(10 * CHUNK, 1).into())
        .await
        .unwrap();
    all(&disk.store, "a").await.unwrap();
    // The same length and time stamp, so that the file looks unchanged to the store; what it holds is destroyed.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(disk.file("a"))
        .unwrap();
    let stamp = file.metadata().unwrap().modified().unwrap();
    std::io::Write::write_all(&mut &file, &vec![0; HEADER + 10 * SEALED_CHUNK]).unwrap();
    file.set_modified(stamp).unwrap();
    assert_eq!(
        all(&disk.store, "a").await.unwrap(),
        content(10 * CHUNK, 1),
        "read from memory alone"
    );
    disk.shared.wipe();
    assert!(
        all(&disk.store, "a").await.is_err(),
        "wiped, it must go to the file"
    );
}

#[tokio::test]
async fn a_locked_vault_s_stores_answer_nothing() {
    let disk = on_disk();
    let path = Path::from("a");
    disk.store.put(&path, content(10, 1).into()).await.unwrap();
    all(&disk.store, "a").await.unwrap();
    disk.shared.keys.empty();
    disk.shared.wipe();
    let locked = "The cabinet is locked.";
    assert_eq!(message(all(&disk.store, "a").await.unwrap_err()), locked);
    assert_eq!(message(disk.store.head(&path).await.unwrap_err()), locked);
    assert_eq!(
        message(disk.store.put(&path, content(10, 1).into()).await.unwrap_err()),
        locked
    );
    assert_eq!(
        message(disk.store.put_multipart(&path).await.unwrap_err()),
        locked
    );
}

#[tokio::test]
async fn the_home_can_be_moved() {
    let place = tempfile::tempdir().unwrap();
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    let at = |home: &std::path::Path| {
        let store = StoreSealer::new(shared(home)).seal(Arc::new(LocalFileSystem::new()));
        (
            store,
            Path::from_absolute_path(home.join("vectors/passages.lance/a")).unwrap(),
        )
    };
    std::fs::create_dir(&old).unwrap();
    let (store, path) = at(&old);
    store.put(&path, content(100, 1).into()).await.unwrap();
    std::fs::rename(&old, &new).unwrap();
    let (store, path) = at(&new);
    assert_eq!(
        store.get(&path).await.unwrap().bytes().await.unwrap(),
        content(100, 1)
    );
    std::fs::rename(
        new.join("vectors/passages.lance"),
        new.join("vectors/other.lance"),
    )
    .unwrap();
    let moved = Path::from_absolute_path(new.join("vectors/other.lance/a")).unwrap();
    assert!(
        store.get(&moved).await.is_err(),
        "but nothing can be moved within it"
    );
}

#[tokio::test]
async fn renaming_to_itself_loses_nothing() {
    let store = sealed_over(Arc::new(InMemory::new()));
    let path = Path::from("a");
    assert!(store.rename(&path, &path).await.is_err(), "nothing is there");
    store.put(&path, content(10, 1).into()).await.unwrap();
    store.rename(&path, &path).await.unwrap();
    assert!(store.rename_if_not_exists(&path, &path).await.is_err());
    store.copy(&path, &path).await.unwrap();
    assert_eq!(all(&store, "a").await.unwrap(), content(10, 1));
}

#[tokio::test]
async fn empty_ranges_are_empty() {
    let store = sealed_over(Arc::new(InMemory::new()));
    store.put(&Path::from("a"), content(10, 1).into()).await.unwrap();
    let got = store
        .get_ranges(&Path::from("a"), &[3..3, 0..2, 10..10])
        .await
        .unwrap();
    assert_eq!(got, [Bytes::new(), content(2, 1).into(), Bytes::new()]);
}

#[tokio::test]
async fn large_objects_are_streamed_and_copied_whole() {
    let disk = on_disk();
    let (a, b, c) = (Path::from("a"), Path::from("b"), Path::from("c"));
    let large = content(37 * 1024 * 1024 + 77, 5);
    let mut upload = disk.store.put_multipart(&a).await.unwrap();
    for part in large.chunks(5 * 1024 * 1024) {
        upload.put_part(part.to_vec().into()).await.unwrap();
    }
    upload.complete().await.unwrap();

    let mut pieces = disk.store.get(&a).await.unwrap().into_stream();
    let mut at = 0;
    while let Some(piece) = pieces.try_next().await.unwrap() {
        assert!(piece.len() <= 4 << 20, "memory stays bounded");
        assert_eq!(piece, large[at..at + piece.len()]);
        at += piece.len();
    }
    assert_eq!(at, large.len());

    disk.store.copy_if_not_exists(&a, &b).await.unwrap();
    assert!(matches!(
        disk.store.copy_if_not_exists(&a, &b).await,
        Err(object_store::Error::AlreadyExists { .. })
    ));
    disk.store.rename(&b, &c).await.unwrap();
    assert_eq!(all(&disk.fresh(), "c").await.unwrap(), large);
    let mut names: Vec<_> = std::fs::read_dir(disk.folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "c"], "nothing is left beside");
}

#[tokio::test]
async fn parts_may_be_awaited_in_any_order() {
    let store = sealed_over(Arc::new(InMemory::new()));
    let path = Path::from("a");
    let whole = content(3 * CHUNK + 1_000, 3);
    let mut upload = store
        .put_multipart_opts(&path, PutMultipartOptions::default())
        .await
        .unwrap();
    let parts: Vec<_> = whole
        .chunks(50_000)
        .map(|part| upload.put_part(part.to_vec().into()))
        .collect();
    for part in parts.into_iter().rev() {
        part.await.unwrap();
    }
    upload.complete().await.unwrap();
    assert!(upload.complete().await.is_err(), "an upload ends once");
    assert!(
        upload.put_part(PutPayload::from_static(b"x")).await.is_err(),
        "and takes nothing after"
    );
    assert_eq!(all(&store, "a").await.unwrap(), whole);
}
