//! The vector store: LanceDB over sealed objects, vectors and numbers only.
//!
//! It is derived: every vector can be made again from the passages in SQLite. It never holds text, titles or
//! public identifiers. Old versions are pruned to nothing after each deletion, because LanceDB by itself keeps
//! what was deleted.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{FixedSizeListArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use cabinet_vault::Vault;
use futures::TryStreamExt;
use lance::session::Session;
use lance_io::object_store::providers::local::FileStoreProvider;
use lance_io::object_store::{ObjectStore, ObjectStoreParams, ObjectStoreProvider, ObjectStoreRegistry};
use lancedb::query::{ExecutableQuery, QueryBase, Select};
use lancedb::table::OptimizeAction;
use lancedb::{Connection, DistanceType, Table};
use url::Url;

use crate::LibraryError;

/// LanceDB reads the plain `file` scheme around the object store trait; this scheme goes through it.
const SCHEME: &str = "file-object-store";
const TABLE: &str = "passages";
const INDEX_CACHE_BYTES: usize = 64 << 20;
const METADATA_CACHE_BYTES: usize = 16 << 20;

/// One passage's vector with the numbers that say whose it is.
pub(crate) struct PassageVector {
    pub passage: i64,
    pub document: i64,
    pub folder: i64,
    pub vector: Vec<f32>,
}

/// Where a vector search may look.
#[derive(Clone, Copy, Default)]
pub(crate) struct Within {
    pub folder: Option<i64>,
    pub document: Option<i64>,
}

/// A passage near the query, with the cosine of the angle between them.
pub(crate) struct Near {
    pub passage: i64,
    pub cosine: f32,
}

/// The table of vectors.
pub(crate) struct VectorStore {
    table: Table,
    schema: SchemaRef,
    dimension: usize,
}

impl VectorStore {
    /// Opens the table under `home/vectors`, making it if it is not there.
    pub(crate) async fn open(home: &Path, vault: &Vault, dimension: usize) -> Result<Self, LibraryError> {
        let root = home.join("vectors");
        std::fs::create_dir_all(&root).map_err(LibraryError::vectors("making its folder"))?;
        let root = root
            .canonicalize()
            .map_err(LibraryError::vectors("finding its folder"))?;
        let connection = connect(&root, vault).await?;
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
        })
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
        Ok(())
    }

    /// The passages nearest to `query`, best first.
    pub(crate) async fn nearest(
        &self,
        query: &[f32],
        within: Within,
        limit: usize,
    ) -> Result<Vec<Near>, LibraryError> {
        let mut search = self
            .table
            .query()
            .nearest_to(query)
            .map_err(LibraryError::vectors("reading the query"))?
            // Vectors are normalised, so the dot product is the cosine and costs less.
            .distance_type(DistanceType::Dot)
            .select(Select::columns(&["passage", "_distance"]))
            .limit(limit);
        if let Some(filter) = filter(within) {
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

    /// Wipes the vectors of these documents, old versions included.
    pub(crate) async fn remove_documents(&self, documents: &[i64]) -> Result<(), LibraryError> {
        for some in documents.chunks(500) {
            let list = some.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            self.table
                .delete(format!("document IN ({list})").as_str())
                .await
                .map_err(LibraryError::vectors("deleting"))?;
        }
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
        self.tidy().await
    }

    /// Merges small files and drops every version but the newest, with everything that was deleted in them.
    pub(crate) async fn tidy(&self) -> Result<(), LibraryError> {
        let compact = OptimizeAction::Compact {
            options: lancedb::table::CompactionOptions {
                materialize_deletions_threshold: 0.0,
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

fn filter(within: Within) -> Option<String> {
    match (within.folder, within.document) {
        (_, Some(document)) => Some(format!("document = {document}")),
        (Some(folder), None) => Some(format!("folder = {folder}")),
        (None, None) => None,
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

async fn connect(root: &Path, vault: &Vault) -> Result<Connection, LibraryError> {
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
        let mut store = FileStoreProvider.new_store(base, params).await?;
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
