//! Background embedding: documents without vectors get them, many passages a batch, one version of the table
//! a round.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use crate::vectors::PassageVector;
use crate::{Library, LibraryError};

/// Passages handed to the model at once; between two calls a query goes first.
const BATCH: usize = 16;
/// Passages gathered into one version of the vector table.
const ROUND: i64 = 1024;
/// Versions after which small files are merged and old versions dropped.
const TIDY_EVERY: u32 = 16;

type Waiting = (i64, i64, i64, String);

impl Library {
    /// Documents that still wait for their vectors.
    pub async fn waiting_for_vectors(&self) -> Result<u32, LibraryError> {
        let (n,): (i64,) = sqlx::query_as("SELECT count(*) FROM documents WHERE embedded_by IS NULL")
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("counting documents without vectors"))?;
        Ok(crate::count(n))
    }

    /// Once no document waits for its vectors, the ones of the model before, if they were kept, are wiped and the new
    /// ones are searched.
    pub(crate) async fn switch_vectors(&self) -> Result<(), LibraryError> {
        let _writer = self.inner.vector_writes.lock().await;
        let Some(vectors) = self.inner.vectors.as_ref().filter(|v| v.is_aside()) else {
            return Ok(());
        };
        if self.waiting_for_vectors().await? > 0 {
            return Ok(());
        }
        crate::rebuild::complete(self.db()).await?;
        vectors.drop_former().await
    }

    /// Brings the vectors into memory in the background; until they are there searches go to the table. Nobody adds
    /// or removes any meanwhile.
    pub(crate) fn bring_vectors_into_memory(&self) {
        let library = self.clone();
        tokio::spawn(async move { library.vectors_into_memory().await });
    }

    /// As [`Library::bring_vectors_into_memory`], returning when they are there.
    pub(crate) async fn vectors_into_memory(&self) {
        let _writer = self.inner.vector_writes.lock().await;
        if let Some(vectors) = &self.inner.vectors
            && !vectors.is_in_memory()
        {
            // Where it fails, the table goes on answering.
            let _ = vectors.load(|| !self.db().is_closed()).await;
        }
    }

    /// Embeds whatever waits, calling `progress(done, total)` in passages; stops at a cancel between batches.
    pub async fn embed_waiting(
        &self,
        cancel: &CancellationToken,
        progress: &(dyn Fn(u32, u32) + Send + Sync),
    ) -> Result<(), LibraryError> {
        let Some(vectors) = &self.inner.vectors else {
            return Err(LibraryError::Vectors {
                doing: "opening",
                source: "it could not be opened".into(),
            });
        };
        let (mut rounds, mut done) = (0, 0);
        while !cancel.is_cancelled() {
            let Some(round) = self.next_round().await? else {
                break;
            };
            let total = done + self.passages_waiting().await?;
            let mut rows = Vec::with_capacity(round.passages.len());
            for batch in round.passages.chunks(BATCH) {
                if cancel.is_cancelled() {
                    return Ok(());
                }
                let texts = batch.iter().map(|(.., text)| text.clone()).collect();
                let embedded = self.embedder().embed(texts, false).await?;
                rows.extend(
                    batch
                        .iter()
                        .zip(embedded)
                        .map(|(&(passage, document, folder, _), vector)| PassageVector {
                            passage,
                            document,
                            folder,
                            vector,
                        }),
                );
                done += crate::count(i64::try_from(batch.len()).unwrap_or(0));
                progress(done, total);
            }
            let _writer = self.inner.vector_writes.lock().await;
            self.add_round(vectors, &round.documents, rows).await?;
            rounds += 1;
            if rounds % TIDY_EVERY == 0 {
                vectors.tidy().await?;
            }
        }
        if rounds % TIDY_EVERY != 0 {
            let _writer = self.inner.vector_writes.lock().await;
            vectors.tidy().await?;
        }
        if cancel.is_cancelled() {
            return Ok(());
        }
        self.switch_vectors().await
    }

    /// Stores one round and marks its documents, leaving out what was moved or deleted meanwhile.
    async fn add_round(
        &self,
        vectors: &crate::vectors::VectorStore,
        documents: &BTreeMap<i64, i64>,
        mut rows: Vec<PassageVector>,
    ) -> Result<(), LibraryError> {
        let doing = LibraryError::database("marking documents as embedded");
        let mut now_in = BTreeMap::new();
        for num in documents.keys() {
            let row: Option<(i64,)> =
                sqlx::query_as("SELECT folder FROM documents WHERE num = ? AND embedded_by IS NULL")
                    .bind(num)
                    .fetch_optional(self.db())
                    .await
                    .map_err(&doing)?;
            if let Some((folder,)) = row {
                now_in.insert(*num, folder);
            }
        }
        rows.retain_mut(|row| match now_in.get(&row.document) {
            Some(folder) => {
                row.folder = *folder;
                true
            }
            None => false,
        });
        vectors.add(&rows).await?;
        let mut tx = self.write().await?;
        for num in now_in.keys() {
            sqlx::query("UPDATE documents SET embedded_by = ? WHERE num = ?")
                .bind(self.embedder().model_id())
                .bind(num)
                .execute(&mut *tx)
                .await
                .map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)
    }

    async fn passages_waiting(&self) -> Result<u32, LibraryError> {
        let (n,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM passages p JOIN documents d ON d.num = p.document WHERE d.embedded_by IS NULL",
        )
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("counting passages without vectors"))?;
        Ok(crate::count(n))
    }

    /// Whole documents, oldest first, until a round is full; at least one.
    async fn next_round(&self) -> Result<Option<Round>, LibraryError> {
        let doing = LibraryError::database("finding passages without vectors");
        let waiting: Vec<(i64, i64, i64)> = sqlx::query_as(
            "SELECT d.num, d.folder, (SELECT count(*) FROM passages p WHERE p.document = d.num)
             FROM documents d WHERE d.embedded_by IS NULL ORDER BY d.num LIMIT 256",
        )
        .fetch_all(self.db())
        .await
        .map_err(&doing)?;
        let mut round = Round {
            documents: BTreeMap::new(),
            passages: Vec::new(),
        };
        let mut size = 0;
        for (num, folder, passages) in waiting {
            if size > 0 && size + passages > ROUND {
                break;
            }
            size += passages;
            round.documents.insert(num, folder);
            let mut rows: Vec<Waiting> = sqlx::query_as(
                "SELECT p.num, p.document, d.folder, p.text FROM passages p JOIN documents d ON d.num = p.document
                 WHERE p.document = ? ORDER BY p.num",
            )
            .bind(num)
            .fetch_all(self.db())
            .await
            .map_err(&doing)?;
            round.passages.append(&mut rows);
        }
        Ok(if round.documents.is_empty() {
            None
        } else {
            Some(round)
        })
    }
}

struct Round {
    /// Document to the folder it was in.
    documents: BTreeMap<i64, i64>,
    passages: Vec<Waiting>,
}
