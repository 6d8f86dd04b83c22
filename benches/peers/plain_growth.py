"""The same passages and queries in SQLite alone: FTS5 for words and sqlite-vec for vectors, plain on disk.

The queries are embedded by nobody: their vectors are ones of the passages moved a little, as a model would put them near.
Both halves are asked one after another and merged by rank, as their makers show it.

usage: plain_growth.py INPUT_DIR COUNT DATABASE      INPUT_DIR holds texts.jsonl, vectors.f32 and queries.json;
the database is kept, so that a larger COUNT adds to it. Prints one line of JSON.
"""

import json
import os
import re
import resource
import sys
import time

import apsw
import numpy
import sqlite_vec

LIMIT = 200  # what each half of Cabinet's search contributes before merging
WIDTH = 384
QUERIES = 40
SLOW = 25  # seconds after which a half has been asked often enough


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def add(sql, folder, have, count):
    vectors = numpy.memmap(f"{folder}/vectors.f32", dtype="<f4", mode="r").reshape(-1, WIDTH)
    with open(f"{folder}/texts.jsonl") as lines:
        for n, line in enumerate(lines):
            if n < have:
                continue
            if n >= count:
                break
            if (n - have) % 20_000 == 0:
                if n > have:
                    sql.execute("COMMIT")
                sql.execute("BEGIN")
            sql.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (n + 1, json.loads(line)))
            sql.execute("INSERT INTO near(rowid, vector) VALUES (?, ?)", (n + 1, vectors[n].tobytes()))
    sql.execute("COMMIT")
    return vectors


def timed(times, work):
    start = time.perf_counter()
    found = work()
    times.append((time.perf_counter() - start) * 1000)
    return found


def main(folder, count, database):
    sql = apsw.Connection(database)
    sql.enable_load_extension(True)
    sql.load_extension(sqlite_vec.loadable_path())
    sql.execute("PRAGMA journal_mode = WAL; PRAGMA cache_size = -98304")
    sql.execute("CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, tokenize='porter unicode61')")
    sql.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS near USING vec0(vector float[{WIDTH}])")
    have = sql.execute("SELECT coalesce(max(rowid), 0) FROM words").fetchone()[0]
    begun = time.perf_counter()
    vectors = add(sql, folder, have, count)
    added = time.perf_counter() - begun
    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kinds = json.load(open(f"{folder}/queries.json"))
    order = ["short", "question", "short", "name", "short", "question"]
    asked = [kinds[order[n % 6]][n % len(kinds[order[n % 6]])] for n in range(QUERIES + 5)]
    rng = numpy.random.default_rng(7)
    words, meaning, both = [], [], []
    begun = time.perf_counter()
    for n, query in enumerate(asked):
        expression = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query))
        vector = vectors[int(rng.integers(count))] + rng.uniform(-0.06, 0.06, WIDTH).astype("<f4")
        vector /= numpy.linalg.norm(vector)
        find = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
        near = "SELECT rowid FROM near WHERE vector MATCH ? AND k = ? ORDER BY distance"
        timed(words, lambda: sql.execute(find, (expression, LIMIT)).fetchall())
        timed(meaning, lambda: sql.execute(near, (vector.astype("<f4").tobytes(), LIMIT)).fetchall())
        both.append(words[-1] + meaning[-1])
        if n > 8 and time.perf_counter() - begun > 2 * SLOW:
            break
    words, meaning, both = words[3:], meaning[3:], both[3:]
    print(
        json.dumps(
            {
                "passages": count,
                "rate": (count - have) / added if count > have else None,
                "words": [percentile(words, 0.5), percentile(words, 0.95)],
                "meaning": [percentile(meaning, 0.5), percentile(meaning, 0.95)],
                "both": [percentile(both, 0.5), percentile(both, 0.95)],
                "queries": len(both),
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "disk": os.path.getsize(database) / 1e6,
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
