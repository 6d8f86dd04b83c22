//! What was done and when, never what was in it. Each entry's hash covers the entry before, and the last one's number and
//! hash are noted apart, so that a removed, changed or reordered entry shows, the newest ones included.

use sha2::{Digest, Sha256};
use sqlx::{Sqlite, Transaction};

use crate::{Library, LibraryError, Millis, count, now};

/// What can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The cabinet was opened; the subject says so where that was by the keychain.
    Opened,
    /// A document was added.
    Imported,
    /// A document was looked at.
    Viewed,
    /// A search ran; the count is the number of hits.
    Searched,
    /// Key points, a summary or a draft was made.
    Generated,
    /// A note or original left the cabinet as a file the user asked for.
    Exported,
    /// A document was deleted for ever.
    Deleted,
    /// The passphrase was changed.
    Rekeyed,
    /// The recovery code was replaced.
    CodeReplaced,
    /// The system's keychain may open the cabinet from then on.
    KeychainOn,
    /// It may no longer.
    KeychainOff,
    /// A backup was written; the count is the number of originals in it.
    BackedUp,
    /// Everything was checked; the count is the number of faults.
    Verified,
    /// Something derived was made anew.
    Repaired,
    /// Sending to a large model elsewhere was switched on.
    EscalationOn,
    /// It was switched off.
    EscalationOff,
    /// A payload the user approved was handed to the courier; the subject says which, where to and how it was decided,
    /// the count is the number of bytes.
    Escalated,
    /// That ended; the subject says which and how, the count is the number of bytes that came back.
    Answered,
}

impl Action {
    /// All there are.
    pub const ALL: [Self; 18] = [
        Self::Opened,
        Self::Imported,
        Self::Viewed,
        Self::Searched,
        Self::Generated,
        Self::Exported,
        Self::Deleted,
        Self::Rekeyed,
        Self::CodeReplaced,
        Self::KeychainOn,
        Self::KeychainOff,
        Self::BackedUp,
        Self::Verified,
        Self::Repaired,
        Self::EscalationOn,
        Self::EscalationOff,
        Self::Escalated,
        Self::Answered,
    ];

    /// As it stands in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Imported => "imported",
            Self::Viewed => "viewed",
            Self::Searched => "searched",
            Self::Generated => "generated",
            Self::Exported => "exported",
            Self::Deleted => "deleted",
            Self::Rekeyed => "rekeyed",
            Self::CodeReplaced => "code_replaced",
            Self::KeychainOn => "keychain_on",
            Self::KeychainOff => "keychain_off",
            Self::BackedUp => "backed_up",
            Self::Verified => "verified",
            Self::Repaired => "repaired",
            Self::EscalationOn => "escalation_on",
            Self::EscalationOff => "escalation_off",
            Self::Escalated => "escalated",
            Self::Answered => "answered",
        }
    }
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Place in the chain, from 1.
    pub number: u32,
    /// When.
    pub at: Millis,
    /// What was done.
    pub action: String,
    /// Identifier of what it was done to.
    pub subject: Option<String>,
    /// A count that belongs to it.
    pub count: Option<u32>,
}

/// Which entries are asked for; those not set let everything through.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Entries of smaller numbers.
    pub before: Option<u32>,
    /// Entries of this [`Action::name`].
    pub action: Option<String>,
    /// Entries of this moment and later.
    pub from: Option<Millis>,
    /// Entries before this moment.
    pub until: Option<Millis>,
    /// Entries on this identifier.
    pub subject: Option<String>,
}

type Row = (i64, i64, String, Option<String>, Option<i64>, Vec<u8>);

/// The setting that notes where the chain ends. Cabinets of before it was noted have none until the next entry.
const END: &str = "audit_end";

impl Library {
    /// Appends one entry.
    pub async fn record(
        &self,
        action: Action,
        subject: Option<String>,
        n: Option<u32>,
    ) -> Result<(), LibraryError> {
        let mut tx = self.write().await?;
        append(&mut tx, action, subject, n).await?;
        tx.commit()
            .await
            .map_err(LibraryError::database("recording what was done"))
    }

    /// Entries that the filter lets through, newest first.
    pub async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, LibraryError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT number, at, action, subject, count, hash FROM audit
             WHERE number < ?1 AND (?2 IS NULL OR action = ?2) AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)
               AND (?5 IS NULL OR subject = ?5)
             ORDER BY number DESC LIMIT ?6",
        )
        .bind(filter.before.map_or(i64::MAX, i64::from))
        .bind(filter.action.as_deref())
        .bind(filter.from)
        .bind(filter.until)
        .bind(filter.subject.as_deref())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await
        .map_err(LibraryError::database("reading the audit log"))?;
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Walks the whole chain; returns how many entries hold together, or the first that does not.
    pub async fn verify_audit(&self) -> Result<u32, LibraryError> {
        let doing = LibraryError::database("reading the audit log");
        // In one transaction: an entry that is added meanwhile belongs to both or to neither.
        let mut tx = self.db().begin().await.map_err(&doing)?;
        let rows: Vec<Row> =
            sqlx::query_as("SELECT number, at, action, subject, count, hash FROM audit ORDER BY number")
                .fetch_all(&mut *tx)
                .await
                .map_err(&doing)?;
        let noted: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE key = ?")
            .bind(END)
            .fetch_optional(&mut *tx)
            .await
            .map_err(&doing)?;
        tx.rollback().await.map_err(&doing)?;
        let mut before = Vec::new();
        for (expected, row) in (1..).zip(&rows) {
            let hash = link(&before, row.0, row.1, &row.2, row.3.as_deref(), row.4);
            if row.0 != expected || hash != row.5 {
                return Err(LibraryError::AuditBroken {
                    number: count(expected),
                });
            }
            before = hash;
        }
        let entries = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        // Without its newest entries a chain still holds together.
        if noted.is_some_and(|noted| noted != end(entries, &before)) {
            return Err(LibraryError::AuditBroken {
                number: count(entries.saturating_add(1)),
            });
        }
        Ok(count(entries))
    }
}

/// Appends within a transaction, so that the record stands exactly when the act does.
pub(crate) async fn append(
    tx: &mut Transaction<'static, Sqlite>,
    action: Action,
    subject: Option<String>,
    n: Option<u32>,
) -> Result<(), LibraryError> {
    let doing = LibraryError::database("recording what was done");
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
            .fetch_optional(&mut **tx)
            .await
            .map_err(&doing)?;
    let (number, before) = last.map_or((1, Vec::new()), |(number, hash)| (number + 1, hash));
    let (at, n) = (now(), n.map(i64::from));
    let hash = link(&before, number, at, action.name(), subject.as_deref(), n);
    sqlx::query(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
    )
    .bind(END)
    .bind(end(number, &hash))
    .execute(&mut **tx)
    .await
    .map_err(&doing)?;
    sqlx::query("INSERT INTO audit (number, at, action, subject, count, hash) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(number)
        .bind(at)
        .bind(action.name())
        .bind(subject.as_deref())
        .bind(n)
        .bind(hash)
        .execute(&mut **tx)
        .await
        .map_err(&doing)?;
    Ok(())
}

/// SHA-256 over the previous hash and every field, each with its length so that none can run into the next.
pub(crate) fn link(
    before: &[u8],
    number: i64,
    at: i64,
    action: &str,
    subject: Option<&str>,
    n: Option<i64>,
) -> Vec<u8> {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    field(before);
    field(&number.to_le_bytes());
    field(&at.to_le_bytes());
    field(action.as_bytes());
    field(subject.unwrap_or("").as_bytes());
    field(&n.map_or([0xFF; 8], i64::to_le_bytes));
    hash.finalize().to_vec()
}

/// Where a chain ends, as it is noted: how many entries there are, and the last one's hash in hexadecimal digits.
fn end(number: i64, hash: &[u8]) -> String {
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{number} {digits}")
}

fn entry((number, at, action, subject, n, _): Row) -> AuditEntry {
    AuditEntry {
        number: count(number),
        at,
        action,
        subject,
        count: n.map(count),
    }
}
