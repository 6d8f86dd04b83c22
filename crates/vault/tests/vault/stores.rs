//! Stores of an open vault: what LanceDB's files go through.

use std::sync::Arc;

use cabinet_vault::{SealedObjects, StoreSealer, Vault, VaultError};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::{Cabinet, contains, every_byte};

fn vectors(cabinet: &Cabinet) -> Path {
    Path::from_absolute_path(cabinet.path("vectors/passages.lance/data/a.lance")).unwrap()
}

#[tokio::test]
async fn what_goes_through_is_sealed_and_survives_locking() {
    let (cabinet, vault, _) = Cabinet::make();
    let text = "Amara Ostrowski ".repeat(10_000);
    let store = vault.seal_store(Arc::new(LocalFileSystem::new()));
    store.put(&vectors(&cabinet), text.clone().into()).await.unwrap();
    assert!(!contains(&every_byte(&cabinet.path("vectors")), "Ostrowski"));
    drop(vault);

    let refused = store.get(&vectors(&cabinet)).await.unwrap_err();
    let object_store::Error::Generic { source, .. } = refused else {
        panic!("{refused:?}")
    };
    assert!(
        matches!(source.downcast_ref(), Some(VaultError::Locked)),
        "{source:?}"
    );

    let vault = cabinet.open().unwrap();
    let store = vault.store_sealer().seal(Arc::new(LocalFileSystem::new()));
    assert_eq!(
        store
            .get(&vectors(&cabinet))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap(),
        text
    );
}

#[tokio::test]
async fn a_moved_cabinet_opens_whole() {
    let (cabinet, vault, _) = Cabinet::make();
    let local = || Arc::new(LocalFileSystem::new()) as Arc<dyn ObjectStore>;
    vault
        .seal_store(local())
        .put(&vectors(&cabinet), "left knee".into())
        .await
        .unwrap();
    drop(vault);
    let moved = Cabinet::empty();
    std::fs::rename(cabinet.home(), moved.home()).unwrap();
    let vault = moved.open().unwrap();
    let found = vault
        .seal_store(local())
        .get(&vectors(&moved))
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(found, "left knee");
}

#[test]
fn what_threads_share_can_be_shared() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Vault>();
    shared::<SealedObjects>();
    shared::<StoreSealer>();
}
