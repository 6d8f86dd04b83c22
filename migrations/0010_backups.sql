-- Which backups were made, so that the window can say when the last one was and a daily one knows what to add to.
-- The row of a backup is written after it, so a restored cabinet does not know the one it came from.
CREATE TABLE backups (
    id       TEXT PRIMARY KEY,
    made_at  INTEGER NOT NULL,
    -- 'whole' or 'additions'
    kind     TEXT NOT NULL,
    -- The whole backup that it adds to.
    base     TEXT,
    bytes    INTEGER NOT NULL,
    -- Where it was written to; it may have been moved since.
    place    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX backups_by_time ON backups (made_at);
