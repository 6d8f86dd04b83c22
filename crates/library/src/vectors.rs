//! The vector store: LanceDB over sealed objects, vectors and numbers only.
//!
//! It is derived: every vector can be made again from the passages in SQLite. It never holds text, titles or
//! public identifiers. Old versions are pruned to nothing after each deletion, because LanceDB by itself keeps
//! what was deleted.
//!
//! Searches after the first few go to a copy in memory ([`cabinet_nearest`]), which needs no training and, unlike
//! LanceDB's own index, no temporary files in plain. Until it is there LanceDB looks at every vector.

mod sealed;

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{FixedSizeListArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use cabinet_nearest::{Near, Owner, Vectors};
use cabinet_vault::Vault;
use futures::TryStreamExt;
use lancedb::query::{ExecutableQuery, QueryBase, Select};
use lancedb::table::OptimizeAction;
use lancedb::{DistanceType, Table};

use crate::LibraryError;

const TABLE: &str = "passages";
/// The search, counted from the opening, after which the vectors are brought into memory.
const SCANS: u32 = 4;
/// Vectors of one file, about 100 MB. Merging and deleting write files anew, so that with larger ones every few papers
/// would cost all vectors of a large cabinet again.
const FILE_ROWS: usize = 1 << 16;
/// From so many vectors on one look at all of them on disk takes as long as to bring them into memory.
const MANY: usize = 150_000;
/// Vectors brought into memory at once, about 50 MB.
const LOADED: usize = 1 << 15;
/// More vectors than this stay on disk: about 450 bytes each would be too much for a small machine.
const MOST_IN_MEMORY: usize = 2_000_000;

/// One passage's vector with the numbers that say whose it is.
pub(crate) struct PassageVector {
    pub passage: i64,
    pub document: i64,
    pub folder: i64,
    pub vector: Vec<f32>,
}

impl PassageVector {
    fn owner(&self) -> Owner {
        Owner {
            document: self.document,
            folder: self.folder,
        }
    }
}

/// Where a vector search may look.
#[derive(Clone, Default)]
pub(crate) struct Within {
    pub folder: Option<i64>,
    pub document: Option<i64>,
    /// Only these, where anything but folder and document was asked for.
    pub documents: Option<Arc<HashSet<i64>>>,
}

impl Within {
    fn admits(&self, owner: &Owner) -> bool {
        self.folder.is_none_or(|folder| folder == owner.folder)
            && self.document.is_none_or(|document| document == owner.document)
            && self
                .documents
                .as_ref()
                .is_none_or(|documents| documents.contains(&owner.document))
    }
}

/// The table of vectors.
pub(crate) struct VectorStore {
    table: Table,
    schema: SchemaRef,
    dimension: usize,
    /// The same vectors in memory, once a session has searched more than a few times.
    memory: Arc<RwLock<Option<Vectors>>>,
    /// Searches that went to the table.
    scans: AtomicU32,
}

impl VectorStore {
    /// Opens the table under `home/vectors`, making it if it is not there.
    pub(crate) async fn open(home: &Path, vault: &Vault, dimension: usize) -> Result<Self, LibraryError> {
        let root = home.join("vectors");
        std::fs::create_dir_all(&root).map_err(LibraryError::vectors("making its folder"))?;
        let root = root
            .canonicalize()
            .map_err(LibraryError::vectors("finding its folder"))?;
        let connection = sealed::connect(&root, vault).await?;
        let schema = schema(dimension);
        let names = connection
            .table_names()
            .execute()
            .await
            .map_err(LibraryError::vectors("listing tables"))?;
        let table = if names.iter().any(|n| n == TABLE) {
            connection
                .open_table(TABLE)
                .execute()
                .await
                .map_err(LibraryError::vectors("opening"))?
        } else {
            connection
                .create_empty_table(TABLE, schema.clone())
                .execute()
                .await
                .map_err(LibraryError::vectors("making its table"))?
        };
        Ok(Self {
            table,
            schema,
            dimension,
            memory: Arc::default(),
            scans: AtomicU32::new(0),
        })
    }

    /// True, once, when the vectors should be brought into memory: a single search reads them all anyway.
    pub(crate) fn wants_memory(&self) -> bool {
        self.scans.fetch_add(1, Ordering::Relaxed) + 1 == SCANS
    }

    /// True where the vectors are in memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.memory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// True where there are too many to look at them on disk, but not too many for memory.
    pub(crate) async fn belongs_in_memory(&self) -> bool {
        self.count()
            .await
            .is_ok_and(|count| (MANY..=MOST_IN_MEMORY).contains(&count))
    }

    /// Brings every vector into memory. The caller holds the lock of those who write vectors. Stops, leaving
    /// nothing, when `go_on` says so.
    pub(crate) async fn load(&self, go_on: impl Fn() -> bool) -> Result<(), LibraryError> {
        self.load_by(LOADED, go_on).await
    }

    /// As [`VectorStore::load`], so many at once: LanceDB reads ahead as much as it can.
    pub(crate) async fn load_by(&self, at_once: usize, go_on: impl Fn() -> bool) -> Result<(), LibraryError> {
        let count = self.count().await?;
        if count > MOST_IN_MEMORY {
            return Ok(());
        }
        let mut vectors = Vectors::new(self.dimension);
        // Some room for what is added later: growing would leave a copy behind.
        vectors.reserve(count + count / 8 + 1024);
        let doing = LibraryError::vectors("bringing them into memory");
        for from in (0..count).step_by(at_once) {
            let some = self.table.query().limit(at_once).offset(from);
            let mut batches = some.execute().await.map_err(&doing)?;
            while let Some(batch) = batches.try_next().await.map_err(&doing)? {
                if !go_on() {
                    return Ok(());
                }
                push(&mut vectors, &batch);
            }
        }
        *self.memory.write().unwrap_or_else(PoisonError::into_inner) = Some(vectors);
        Ok(())
    }

    /// Changes the copy in memory, where there is one.
    fn in_memory(&self, change: impl FnOnce(&mut Vectors)) {
        if let Some(vectors) = self
            .memory
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            change(vectors);
        }
    }

    /// The nearest of the copy in memory; `None` where there is none.
    async fn nearest_in_memory(
        &self,
        query: &[f32],
        within: &Within,
        limit: usize,
    ) -> Result<Option<Vec<Near>>, LibraryError> {
        let (memory, query, within) = (self.memory.clone(), query.to_vec(), within.clone());
        tokio::task::spawn_blocking(move || {
            let memory = memory.read().unwrap_or_else(PoisonError::into_inner);
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            memory
                .as_ref()
                .map(|vectors| vectors.nearest(&query, limit, threads, |owner| within.admits(owner)))
        })
        .await
        .map_err(LibraryError::vectors("searching in memory"))
    }

    /// Adds vectors; one call makes one new version, so callers gather many passages first.
    pub(crate) async fn add(&self, rows: &[PassageVector]) -> Result<(), LibraryError> {
        if rows.is_empty() {
            return Ok(());
        }
        let numbers =
            |f: fn(&PassageVector) -> i64| Arc::new(Int64Array::from_iter_values(rows.iter().map(f)));
        let vectors = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(
            rows.iter().map(|r| Some(r.vector.iter().copied().map(Some))),
            i32::try_from(self.dimension).expect("embedding dimensions are small"),
        );
        let batch = RecordBatch::try_new(
            self.schema.clone(),
            vec![
                numbers(|r| r.passage),
                numbers(|r| r.document),
                numbers(|r| r.folder),
                Arc::new(vectors),
            ],
        )
        .map_err(LibraryError::vectors("laying out a batch"))?;
        self.table
            .add(batch)
            .execute()
            .await
            .map_err(LibraryError::vectors("adding"))?;
        self.in_memory(|vectors| {
            for row in rows {
                vectors.push(row.passage, row.owner(), &row.vector);
            }
        });
        Ok(())
    }

    /// The passages nearest to `query`, best first.
    pub(crate) async fn nearest(
        &self,
        query: &[f32],
        within: Within,
        limit: usize,
    ) -> Result<Vec<Near>, LibraryError> {
        if let Some(near) = self.nearest_in_memory(query, &within, limit).await? {
            return Ok(near);
        }
        let mut search = self
            .table
            .query()
            .nearest_to(query)
            .map_err(LibraryError::vectors("reading the query"))?
            // Vectors are normalised, so the dot product is the cosine and costs less.
            .distance_type(DistanceType::Dot)
            .select(Select::columns(&["passage", "_distance"]))
            .limit(limit);
        if let Some(filter) = filter(&within) {
            search = search.only_if(filter);
        }
        let batches: Vec<RecordBatch> = search
            .execute()
            .await
            .map_err(LibraryError::vectors("searching"))?
            .try_collect()
            .await
            .map_err(LibraryError::vectors("searching"))?;
        let mut near = Vec::with_capacity(limit);
        for batch in &batches {
            let (Some(passages), Some(distances)) =
                (batch.column_by_name("passage"), batch.column_by_name("_distance"))
            else {
                continue;
            };
            let passages = passages.as_primitive::<Int64Type>();
            let distances = distances.as_primitive::<Float32Type>();
            near.extend(
                passages
                    .values()
                    .iter()
                    .zip(distances.values())
                    .map(|(&passage, &distance)| Near {
                        passage,
                        cosine: 1.0 - distance,
                    }),
            );
        }
        Ok(near)
    }

    /// The vectors of a few passages, in no order.
    pub(crate) async fn of(&self, passages: &[i64]) -> Result<Vec<Vec<f32>>, LibraryError> {
        if let Some(vectors) = self
            .memory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
        {
            return Ok(vectors.of(passages));
        }
        let list = passages.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let doing = LibraryError::vectors("reading a few");
        let batches: Vec<RecordBatch> = self
            .table
            .query()
            .only_if(format!("passage IN ({list})"))
            .execute()
            .await
            .map_err(&doing)?
            .try_collect()
            .await
            .map_err(&doing)?;
        let mut found = Vectors::new(self.dimension);
        for batch in &batches {
            push(&mut found, batch);
        }
        Ok(found.of(passages))
    }

    /// Wipes the vectors of these documents, old versions included.
    pub(crate) async fn remove_documents(&self, documents: &[i64]) -> Result<(), LibraryError> {
        for some in documents.chunks(500) {
            let list = some.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            self.table
                .delete(format!("document IN ({list})").as_str())
                .await
                .map_err(LibraryError::vectors("deleting"))?;
        }
        let gone: HashSet<i64> = documents.iter().copied().collect();
        self.in_memory(|vectors| vectors.retain(|owner| !gone.contains(&owner.document)));
        self.tidy().await
    }

    /// Follows a document into another folder.
    pub(crate) async fn move_documents(&self, documents: &[i64], folder: i64) -> Result<(), LibraryError> {
        for some in documents.chunks(500) {
            let list = some.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            self.table
                .update()
                .only_if(format!("document IN ({list})"))
                .column("folder", folder.to_string())
                .execute()
                .await
                .map_err(LibraryError::vectors("moving"))?;
        }
        let moved: HashSet<i64> = documents.iter().copied().collect();
        self.in_memory(|vectors| vectors.move_to(folder, |owner| moved.contains(&owner.document)));
        self.tidy().await
    }

    /// Merges small files and drops every version but the newest, with everything that was deleted in them.
    pub(crate) async fn tidy(&self) -> Result<(), LibraryError> {
        let compact = OptimizeAction::Compact {
            options: lancedb::table::CompactionOptions {
                materialize_deletions_threshold: 0.0,
                target_rows_per_fragment: FILE_ROWS,
                ..Default::default()
            },
            remap_options: None,
        };
        self.table
            .optimize(compact)
            .await
            .map_err(LibraryError::vectors("compacting"))?;
        let prune = OptimizeAction::Prune {
            older_than: Some(lancedb::table::Duration::zero()),
            delete_unverified: Some(true),
            error_if_tagged_old_versions: Some(false),
        };
        self.table
            .optimize(prune)
            .await
            .map_err(LibraryError::vectors("dropping old versions"))?;
        Ok(())
    }

    /// Reads every vector, and with it every sealed byte of the table; returns how many there are.
    pub(crate) async fn read_all(&self) -> Result<usize, LibraryError> {
        let batches: Vec<RecordBatch> = self
            .table
            .query()
            .execute()
            .await
            .map_err(LibraryError::vectors("reading all"))?
            .try_collect()
            .await
            .map_err(LibraryError::vectors("reading all"))?;
        Ok(batches.iter().map(RecordBatch::num_rows).sum())
    }

    /// How many versions the table still has on disk.
    #[cfg(test)]
    pub(crate) async fn versions(&self) -> Result<usize, LibraryError> {
        Ok(self
            .table
            .list_versions()
            .await
            .map_err(LibraryError::vectors("listing versions"))?
            .len())
    }

    /// How many vectors there are.
    pub(crate) async fn count(&self) -> Result<usize, LibraryError> {
        self.table
            .count_rows(None)
            .await
            .map_err(LibraryError::vectors("counting"))
    }
}

fn filter(within: &Within) -> Option<String> {
    let documents = within.documents.as_ref().map(|documents| {
        let list = documents.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        if list.is_empty() {
            "false".to_string()
        } else {
            format!("document IN ({list})")
        }
    });
    let parts: Vec<String> = [
        within.folder.map(|folder| format!("folder = {folder}")),
        within.document.map(|document| format!("document = {document}")),
        documents,
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

/// Adds the vectors of a batch of the table; rows without one are left out.
fn push(vectors: &mut Vectors, batch: &RecordBatch) {
    let numbers = |name| {
        batch
            .column_by_name(name)
            .and_then(|column| column.as_primitive_opt::<Int64Type>())
    };
    let (Some(passages), Some(documents), Some(folders), Some(lists)) = (
        numbers("passage"),
        numbers("document"),
        numbers("folder"),
        batch
            .column_by_name("vector")
            .and_then(|column| column.as_fixed_size_list_opt()),
    ) else {
        return;
    };
    for row in 0..batch.num_rows() {
        let list = lists.value(row);
        if let Some(vector) = list.as_primitive_opt::<Float32Type>() {
            let owner = Owner {
                document: documents.value(row),
                folder: folders.value(row),
            };
            vectors.push(passages.value(row), owner, vector.values());
        }
    }
}

fn schema(dimension: usize) -> SchemaRef {
    let item = Arc::new(Field::new("item", DataType::Float32, true));
    let width = i32::try_from(dimension).expect("embedding dimensions are small");
    Arc::new(Schema::new(vec![
        Field::new("passage", DataType::Int64, false),
        Field::new("document", DataType::Int64, false),
        Field::new("folder", DataType::Int64, false),
        Field::new("vector", DataType::FixedSizeList(item, width), false),
    ]))
}
