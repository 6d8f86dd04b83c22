"""The same search without Cabinet: SQLite's FTS5 and LanceDB, both plain on disk, nothing encrypted, nothing embedded.

It is what assistants that keep documents in plain text are built from, and the floor that sealing and embedding are
measured against. Vectors are random: a flat search costs the same whatever they hold.

usage: plain_store.py PAPERS_DIR QUERIES_JSONL      prints one line of JSON: milliseconds of every query, by half
"""

import json
import pathlib
import re
import sqlite3
import sys
import tempfile
import time

import lancedb
import numpy
import pyarrow

SENTENCES_A_PASSAGE = 10
LIMIT = 200  # what each half of Cabinet's search contributes before merging
WIDTH = 384


def passages(papers):
    for paper in sorted(papers.iterdir()):
        sentences = re.split(r"(?<=\.)\s+", paper.read_text())
        for at in range(0, len(sentences), SENTENCES_A_PASSAGE):
            yield " ".join(sentences[at : at + SENTENCES_A_PASSAGE])


def timed(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main(papers, queries):
    rng = numpy.random.default_rng(7)
    texts = list(passages(pathlib.Path(papers)))
    asked = [json.loads(line)["query"] for line in open(queries)]
    with tempfile.TemporaryDirectory() as folder:
        sql = sqlite3.connect(f"{folder}/words.db")
        sql.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize='porter unicode61')")
        sql.executemany("INSERT INTO passages(text) VALUES (?)", ((text,) for text in texts))
        sql.commit()
        unit = lambda rows: rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
        vectors = unit(rng.standard_normal((len(texts), WIDTH), dtype=numpy.float32))
        column = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(vectors.ravel()), WIDTH)
        table = lancedb.connect(f"{folder}/vectors").create_table("passages", pyarrow.table({"passage": pyarrow.array(range(len(texts))), "vector": column}))
        near = unit(rng.standard_normal((len(asked), WIDTH), dtype=numpy.float32))
        words, meaning = [], []
        for query, vector in zip(asked, near):
            expression = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query))
            find = "SELECT rowid, bm25(passages) FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?"
            words.append(timed(lambda: sql.execute(find, (expression, LIMIT)).fetchall()))
            meaning.append(timed(lambda: table.search(vector).distance_type("dot").select(["passage", "_distance"]).limit(LIMIT).to_arrow()))
    print(json.dumps({"passages": len(texts), "words": words, "meaning": meaning}))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
