//! What is derived and can be made again: the vector store when it is opened.

use cabinet_vault::{Vault, VaultError};
use sqlx::SqlitePool;

use crate::LibraryError;
use crate::vectors::VectorStore;

/// Asks the next opening to make the vector store anew.
const SETTING: &str = "rebuild_vectors";

/// Opens the vector store. One that was altered on disk, or that a check found wanting, is made anew: its documents
/// wait for their vectors again, and search goes on by words meanwhile. None where it cannot be opened for another
/// reason.
pub(crate) async fn open_vectors(
    db: &SqlitePool,
    vault: &Vault,
    dimension: usize,
) -> Result<Option<VectorStore>, LibraryError> {
    let asked: Option<(String,)> = sqlx::query_as("SELECT value FROM settings WHERE key = ?")
        .bind(SETTING)
        .fetch_optional(db)
        .await
        .map_err(LibraryError::database("reading a setting"))?;
    if asked.is_some() {
        clear(vault)?;
    }
    let mut opened = usable(vault, dimension).await;
    if opened.as_ref().is_err_and(|e| is_damage(e)) {
        clear(vault)?;
        opened = usable(vault, dimension).await;
    }
    let Ok((store, count)) = opened else {
        return Ok(None);
    };
    // A fresh one, or one that a restored cabinet came without.
    if count == 0 {
        let doing = LibraryError::database("asking for vectors anew");
        for sql in [
            "UPDATE documents SET embedded_by = NULL WHERE embedded_by IS NOT NULL
               AND EXISTS (SELECT 1 FROM passages WHERE document = documents.num)",
            "DELETE FROM settings WHERE key = 'rebuild_vectors'",
        ] {
            sqlx::query(sql).execute(db).await.map_err(&doing)?;
        }
    }
    Ok(Some(store))
}

/// The store and how many vectors are in it.
async fn usable(vault: &Vault, dimension: usize) -> Result<(VectorStore, usize), LibraryError> {
    let store = VectorStore::open(vault.home(), vault, dimension).await?;
    let count = store.count().await?;
    Ok((store, count))
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
