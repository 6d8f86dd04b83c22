//! Opening the database: SQLite with every page encrypted and authenticated by SQLCipher.
//!
//! The key goes in as a raw key, so SQLCipher derives nothing from it; the vault has done that. It is given by the
//! first statement on each connection and is not among sqlx's connect options, because those print themselves.
//! Copies of that statement stay in SQLite's and sqlx's freed memory: the process must not be dumpable. For the same
//! reason `cipher_memory_security`, which wipes what SQLite frees, stays off: the texts pass through memory that it
//! does not reach.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row, SqliteConnection, SqlitePool};
use zeroize::Zeroize;

use crate::keys::{KeyRing, Purpose};
use crate::{VaultError, files, hex, home};

/// Readers beside the one writer that SQLite allows. Few, because each keeps decrypted pages of its own.
const CONNECTIONS: u32 = 4;

/// SQLCipher's page. To SQLite a file that is shorter than one page is an empty database, and it would begin anew.
const PAGE: u64 = 4096;

/// After the key, before anything else. Deleted content is overwritten, temporary tables stay in memory, and what
/// is acknowledged is on disk. A page that is read anew is decrypted and authenticated anew, so each connection
/// remembers 24 MiB of them: the full-text index of some ten thousand passages.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; \
                       PRAGMA synchronous = FULL; \
                       PRAGMA secure_delete = ON; \
                       PRAGMA temp_store = MEMORY; \
                       PRAGMA cache_size = -24576; \
                       PRAGMA foreign_keys = ON;";

pub(crate) async fn open(home: &Path, keys: Arc<KeyRing>) -> Result<SqlitePool, VaultError> {
    let path = home::database(home);
    let size = size_of(&path)?;
    let is_new = size < PAGE;
    if is_new && (home::exists(&home::objects(home))? || home::has_other_data(home)?) {
        return Err(if size == 0 {
            VaultError::DatabaseMissing
        } else {
            VaultError::DatabaseDamaged
        });
    }
    crate::log::check(&home::log(home))?;
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(is_new)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging();

    // One connection by hand first: the pool would try again for half a minute before it says what is wrong.
    let mut first = options.connect().await.map_err(|e| refused("opening", &e))?;
    let prepared = prepare(&mut first, &keys).await;
    // Also where it was refused: its thread must not outlive the program.
    let closed = first.close().await;
    prepared?;
    closed.map_err(|e| refused("closing after a first look", &e))?;
    if is_new {
        files::sync_folder_of(&path)?;
        files::make_private_folder(&home::objects(home))?;
        files::sync_folder_of(&home::objects(home))?;
    }

    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .after_connect(move |connection, _| {
            let keys = keys.clone();
            Box::pin(async move {
                prepare(connection, &keys)
                    .await
                    .map_err(|e| sqlx::Error::Configuration(Box::new(e)))
            })
        });
    Ok(pool.connect_lazy_with(options))
}

/// Gives a connection the key, makes sure that it is used, and sets how SQLite is to behave.
async fn prepare(connection: &mut SqliteConnection, keys: &KeyRing) -> Result<(), VaultError> {
    // Its own log would go to standard error.
    connection
        .execute("PRAGMA cipher_log_level = NONE")
        .await
        .map_err(|e| refused("beginning", &e))?;
    let version = connection.fetch_optional("PRAGMA cipher_version").await;
    let version = version.map_err(|e| refused("asking for its encryption", &e))?;
    if version
        .and_then(|row| row.try_get::<String, _>(0).ok())
        .is_none_or(|version| version.is_empty())
    {
        return Err(VaultError::NoDatabaseEncryption);
    }
    give_key(connection, keys).await?;
    // The first page is read and authenticated here, if there is one.
    connection
        .fetch_one("SELECT count(*) FROM sqlite_schema")
        .await
        .map_err(|e| refused("unlocking", &e))?;
    connection
        .execute(PRAGMAS)
        .await
        .map_err(|e| refused("setting up", &e))?;
    Ok(())
}

async fn give_key(connection: &mut SqliteConnection, keys: &KeyRing) -> Result<(), VaultError> {
    let mut statement: Arc<str> = keys.with(Purpose::Database, |key| {
        let mut text = format!("PRAGMA key = \"x'{}'\"", hex::encode(key).as_str());
        let statement = Arc::from(text.as_str());
        text.zeroize();
        statement
    })?;
    let given = connection
        .execute(AssertSqlSafe(statement.clone()))
        .await
        .map(drop);
    if let Some(text) = Arc::get_mut(&mut statement) {
        text.zeroize();
    }
    given.map_err(|e| refused("taking its key", &e))
}

/// Bytes of the file; none where there is no file.
fn size_of(path: &Path) -> Result<u64, VaultError> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(e) => Err(VaultError::io("measuring the database")(e)),
    }
}

/// True where SQLite ran out of disk.
///
/// Without room it cannot even grow the file that readers of the write-ahead log share, which it reports as an
/// input/output error of its own kind (`SQLITE_IOERR_SHMSIZE`).
pub fn is_disk_full(e: &sqlx::Error) -> bool {
    const FULL: u32 = 13;
    const SHARED_FILE_TOO_SMALL: u32 = 10 | (19 << 8);
    sqlite_code(e).is_some_and(|code| code & 0xff == FULL || code == SHARED_FILE_TOO_SMALL)
}

/// True where a page of the database is not as it was written.
///
/// SQLCipher answers a page that does not authenticate with SQLite's general error and no text of its own; statements
/// that are wrong have one. Where SQLite gets no page back it says instead that it is out of memory, which nothing else
/// here makes it say: this program ends before SQLite would be refused memory.
pub fn is_damaged(e: &sqlx::Error) -> bool {
    const ERROR: u32 = 1;
    const NO_MEMORY: u32 = 7;
    const CORRUPT: u32 = 11;
    const NOT_A_DATABASE: u32 = 26;
    let without_text = || {
        e.as_database_error()
            .is_some_and(|e| e.message() == "SQL logic error")
    };
    match sqlite_code(e).map(|code| code & 0xff) {
        Some(NO_MEMORY | CORRUPT | NOT_A_DATABASE) => true,
        Some(ERROR) => without_text(),
        _ => false,
    }
}

/// SQLite's extended result code: the low byte is the kind of error, the rest its circumstances.
fn sqlite_code(e: &sqlx::Error) -> Option<u32> {
    e.as_database_error()?.code()?.parse().ok()
}

/// Drops the message: it may repeat a part of the statement, and the first statement holds the key.
fn refused(doing: &'static str, e: &sqlx::Error) -> VaultError {
    if is_disk_full(e) {
        return VaultError::DiskFull;
    }
    if is_damaged(e) {
        return VaultError::DatabaseDamaged;
    }
    VaultError::Database {
        doing,
        code: sqlite_code(e).map_or_else(|| "none".to_owned(), |code| code.to_string()),
    }
}
