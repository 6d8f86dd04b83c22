-- What may not leave, what was prepared for leaving, and what left.

-- 'privileged' or 'never_leaves'; NULL where nothing forbids it.
ALTER TABLE folders ADD COLUMN label TEXT;
ALTER TABLE documents ADD COLUMN label TEXT;

-- Requests to a large model elsewhere. A row is made when a request is prepared; it belongs to the ledger from the
-- moment it is sent, and `sent_at` is set once: one consent, one sending.
CREATE TABLE payloads (
    num            INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the body, in hexadecimal.
    hash           TEXT NOT NULL,
    made_at        INTEGER NOT NULL,
    note           TEXT,
    -- Where to and to which model, in words.
    endpoint       TEXT NOT NULL,
    model          TEXT NOT NULL,
    -- The exact body, and what stands behind it: sources, replacements, pseudonyms (JSON). Both go when a document they
    -- were made of is deleted; the line of the ledger stays.
    body           TEXT,
    work           TEXT,
    sent_at        INTEGER,
    ended_at       INTEGER,
    -- 'once' or 'for_this_note'
    decision       TEXT,
    bytes_sent     INTEGER,
    bytes_received INTEGER,
    -- How it ended: 'answered', 'incomplete', or the fault.
    outcome        TEXT,
    -- The address that was connected to.
    address        TEXT,
    -- The answer with its checked sentences (JSON).
    answer         TEXT
) STRICT;
CREATE INDEX payloads_by_hash ON payloads (hash);
CREATE INDEX payloads_sent ON payloads (sent_at) WHERE sent_at IS NOT NULL;

CREATE TABLE payload_sources (
    payload  INTEGER NOT NULL REFERENCES payloads (num) ON DELETE CASCADE,
    document INTEGER NOT NULL,
    PRIMARY KEY (payload, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX payload_sources_by_document ON payload_sources (document);

-- Deleted means gone from here too.
CREATE TRIGGER payloads_of_deleted AFTER DELETE ON documents BEGIN
    UPDATE payloads SET body = NULL, work = NULL, answer = NULL
        WHERE num IN (SELECT payload FROM payload_sources WHERE document = old.num);
END;

-- What left is never forgotten.
CREATE TRIGGER ledger_is_append_only BEFORE DELETE ON payloads WHEN old.sent_at IS NOT NULL BEGIN
    SELECT RAISE (ABORT, 'the ledger is append-only');
END;
