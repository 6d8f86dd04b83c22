// `npm run bench:search`: latency at 10,000 passages, the query's embedding included; import rate; 500 planted names and
// numbers, each of which must come first. PASSAGES=2000 measures a smaller library. Beside it, in the same run, a store
// that keeps everything in plain text. Then the scan of vectors alone, up to a million.
// `npm run bench:search -- --eval FOLDER [SET...]` measures instead how well public sets are ranked.

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env, root, target } from "../scripts/lib/places.mjs";
import { run } from "../scripts/lib/run.mjs";
import { cabinet, peer, percentile, report } from "./lib/bench.mjs";
import { planted, writer } from "./lib/corpus.mjs";
import { ranking } from "./lib/retrieval.mjs";

/** Figures of the scan of so many vectors, made in clusters. */
function scan(count) {
  const done = spawnSync(join(target, "debug", "examples", "scan_speed"), [String(count)], { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (done.status !== 0) throw new Error(`the scan ended with status ${done.status}`);
  const rows = done.stdout.trim().split("\n").map((line) => JSON.parse(line));
  return rows.slice(1).map((row) => ({ ...row, what: `scan of ${count} vectors: ${row.what}` }));
}

const args = process.argv.slice(2);
if (args.includes("--eval")) {
  const [folder, ...sets] = args.slice(args.indexOf("--eval") + 1);
  ranking(folder, sets.length > 0 ? sets : null);
  process.exit(0);
}

const wanted = Number(process.env.PASSAGES ?? 10_000);
const bench = cabinet();
try {
  const papers = join(bench.folder, "papers");
  mkdirSync(papers);
  // About ten sentences make a passage; thirty passages a paper.
  const count = Math.ceil(wanted / 30);
  const plants = planted(815, 500);
  for (let n = 0; n < count; n++) {
    const own = plants.filter((_, at) => at % count === n).map((plant) => plant.sentence);
    writeFileSync(join(papers, `paper-${n}.txt`), `${writer(n + 1).paper(110)}${own.join(" ")} ${writer(-n - 1).paper(105)}`);
  }
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
  writeFileSync(batch, plants.map((plant, id) => JSON.stringify({ id, query: plant.query })).join("\n"));
  const first = bench.run("search", "--limit", "1", "--batch", batch).results.filter((answer) => answer.hits[0]?.source_name === `paper-${answer.id % count}.txt`);
  const plain = peer("plain_store.py", ["lancedb==0.40.0", "numpy==2.4.6"], papers, batch);
  run("cargo", ["build", "--locked", "--workspace", "--example", "scan_speed"]);
  report("search", [
    { what: "passages", value: passages, unit: "" },
    { what: "import, passages a second", value: passages / (added.ms / 1000), unit: "1/s" },
    ...Object.entries(times).flatMap(([mode, ms]) => [
      { what: `${mode}, p50`, value: percentile(ms, 50), unit: "ms", ...(mode === "hybrid" && { goal: "under 40" }) },
      { what: `${mode}, p95`, value: percentile(ms, 95), unit: "ms", ...(mode === "hybrid" && { goal: "under 100" }) },
    ]),
    { what: "planted names and numbers that come first", value: first.length, unit: `of ${plants.length}`, goal: "all" },
    { what: "peer, plain SQLite FTS5 and plain LanceDB: passages", value: plain.passages, unit: "" },
    ...["words", "meaning"].flatMap((half) => [
      { what: `peer, ${half} alone, no embedding, p50`, value: percentile(plain[half].slice(20), 50), unit: "ms" },
      { what: `peer, ${half} alone, no embedding, p95`, value: percentile(plain[half].slice(20), 95), unit: "ms" },
    ]),
    ...[10_000, 100_000, 1_000_000].flatMap(scan),
  ]);
} finally {
  bench.remove();
}
