-- The ledger counts what left, 1, 2, 3 ...; `num` also counts what was only prepared. What has left keeps the number it
-- was called by, because notes and exports name it.
ALTER TABLE payloads ADD COLUMN number INTEGER;
UPDATE payloads SET number = num WHERE sent_at IS NOT NULL;
CREATE UNIQUE INDEX payloads_numbered ON payloads (number) WHERE number IS NOT NULL;

-- Requests that were shown and that the user decided not to send: the decision, and nothing of what they would have said.
CREATE TABLE declined (
    num         INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the body, in hexadecimal.
    hash        TEXT NOT NULL,
    declined_at INTEGER NOT NULL,
    -- Where it would have gone and to which model, in words.
    endpoint    TEXT NOT NULL,
    model       TEXT NOT NULL,
    -- Of the body.
    bytes       INTEGER NOT NULL
) STRICT;
