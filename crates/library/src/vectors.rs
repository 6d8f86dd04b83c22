//! The vector store: LanceDB over sealed objects, vectors and numbers only.
//!
//! It is derived: every vector can be made again from the passages in SQLite. It never holds text, titles or
//! public identifiers. Old versions are pruned to nothing after each deletion, because LanceDB by itself keeps
//! what was deleted.
//!
//! Searches after the first few go to a copy in memory ([`cabinet_nearest`]), which needs no training and, unlike
//! LanceDB's own index, no temporary files in plain. Until it is there LanceDB looks at every vector.

mod rows;
mod sealed;
pub(crate) mod sets;
mod within;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_schema::SchemaRef;
use cabinet_nearest::{Near, Vectors};
use cabinet_vault::Vault;
use futures::TryStreamExt;
use lancedb::query::{ExecutableQuery, QueryBase, Select};
use lancedb::table::OptimizeAction;
use lancedb::{Connection, DistanceType, Table};
use rows::{batch, push};

use crate::LibraryError;
pub(crate) use rows::PassageVector;
use sets::{Set, Sets};
pub(crate) use within::Within;
use within::{among, filter};

/// The search, counted from the opening, after which the vectors are brought into memory.
const SCANS: u32 = 4;
/// Vectors of one file, about 100 MB. Merging and deleting write files anew, so that with larger ones every few papers
/// would cost all vectors of a large cabinet again.
const FILE_ROWS: usize = 1 << 16;
/// From so many vectors on one look at all of them on disk takes as long as to bring them into memory.
const MANY: usize = 150_000;
/// Vectors brought into memory at once, about 50 MB.
const LOADED: usize = 1 << 15;
/// Documents named to LanceDB in one statement.
const AT_ONCE: usize = 500;
/// More vectors than this stay on disk: about 450 bytes each would be too much for a small machine.
const MOST_IN_MEMORY: usize = 2_000_000;

/// The table of vectors.
pub(crate) struct VectorStore {
    connection: Connection,
    table: Table,
    /// Vectors of the model before, while the table is filled with those of another. Nothing is looked for in them.
    former: RwLock<Option<Table>>,
    schema: SchemaRef,
    dimension: usize,
    /// The same vectors in memory, once a session has searched more than a few times.
    memory: Arc<RwLock<Option<Vectors>>>,
    /// Searches that went to the table.
    scans: AtomicU32,
}

impl VectorStore {
    /// Opens the current one of the sets under `home/vectors`, making it, for vectors of `dimension` numbers, if it is
    /// not there. Tables that are in no set are dropped.
    pub(crate) async fn open(vault: &Vault, sets: &Sets, dimension: usize) -> Result<Self, LibraryError> {
        let root = vault.home().join("vectors");
        std::fs::create_dir_all(&root).map_err(LibraryError::vectors("making its folder"))?;
        let root = root
            .canonicalize()
            .map_err(LibraryError::vectors("finding its folder"))?;
        let connection = sealed::connect(&root, vault).await?;
        let names = connection
            .table_names()
            .execute()
            .await
            .map_err(LibraryError::vectors("listing tables"))?;
        let (mut table, mut before) = (None, None);
        let (current, former) = (sets.current.table(), sets.former.as_ref().map(Set::table));
        for name in names {
            if name != current && Some(&name) != former.as_ref() {
                drop_table(&connection, &name).await?;
                continue;
            }
            let opened = connection.open_table(&name).execute().await;
            let opened = Some(opened.map_err(LibraryError::vectors("opening"))?);
            if name == current {
                table = opened;
            } else {
                before = opened;
            }
        }
        let table = match table {
            Some(table) => table,
            None => connection
                .create_empty_table(current, rows::schema(dimension))
                .execute()
                .await
                .map_err(LibraryError::vectors("making its table"))?,
        };
        let schema = table
            .schema()
            .await
            .map_err(LibraryError::vectors("reading its shape"))?;
        let dimension = rows::width(&schema).ok_or_else(|| LibraryError::Vectors {
            doing: "reading its shape",
            source: "its table holds no vectors".into(),
        })?;
        Ok(Self {
            connection,
            table,
            former: RwLock::new(before),
            schema,
            dimension,
            memory: Arc::default(),
            scans: AtomicU32::new(0),
        })
    }

    /// How many numbers a vector has.
    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    /// True while the vectors of the model before are kept, because those of this one are not complete.
    pub(crate) fn is_aside(&self) -> bool {
        self.former().is_some()
    }

    fn former(&self) -> Option<Table> {
        self.former.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Wipes the vectors of the model before.
    pub(crate) async fn drop_former(&self) -> Result<(), LibraryError> {
        let former = self.former.write().unwrap_or_else(PoisonError::into_inner).take();
        match former {
            Some(table) => drop_table(&self.connection, table.name()).await,
            None => Ok(()),
        }
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
        self.table
            .add(batch(rows, &self.schema)?)
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

    /// The documents with vectors, and the folders these say they are in.
    pub(crate) async fn documents(&self) -> Result<HashMap<i64, i64>, LibraryError> {
        let doing = LibraryError::vectors("listing documents");
        let columns = self
            .table
            .query()
            .select(Select::columns(&["document", "folder"]));
        let mut batches = columns.execute().await.map_err(&doing)?;
        let mut documents = HashMap::new();
        while let Some(batch) = batches.try_next().await.map_err(&doing)? {
            let [Some(nums), Some(folders)] = ["document", "folder"].map(|name| batch.column_by_name(name))
            else {
                continue;
            };
            let [nums, folders] = [nums, folders].map(|column| column.as_primitive::<Int64Type>().values());
            documents.extend(nums.iter().copied().zip(folders.iter().copied()));
        }
        Ok(documents)
    }

    /// Wipes the vectors of deleted documents, of every model and version.
    pub(crate) async fn remove_documents(&self, documents: &[i64]) -> Result<(), LibraryError> {
        self.wipe(documents).await?;
        match self.former() {
            Some(former) => {
                delete(&former, documents).await?;
                tidy(&former).await
            }
            None => Ok(()),
        }
    }

    /// Wipes the vectors of documents that are to be embedded again, old versions included.
    pub(crate) async fn wipe(&self, documents: &[i64]) -> Result<(), LibraryError> {
        delete(&self.table, documents).await?;
        let gone: HashSet<i64> = documents.iter().copied().collect();
        self.in_memory(|vectors| vectors.retain(|owner| !gone.contains(&owner.document)));
        self.tidy().await
    }

    /// Follows a document into another folder.
    pub(crate) async fn move_documents(&self, documents: &[i64], folder: i64) -> Result<(), LibraryError> {
        for some in documents.chunks(AT_ONCE) {
            self.table
                .update()
                .only_if(among(some))
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
        tidy(&self.table).await
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

async fn drop_table(connection: &Connection, name: &str) -> Result<(), LibraryError> {
    connection
        .drop_table(name, &[])
        .await
        .map_err(LibraryError::vectors("dropping a table"))
}

async fn delete(table: &Table, documents: &[i64]) -> Result<(), LibraryError> {
    for some in documents.chunks(AT_ONCE) {
        table
            .delete(among(some).as_str())
            .await
            .map_err(LibraryError::vectors("deleting"))?;
    }
    Ok(())
}

async fn tidy(table: &Table) -> Result<(), LibraryError> {
    let compact = OptimizeAction::Compact {
        options: lancedb::table::CompactionOptions {
            materialize_deletions_threshold: 0.0,
            target_rows_per_fragment: FILE_ROWS,
            ..Default::default()
        },
        remap_options: None,
    };
    table
        .optimize(compact)
        .await
        .map_err(LibraryError::vectors("compacting"))?;
    let prune = OptimizeAction::Prune {
        older_than: Some(lancedb::table::Duration::zero()),
        delete_unverified: Some(true),
        error_if_tagged_old_versions: Some(false),
    };
    table
        .optimize(prune)
        .await
        .map_err(LibraryError::vectors("dropping old versions"))?;
    Ok(())
}
