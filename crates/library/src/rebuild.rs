//! What is derived and can be made again: the vector store when it is opened.

use std::collections::HashMap;

use cabinet_vault::{Vault, VaultError};
use sqlx::SqlitePool;

use crate::vectors::VectorStore;
use crate::vectors::sets::Sets;
use crate::{Embedder, LibraryError};

/// Asks the next opening to make the vector store anew.
const SETTING: &str = "rebuild_vectors";

/// Opens the vector store. One that was altered on disk, or that a check found wanting, is made anew: its documents
/// wait for their vectors again, and search goes on by words meanwhile. So it is where the model is another one, except
/// that the vectors before are kept until the new ones are complete. None where it cannot be opened for another reason.
pub(crate) async fn open_vectors(
    db: &SqlitePool,
    vault: &Vault,
    embedder: &dyn Embedder,
) -> Result<Option<VectorStore>, LibraryError> {
    let asked: Option<(String,)> = sqlx::query_as("SELECT value FROM settings WHERE key = ?")
        .bind(SETTING)
        .fetch_optional(db)
        .await
        .map_err(LibraryError::database("reading a setting"))?;
    if asked.is_some() {
        clear(vault)?;
    }
    let mut opened = open(db, vault, embedder).await;
    if opened.as_ref().is_err_and(|e| is_damage(e)) {
        clear(vault)?;
        opened = open(db, vault, embedder).await;
    }
    match opened {
        Ok(store) => Ok(Some(store)),
        Err(LibraryError::Vectors { .. } | LibraryError::DiskFull) => Ok(None),
        Err(e) => Err(e),
    }
}

async fn open(db: &SqlitePool, vault: &Vault, embedder: &dyn Embedder) -> Result<VectorStore, LibraryError> {
    let dimension = embedder.dimension();
    let Some(mut sets) = Sets::read(db).await? else {
        return first(db, vault, embedder).await;
    };
    let mut store = VectorStore::open(vault, &sets, dimension).await?;
    settle(db, &store).await?;
    // Without a model nothing can be made or looked for; whose they are is seen when there is one again.
    if let Some(turned) = embedder.model_id().and_then(|model| sets.turned(model)) {
        sets = turned;
        store = VectorStore::open(vault, &sets, dimension).await?;
        mark(db, &sets, &store.documents().await?).await?;
        settle(db, &store).await?;
    }
    if sets.former.is_some() && !store.is_aside() {
        // A cabinet that was restored comes without.
        complete(db).await?;
    }
    Ok(store)
}

/// Forgets the set before the current one.
pub(crate) async fn complete(db: &SqlitePool) -> Result<(), LibraryError> {
    sqlx::query("DELETE FROM vector_sets WHERE state = 'former'")
        .execute(db)
        .await
        .map(drop)
        .map_err(LibraryError::database("going over to the new vectors"))
}

/// Opens the store of a cabinet in which nothing was embedded yet.
async fn first(db: &SqlitePool, vault: &Vault, embedder: &dyn Embedder) -> Result<VectorStore, LibraryError> {
    let (model, dimension) = (embedder.model_id(), embedder.dimension());
    let sets = Sets::first(model.unwrap_or_default());
    let mut store = VectorStore::open(vault, &sets, dimension).await?;
    if model.is_some() {
        // Made while no model was there to say how wide.
        if store.dimension() != dimension {
            clear(vault)?;
            store = VectorStore::open(vault, &sets, dimension).await?;
        }
        mark(db, &sets, &HashMap::new()).await?;
    }
    settle(db, &store).await?;
    Ok(store)
}

/// Brings marks and vectors together after work was cut off between the two, or one of them was lost.
async fn settle(db: &SqlitePool, store: &VectorStore) -> Result<(), LibraryError> {
    let doing = LibraryError::database("asking for vectors anew");
    // A fresh one, or one that a restored cabinet came without.
    if store.count().await? == 0 {
        for sql in [
            "UPDATE documents SET embedded_by = NULL WHERE embedded_by IS NOT NULL
               AND EXISTS (SELECT 1 FROM passages WHERE document = documents.num)",
            "DELETE FROM settings WHERE key = 'rebuild_vectors'",
        ] {
            sqlx::query(sql).execute(db).await.map_err(&doing)?;
        }
        return Ok(());
    }
    let unmarked: Vec<(i64,)> = sqlx::query_as("SELECT num FROM documents WHERE embedded_by IS NULL")
        .fetch_all(db)
        .await
        .map_err(&doing)?;
    if unmarked.is_empty() {
        return Ok(());
    }
    // Embedding them again would store what is there twice.
    let stored = store.documents().await?;
    let unmarked = unmarked.into_iter().map(|(num,)| num);
    let partial: Vec<i64> = unmarked.filter(|num| stored.contains_key(num)).collect();
    if partial.is_empty() {
        return Ok(());
    }
    store.wipe(&partial).await
}

/// Stores whose the vectors are, and marks those documents, and no others, that have some there and are still in the
/// folder that these name.
async fn mark(db: &SqlitePool, sets: &Sets, held: &HashMap<i64, i64>) -> Result<(), LibraryError> {
    let doing = LibraryError::database("marking documents for another model");
    let mut tx = db.begin_with("BEGIN IMMEDIATE").await.map_err(&doing)?;
    sets.write(&mut tx).await?;
    sqlx::query("UPDATE documents SET embedded_by = NULL WHERE embedded_by IS NOT NULL")
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
    let documents: Vec<(i64, i64)> = sqlx::query_as("SELECT num, folder FROM documents")
        .fetch_all(&mut *tx)
        .await
        .map_err(&doing)?;
    for (num, _) in documents
        .iter()
        .filter(|(num, folder)| held.get(num) == Some(folder))
    {
        sqlx::query("UPDATE documents SET embedded_by = ? WHERE num = ?")
            .bind(&sets.current.model)
            .bind(num)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
    }
    tx.commit().await.map_err(&doing)
}

/// Has the vector store made anew at the next opening.
pub(crate) async fn ask(db: &SqlitePool) -> Result<(), LibraryError> {
    sqlx::query("INSERT INTO settings (key, value) VALUES (?, '1') ON CONFLICT (key) DO NOTHING")
        .bind(SETTING)
        .execute(db)
        .await
        .map(drop)
        .map_err(LibraryError::database("asking for vectors anew"))
}

fn clear(vault: &Vault) -> Result<(), LibraryError> {
    match std::fs::remove_dir_all(vault.home().join("vectors")) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(LibraryError::vectors("clearing away what is damaged")(e))
        }
        _ => Ok(()),
    }
}

/// Whether a sealed file that does not authenticate stands anywhere in the chain of causes; a disk that cannot be read
/// just now is no reason to throw vectors away.
fn is_damage(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(e) = cause {
        if matches!(e.downcast_ref(), Some(VaultError::ObjectDamaged { .. })) {
            return true;
        }
        cause = e.source();
    }
    false
}
