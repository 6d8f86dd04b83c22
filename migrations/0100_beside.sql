-- What tracked changes deleted from a document, and documents that say the same.

CREATE TABLE deletions (
    document INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    -- The end of the words before it.
    before   TEXT NOT NULL,
    text     TEXT NOT NULL,
    author   TEXT,
    -- YYYY-MM-DD.
    day      TEXT,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;

-- SHA-256 over the text of all pages; NULL for what was stored before this, until a document of the same length comes.
ALTER TABLE documents ADD COLUMN text_hash BLOB;
CREATE INDEX documents_by_text ON documents (folder, text_hash) WHERE text_hash IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX documents_unhashed ON documents (folder, chars) WHERE text_hash IS NULL AND trashed_at IS NULL;
