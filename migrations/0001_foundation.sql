-- The first shape of a cabinet. Migrations are append-only: never edit one that has been released.
-- Times are milliseconds since the Unix epoch. Offsets are Unicode scalar values within one page.
-- `num` columns are the small numbers that the vector store holds in place of the public identifiers;
-- AUTOINCREMENT never hands one out twice, so a stale vector can never come to mean another passage.

CREATE TABLE folders (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX folders_by_name ON folders (name COLLATE NOCASE);

CREATE TABLE documents (
    num          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    folder       INTEGER NOT NULL REFERENCES folders (num),
    title        TEXT NOT NULL,
    source_name  TEXT NOT NULL,
    kind         TEXT NOT NULL,
    bytes        INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    pages        INTEGER NOT NULL,
    chars        INTEGER NOT NULL,
    added_at     INTEGER NOT NULL,
    trashed_at   INTEGER,
    -- The embedding model whose vectors are stored; NULL until they are.
    embedded_by  TEXT
) STRICT;
CREATE INDEX documents_by_folder ON documents (folder, trashed_at);
CREATE INDEX documents_to_embed ON documents (num) WHERE embedded_by IS NULL;
-- The same bytes once per folder: walls between folders hold for duplicates too.
CREATE UNIQUE INDEX documents_by_hash ON documents (folder, sha256) WHERE trashed_at IS NULL;

CREATE TABLE pages (
    document INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    text     TEXT NOT NULL,
    -- How the text was obtained: 'native', or 'none' where the page has no readable text.
    method   TEXT NOT NULL,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE passages (
    num       INTEGER PRIMARY KEY AUTOINCREMENT,
    document  INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE,
    page      INTEGER NOT NULL,
    start     INTEGER NOT NULL,
    "end"     INTEGER NOT NULL,
    text      TEXT NOT NULL
) STRICT;
CREATE INDEX passages_by_document ON passages (document, page, start);

CREATE VIRTUAL TABLE passages_fts USING fts5 (
    text,
    content = 'passages',
    content_rowid = 'num',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
-- Deleted text is overwritten in the index, not merely marked.
INSERT INTO passages_fts (passages_fts, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
    INSERT INTO passages_fts (rowid, text) VALUES (new.num, new.text);
END;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
    INSERT INTO passages_fts (passages_fts, rowid, text) VALUES ('delete', old.num, old.text);
END;

-- Documents on their way out: rows are gone, vectors and originals still to be wiped.
CREATE TABLE purges (
    document INTEGER PRIMARY KEY,
    id       TEXT NOT NULL
) STRICT;

CREATE TABLE jobs (
    num          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    path         TEXT NOT NULL,
    file_name    TEXT NOT NULL,
    folder       INTEGER NOT NULL REFERENCES folders (num) ON DELETE CASCADE,
    -- 'queued', 'running', 'added', 'duplicate', 'failed', 'cancelled'
    state        TEXT NOT NULL,
    -- How often the reader started on it; a file that took the reader down twice is set aside.
    attempts     INTEGER NOT NULL DEFAULT 0,
    document_id  TEXT,
    error_code   TEXT,
    error_text   TEXT,
    error_advice TEXT,
    created_at   INTEGER NOT NULL,
    finished_at  INTEGER
) STRICT;
CREATE INDEX jobs_open ON jobs (num) WHERE state IN ('queued', 'running');

CREATE TABLE notes (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    folder     INTEGER NOT NULL REFERENCES folders (num),
    title      TEXT NOT NULL,
    -- The editor's document (ProseMirror JSON).
    body       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    trashed_at INTEGER
) STRICT;
CREATE INDEX notes_by_folder ON notes (folder, trashed_at);

CREATE TABLE note_versions (
    note     INTEGER NOT NULL REFERENCES notes (num) ON DELETE CASCADE,
    version  INTEGER NOT NULL,
    title    TEXT NOT NULL,
    body     TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (note, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was done, never what was in it. Each entry's hash covers the one before.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT,
    count   INTEGER,
    hash    BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'the audit log is append-only'); END;
