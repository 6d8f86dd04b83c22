// `npm run bench:search`: latency at 10,000 passages, the query's embedding included; import rate beside it.
// PASSAGES=2000 measures a smaller library. Beside it, in the same run, a store that keeps everything in plain text.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cabinet, peer, percentile, report } from "./lib/bench.mjs";
import { writer } from "./lib/corpus.mjs";

const wanted = Number(process.env.PASSAGES ?? 10_000);
const bench = cabinet();
try {
  const papers = join(bench.folder, "papers");
  mkdirSync(papers);
  // About ten sentences make a passage; thirty passages a paper.
  const count = Math.ceil(wanted / 30);
  for (let n = 0; n < count; n++) writeFileSync(join(papers, `paper-${n}.txt`), writer(n + 1).paper(215));
  const added = bench.run("add", papers);
  const passages = added.results.reduce((sum, outcome) => sum + outcome.passages, 0);

  const queries = writer(4711);
  const batch = join(bench.folder, "queries.jsonl");
  const times = {};
  for (const mode of ["hybrid", "text", "vector"]) {
    writeFileSync(batch, Array.from({ length: 220 }, (_, id) => JSON.stringify({ id, query: queries.query() })).join("\n"));
    const answers = bench.run("search", "--mode", mode, "--batch", batch).results;
    // The first twenty warm the caches up.
    times[mode] = answers.slice(20).map((answer) => answer.ms);
  }
  const plain = peer("plain_store.py", ["lancedb==0.40.0", "numpy==2.4.6"], papers, batch);
  report("search", [
    { what: "passages", value: passages, unit: "" },
    { what: "import, passages a second", value: passages / (added.ms / 1000), unit: "1/s" },
    ...Object.entries(times).flatMap(([mode, ms]) => [
      { what: `${mode}, p50`, value: percentile(ms, 50), unit: "ms", ...(mode === "hybrid" && { goal: "under 40" }) },
      { what: `${mode}, p95`, value: percentile(ms, 95), unit: "ms", ...(mode === "hybrid" && { goal: "under 100" }) },
    ]),
    { what: "peer, plain SQLite FTS5 and plain LanceDB: passages", value: plain.passages, unit: "" },
    ...["words", "meaning"].flatMap((half) => [
      { what: `peer, ${half} alone, no embedding, p50`, value: percentile(plain[half].slice(20), 50), unit: "ms" },
      { what: `peer, ${half} alone, no embedding, p95`, value: percentile(plain[half].slice(20), 95), unit: "ms" },
    ]),
  ]);
} finally {
  bench.remove();
}
