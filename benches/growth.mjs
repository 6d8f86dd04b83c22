// `npm run bench:growth [-- SIZES] [--texts FOLDER] [--no-peer] [--no-window]`: how the whole engine grows. One sealed cabinet is filled up to each of SIZES
// (1000,10000,100000 passages; a million takes half an hour and 12 GB below TMPDIR) through the code that ships, but for
// two things: passages are real sentences of FOLDER put together anew with invented names and numbers, and their
// vectors are real ones moved a little, since a model would embed a million for hours. Queries go through the model. After
// each step it is searched by a process of its own, and typed into in the window. The peer gets the same passages, vectors and
// queries.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { env, root } from "../scripts/lib/places.mjs";
import { modelFiles } from "../scripts/lib/setup.mjs";
import { peer, percentile, report } from "./lib/bench.mjs";
import { typing } from "./lib/typing.mjs";

/** Of the cabinet that the tests of the library make. */
const PASSPHRASE = "walnut orbit cellar mist";

const args = process.argv.slice(2);
const option = (name, usual) => (args.includes(name) ? args[args.indexOf(name) + 1] : usual);
const sizes = (args.find((arg) => /^\d/.test(arg)) ?? "1000,10000,100000").split(",").map(Number);
const texts = option("--texts", join(root, "tests", "samples"));
const typed = { "while typing, each key, p95": "under 50", "in the window, key to list, p95": "under 50" };
const goals = {
  100_000: { ...typed, "hybrid, p50": "under 20", "hybrid, p95": "under 50" },
  1_000_000: { ...typed, "hybrid, p95": "under 150", "memory at most": "under 954", vectors: "under 2500" },
};

modelFiles();
const folder = mkdtempSync(join(tmpdir(), "cabinet-growth-"));
const given = join(folder, "peer");
mkdirSync(given);

/** Runs one half of the measurement; what it prints as lines of JSON. */
function half(test, more = {}) {
  const done = spawnSync("cargo", ["test", "--locked", "--workspace", "--lib", `growth::${test}`, "--", "--ignored", "--nocapture"], {
    cwd: root,
    env: { ...env, CABINET_GROWTH: folder, CABINET_GROWTH_TEXTS: texts, ...more },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (done.status !== 0) throw new Error(`${test} ended with status ${done.status}\n${done.stdout}`);
  return done.stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

try {
  const withPeer = !args.includes("--no-peer");
  for (const size of sizes) {
    const filled = half("fill", { CABINET_GROWTH_TO: String(size), ...(withPeer && { CABINET_GROWTH_PEER: given }) });
    const load = loadavg()[0];
    const searched = half("search");
    if (!args.includes("--no-window")) {
      const queries = JSON.parse(readFileSync(join(folder, "queries.json"), "utf8")).typing.slice(0, 12);
      const keys = await typing(join(folder, "home"), PASSPHRASE, queries);
      for (const p of [50, 95]) searched.push({ what: `in the window, key to list, p${p}`, value: percentile(keys, p), unit: "ms" });
      searched.push({ what: "keys typed in the window", value: keys.length, unit: "" });
    }
    const rows = [...filled, ...searched].map((row) => ({ ...row, goal: goals[size]?.[row.what] }));
    rows.push({ what: "load of the machine before and after", value: `${load.toFixed(1)}, ${loadavg()[0].toFixed(1)}`, unit: "" });
    if (withPeer) {
      copyFileSync(join(folder, "queries.json"), join(given, "queries.json"));
      const plain = peer("plain_growth.py", ["apsw==3.54.1.0", "sqlite-vec==0.1.9", "numpy==2.4.6"], given, String(size), join(folder, "plain.db"));
      for (const what of ["both", "words", "meaning"]) {
        rows.push({ what: `peer, nothing embedded: ${what}, p50`, value: plain[what][0], unit: "ms" }, { what: `peer, nothing embedded: ${what}, p95`, value: plain[what][1], unit: "ms" });
      }
      rows.push({ what: "peer: memory at most", value: plain.memory, unit: "MiB" }, { what: "peer: database with vectors", value: plain.disk, unit: "MB" }, { what: "peer: stored, words and vectors", value: plain.rate, unit: "passages/s" });
    }
    report(`growth to ${size}`, rows);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
