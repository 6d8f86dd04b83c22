//! What the audit log shows to whoever checks it.

use super::bench;
use crate::LibraryError;
use crate::audit::link;

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_shows_any_change() {
    let b = bench().await;
    for n in 0..4 {
        b.library
            .record(crate::Action::Searched, Some(format!("subject {n}")), Some(3))
            .await
            .unwrap();
    }
    let entries = b.library.verify_audit().await.unwrap();
    assert_eq!(entries, 5, "the opening, and four more");
    assert!(
        sqlx::query("DELETE FROM audit WHERE number = 1")
            .execute(b.library.db())
            .await
            .is_err()
    );
    // Even someone who drops the guards is found out, whatever is done to whichever entry.
    for guard in ["audit_is_append_only_u", "audit_is_append_only_d"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}")))
            .execute(b.library.db())
            .await
            .unwrap();
    }
    for (done, broken) in [
        ("UPDATE audit SET at = at + 1 WHERE number = 1", 1),
        ("UPDATE audit SET action = 'viewed' WHERE number = 3", 3),
        ("UPDATE audit SET subject = 'another' WHERE number = 2", 2),
        ("UPDATE audit SET count = 4 WHERE number = 4", 4),
        ("UPDATE audit SET hash = x'00' WHERE number = 5", 5),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("DELETE FROM audit WHERE number = 5", 5),
        ("DELETE FROM audit WHERE number >= 3", 3),
        ("DELETE FROM audit", 1),
        // Removed, and those after it moved up.
        (
            "DELETE FROM audit WHERE number = 2; UPDATE audit SET number = number - 1 WHERE number > 2",
            2,
        ),
        // Two that changed places.
        (
            "UPDATE audit SET number = -3 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4;
             UPDATE audit SET number = 4 WHERE number = -3",
            3,
        ),
    ] {
        let mut tx = b.library.write().await.unwrap();
        sqlx::raw_sql("DROP TABLE IF EXISTS as_it_was; CREATE TABLE as_it_was AS SELECT * FROM audit")
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::raw_sql(done).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let seen = b.library.verify_audit().await;
        assert!(
            matches!(seen, Err(LibraryError::AuditBroken { number }) if number == broken),
            "{done}: {seen:?}"
        );
        sqlx::raw_sql("DELETE FROM audit; INSERT INTO audit SELECT * FROM as_it_was")
            .execute(b.library.db())
            .await
            .unwrap();
        assert_eq!(
            b.library.verify_audit().await.unwrap(),
            entries,
            "put right again"
        );
    }
    // Changed and given a hash that fits, an entry no longer fits the one after.
    let number = 2;
    let (at, action, subject, n): (i64, String, String, i64) =
        sqlx::query_as("SELECT at, action, subject, count FROM audit WHERE number = ?")
            .bind(number)
            .fetch_one(b.library.db())
            .await
            .unwrap();
    let before: Vec<u8> = sqlx::query_scalar("SELECT hash FROM audit WHERE number = ?")
        .bind(number - 1)
        .fetch_one(b.library.db())
        .await
        .unwrap();
    sqlx::query("UPDATE audit SET at = ?, hash = ? WHERE number = ?")
        .bind(at + 1)
        .bind(link(&before, number, at + 1, &action, Some(&subject), Some(n)))
        .bind(number)
        .execute(b.library.db())
        .await
        .unwrap();
    let seen = b.library.verify_audit().await;
    assert!(
        matches!(seen, Err(LibraryError::AuditBroken { number: 3 })),
        "{seen:?}"
    );
}
