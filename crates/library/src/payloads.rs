//! Requests to a large model elsewhere: kept while they are looked at, and for ever once they have left, as the ledger.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::audit::{self, Action};
use crate::{DocumentId, Library, LibraryError, Millis, NoteId, count, now};

/// What was prepared and not sent goes after a day.
const KEPT_UNSENT_MS: Millis = 24 * 60 * 60 * 1000;

/// A request just prepared.
#[derive(Debug, Clone)]
pub struct NewPayload {
    /// SHA-256 of the body, in hexadecimal.
    pub hash: String,
    /// The exact body.
    pub body: String,
    /// What stands behind it (JSON).
    pub work: String,
    /// Where it would go, in words.
    pub endpoint: String,
    /// To which model.
    pub model: String,
    /// The note it was prepared for.
    pub note: Option<NoteId>,
    /// The documents it was made of.
    pub documents: Vec<DocumentId>,
}

/// A request that was prepared and not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// Its place among all that was ever prepared; the ledger numbers it when it is sent.
    pub place: u32,
    /// SHA-256 of the body, in hexadecimal.
    pub hash: String,
    /// The exact body.
    pub body: String,
    /// What stands behind it (JSON).
    pub work: String,
}

/// A request that was shown and that the user decided not to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declined {
    /// SHA-256 of the body, in hexadecimal; what it said is not kept.
    pub hash: String,
    /// When that was decided.
    pub declined_at: Millis,
    /// Where it would have gone, in words.
    pub endpoint: String,
    /// To which model.
    pub model: String,
    /// Bytes of body that would have left.
    pub bytes: u32,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// Its number: the first that left is 1.
    pub number: u32,
    /// SHA-256 of the body, in hexadecimal.
    pub hash: String,
    /// Where it went, in words.
    pub endpoint: String,
    /// To which model.
    pub model: String,
    /// The note it was for.
    pub note: Option<NoteId>,
    /// When it was sent.
    pub sent_at: Millis,
    /// When that ended; none where the program ended first.
    pub ended_at: Option<Millis>,
    /// How the user decided.
    pub decision: String,
    /// Bytes of body that were handed to the network; as long as that is not known, those that were approved.
    pub bytes_sent: u32,
    /// Bytes of body that came back.
    pub bytes_received: Option<u32>,
    /// How it ended; none where that is not known.
    pub outcome: Option<String>,
    /// The address that was connected to.
    pub address: Option<String>,
    /// What left, to the byte; none where a document it was made of has been deleted.
    pub body: Option<String>,
    /// The answer with its checked sentences (JSON).
    pub answer: Option<String>,
}

/// How a sending ended.
#[derive(Debug, Clone)]
pub struct SendingEnd {
    /// 'answered', 'incomplete', or the fault.
    pub outcome: String,
    /// Bytes of body that were handed to the network; none where it never came to that.
    pub bytes_sent: u32,
    /// Bytes that came back.
    pub bytes_received: u32,
    /// The address that was connected to.
    pub address: Option<String>,
    /// The answer with its checked sentences (JSON).
    pub answer: Option<String>,
}

/// Which lines of the ledger; those not set let everything through.
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Lines whose hash, address, model or sent text holds this.
    pub text: Option<String>,
    /// Lines for this note.
    pub note: Option<NoteId>,
}

impl Library {
    /// Keeps a request for the user to look at. What was prepared more than a day ago and never sent goes.
    pub async fn keep_payload(&self, new: &NewPayload) -> Result<(), LibraryError> {
        let doing = LibraryError::database("keeping a payload");
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM payloads WHERE sent_at IS NULL AND (made_at < ? OR hash = ?)")
            .bind(now() - KEPT_UNSENT_MS)
            .bind(&new.hash)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        let made = sqlx::query(
            "INSERT INTO payloads (hash, made_at, note, endpoint, model, body, work) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&new.hash)
        .bind(now())
        .bind(new.note.map(|note| note.to_string()))
        .bind(&new.endpoint)
        .bind(&new.model)
        .bind(&new.body)
        .bind(&new.work)
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
        for document in &new.documents {
            sqlx::query(
                "INSERT OR IGNORE INTO payload_sources (payload, document) SELECT ?, num FROM documents WHERE id = ?",
            )
            .bind(made.last_insert_rowid())
            .bind(document.to_string())
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        }
        tx.commit().await.map_err(&doing)
    }

    /// The request of this hash that was prepared and not sent.
    pub async fn payload(&self, hash: &str) -> Result<Payload, LibraryError> {
        let row: Option<(i64, String, String, String)> = sqlx::query_as(
            "SELECT num, hash, body, work FROM payloads
             WHERE hash = ? AND sent_at IS NULL AND body IS NOT NULL AND work IS NOT NULL ORDER BY num DESC LIMIT 1",
        )
        .bind(hash)
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("finding a payload"))?;
        if let Some((num, hash, body, work)) = row {
            return Ok(Payload {
                place: count(num),
                hash,
                body,
                work,
            });
        }
        let (sent,): (bool,) =
            sqlx::query_as("SELECT EXISTS (SELECT 1 FROM payloads WHERE hash = ? AND sent_at IS NOT NULL)")
                .bind(hash)
                .fetch_one(self.db())
                .await
                .map_err(LibraryError::database("finding a payload"))?;
        Err(if sent {
            LibraryError::SentBefore
        } else {
            LibraryError::NotFound { noun: "payload" }
        })
    }

    /// Writes down that the user decided not to send a request, and forgets what it said. Nothing where it is not there.
    pub async fn decline_payload(&self, hash: &str) -> Result<(), LibraryError> {
        let doing = LibraryError::database("declining a payload");
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO declined (hash, declined_at, endpoint, model, bytes)
             SELECT hash, ?, endpoint, model, coalesce(length(CAST(body AS BLOB)), 0)
             FROM payloads WHERE hash = ? AND sent_at IS NULL",
        )
        .bind(now())
        .bind(hash)
        .execute(&mut *tx)
        .await
        .map_err(&doing)?;
        sqlx::query("DELETE FROM payloads WHERE hash = ? AND sent_at IS NULL")
            .bind(hash)
            .execute(&mut *tx)
            .await
            .map_err(&doing)?;
        tx.commit().await.map_err(&doing)
    }

    /// What the user decided not to send, newest first.
    pub async fn declined(&self, limit: u32) -> Result<Vec<Declined>, LibraryError> {
        let rows: Vec<(String, Millis, String, String, i64)> = sqlx::query_as(
            "SELECT hash, declined_at, endpoint, model, bytes FROM declined ORDER BY num DESC LIMIT ?",
        )
        .bind(limit)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading what was declined"))?;
        let declined = |(hash, declined_at, endpoint, model, bytes)| Declined {
            hash,
            declined_at,
            endpoint,
            model,
            bytes: count(bytes),
        };
        Ok(rows.into_iter().map(declined).collect())
    }

    /// Forgets a request that another one has taken the place of.
    pub async fn discard_payload(&self, hash: &str) -> Result<(), LibraryError> {
        sqlx::query("DELETE FROM payloads WHERE hash = ? AND sent_at IS NULL")
            .bind(hash)
            .execute(self.db())
            .await
            .map_err(LibraryError::database("discarding a payload"))?;
        Ok(())
    }

    /// What stood behind the last request for a note whose decisions were to be kept.
    pub async fn kept_decisions(&self, note: NoteId) -> Result<Option<String>, LibraryError> {
        let row: Option<(String,)> = sqlx::query_as(
            "SELECT work FROM payloads WHERE note = ? AND decision = 'for_this_note' AND work IS NOT NULL
             ORDER BY num DESC LIMIT 1",
        )
        .bind(note.to_string())
        .fetch_optional(self.db())
        .await
        .map_err(LibraryError::database("reading earlier decisions"))?;
        Ok(row.map(|(work,)| work))
    }

    /// Writes into the ledger and the audit log that an approved request is about to leave: before it does, so that
    /// nothing leaves unrecorded. Gives its number, one more than the last. A request leaves once; a second time is refused.
    pub async fn begin_sending(
        &self,
        place: u32,
        decision: &str,
        bytes: u32,
        where_to: &str,
    ) -> Result<u32, LibraryError> {
        let doing = LibraryError::database("recording a sending");
        let mut tx = self.write().await?;
        let row: Option<(String, i64)> = sqlx::query_as(
            "UPDATE payloads SET sent_at = ?1, decision = ?2, bytes_sent = ?3,
                    number = (SELECT coalesce(max(number), 0) + 1 FROM payloads)
             WHERE num = ?4 AND sent_at IS NULL RETURNING hash, number",
        )
        .bind(now())
        .bind(decision)
        .bind(bytes)
        .bind(place)
        .fetch_optional(&mut *tx)
        .await
        .map_err(&doing)?;
        let (hash, number) = row.ok_or(LibraryError::SentBefore)?;
        let subject = format!("sha256:{hash} to {where_to}, {decision}");
        audit::append(&mut tx, Action::Escalated, Some(subject), Some(bytes)).await?;
        tx.commit().await.map_err(&doing)?;
        Ok(count(number))
    }

    /// Writes into the ledger and the audit log how a sending ended.
    pub async fn end_sending(&self, number: u32, end: &SendingEnd) -> Result<(), LibraryError> {
        let doing = LibraryError::database("recording the end of a sending");
        let mut tx = self.write().await?;
        let row: Option<(String,)> = sqlx::query_as(
            "UPDATE payloads SET ended_at = ?1, outcome = ?2, bytes_received = ?3, address = ?4, bytes_sent = ?7,
                    answer = CASE WHEN work IS NULL THEN NULL ELSE ?5 END
             WHERE number = ?6 AND ended_at IS NULL RETURNING hash",
        )
        .bind(now())
        .bind(&end.outcome)
        .bind(end.bytes_received)
        .bind(&end.address)
        .bind(&end.answer)
        .bind(number)
        .bind(end.bytes_sent)
        .fetch_optional(&mut *tx)
        .await
        .map_err(&doing)?;
        let (hash,) = row.ok_or(LibraryError::NotFound { noun: "sending" })?;
        let subject = format!("sha256:{hash}, {}", end.outcome);
        audit::append(&mut tx, Action::Answered, Some(subject), Some(end.bytes_received)).await?;
        tx.commit().await.map_err(&doing)
    }

    /// What was approved for leaving, newest first: what left, and what never got so far, with the reason.
    pub async fn ledger(&self, filter: &LedgerFilter, limit: u32) -> Result<Vec<Sending>, LibraryError> {
        let rows = sqlx::query(
            "SELECT number, hash, endpoint, model, note, sent_at, ended_at, decision, bytes_sent, bytes_received, outcome,
                    address, body, answer
             FROM payloads WHERE sent_at IS NOT NULL AND (?1 IS NULL OR note = ?1)
               AND (?2 IS NULL OR instr(lower(hash || ' ' || endpoint || ' ' || model || ' ' || coalesce(body, '')), lower(?2)))
             ORDER BY number DESC LIMIT ?3",
        )
        .bind(filter.note.map(|note| note.to_string()))
        .bind(filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()))
        .bind(limit)
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading the ledger"))?;
        rows.iter().map(sending).collect()
    }

    /// How many requests have left, or may have: of one whose end is not known that is taken for granted.
    pub async fn sent(&self) -> Result<u32, LibraryError> {
        self.count(
            "SELECT count(*) FROM payloads WHERE number IS NOT NULL AND (bytes_sent > 0 OR ended_at IS NULL)",
        )
        .await
    }

    /// How many were approved and never left: nobody answered, or could not prove who they are.
    pub async fn never_left(&self) -> Result<u32, LibraryError> {
        self.count("SELECT count(*) FROM payloads WHERE number IS NOT NULL AND bytes_sent = 0 AND ended_at IS NOT NULL")
            .await
    }

    async fn count(&self, approved: &'static str) -> Result<u32, LibraryError> {
        let (counted,): (i64,) = sqlx::query_as(approved)
            .fetch_one(self.db())
            .await
            .map_err(LibraryError::database("counting what was sent"))?;
        Ok(count(counted))
    }
}

fn sending(row: &SqliteRow) -> Result<Sending, LibraryError> {
    let read = || -> Result<_, sqlx::Error> {
        let note: Option<String> = row.try_get("note")?;
        let sending = Sending {
            number: count(row.try_get("number")?),
            hash: row.try_get("hash")?,
            endpoint: row.try_get("endpoint")?,
            model: row.try_get("model")?,
            note: None,
            sent_at: row.try_get("sent_at")?,
            ended_at: row.try_get("ended_at")?,
            decision: row.try_get::<Option<String>, _>("decision")?.unwrap_or_default(),
            bytes_sent: count(row.try_get::<Option<i64>, _>("bytes_sent")?.unwrap_or_default()),
            bytes_received: row.try_get::<Option<i64>, _>("bytes_received")?.map(count),
            outcome: row.try_get("outcome")?,
            address: row.try_get("address")?,
            body: row.try_get("body")?,
            answer: row.try_get("answer")?,
        };
        Ok((sending, note))
    };
    let (mut sending, note) = read().map_err(LibraryError::database("reading the ledger"))?;
    sending.note = note.map(|note| note.parse()).transpose()?;
    Ok(sending)
}
