// `npm run bench:intake`: from the drop of a ten-page PDF to its being found, words and meaning; with
// `-- --files FOLDER` what comes out of the files a `manifest.dev.csv` there names, format by format; with
// `--formats eml,rtf` of these formats only, and without bringing all of them into a cabinet.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { root } from "../scripts/lib/places.mjs";
import { cabinet, median, peer, report } from "./lib/bench.mjs";
import { extract, isRight, manifest, order, recall, words } from "./lib/formats.mjs";

/** References shorter than this are left out: one word more or less would decide. */
const ENOUGH_WORDS = 20;

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
  const some = process.argv.indexOf("--formats");
  const wanted = some > 0 ? process.argv[some + 1].split(",") : null;
  const files = manifest(folder).filter((file) => !wanted || wanted.includes(file.format));
  const rows = wanted ? [] : addAll(files.map((file) => join(folder, file.file)));
  const { read, peak } = await extract(files.map((file) => join(folder, file.file)));
  rows.push({ what: "reader child, most memory", value: peak, unit: "MiB", goal: "under 1,500" });
  const digital = files.filter((file) => file.format === "pdf").map((file) => read.get(join(folder, file.file))).filter((one) => one.status === "ok" && !one.ocr_pages);
  const sum = (values) => values.reduce((all, one) => all + one, 0);
  if (digital.length > 0) rows.push({ what: "PDFs with text of their own, text alone, one core", value: sum(digital.map((one) => one.pages)) / sum(digital.map((one) => one.seconds)), unit: "pages/s", goal: "60" });
  const formats = new Map();
  for (const file of files) {
    const { status, text } = read.get(join(folder, file.file)) ?? { status: "crashed" };
    const of = formats.get(file.format) ?? formats.set(file.format, { files: 0, right: 0, crashes: 0, recalls: [], once: [], orders: [] }).get(file.format);
    of.files++;
    of.right += isRight(file.expected, status);
    of.crashes += status === "crashed";
    if (process.env.CABINET_BENCH_FILES && !isRight(file.expected, status)) console.error(`${file.file}: expected ${file.expected}, was ${status}`);
    if (file.expected !== "ok" || !file.ref_text) continue;
    const reference = readFileSync(join(folder, file.ref_text), "utf8");
    if (words(reference).length < ENOUGH_WORDS) continue;
    // Some references hold a message twice, plain and as a page: there each word counts once.
    of.once.push(recall([...new Set(words(reference))].join(" "), text ?? ""));
    of.recalls.push(recall(reference, text ?? ""));
    of.orders.push(order(reference, text ?? ""));
    if (process.env.CABINET_BENCH_FILES && of.recalls.at(-1) < 0.9) console.error(`${file.file}: ${of.recalls.at(-1).toFixed(3)} of ${reference.length} characters`);
  }
  const share = (values, test) => values.filter(test).length / values.length;
  for (const [format, of] of [...formats].sort()) {
    rows.push({ what: `${format}: outcome right, of ${of.files}`, value: of.right / of.files, unit: "" });
    if (of.crashes) rows.push({ what: `${format}: reader crashed`, value: of.crashes, unit: "files", goal: "0" });
    if (of.recalls.length === 0) continue;
    rows.push({ what: `${format}: words that came out, median of ${of.recalls.length}`, value: median(of.recalls), unit: "", goal: "0.98" });
    rows.push({ what: `${format}: files with nine words of ten`, value: share(of.recalls, (one) => one >= 0.9), unit: "", goal: "0.95" });
    rows.push({ what: `${format}: the same, each word counted once`, value: share(of.once, (one) => one >= 0.9), unit: "" });
    rows.push({ what: `${format}: words in their order, median`, value: median(of.orders), unit: "", goal: format === "pdf" ? "0.90" : "0.95" });
  }
  if (!wanted) rows.push(...pypdf(folder));
  report("intake-formats", rows);
}

/** All files into a cabinet, as a person would: vectors, recognised pages and attachments with them. */
function addAll(paths) {
  const bench = cabinet();
  try {
    const { results, ms } = bench.run("add", ...paths);
    const count = (status) => results.filter((one) => one.status === status).length;
    const told = new Set(results.map((one) => one.path));
    return [
      { what: "all files into a cabinet, whole command", value: ms / 1000, unit: `s (${paths.length} files)`, goal: "under 600" },
      { what: "files without an outcome", value: paths.filter((path) => !told.has(path)).length, unit: "", goal: "0" },
      { what: "added; duplicates; refused, attachments among them", value: `${count("added")}; ${count("duplicate")}; ${count("failed")}`, unit: "" },
    ];
  } finally {
    bench.remove();
  }
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
    const long = pairs.filter(([reference]) => words(reference).length >= ENOUGH_WORDS);
    const recalls = long.map(([reference, text]) => recall(reference, text));
    return [
      { what: "peer, pypdf: words that came out of PDFs, median", value: median(recalls), unit: "" },
      { what: "peer, pypdf: PDFs with nine words of ten", value: recalls.filter((one) => one >= 0.9).length / recalls.length, unit: "" },
      { what: "peer, pypdf: words in their order, median", value: median(long.map(([reference, text]) => order(reference, text))), unit: "" },
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
