// Files of every format against reference texts made with other tools: what became of each, how many of the words
// came out, and in which order.

import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { env, models, target } from "../../scripts/lib/places.mjs";
import { run } from "../../scripts/lib/run.mjs";

/** Rows of a comma-separated file with a head, as objects. */
function table(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    const row = rows.at(-1);
    if (quoted && c === '"' && text[at + 1] === '"') row[row.length - 1] += text[at++];
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ",") row.push("");
    else if (!quoted && c === "\n") rows.push([""]);
    else if (c !== "\r" || quoted) row[row.length - 1] += c;
  }
  const [head, ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
}

/** The files a folder's `manifest.dev.csv` names, with what is expected of each. */
export const manifest = (folder) => table(readFileSync(join(folder, "manifest.dev.csv"), "utf8"));

/** Reads files through the reader's cell as the application does, one after the other, pictures of pages recognised and
 *  files inside files with them: what came out of each, and the most memory that one child took, in MiB. */
export async function extract(files) {
  run("cargo", ["build", "--locked", "--workspace", "--example", "extract"]);
  const options = ["--members", "--models", join(models, "pp-ocrv6-small")];
  const parent = spawn(join(target, "debug", "examples", "extract"), [...options, ...files], { env, stdio: ["ignore", "pipe", "inherit"] });
  const watch = setInterval(() => (peak = Math.max(peak, ...children(parent.pid).map(most))), 20);
  let peak = 0;
  let said = "";
  for await (const piece of parent.stdout.setEncoding("utf8")) said += piece;
  clearInterval(watch);
  return { read: new Map(said.trim().split("\n").map((line) => JSON.parse(line)).map((one) => [one.file, one])), peak };
}

/** The children of a process, started by any of its threads. */
function children(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" ").filter(Boolean));
  } catch {
    return []; // It has ended between two looks.
  }
}

/** The most memory a process has had, in MiB. */
function most(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The words of a text, in small letters. */
export const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

/** The share of the reference's words that came out, each as often as it stands there. */
export function recall(reference, text) {
  const wanted = words(reference);
  const there = new Map();
  for (const word of words(text)) there.set(word, (there.get(word) ?? 0) + 1);
  let found = 0;
  for (const word of wanted) {
    const left = there.get(word) ?? 0;
    if (left > 0) found++;
    there.set(word, left - 1);
  }
  return wanted.length === 0 ? 1 : found / wanted.length;
}

/** The longest common subsequence of words as a share of the shorter text: 1 when nothing changed places. Bit-parallel
 *  (Hyyrö 2004); of long texts the first 20,000 words. */
export function order(reference, text) {
  const a = words(reference).slice(0, 20_000);
  const b = words(text).slice(0, 20_000);
  if (a.length === 0 || b.length === 0) return 1;
  const size = Math.ceil(a.length / 32);
  const places = new Map();
  a.forEach((word, at) => {
    if (!places.has(word)) places.set(word, new Uint32Array(size));
    places.get(word)[at >>> 5] |= 1 << (at & 31);
  });
  const state = new Uint32Array(size).fill(0xffffffff);
  for (const word of b) {
    const mask = places.get(word);
    if (!mask) continue;
    let carry = 0;
    for (let at = 0; at < size; at++) {
      const met = (state[at] & mask[at]) >>> 0;
      const sum = state[at] + met + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      state[at] = (sum >>> 0) | (state[at] & ~met);
    }
  }
  let length = 0;
  for (let at = 0; at < a.length; at++) if (!((state[at >>> 5] >>> (at & 31)) & 1)) length++;
  return length / Math.min(a.length, b.length);
}

/** Whether an outcome is the one expected: a file that another tool found damaged or without words may be read all the
 *  same; a reader that crashed or ran out of time never counts. */
export function isRight(expected, status) {
  if (status === "crashed" || status === "timeout") return false;
  if (expected === "ok") return status === "ok";
  if (expected === "encrypted") return ["encrypted", "protected"].includes(status);
  if (expected === "corrupt") return ["corrupt", "ok", "empty", "no_text", "too_large"].includes(status);
  return ["empty", "no_text", "ok"].includes(status);
}
