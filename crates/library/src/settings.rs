//! Small settings, kept inside the vault like everything else.

use crate::{Library, LibraryError};

impl Library {
    /// The stored value of a setting.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, LibraryError> {
        let row: Option<(String,)> = sqlx::query_as("SELECT value FROM settings WHERE key = ?")
            .bind(key)
            .fetch_optional(self.db())
            .await
            .map_err(LibraryError::database("reading a setting"))?;
        Ok(row.map(|(value,)| value))
    }

    /// Stores a setting.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), LibraryError> {
        sqlx::query(
            "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
        )
        .bind(key)
        .bind(value)
        .execute(self.db())
        .await
        .map_err(LibraryError::database("storing a setting"))?;
        Ok(())
    }
}
