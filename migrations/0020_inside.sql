-- Documents inside documents (attachments, messages of a mailbox, files of an archive), and what is known or guessed
-- about a document as a whole. Days are ISO 8601 (YYYY-MM-DD): files' times carry no zone one could trust.

-- The document this one was taken out of; always in the same folder.
ALTER TABLE documents ADD COLUMN parent INTEGER REFERENCES documents (num) ON DELETE SET NULL;
ALTER TABLE documents ADD COLUMN author TEXT;
ALTER TABLE documents ADD COLUMN created_on TEXT;
ALTER TABLE documents ADD COLUMN modified_on TEXT;
-- The date that stands on it.
ALTER TABLE documents ADD COLUMN dated TEXT;
-- ISO 639-1.
ALTER TABLE documents ADD COLUMN language TEXT;
-- What sort of paper it seems to be; a guess, and shown as one.
ALTER TABLE documents ADD COLUMN genre TEXT;
CREATE INDEX documents_by_parent ON documents (parent) WHERE parent IS NOT NULL;

-- A job for a file inside a document: the document, which of its files (from 0), and the job of the outermost file.
ALTER TABLE jobs ADD COLUMN parent_document TEXT;
ALTER TABLE jobs ADD COLUMN member INTEGER;
ALTER TABLE jobs ADD COLUMN root TEXT;
ALTER TABLE jobs ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_root ON jobs (root) WHERE root IS NOT NULL;
CREATE INDEX jobs_by_parent ON jobs (parent_document) WHERE parent_document IS NOT NULL;
CREATE INDEX jobs_inside_open ON jobs (num) WHERE state = 'queued' AND root IS NOT NULL;
