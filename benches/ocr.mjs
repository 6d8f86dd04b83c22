// `npm run bench:ocr [-- FILE.pdf...]`: PDFs with text of their own, every page drawn at 200 dots an inch and read back from
// the picture, compared with that text. Without files, the sample documents.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { env, models, root, target } from "../scripts/lib/places.mjs";
import { run } from "../scripts/lib/run.mjs";
import { modelFiles } from "../scripts/lib/setup.mjs";
import { median, peer, report } from "./lib/bench.mjs";

const samples = join(root, "tests", "samples");
const given = process.argv.slice(2);
const files = given.length > 0 ? given : readdirSync(samples).filter((name) => name.endsWith(".pdf")).map((name) => join(samples, name));

modelFiles();
run("cargo", ["build", "--locked", "--workspace", "--example", "extract"]);
const program = join(target, "debug", "examples", "extract");
const extract = (...args) =>
  execFileSync(program, [...args, ...files], { env, encoding: "utf8", maxBuffer: 1 << 30 }).trim().split("\n").map((line) => JSON.parse(line));

/** Words of a text, each with how often it stands there. */
function words(text) {
  const counts = new Map();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}_]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The share of the words of `wanted` that `found` has too. */
function recall(wanted, found) {
  const [all, have] = [words(wanted), words(found)];
  let [hit, total] = [0, 0];
  for (const [word, count] of all) {
    total += count;
    hit += Math.min(count, have.get(word) ?? 0);
  }
  return total === 0 ? null : hit / total;
}

const native = extract();
const read = extract("--models", join(models, "pp-ocrv6-small"), "--every-page");
const wanted = native.map((file) => (file.status === "ok" ? file.text : ""));
const ours = wanted.map((text, i) => recall(text, read[i].text ?? "")).filter((share) => share !== null);
const pages = read.reduce((sum, file) => sum + (file.ocr_pages ?? 0), 0);
const seconds = read.reduce((sum, file) => sum + file.seconds, 0);
const rows = [
  { what: "word recall, median of files", value: median(ours), unit: `of 1 (${ours.length} files)`, goal: "at least 0.95" },
  { what: "files with recall of at least 0.90", value: ours.filter((share) => share >= 0.9).length / ours.length, unit: "of 1" },
  { what: "a page, one process on one thread, lowest priority", value: seconds / pages, unit: `s (${pages} pages)`, goal: "3 or less on two cores" },
];
const other = peer("tesseract_pages.py", ["pymupdf==2.0"], ...files);
if (other.missing) {
  rows.push({ what: "peer, Tesseract: not installed (tesseract-ocr)", value: "-", unit: "" });
} else {
  const theirs = wanted.map((text, i) => recall(text, other.files[i].pages.join("\n"))).filter((share) => share !== null);
  const sheets = other.files.reduce((sum, file) => sum + file.pages.length, 0);
  const spent = other.files.reduce((sum, file) => sum + file.seconds, 0);
  rows.push(
    { what: "peer, Tesseract: word recall, median of files", value: median(theirs), unit: "of 1" },
    { what: "peer, Tesseract: files with recall of at least 0.90", value: theirs.filter((share) => share >= 0.9).length / theirs.length, unit: "of 1" },
    { what: "peer, Tesseract: a page, one thread", value: spent / sheets, unit: `s (${sheets} pages)` },
  );
}
report("ocr", rows);
