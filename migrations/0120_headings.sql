-- Which headings a text stands under; NULL for what was stored before this.

-- Of a passage: the headings that all of it stands under, outermost first, one a line; empty where there are none.
ALTER TABLE passages ADD COLUMN headings TEXT;
-- Of a page: JSON, [[start, end, level], ...], the outermost of level 1.
ALTER TABLE pages ADD COLUMN headings TEXT;
