-- Which table holds the vectors of which model. Vectors of two models cannot be compared: where the program comes with
-- another model, a set is made aside, and the one before stays until that is complete.
CREATE TABLE vector_sets (
    -- Names the table.
    number INTEGER PRIMARY KEY,
    model  TEXT NOT NULL,
    -- `current` is the one that documents are marked for; `former` goes when that is complete.
    state  TEXT NOT NULL UNIQUE CHECK (state IN ('current', 'former'))
) STRICT;
INSERT INTO vector_sets (number, model, state)
    SELECT 1, embedded_by, 'current' FROM documents WHERE embedded_by IS NOT NULL LIMIT 1;
