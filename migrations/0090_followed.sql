-- Folders of the user's that are followed, the files last seen in them, and documents that take another's place.

-- Where the file lay that a document was read from; NULL for files inside documents.
ALTER TABLE documents ADD COLUMN origin TEXT;
-- The document that took this one's place when its file changed; this one lies in the trash then.
ALTER TABLE documents ADD COLUMN replaced_by TEXT;
CREATE INDEX documents_by_origin ON documents (origin) WHERE origin IS NOT NULL AND trashed_at IS NULL;
CREATE INDEX documents_by_successor ON documents (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE followed (
    num        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    folder     INTEGER NOT NULL REFERENCES folders (num) ON DELETE CASCADE,
    path       TEXT NOT NULL UNIQUE,
    -- Which folder of which file system it was when it was last seen: what lies empty under its name when a drive is away
    -- is another one.
    identity   TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE followed_files (
    followed INTEGER NOT NULL REFERENCES followed (num) ON DELETE CASCADE,
    path     TEXT NOT NULL,
    bytes    INTEGER NOT NULL,
    -- Nanoseconds since the Unix epoch.
    modified INTEGER NOT NULL,
    PRIMARY KEY (followed, path)
) STRICT, WITHOUT ROWID;
