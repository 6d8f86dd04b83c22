// `npm run bench:assistant`: how soon the first word of a summary is there, how long the whole takes, how much of it is
// borne out, and what memory it takes. The program starts anew for each, so reading the models is in the first figures.

import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { root } from "../scripts/lib/places.mjs";
import { cabinet, median, memory, report } from "./lib/bench.mjs";
import { writer } from "./lib/corpus.mjs";

const RUNS = 5;
const papers = [
  ["two pages", join(root, "tests", "samples", "Discharge summary - Ada Lindqvist.pdf"), "clinical"],
  ["ten pages", join(root, "tests", "samples", "Judgment - Harrow Quay v Penhallow Timber.pdf"), "legal"],
];

const bench = cabinet();
try {
  // A book of some 100,000 words.
  const book = join(bench.folder, "book.txt");
  writeFileSync(book, writer(7).paper(5000));
  const rows = [];
  for (const [name, file, style] of [...papers, ["a book", book, "brief"]]) {
    const { id } = bench.run("add", file).results[0];
    const runs = Array.from({ length: name === "a book" ? 1 : RUNS }, () => {
      const { results, ms } = bench.run("summarize", id, "--style", style);
      return { ...results[0], ms };
    });
    const { claims, removed, output } = runs[0];
    const words = output.split(/\s+/).length;
    const goal = name === "two pages";
    rows.push(
      { what: `${name}: first word`, value: median(runs.map((run) => run.first_word_seconds)), unit: "s", ...(goal && { goal: "under 5" }) },
      { what: `${name}: the whole`, value: median(runs.map((run) => run.seconds)), unit: "s", ...(goal && { goal: "under 20" }) },
      { what: `${name}: the whole, program start and unlocking included`, value: median(runs.map((run) => run.ms / 1000)), unit: "s" },
      { what: `${name}: words written`, value: words, unit: "" },
      { what: `${name}: sentences shown that are borne out`, value: claims.filter((claim) => claim.verdict === "supported").length / claims.length, unit: "share" },
      { what: `${name}: sentences shown that the model wrote`, value: claims.filter((claim) => !claim.quoted).length, unit: `of ${claims.length}` },
      { what: `${name}: sentences of the model left out`, value: removed, unit: "" },
    );
    if (goal) rows.push({ what: `${name}: draft of a note`, value: median(Array.from({ length: 3 }, () => bench.run("draft", "--source", id).results[0].seconds)), unit: "s" });
  }
  rows.push({ what: "memory of the program at its highest", value: await highest(), unit: "MiB" });
  report("assistant", rows);
} finally {
  bench.remove();
}

/** The most memory that summarising all papers in one process takes. */
async function highest() {
  const batch = join(bench.folder, "all.jsonl");
  const ids = bench.run("list").results.map((document) => document.id);
  writeFileSync(batch, ids.map((id, at) => JSON.stringify({ id: at, document_id: id })).join("\n"));
  const work = bench.start("summarize", "--batch", batch);
  work.stdout.resume();
  let most = 0;
  const watch = setInterval(() => {
    try {
      // A process that has just ended reports nothing.
      most = Math.max(most, memory(work.pid, "VmHWM"));
    } catch {
      // It has ended between two looks.
    }
  }, 50);
  await new Promise((resolve) => work.on("exit", resolve));
  clearInterval(watch);
  return most;
}
