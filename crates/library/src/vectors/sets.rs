//! Which table holds the vectors of which model.
//!
//! Vectors of two models cannot be compared. Where a program comes with another model, a second set is made aside, in a
//! table of its own, and the first stays until that is complete: a version that comes with the model before finds its
//! vectors again.

use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::LibraryError;

/// A table of vectors, all of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    number: i64,
    /// Which model.
    pub model: String,
}

impl Set {
    /// What its table is called.
    pub(crate) fn table(&self) -> String {
        match self.number {
            1 => FIRST.to_string(),
            number => format!("{FIRST}_{number}"),
        }
    }
}

/// The table of a cabinet that has had one model.
const FIRST: &str = "passages";

/// The sets there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sets {
    /// The one that documents are marked for.
    pub current: Set,
    /// The one before, while the current one is not complete.
    pub former: Option<Set>,
}

impl Sets {
    /// The sets of a cabinet that has no vectors yet.
    pub(crate) fn first(model: &str) -> Self {
        Self {
            current: Set {
                number: 1,
                model: model.to_string(),
            },
            former: None,
        }
    }

    /// The sets as another model needs them; none where they are this one's.
    pub(crate) fn turned(&self, model: &str) -> Option<Self> {
        if self.current.model == model {
            return None;
        }
        Some(match &self.former {
            // The model before is back. What was begun aside is nobody's.
            Some(former) if former.model == model => Self {
                current: former.clone(),
                former: None,
            },
            former => Self {
                current: Set {
                    number: self
                        .current
                        .number
                        .max(former.as_ref().map_or(0, |set| set.number))
                        + 1,
                    model: model.to_string(),
                },
                // One that was not complete is no use to anybody.
                former: Some(former.as_ref().unwrap_or(&self.current).clone()),
            },
        })
    }

    /// None where nothing was embedded yet.
    pub(crate) async fn read(db: &SqlitePool) -> Result<Option<Self>, LibraryError> {
        let rows: Vec<(i64, String, String)> = sqlx::query_as("SELECT number, model, state FROM vector_sets")
            .fetch_all(db)
            .await
            .map_err(LibraryError::database("reading whose the vectors are"))?;
        let (mut current, mut former) = (None, None);
        for (number, model, state) in rows {
            let set = Some(Set { number, model });
            match state.as_str() {
                "current" => current = set,
                _ => former = set,
            }
        }
        Ok(current.map(|current| Self { current, former }))
    }

    pub(crate) async fn write(&self, tx: &mut Transaction<'_, Sqlite>) -> Result<(), LibraryError> {
        let doing = LibraryError::database("storing whose the vectors are");
        sqlx::query("DELETE FROM vector_sets")
            .execute(&mut **tx)
            .await
            .map_err(&doing)?;
        for (set, state) in [(Some(&self.current), "current"), (self.former.as_ref(), "former")] {
            let Some(set) = set else { continue };
            sqlx::query("INSERT INTO vector_sets (number, model, state) VALUES (?, ?, ?)")
                .bind(set.number)
                .bind(&set.model)
                .bind(state)
                .execute(&mut **tx)
                .await
                .map_err(&doing)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_begun_aside_and_the_complete_one_stays() {
        let first = Sets::first("heron");
        assert_eq!(first.current.table(), "passages");
        assert_eq!(first.turned("heron"), None);

        let second = first.turned("ibis").unwrap();
        assert_eq!(second.current.table(), "passages_2");
        assert_eq!(second.former.as_ref(), Some(&first.current));
        assert_eq!(second.turned("ibis"), None);
        assert_eq!(second.turned("heron"), Some(first.clone()));

        let third = second.turned("crane").unwrap();
        assert_eq!(third.current.table(), "passages_3");
        assert_eq!(third.former, Some(first.current), "the second was never complete");

        let complete = Sets {
            former: None,
            ..second.clone()
        };
        let after = complete.turned("heron").unwrap();
        assert_eq!(after.current.table(), "passages_3");
        assert_eq!(after.former, Some(second.current));
    }
}
