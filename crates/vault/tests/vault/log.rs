//! What a crash leaves of the log opens; what was lost from it is told.

use std::fs;

use cabinet_vault::VaultError;
use sqlx::SqlitePool;

use crate::Cabinet;

/// A cabinet whose process was killed with three transactions in the log.
async fn crashed() -> (Cabinet, Vec<u8>) {
    let (cabinet, vault, _) = Cabinet::make();
    let db = vault.open_database().await.unwrap();
    sqlx::query("CREATE TABLE kept (n INTEGER)")
        .execute(&db)
        .await
        .unwrap();
    for n in 0..3 {
        sqlx::query("INSERT INTO kept VALUES (?)")
            .bind(n)
            .execute(&db)
            .await
            .unwrap();
    }
    // As they are on disk now, with the database open: what a kill would leave.
    let (database, log) = (
        fs::read(cabinet.path("cabinet.db")).unwrap(),
        fs::read(cabinet.path("cabinet.db-wal")).unwrap(),
    );
    db.close().await;
    drop(vault);
    let _ = fs::remove_file(cabinet.path("cabinet.db-shm"));
    fs::write(cabinet.path("cabinet.db"), database).unwrap();
    fs::write(cabinet.path("cabinet.db-wal"), &log).unwrap();
    (cabinet, log)
}

async fn rows(db: &SqlitePool) -> i64 {
    let (n,): (i64,) = sqlx::query_as("SELECT count(*) FROM kept")
        .fetch_one(db)
        .await
        .unwrap();
    n
}

#[tokio::test]
async fn a_whole_log_gives_everything_that_was_committed() {
    let (cabinet, log) = crashed().await;
    assert!(log.len() > 3 * 4096, "the log holds the changes: {}", log.len());
    let vault = cabinet.open().unwrap();
    let db = vault.open_database().await.unwrap();
    assert_eq!(rows(&db).await, 3);
    db.close().await;
}

/// Each byte of each kind of place: the log's header, a frame's header, the page in it; the first, a middle, the last.
#[tokio::test]
async fn rejects_a_log_that_lost_something() {
    let (cabinet, log) = crashed().await;
    let frame = 24 + 4096;
    let frames = (log.len() - 32) / frame;
    let mut positions: Vec<usize> = (0..32).collect();
    for n in [0, frames / 2, frames - 1] {
        let at = 32 + n * frame;
        positions.extend((at..at + 24).chain([at + 24, at + 500, at + frame - 1]));
    }
    let vault = cabinet.open().unwrap();
    for at in positions {
        let mut altered = log.clone();
        altered[at] ^= 4;
        fs::write(cabinet.path("cabinet.db-wal"), &altered).unwrap();
        let opened = vault.open_database().await;
        assert!(
            matches!(opened, Err(VaultError::LogDamaged)),
            "byte {at} of {}: {opened:?}",
            log.len()
        );
    }
    assert_eq!(
        fs::read(cabinet.path("cabinet.db-wal")).unwrap().len(),
        log.len(),
        "nothing was changed"
    );
    let aside = vault.set_log_aside().unwrap().unwrap();
    assert!(aside.join("cabinet.db-wal").exists());
    let db = vault.open_database().await.unwrap();
    db.close().await;
}

/// A kill in the middle of a write leaves a torn end: that is no damage, and what was committed before is there.
#[tokio::test]
async fn a_torn_end_is_what_crashes_leave() {
    let (cabinet, log) = crashed().await;
    let frame = 24 + 4096;
    for cut in [
        log.len() - 1,
        log.len() - frame + 24,
        log.len() - frame + 1,
        31,
        10,
        0,
    ] {
        fs::write(cabinet.path("cabinet.db-wal"), &log[..cut]).unwrap();
        let _ = fs::remove_file(cabinet.path("cabinet.db-shm"));
        let vault = cabinet.open().unwrap();
        assert!(
            !matches!(vault.open_database().await, Err(VaultError::LogDamaged)),
            "cut at {cut}"
        );
        drop(vault);
    }
}
