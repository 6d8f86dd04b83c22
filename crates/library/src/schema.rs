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
