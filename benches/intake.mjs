// `npm run bench:intake`: from the drop of a ten-page PDF to its being found, words and meaning; with
// `-- --files FOLDER` what comes out of the files a `manifest.dev.csv` there names, format by format.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { root } from "../scripts/lib/places.mjs";
import { build } from "../scripts/lib/setup.mjs";
import { cabinet, median, peer, report } from "./lib/bench.mjs";
import { Reader, isRight, manifest, order, recall } from "./lib/formats.mjs";

const asked = process.argv.indexOf("--files");
if (asked > 0) {
  await everyFormat(resolve(process.argv[asked + 1]));
  process.exit(0);
}

const judgment = join(root, "tests", "samples", "Judgment - Harrow Quay v Penhallow Timber.pdf");
const whole = [];
const inside = [];
for (let n = 0; n < 5; n++) {
  const bench = cabinet();
  try {
    const added = bench.run("add", judgment);
    if (added.results[0].pages !== 10) throw new Error("the sample has ten pages");
    const found = bench.run("search", "notice did not allow twenty-one days for remedy");
    if (found.results[0].page !== 5) throw new Error("the passage is on page 5");
    whole.push(added.ms / 1000);
    inside.push(added.results[0].ms / 1000);
  } finally {
    bench.remove();
  }
}
const plain = peer("pdf_text.py", ["pypdf==7.1.0"], judgment);
report("intake", [
  { what: "ten-page PDF: text searchable, unlocked cabinet", value: median(inside), unit: "s" },
  { what: "ten-page PDF: whole command, unlock and vectors included", value: median(whole), unit: "s", goal: "under 10" },
  { what: "peer, pypdf: text alone, nothing stored or searchable", value: median(plain.seconds), unit: "s" },
]);

async function everyFormat(folder) {
  const reader = new Reader(build("cabinet"));
  const formats = new Map();
  const started = performance.now();
  for (const file of manifest(folder)) {
    const { status, text } = await reader.read(join(folder, file.file));
    const of = formats.get(file.format) ?? formats.set(file.format, { files: 0, right: 0, crashes: 0, recalls: [], orders: [] }).get(file.format);
    of.files++;
    of.right += isRight(file.expected, status);
    of.crashes += status === "crash";
    if (file.expected !== "ok" || !file.ref_text) continue;
    const reference = readFileSync(join(folder, file.ref_text), "utf8");
    of.recalls.push(recall(reference, text));
    of.orders.push(order(reference, text));
  }
  reader.end();
  const rows = [{ what: "all files, text alone", value: (performance.now() - started) / 1000, unit: "s", goal: "under 600" }];
  const share = (values, test) => values.filter(test).length / values.length;
  for (const [format, of] of [...formats].sort()) {
    rows.push({ what: `${format}: outcome right, of ${of.files}`, value: of.right / of.files, unit: "" });
    if (of.crashes) rows.push({ what: `${format}: reader crashed`, value: of.crashes, unit: "files", goal: "0" });
    if (of.recalls.length === 0) continue;
    rows.push({ what: `${format}: words that came out, median`, value: median(of.recalls), unit: "", goal: "0.98" });
    rows.push({ what: `${format}: files with nine words of ten`, value: share(of.recalls, (one) => one >= 0.9), unit: "", goal: "0.95" });
    rows.push({ what: `${format}: words in their order, median`, value: median(of.orders), unit: "", goal: format === "pdf" ? "0.90" : "0.95" });
  }
  rows.push(...pypdf(folder));
  report("intake-formats", rows);
}

/** The same PDFs with pypdf. */
function pypdf(folder) {
  const files = manifest(folder).filter((file) => file.format === "pdf" && file.expected === "ok" && file.ref_text);
  const scratch = mkdtempSync(join(tmpdir(), "cabinet-bench-"));
  try {
    const list = join(scratch, "list");
    writeFileSync(list, files.map((file) => join(folder, file.file)).join("\n"));
    const texts = peer("pdf_texts.py", ["pypdf==7.1.0"], list);
    const pairs = files.map((file) => [readFileSync(join(folder, file.ref_text), "utf8"), texts[join(folder, file.file)] ?? ""]);
    const recalls = pairs.map(([reference, text]) => recall(reference, text));
    return [
      { what: "peer, pypdf: words that came out of PDFs, median", value: median(recalls), unit: "" },
      { what: "peer, pypdf: PDFs with nine words of ten", value: recalls.filter((one) => one >= 0.9).length / recalls.length, unit: "" },
      { what: "peer, pypdf: words in their order, median", value: median(pairs.map(([reference, text]) => order(reference, text))), unit: "" },
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
