//! The database: really encrypted, really the one that was there.

use std::fs;

use cabinet_vault::VaultError;
use sqlx::Row;

use crate::{Cabinet, contains, every_byte};

const SENTENCE: &str = "Amara Ostrowski reports pain in the left knee";

async fn fill(vault: &cabinet_vault::Vault) {
    let pool = vault.open_database().await.unwrap();
    for statement in [
        "CREATE TABLE page (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
        "CREATE VIRTUAL TABLE page_words USING fts5(text)",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    for table in [
        "INSERT INTO page (text) VALUES (?)",
        "INSERT INTO page_words (text) VALUES (?)",
    ] {
        for _ in 0..50 {
            sqlx::query(table).bind(SENTENCE).execute(&pool).await.unwrap();
        }
    }
    pool.close().await;
}

async fn pragma(pool: &sqlx::SqlitePool, statement: &'static str) -> String {
    let row = sqlx::query(statement).fetch_one(pool).await.unwrap();
    row.try_get::<String, _>(0)
        .unwrap_or_else(|_| row.get::<i64, _>(0).to_string())
}

#[tokio::test]
async fn holds_rows_and_words_across_opening() {
    let (cabinet, vault, _) = Cabinet::make();
    fill(&vault).await;
    drop(vault);
    let vault = cabinet.open().unwrap();
    let pool = vault.open_database().await.unwrap();
    let found = "SELECT count(*) FROM page_words WHERE page_words MATCH 'ostrowski'";
    assert_eq!(
        pragma(&pool, found).await,
        "50",
        "full text works under encryption"
    );
    pool.close().await;
}

#[tokio::test]
async fn is_set_up_as_promised_on_every_connection() {
    let (_cabinet, vault, _) = Cabinet::make();
    let pool = vault.open_database().await.unwrap();
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut connection = pool.acquire().await.unwrap();
        let expected = [
            ("PRAGMA journal_mode", "wal"),
            ("PRAGMA synchronous", "2"),
            ("PRAGMA secure_delete", "1"),
            ("PRAGMA temp_store", "2"),
            ("PRAGMA foreign_keys", "1"),
        ];
        for (statement, value) in expected {
            let row = sqlx::query(statement).fetch_one(&mut *connection).await.unwrap();
            let found = row
                .try_get::<String, _>(0)
                .unwrap_or_else(|_| row.get::<i64, _>(0).to_string());
            assert_eq!(found, value, "{statement}");
        }
        held.push(connection);
    }
    assert!(pragma(&pool, "PRAGMA cipher_version").await.starts_with("4."));
    let enabled = "SELECT sqlite_compileoption_used('ENABLE_FTS5')";
    assert_eq!(pragma(&pool, enabled).await, "1");
    drop(held);
    pool.close().await;
}

#[tokio::test]
async fn nothing_of_it_is_plain_on_disk() {
    let (cabinet, vault, _) = Cabinet::make();
    let pool = vault.open_database().await.unwrap();
    sqlx::query("CREATE TABLE page (text TEXT)")
        .execute(&pool)
        .await
        .unwrap();
    for _ in 0..200 {
        sqlx::query("INSERT INTO page VALUES (?)")
            .bind(SENTENCE)
            .execute(&pool)
            .await
            .unwrap();
    }
    // While it is open, with the write-ahead log beside it.
    assert!(cabinet.path("cabinet.db-wal").metadata().unwrap().len() > 0);
    let bytes = every_byte(&cabinet.home());
    for word in ["Ostrowski", "left knee", "CREATE TABLE", "SQLite format"] {
        assert!(!contains(&bytes, word), "{word} lies in the open");
    }
    pool.close().await;
}

#[tokio::test]
async fn what_prints_itself_prints_no_key() {
    let (_cabinet, vault, _) = Cabinet::make();
    let pool = vault.open_database().await.unwrap();
    let printed = format!(
        "{pool:?} {:?} {vault:?} {:?}",
        pool.connect_options(),
        vault.store_sealer()
    );
    assert!(!printed.contains("x'"), "{printed}");
    let pragma = "\"key\": None";
    assert!(printed.contains(pragma), "sqlx knows of no key: {printed}");
    pool.close().await;
}

#[tokio::test]
async fn rejects_another_cabinet_s_database() {
    let (one, vault, _) = Cabinet::make();
    fill(&vault).await;
    drop(vault);
    let (other, stranger, _) = Cabinet::make();
    fill(&stranger).await;
    drop(stranger);
    fs::copy(other.path("cabinet.db"), one.path("cabinet.db")).unwrap();
    let begun = std::time::Instant::now();
    let refused = one.open().unwrap().open_database().await.unwrap_err();
    assert!(matches!(refused, VaultError::DatabaseDamaged), "{refused:?}");
    assert!(begun.elapsed().as_secs() < 5, "and is not tried again and again");
}

#[tokio::test]
async fn rejects_a_damaged_or_plain_database() {
    let (cabinet, vault, _) = Cabinet::make();
    fill(&vault).await;
    let place = cabinet.path("cabinet.db");
    let sound = fs::read(&place).unwrap();
    let mut flipped = sound.clone();
    flipped[1_000] ^= 1;
    let damaged = [
        flipped,
        sound[..1_000].to_vec(),
        vec![0; 8_192],
        b"SQLite format 3\0".repeat(512),
        b"x".to_vec(),
    ];
    for bytes in damaged {
        fs::write(&place, &bytes).unwrap();
        let refused = vault.open_database().await.unwrap_err();
        assert!(
            matches!(refused, VaultError::DatabaseDamaged),
            "{} bytes: {refused:?}",
            bytes.len()
        );
        assert_eq!(fs::read(&place).unwrap(), bytes, "it is left as it is");
    }
    fs::write(&place, sound).unwrap();
    vault.open_database().await.unwrap().close().await;
}

#[tokio::test]
async fn never_replaces_a_missing_database() {
    let (cabinet, vault, _) = Cabinet::make();
    fill(&vault).await;
    drop(vault);
    let vault = cabinet.open().unwrap();
    // No original was ever put in; that the database was made once is known all the same.
    fs::remove_file(cabinet.path("cabinet.db")).unwrap();
    let refused = vault.open_database().await.unwrap_err();
    assert!(matches!(refused, VaultError::DatabaseMissing), "{refused:?}");
    fs::write(cabinet.path("cabinet.db"), b"").unwrap();
    let refused = vault.open_database().await.unwrap_err();
    assert!(
        matches!(refused, VaultError::DatabaseMissing),
        "an empty file is no database: {refused:?}"
    );
}

#[tokio::test]
async fn is_made_when_the_first_opening_was_interrupted() {
    let (cabinet, vault, _) = Cabinet::make();
    drop(vault);
    let vault = cabinet.open().unwrap();
    fill(&vault).await;
}

#[tokio::test]
async fn a_locked_vault_opens_no_more_connections() {
    let (_cabinet, vault, _) = Cabinet::make();
    let pool = vault.open_database().await.unwrap();
    drop(vault);
    let waited = tokio::time::timeout(std::time::Duration::from_secs(1), pool.acquire()).await;
    assert!(!matches!(waited, Ok(Ok(_))), "there is no key to open one with");
}
