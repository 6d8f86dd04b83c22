-- Pages read from their pictures.

-- What is the matter with a page, by its name; NULL where nothing is.
ALTER TABLE pages ADD COLUMN problem TEXT;
-- How sure the recogniser was of the page's letters, from 0 to 1; NULL where the text was in the file.
ALTER TABLE pages ADD COLUMN confidence REAL;

-- Where the words of recognised pages stand, so that a hit can be marked on the picture.
CREATE TABLE scans (
    document INTEGER NOT NULL REFERENCES documents (num) ON DELETE CASCADE,
    page     INTEGER NOT NULL,
    -- Quarters by which the page is turned clockwise for its text to stand upright.
    quarters INTEGER NOT NULL,
    -- JSON: [[start, end, [x, y, x, y, x, y, x, y]], ...], corners in ten-thousandths of the page turned upright.
    words    TEXT NOT NULL,
    PRIMARY KEY (document, page)
) STRICT, WITHOUT ROWID;
