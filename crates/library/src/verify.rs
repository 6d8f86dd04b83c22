//! A check of everything stored against its seal and its hash.

use cabinet_vault::VaultError;
use sha2::{Digest, Sha256};

use crate::audit::Action;
use crate::{DocumentId, Library, LibraryError, count};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Documents whose originals were opened and hashed.
    pub documents: u32,
    /// Vectors counted.
    pub vectors: u32,
    /// What is damaged, in words; documents by identifier, never by name.
    pub damaged: Vec<String>,
    /// What was wrong with something derived, and was put right or will be.
    pub repaired: Vec<String>,
    /// True where the vector store is made anew at the next opening.
    pub vectors_to_rebuild: bool,
}

impl Library {
    /// Reads every database page, every original, every vector and the audit chain. What is derived (full text,
    /// vectors) is made again where it is wrong; what is not is named.
    pub async fn verify(&self) -> Result<Verified, LibraryError> {
        let (mut damaged, mut repaired) = (Vec::new(), Vec::new());
        let doing = LibraryError::database("checking the database");
        // Every page carries a MAC; this reads them all.
        let pages: Vec<(String,)> = sqlx::query_as("PRAGMA cipher_integrity_check")
            .fetch_all(self.db())
            .await
            .map_err(&doing)?;
        damaged.extend(pages.into_iter().map(|(what,)| format!("database: {what}")));
        // A connection that met such a page answers nothing more; what is missing then is known already.
        if !damaged.is_empty() {
            return Ok(Verified {
                damaged,
                ..Verified::default()
            });
        }
        let rows: Vec<(String,)> = sqlx::query_as("PRAGMA integrity_check")
            .fetch_all(self.db())
            .await
            .map_err(&doing)?;
        damaged.extend(
            rows.into_iter()
                .filter(|(what,)| what != "ok")
                .map(|(what,)| format!("database: {what}")),
        );
        let documents: Vec<(String, Vec<u8>)> =
            sqlx::query_as("SELECT id, sha256 FROM documents ORDER BY num")
                .fetch_all(self.db())
                .await
                .map_err(&doing)?;
        for (id, sha256) in &documents {
            let id: DocumentId = id.parse()?;
            let opened = self.blocking(move |vault| vault.objects().get(id.uuid())).await;
            match opened.map(|bytes| Sha256::digest(&bytes).to_vec()) {
                Ok(hash) if hash == *sha256 => {}
                Ok(_) | Err(LibraryError::Vault(VaultError::ObjectDamaged { .. })) => {
                    damaged.push(format!("original of document {id}"));
                }
                Err(LibraryError::Vault(VaultError::ObjectMissing)) => {
                    damaged.push(format!("original of document {id} is missing"));
                }
                Err(e) => return Err(e),
            }
        }
        match self.verify_audit().await {
            Ok(_) => {}
            Err(LibraryError::AuditBroken { number }) => {
                damaged.push(format!("audit log from entry {number}"))
            }
            Err(e) => return Err(e),
        }
        // Nothing is made anew from a database that is itself in doubt.
        if damaged.iter().all(|what| !what.starts_with("database")) {
            self.verify_full_text(&mut repaired).await?;
        }
        let mut wrong = None;
        let vectors = self.verify_vectors(&mut wrong).await?;
        let vectors_to_rebuild = wrong.is_some();
        if let Some(what) = wrong {
            crate::rebuild::ask(self.db()).await?;
            repaired.push(what);
        }
        self.record(Action::Verified, None, u32::try_from(damaged.len()).ok())
            .await?;
        if !repaired.is_empty() {
            self.record(Action::Repaired, None, u32::try_from(repaired.len()).ok())
                .await?;
        }
        Ok(Verified {
            documents: u32::try_from(documents.len()).unwrap_or(u32::MAX),
            vectors,
            damaged,
            repaired,
            vectors_to_rebuild,
        })
    }

    /// Compares each full-text index with the rows it is made from, and makes it anew where they differ.
    async fn verify_full_text(&self, repaired: &mut Vec<String>) -> Result<(), LibraryError> {
        let doing = LibraryError::database("checking the full text");
        let indexes: Vec<(String,)> = sqlx::query_as(
            "SELECT name FROM sqlite_schema WHERE sql GLOB 'CREATE VIRTUAL TABLE*USING fts5[ (]*' ORDER BY name",
        )
        .fetch_all(self.db())
        .await
        .map_err(&doing)?;
        for (index,) in indexes {
            // The name comes from our own schema, not from anybody's input.
            let check = format!("INSERT INTO \"{index}\" (\"{index}\", rank) VALUES ('integrity-check', 1)");
            match sqlx::query(sqlx::AssertSqlSafe(check)).execute(self.db()).await {
                Ok(_) => {}
                Err(e) if cabinet_vault::is_damaged(&e) => {
                    let rebuild = format!("INSERT INTO \"{index}\" (\"{index}\") VALUES ('rebuild')");
                    sqlx::query(sqlx::AssertSqlSafe(rebuild))
                        .execute(self.db())
                        .await
                        .map_err(&doing)?;
                    repaired.push("full text: it differed from the documents and was made anew".to_string());
                }
                Err(e) => return Err(doing(e)),
            }
        }
        Ok(())
    }

    /// Reads every vector and compares their number with the passages that should have one.
    async fn verify_vectors(&self, wrong: &mut Option<String>) -> Result<u32, LibraryError> {
        let Some(vectors) = &self.inner.vectors else {
            *wrong = Some("vectors: they could not be opened".to_string());
            return Ok(0);
        };
        let (expected,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM passages p JOIN documents d ON d.num = p.document WHERE d.embedded_by IS NOT NULL",
        )
        .fetch_one(self.db())
        .await
        .map_err(LibraryError::database("counting passages"))?;
        match vectors.read_all().await {
            Ok(found) if i64::try_from(found) == Ok(expected) => Ok(count(expected)),
            Ok(found) => {
                *wrong = Some(format!("vectors: there are {found} for {expected} passages"));
                Ok(u32::try_from(found).unwrap_or(u32::MAX))
            }
            Err(_) => {
                *wrong = Some("vectors: they could not be read".to_string());
                Ok(0)
            }
        }
    }
}
