//! The numbered migrations, embedded, and the rule that an older program never opens a newer cabinet.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlitePool};

use crate::LibraryError;

/// Every migration in order. Append only.
fn migrations() -> Vec<Migration> {
    [
        (
            1,
            "foundation",
            include_str!("../../../migrations/0001_foundation.sql"),
        ),
        (
            10,
            "backups",
            include_str!("../../../migrations/0010_backups.sql"),
        ),
        (20, "inside", include_str!("../../../migrations/0020_inside.sql")),
        (30, "scans", include_str!("../../../migrations/0030_scans.sql")),
        (40, "search", include_str!("../../../migrations/0040_search.sql")),
        (
            80,
            "escalation",
            include_str!("../../../migrations/0080_escalation.sql"),
        ),
        (
            90,
            "followed",
            include_str!("../../../migrations/0090_followed.sql"),
        ),
        (100, "beside", include_str!("../../../migrations/0100_beside.sql")),
        (110, "told", include_str!("../../../migrations/0110_told.sql")),
        (
            120,
            "headings",
            include_str!("../../../migrations/0120_headings.sql"),
        ),
        (
            130,
            "numbered",
            include_str!("../../../migrations/0130_numbered.sql"),
        ),
        (
            140,
            "vector sets",
            include_str!("../../../migrations/0140_vector_sets.sql"),
        ),
    ]
    .into_iter()
    .map(|(version, name, sql)| {
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    })
    .collect()
}

/// The newest migration, where a database that holds something already has not had them all.
pub(crate) async fn pending(db: &SqlitePool) -> Result<Option<i64>, LibraryError> {
    let doing = LibraryError::database("looking at its shape");
    let (made,): (bool,) =
        sqlx::query_as("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
            .fetch_one(db)
            .await
            .map_err(&doing)?;
    if !made {
        return Ok(None);
    }
    let had: Vec<(i64,)> = sqlx::query_as("SELECT version FROM _sqlx_migrations WHERE success")
        .fetch_all(db)
        .await
        .map_err(&doing)?;
    let migrations = migrations();
    let newest = migrations.iter().map(|migration| migration.version).max();
    let all_had = migrations
        .iter()
        .all(|migration| had.contains(&(migration.version,)));
    Ok(newest.filter(|_| !had.is_empty() && !all_had))
}

/// Brings the database to the newest shape; refuses one that is newer than this program.
pub(crate) async fn migrate(db: &SqlitePool) -> Result<(), LibraryError> {
    Migrator::with_migrations(migrations())
        .run(db)
        .await
        .map_err(|e| match e {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => LibraryError::NewerFormat,
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                LibraryError::database("bringing it up to date")(source)
            }
            other => LibraryError::Database {
                doing: "bringing it up to date",
                source: sqlx::Error::Migrate(Box::new(other)),
            },
        })
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    /// A cabinet that was filled before anything could leave keeps all of it, and what is deleted later is gone from what
    /// was prepared and sent too.
    #[tokio::test]
    async fn an_older_cabinet_with_rows_takes_escalation_in() {
        let db = SqlitePoolOptions::new()
            .max_connections(1)
            .connect("sqlite::memory:")
            .await
            .expect("a database in memory");
        let run = |sql: &'static str| sqlx::raw_sql(sql).execute(&db);
        let older: Vec<Migration> = migrations()
            .into_iter()
            .filter(|migration| migration.version < 80)
            .collect();
        Migrator::with_migrations(older)
            .run(&db)
            .await
            .expect("its shape");
        run("INSERT INTO folders (id, name, created_at) VALUES ('f1', 'Castellan', 1), ('f2', 'Other', 2);
             INSERT INTO documents (id, folder, title, source_name, kind, bytes, sha256, pages, chars, added_at)
                 SELECT 'd' || value, 1 + value % 2, 'Letter ' || value, 'l.txt', 'txt', 9, CAST(value AS BLOB), 1, 9, value
                 FROM json_each('[1, 2, 3]');
             INSERT INTO pages (document, number, text, method) VALUES (1, 1, 'Rent. Due.', 'native');
             INSERT INTO passages (document, page, start, \"end\", text) VALUES (1, 1, 0, 10, 'Rent. Due.');
             INSERT INTO notes (id, folder, title, body, version, created_at, updated_at)
                 VALUES ('n1', 1, 'Note', '{}', 1, 1, 1)")
            .await
            .expect("what people had");
        let newest = migrations().last().map(|migration| migration.version);
        assert_eq!(pending(&db).await.expect("it is asked"), newest);
        migrate(&db).await.expect("it is brought up to date");
        assert_eq!(pending(&db).await.expect("it is asked"), None);

        let count = async |sql: &'static str| -> i64 {
            sqlx::query_scalar(sql).fetch_one(&db).await.expect("a number")
        };
        assert_eq!(
            count("SELECT count(*) FROM documents WHERE label IS NULL").await,
            3
        );
        assert_eq!(count("SELECT count(*) FROM folders WHERE label IS NULL").await, 2);
        assert_eq!(count("SELECT count(*) FROM notes").await, 1);
        let unknown = "SELECT count(*) FROM passages p JOIN pages USING (document) WHERE p.headings IS NULL AND pages.headings IS NULL";
        assert_eq!(count(unknown).await, 1, "what a text stands under is not known");
        assert_eq!(
            count("SELECT count(*) FROM payloads").await,
            0,
            "nothing has left"
        );

        run("UPDATE documents SET label = 'privileged' WHERE id = 'd1';
             INSERT INTO payloads (hash, made_at, endpoint, model, body, work, sent_at)
                 VALUES ('sent', 1, 'e', 'm', 'text of d2', '{}', 2), ('ready', 1, 'e', 'm', 'text of d3', '{}', NULL);
             INSERT INTO payload_sources (payload, document)
                 SELECT payloads.num, documents.num FROM payloads JOIN documents
                 ON documents.id = iif(payloads.hash = 'sent', 'd2', 'd3')")
            .await
            .expect("its rows can be used like any");
        run("DELETE FROM documents WHERE id = 'd2'")
            .await
            .expect("deleted for ever");
        assert_eq!(
            count("SELECT count(*) FROM payloads WHERE body IS NULL AND work IS NULL").await,
            1,
            "and gone from what left, and from nothing else"
        );
        let forgotten = run("DELETE FROM payloads WHERE hash = 'sent'").await;
        assert!(forgotten.is_err(), "that it left is never forgotten");
        run("DELETE FROM payloads WHERE hash = 'ready'")
            .await
            .expect("what never left can be");
    }

    /// Notes and exports name a sending by its number, so it stays; the next one goes on from there.
    #[tokio::test]
    async fn what_left_keeps_its_number_and_the_next_goes_on() {
        let db = SqlitePoolOptions::new()
            .max_connections(1)
            .connect("sqlite::memory:")
            .await
            .expect("a database in memory");
        let older: Vec<Migration> = migrations()
            .into_iter()
            .filter(|migration| migration.version < 120)
            .collect();
        Migrator::with_migrations(older)
            .run(&db)
            .await
            .expect("its shape");
        sqlx::raw_sql(
            "INSERT INTO payloads (num, hash, made_at, endpoint, model, sent_at)
             VALUES (3, 'a', 1, 'e', 'm', 9), (5, 'b', 1, 'e', 'm', 2), (6, 'c', 1, 'e', 'm', NULL)",
        )
        .execute(&db)
        .await
        .expect("two that left, one that did not");
        migrate(&db).await.expect("it is brought up to date");
        let numbers: Vec<(String, Option<i64>)> =
            sqlx::query_as("SELECT hash, number FROM payloads ORDER BY num")
                .fetch_all(&db)
                .await
                .expect("they are there");
        let numbers: Vec<(&str, Option<i64>)> = numbers.iter().map(|(hash, n)| (hash.as_str(), *n)).collect();
        assert_eq!(numbers, [("a", Some(3)), ("b", Some(5)), ("c", None)]);
        let twice = sqlx::raw_sql("UPDATE payloads SET number = 3 WHERE hash = 'c'")
            .execute(&db)
            .await;
        assert!(twice.is_err(), "a number names one sending");
    }
}
