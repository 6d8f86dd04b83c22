//! An object store whose objects are sealed: what LanceDB's files go through.
//!
//! Wraps any `object_store::ObjectStore`. Each object is one sealed object under its path, so an object that is moved
//! or swapped underneath does not open; copying and renaming therefore seal anew and cost what writing costs. Paths
//! below the cabinet's home are taken relative to it, so the cabinet can be moved as a whole.
//!
//! What is authenticated when: before the first byte of an object is given out, its header and last chunk, and with
//! them its path and exact length; every other chunk before its bytes are given out. Sizes in listings and heads are
//! derived from the stored sizes and not authenticated. Metadata of the inner store (times, tags) is passed through.

mod cache;
mod read;
mod upload;

use std::collections::HashMap;
use std::fmt;
use std::path::Path as FilePath;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{BoxStream, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions,
    RenameTargetMode, Result,
};

use crate::VaultError;
use crate::keys::{KeyRing, Purpose};
use crate::sealed::{Layout, Name, Opened, Sealer};
use cache::ChunkCache;
use read::Reading;
use upload::SealedUpload;

/// Bytes of opened chunks kept in memory unless set otherwise.
pub const DEFAULT_CACHE_BYTES: usize = 64 << 20;

/// Most objects whose keys are kept; a table has some dozens of files.
const MOST_OPENED: usize = 4_096;

/// Most content read or sealed in one piece; larger objects are streamed.
const AT_ONCE: u64 = 16 << 20;

/// Sealing less than this takes less time than handing it to another thread.
const SEALED_IN_PLACE: usize = 64 * 1024;

/// What all stores of a vault share: keys, and what is open in memory.
pub(crate) struct SharedStores {
    keys: Arc<KeyRing>,
    /// The cabinet's home as stores spell it, as named and with links resolved.
    homes: Vec<Path>,
    chunks: ChunkCache,
    opened: Mutex<HashMap<(u64, Path), OpenedObject>>,
    next_store: AtomicU64,
}

/// An opened object and the state of the inner object it was opened from.
struct OpenedObject {
    e_tag: String,
    opened: Arc<Opened>,
}

impl SharedStores {
    pub(crate) fn new(home: &FilePath, keys: Arc<KeyRing>) -> Self {
        let resolved = home.canonicalize().ok();
        let spelled = |path: &FilePath| Path::from_absolute_path(path).ok();
        Self {
            keys,
            homes: [Some(home.to_owned()), resolved]
                .into_iter()
                .flatten()
                .filter_map(|path| spelled(&path))
                .collect(),
            chunks: ChunkCache::new(DEFAULT_CACHE_BYTES),
            opened: Mutex::new(HashMap::new()),
            next_store: AtomicU64::new(0),
        }
    }

    pub(crate) fn set_cache_bytes(&self, bytes: usize) {
        self.chunks.set_capacity(bytes);
    }

    /// Wipes keys of objects and content of chunks. Whoever reads right now finishes what they began.
    pub(crate) fn wipe(&self) {
        self.lock_opened().clear();
        self.chunks.clear();
    }

    fn lock_opened(&self) -> std::sync::MutexGuard<'_, HashMap<(u64, Path), OpenedObject>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wraps object stores; see [`StoreSealer::seal`]. Cheap to clone.
#[derive(Clone)]
pub struct StoreSealer {
    shared: Arc<SharedStores>,
}

impl StoreSealer {
    pub(crate) fn new(shared: Arc<SharedStores>) -> Self {
        Self { shared }
    }

    /// A store in which every object is sealed before it reaches `inner`. What `inner` holds already in plain text
    /// is refused as damaged. Several may wrap the same files; they share one cache.
    ///
    /// The store answers [`VaultError::Locked`] (as the source of a `Generic` error) once the vault is dropped.
    pub fn seal(&self, inner: Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore> {
        let number = self.shared.next_store.fetch_add(1, Ordering::Relaxed);
        Arc::new(SealedStore {
            shared: self.shared.clone(),
            inner,
            number,
        })
    }
}

impl fmt::Debug for StoreSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreSealer")
    }
}

/// See the module's description.
#[derive(Clone)]
struct SealedStore {
    shared: Arc<SharedStores>,
    inner: Arc<dyn ObjectStore>,
    number: u64,
}

impl fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedStore({:?})", self.inner)
    }
}

impl fmt::Display for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedStore({})", self.inner)
    }
}

fn refused(e: impl Into<VaultError>) -> object_store::Error {
    object_store::Error::Generic {
        store: "SealedStore",
        source: Box::new(e.into()),
    }
}

/// Runs what takes time away from the threads that must stay responsive, where there are others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await?,
        Err(_) => work(),
    }
}

impl SealedStore {
    /// The name that an object at `location` is sealed under.
    fn name(&self, location: &Path) -> String {
        let below_home = self
            .shared
            .homes
            .iter()
            .find_map(|home| location.prefix_match(home));
        match below_home {
            Some(parts) => parts
                .map(|part| part.as_ref().to_owned())
                .collect::<Vec<_>>()
                .join("/"),
            None => location.to_string(),
        }
    }

    fn sealer(&self, location: &Path) -> Result<Sealer> {
        let name = self.name(location);
        let sealer = self
            .shared
            .keys
            .with(Purpose::Vectors, |key| Sealer::new(key, Name::Path(&name)));
        sealer.and_then(|sealer| sealer).map_err(refused)
    }

    /// Lets go of what is in memory of an object that is no longer what it was.
    fn forget(&self, location: &Path) {
        let known = self.shared.lock_opened().remove(&(self.number, location.clone()));
        if let Some(object) = known {
            self.shared.chunks.forget(object.opened.id);
        }
    }

    async fn seal_payload(&self, location: &Path, payload: PutPayload) -> Result<PutPayload> {
        let sealer = self.sealer(location)?;
        let size = payload.content_length();
        let seal = move || Ok(sealer.seal_all(size, payload.iter().map(Bytes::as_ref)));
        let sealed = if size <= SEALED_IN_PLACE {
            seal()
        } else {
            blocking(seal).await
        };
        sealed.map(PutPayload::from)
    }

    /// Streams an object, sealed for `to`, into a place of the inner store.
    async fn seal_anew(&self, object: &Reading, to: &Path, place: &Path) -> Result<()> {
        let inner = self.inner.put_multipart(place).await?;
        let mut upload = SealedUpload::new(self.clone(), to, self.sealer(to)?, inner);
        let copied = async {
            let mut content = object.content(0..object.size());
            while let Some(piece) = content.try_next().await? {
                upload.put_part(piece.into()).await?;
            }
            upload.complete().await.map(drop)
        };
        let copied = copied.await;
        if copied.is_err() {
            // The copy's failure is the one to report.
            let _ = upload.abort().await;
        }
        copied
    }

    /// Copies only where nothing is yet.
    async fn copy_if_absent(&self, object: &Reading, to: &Path) -> Result<()> {
        if object.size() <= AT_ONCE {
            let pieces: Vec<Bytes> = object.content(0..object.size()).try_collect().await?;
            let put = PutOptions {
                mode: PutMode::Create,
                ..PutOptions::default()
            };
            return self
                .put_opts(to, pieces.into_iter().collect(), put)
                .await
                .map(drop);
        }
        // Too large for one piece, and uploads in parts replace: so beside it first, then into place if it is free.
        let beside = Path::from(format!("{to}.{}.copying", uuid::Uuid::new_v4().simple()));
        self.seal_anew(object, to, &beside).await?;
        let placed = self.inner.rename_if_not_exists(&beside, to).await;
        if placed.is_err() {
            let _ = self.inner.delete(&beside).await;
        }
        self.forget(to);
        placed
    }
}

/// Metadata as callers see it. A file that cannot be a sealed object is listed as empty, so that it can be deleted;
/// reading it says what is wrong.
fn as_plain(meta: ObjectMeta) -> ObjectMeta {
    let size = Layout::of_sealed(meta.size).map_or(0, |layout| layout.plain);
    ObjectMeta { size, ..meta }
}

#[async_trait]
impl ObjectStore for SealedStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let sealed = self.seal_payload(location, payload).await?;
        let put = self.inner.put_opts(location, sealed, options).await;
        self.forget(location);
        put
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let sealer = self.sealer(location)?;
        let inner = self.inner.put_multipart_opts(location, options).await?;
        Ok(Box::new(SealedUpload::new(self.clone(), location, sealer, inner)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        Reading::get(self, location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<Bytes>> {
        let object = Reading::open(self, location).await?;
        object.ranges(ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        self.inner
            .delete_stream(locations)
            .inspect_ok(move |location| store.forget(location))
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix).map_ok(as_plain).boxed()
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner
            .list_with_offset(prefix, offset)
            .map_ok(as_plain)
            .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let mut listed = self.inner.list_with_delimiter(prefix).await?;
        listed.objects = listed.objects.into_iter().map(as_plain).collect();
        Ok(listed)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let object = Reading::open(self, from).await?;
        match options.mode {
            CopyMode::Overwrite => self.seal_anew(&object, to, to).await,
            CopyMode::Create => self.copy_if_absent(&object, to).await,
        }
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let mode = match options.target_mode {
            // Copying to itself and deleting the source would lose the object.
            RenameTargetMode::Overwrite if from == to => return self.inner.head(from).await.map(drop),
            RenameTargetMode::Overwrite => CopyMode::Overwrite,
            RenameTargetMode::Create => CopyMode::Create,
        };
        self.copy_opts(from, to, CopyOptions::new().with_mode(mode))
            .await?;
        self.delete(from).await
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin_tests;
