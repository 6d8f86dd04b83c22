//! The numbered migrations, embedded, and the rule that an older program never opens a newer cabinet.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqlitePool};

use crate::LibraryError;

/// Every migration in order. Append only.
fn migrations() -> Vec<Migration> {
    [(
        1,
        "foundation",
        include_str!("../../../migrations/0001_foundation.sql"),
    )]
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
