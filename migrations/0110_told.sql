-- How pages were read, without reading the pages: lists count it for hundreds of documents, again and again while an
-- import runs, and `method` and `problem` stand after the text in a page's row.
CREATE INDEX pages_by_method ON pages (document, method, problem);
