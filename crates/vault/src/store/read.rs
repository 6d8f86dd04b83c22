//! Reading sealed objects of a store: whole, in parts, from memory where it can be.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta, ObjectStore, Result, coalesce_ranges,
};
use zeroize::Zeroizing;

use super::cache::SharedChunk;
use super::{AT_ONCE, MOST_OPENED, OpenedObject, SealedStore, SharedStores, as_plain, blocking, refused};
use crate::VaultError;
use crate::error::Damage;
use crate::keys::Purpose;
use crate::read_at::ReadAt;
use crate::sealed::{CHUNK, HEADER, Layout, Name, Opened, open_chunks};

/// Content read in one step while a large object is streamed, and how many steps are taken at once.
const WINDOW: u64 = 4 << 20;
const WINDOWS_AHEAD: usize = 2;

/// Ranges closer than this are read as one: their chunks are next to each other anyway.
const COALESCED: u64 = CHUNK as u64;

/// An object that has been opened and is being read.
#[derive(Clone)]
pub(super) struct Reading {
    shared: Arc<SharedStores>,
    source: Source,
    opened: Arc<Opened>,
}

/// Where sealed bytes come from.
#[derive(Clone)]
enum Source {
    /// A local file: read in place, so that a replaced object is still read to its end.
    File(Arc<File>),
    /// Any other store; asked for the very state that was opened.
    Store {
        inner: Arc<dyn ObjectStore>,
        location: Path,
        e_tag: Option<String>,
        version: Option<String>,
    },
}

impl Source {
    fn new(store: &SealedStore, payload: GetResultPayload, meta: &ObjectMeta) -> Self {
        match payload {
            GetResultPayload::File(file, _) => Self::File(Arc::new(file)),
            GetResultPayload::Stream(_) => Self::Store {
                inner: store.inner.clone(),
                location: meta.location.clone(),
                e_tag: meta.e_tag.clone(),
                version: meta.version.clone(),
            },
        }
    }

    /// Reads `place` and works on it: `work` gets a buffer that holds the bytes after `room` empty ones, and can
    /// grow by `more` without leaving a copy behind.
    async fn read<T: Send + 'static>(
        &self,
        place: Range<u64>,
        (room, more): (usize, usize),
        work: impl FnOnce(Vec<u8>) -> std::result::Result<T, VaultError> + Send + 'static,
    ) -> Result<T> {
        let length = usize::try_from(place.end - place.start).map_err(|_| refused(VaultError::OutOfRange))?;
        match self {
            Self::File(file) => {
                let file = file.clone();
                blocking(move || {
                    let mut buffer = vec![0; room + length + more];
                    buffer.truncate(room + length);
                    file.read_exact_from(&mut buffer[room..], place.start)
                        .map_err(|e| refused(unreadable(e)))?;
                    work(buffer).map_err(refused)
                })
                .await
            }
            Self::Store {
                inner,
                location,
                e_tag,
                version,
            } => {
                let options = GetOptions {
                    if_match: e_tag.clone(),
                    version: version.clone(),
                    range: Some(GetRange::Bounded(place)),
                    ..GetOptions::default()
                };
                let bytes = inner.get_opts(location, options).await?.bytes().await?;
                if bytes.len() != length {
                    return Err(refused(Damage::Length));
                }
                blocking(move || {
                    let mut buffer = Vec::with_capacity(room + length + more);
                    buffer.resize(room, 0);
                    buffer.extend_from_slice(&bytes);
                    work(buffer).map_err(refused)
                })
                .await
            }
        }
    }
}

/// A file that became shorter while it was read is damaged, not unreadable.
fn unreadable(e: std::io::Error) -> VaultError {
    match e.kind() {
        std::io::ErrorKind::UnexpectedEof => Damage::Length.into(),
        _ => VaultError::io("reading a sealed file")(e),
    }
}

impl Reading {
    /// Opens the object as it is now.
    pub(super) async fn open(store: &SealedStore, location: &Path) -> Result<Self> {
        // `head`: the inner store need not begin to send what is then read by ranges.
        let found = store
            .inner
            .get_opts(location, GetOptions::new().with_head(true))
            .await?;
        let source = Source::new(store, found.payload, &found.meta);
        Self::open_found(store, source, &found.meta).await
    }

    /// What `ObjectStore::get_opts` answers.
    pub(super) async fn get(store: &SealedStore, location: &Path, options: GetOptions) -> Result<GetResult> {
        // Ranges are of the content; everything else is the inner store's business.
        let range = options.range.clone();
        let head_only = options.head;
        let found = store
            .inner
            .get_opts(
                location,
                GetOptions {
                    range: None,
                    head: true,
                    ..options
                },
            )
            .await?;

        let (payload, plain) = if head_only {
            // Also a locked vault's store says nothing.
            store
                .shared
                .keys
                .with(Purpose::Vectors, |_| ())
                .map_err(refused)?;
            Layout::of_sealed(found.meta.size).map_err(refused)?;
            (None, as_plain(found.meta))
        } else {
            let source = Source::new(store, found.payload, &found.meta);
            let object = Self::open_found(store, source, &found.meta).await?;
            (Some(object), as_plain(found.meta))
        };
        let range = match range {
            Some(range) => range
                .as_range(plain.size)
                .map_err(|e| object_store::Error::Generic {
                    store: "SealedStore",
                    source: Box::new(e),
                })?,
            None => 0..plain.size,
        };
        let content = payload.map_or_else(|| stream::empty().boxed(), |object| object.content(range.clone()));
        Ok(GetResult {
            payload: GetResultPayload::Stream(content),
            meta: plain,
            range,
            attributes: found.attributes,
            extensions: found.extensions,
        })
    }

    async fn open_found(store: &SealedStore, source: Source, meta: &ObjectMeta) -> Result<Self> {
        let shared = store.shared.clone();
        shared.keys.with(Purpose::Vectors, |_| ()).map_err(refused)?;
        let known_as = (store.number, meta.location.clone());
        let known = shared
            .lock_opened()
            .get(&known_as)
            .and_then(|object| (Some(&object.e_tag) == meta.e_tag.as_ref()).then(|| object.opened.clone()));
        if let Some(opened) = known {
            return Ok(Self {
                shared,
                source,
                opened,
            });
        }

        let sealed = meta.size;
        let layout = Layout::of_sealed(sealed).map_err(refused)?;
        let header = source
            .read(0..HEADER as u64, (0, 0), |header| {
                <[u8; HEADER]>::try_from(header).map_err(|_| Damage::Length.into())
            })
            .await?;
        let name = store.name(&meta.location);
        let last_place = layout.place(layout.last()..layout.chunks);
        let for_last = shared.clone();
        let opened = source
            .read(last_place, (0, 0), move |last| {
                let mut last = Zeroizing::new(last);
                let opened = for_last.keys.with(Purpose::Vectors, |key| {
                    Opened::new(key, Name::Path(&name), sealed, &header, &mut last)
                })??;
                // Formats that end in a footer ask for it next.
                for_last.chunks.offer(opened.id, layout.last(), &last);
                Ok(Arc::new(opened))
            })
            .await?;

        if let Some(e_tag) = meta.e_tag.clone() {
            let mut all = shared.lock_opened();
            if all.len() >= MOST_OPENED {
                all.clear();
            }
            all.insert(
                known_as,
                OpenedObject {
                    e_tag,
                    opened: opened.clone(),
                },
            );
        }
        Ok(Self {
            shared,
            source,
            opened,
        })
    }

    /// Bytes of content.
    pub(super) fn size(&self) -> u64 {
        self.opened.layout.plain
    }

    /// A part of the content that lies within it: in one piece if it is small, else streamed in order.
    pub(super) fn content(&self, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        if range.is_empty() {
            return stream::empty().boxed();
        }
        let object = self.clone();
        if range.end - range.start <= AT_ONCE {
            return stream::once(async move { object.read(range).await }).boxed();
        }
        // Windows begin where chunks do, so that no chunk is opened twice.
        let first = range.start / WINDOW;
        let windows = (first..range.end.div_ceil(WINDOW))
            .map(move |window| (window * WINDOW).max(range.start)..((window + 1) * WINDOW).min(range.end));
        stream::iter(windows)
            .map(move |window| {
                let object = object.clone();
                async move { object.read(window).await }
            })
            .buffered(WINDOWS_AHEAD)
            .boxed()
    }

    /// Several parts of the content. As with local files, an empty one is no error.
    pub(super) async fn ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let size = self.size();
        let within =
            |range: &Range<u64>| match range {
                range if range.start == range.end => Ok(0..0),
                range => GetRange::Bounded(range.clone()).as_range(size).map_err(|e| {
                    object_store::Error::Generic {
                        store: "SealedStore",
                        source: Box::new(e),
                    }
                }),
            };
        let ranges: Vec<_> = ranges.iter().map(within).collect::<Result<_>>()?;
        coalesce_ranges(&ranges, |range| self.read(range), COALESCED).await
    }

    /// A part of the content that lies within it, in one piece.
    async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let layout = self.opened.layout;
        let chunks = layout.holding(&range);
        let held = self.shared.chunks.run(self.opened.id, chunks.clone());
        let begin = layout.content(chunks.clone()).start;
        let bytes = match (
            held.iter().position(Option::is_none),
            held.iter().rposition(Option::is_none),
        ) {
            (Some(first), Some(last)) => {
                let missing = chunks.start + first as u64..chunks.start + last as u64 + 1;
                let mut held = held;
                let after = held.split_off(last + 1);
                held.truncate(first);
                self.read_missing(held, missing, after).await?
            }
            _ => joined(held),
        };
        let within = |at: u64| usize::try_from(at - begin).map_err(|_| refused(VaultError::OutOfRange));
        Ok(bytes.slice(within(range.start)?..within(range.end)?))
    }

    /// Reads and opens the chunks from the first that is missing to the last, between those that are held.
    async fn read_missing(
        &self,
        before: Vec<Option<SharedChunk>>,
        missing: Range<u64>,
        after: Vec<Option<SharedChunk>>,
    ) -> Result<Bytes> {
        let Self { shared, opened, .. } = self.clone();
        let (room, more) = (size_of(&before), size_of(&after));
        self.source
            .read(
                opened.layout.place(missing.clone()),
                (room, more),
                move |buffer| {
                    let mut buffer = Zeroizing::new(buffer);
                    let mut at = 0;
                    for chunk in before.iter().flatten().map(SharedChunk::as_ref) {
                        buffer[at..at + chunk.len()].copy_from_slice(chunk);
                        at += chunk.len();
                    }
                    open_chunks(&opened, missing.clone(), &mut buffer, room)?;
                    for (number, chunk) in missing.zip(buffer[room..].chunks(CHUNK)) {
                        shared.chunks.offer(opened.id, number, chunk);
                    }
                    after
                        .iter()
                        .flatten()
                        .for_each(|chunk| buffer.extend_from_slice(chunk.as_ref()));
                    Ok(Bytes::from_owner(buffer))
                },
            )
            .await
    }
}

/// Chunks that are all held, as one piece; a single one without copying it.
fn joined(mut held: Vec<Option<SharedChunk>>) -> Bytes {
    if held.len() == 1
        && let Some(Some(only)) = held.pop()
    {
        return Bytes::from_owner(only);
    }
    let mut all = Zeroizing::new(Vec::with_capacity(size_of(&held)));
    held.iter()
        .flatten()
        .for_each(|chunk| all.extend_from_slice(chunk.as_ref()));
    Bytes::from_owner(all)
}

fn size_of(chunks: &[Option<SharedChunk>]) -> usize {
    chunks.iter().flatten().map(|chunk| chunk.as_ref().len()).sum()
}
