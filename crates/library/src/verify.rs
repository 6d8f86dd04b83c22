//! A check of everything stored against its seal and its hash.

use cabinet_vault::VaultError;
use sha2::{Digest, Sha256};

use crate::{DocumentId, Library, LibraryError, count};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Documents whose originals were opened and hashed.
    pub documents: u32,
    /// Vectors counted.
    pub vectors: u32,
    /// What is damaged, in words; documents by identifier, never by name.
    pub damaged: Vec<String>,
}

impl Library {
    /// Reads every database page, every original, every vector and the audit chain.
    pub async fn verify(&self) -> Result<Verified, LibraryError> {
        let mut damaged = Vec::new();
        let doing = LibraryError::database("checking the database");
        // Every page carries a MAC; this reads them all.
        let pages: Vec<(String,)> = sqlx::query_as("PRAGMA cipher_integrity_check")
            .fetch_all(self.db())
            .await
            .map_err(&doing)?;
        damaged.extend(pages.into_iter().map(|(what,)| format!("database: {what}")));
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
        let vectors = self.verify_vectors(&mut damaged).await?;
        Ok(Verified {
            documents: u32::try_from(documents.len()).unwrap_or(u32::MAX),
            vectors,
            damaged,
        })
    }

    /// Reads every vector and compares their number with the passages that should have one.
    async fn verify_vectors(&self, damaged: &mut Vec<String>) -> Result<u32, LibraryError> {
        let Some(vectors) = &self.inner.vectors else {
            damaged.push("vector store: it could not be opened; search goes on by words".to_string());
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
                damaged.push(format!("vector store: {found} vectors for {expected} passages"));
                Ok(u32::try_from(found).unwrap_or(u32::MAX))
            }
            Err(_) => {
                damaged.push("vector store: it could not be read; search goes on by words".to_string());
                Ok(0)
            }
        }
    }
}
