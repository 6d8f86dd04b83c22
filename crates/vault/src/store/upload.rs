//! Sealing an object that is uploaded in parts.

use async_trait::async_trait;
use object_store::path::Path;
use object_store::{MultipartUpload, PutPayload, PutResult, Result, UploadPart};

use super::SealedStore;
use crate::sealed::{CHUNK, HEADER, SEALED_CHUNK, Sealer};

/// An upload whose parts are sealed as they come. Memory holds the parts the caller has in flight, and one chunk.
///
/// Parts are sealed in `put_part` itself, which takes about as long as copying them does: the chunks of one part
/// begin where those of the last one ended, so the order of the calls is the order of the content, whatever the
/// order in which the answers are awaited.
pub(super) struct SealedUpload {
    store: SealedStore,
    location: Path,
    /// Gone once the upload is complete or given up.
    sealer: Option<Sealer>,
    inner: Box<dyn MultipartUpload>,
}

impl SealedUpload {
    pub(super) fn new(
        store: SealedStore,
        location: &Path,
        sealer: Sealer,
        inner: Box<dyn MultipartUpload>,
    ) -> Self {
        Self {
            store,
            location: location.clone(),
            sealer: Some(sealer),
            inner,
        }
    }
}

impl std::fmt::Debug for SealedUpload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedUpload({:?})", self.inner)
    }
}

fn ended() -> object_store::Error {
    object_store::Error::Generic {
        store: "SealedStore",
        source: "the upload has ended already".into(),
    }
}

#[async_trait]
impl MultipartUpload for SealedUpload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        let Some(sealer) = &mut self.sealer else {
            return Box::pin(std::future::ready(Err(ended())));
        };
        let chunks = part.content_length() / CHUNK + 2;
        let mut sealed = Vec::with_capacity(HEADER + chunks * SEALED_CHUNK);
        part.iter().for_each(|piece| sealer.push(piece, &mut sealed));
        self.inner.put_part(sealed.into())
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let mut sealed = Vec::with_capacity(HEADER + SEALED_CHUNK);
        self.sealer.take().ok_or_else(ended)?.finish(&mut sealed);
        self.inner.put_part(sealed.into()).await?;
        let put = self.inner.complete().await;
        self.store.forget(&self.location);
        put
    }

    async fn abort(&mut self) -> Result<()> {
        self.sealer = None;
        self.inner.abort().await
    }
}
