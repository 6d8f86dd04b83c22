-- Titles and file names are searched too, and a slip in a name is looked up in the list of words.

CREATE VIRTUAL TABLE documents_fts USING fts5 (
    title,
    source_name,
    content = 'documents',
    content_rowid = 'num',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO documents_fts (documents_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO documents_fts (documents_fts) VALUES ('rebuild');

CREATE TRIGGER documents_added AFTER INSERT ON documents BEGIN
    INSERT INTO documents_fts (rowid, title, source_name) VALUES (new.num, new.title, new.source_name);
END;
CREATE TRIGGER documents_removed AFTER DELETE ON documents BEGIN
    INSERT INTO documents_fts (documents_fts, rowid, title, source_name)
        VALUES ('delete', old.num, old.title, old.source_name);
END;
CREATE TRIGGER documents_renamed AFTER UPDATE OF title, source_name ON documents BEGIN
    INSERT INTO documents_fts (documents_fts, rowid, title, source_name)
        VALUES ('delete', old.num, old.title, old.source_name);
    INSERT INTO documents_fts (rowid, title, source_name) VALUES (new.num, new.title, new.source_name);
END;

CREATE VIRTUAL TABLE passages_vocabulary USING fts5vocab (passages_fts, row);

-- From a match to its document without a row of `passages`, each page of which would have to be decrypted.
CREATE INDEX passages_by_num ON passages (num, document);
