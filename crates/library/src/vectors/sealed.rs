//! LanceDB on the local file system with every object sealed.

use std::path::Path;
use std::sync::Arc;

use cabinet_vault::Vault;
use lance::session::Session;
use lance_io::object_store::providers::local::FileStoreProvider;
use lance_io::object_store::{ObjectStore, ObjectStoreParams, ObjectStoreProvider, ObjectStoreRegistry};
use lancedb::Connection;
use url::Url;

use crate::LibraryError;

/// LanceDB reads the plain `file` scheme around the object store trait; this scheme goes through it.
const SCHEME: &str = "file-object-store";
const INDEX_CACHE_BYTES: usize = 64 << 20;
const METADATA_CACHE_BYTES: usize = 16 << 20;

/// Connects to the vectors below a folder.
///
/// # Errors
/// `vectors`.
pub(super) async fn connect(root: &Path, vault: &Vault) -> Result<Connection, LibraryError> {
    let registry = ObjectStoreRegistry::empty();
    registry.insert(
        SCHEME,
        Arc::new(SealedProvider {
            seal: vault.store_sealer(),
        }),
    );
    let session = Arc::new(Session::new(
        INDEX_CACHE_BYTES,
        METADATA_CACHE_BYTES,
        Arc::new(registry),
    ));
    let mut url = Url::from_directory_path(root).map_err(|()| LibraryError::Vectors {
        doing: "naming its folder",
        source: "the folder has no absolute path".into(),
    })?;
    url = Url::parse(&url.as_str().replacen("file:", &format!("{SCHEME}:"), 1))
        .map_err(LibraryError::vectors("naming its folder"))?;
    lancedb::connect(url.as_str())
        .session(session)
        .execute()
        .await
        .map_err(LibraryError::vectors("connecting"))
}

/// Hands LanceDB the local file system with every object sealed.
#[derive(Debug)]
struct SealedProvider {
    seal: cabinet_vault::StoreSealer,
}

#[async_trait::async_trait]
impl ObjectStoreProvider for SealedProvider {
    async fn new_store(&self, base: Url, params: &ObjectStoreParams) -> lance_core::Result<ObjectStore> {
        #[cfg(test)]
        let path = base.clone();
        let mut store = FileStoreProvider.new_store(base, params).await?;
        #[cfg(test)]
        if crate::tests::cost::is_plain(Path::new(path.path())) {
            return Ok(store);
        }
        store.inner = self.seal.seal(store.inner);
        Ok(store)
    }

    fn extract_path(&self, url: &Url) -> lance_core::Result<object_store::path::Path> {
        FileStoreProvider.extract_path(url)
    }

    fn calculate_object_store_prefix(
        &self,
        _url: &Url,
        _options: Option<&std::collections::HashMap<String, String>>,
    ) -> lance_core::Result<String> {
        Ok(SCHEME.to_string())
    }
}
