// Files of every format against reference texts made with other tools: what became of each, how many of the words
// came out, and in which order.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";

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

/** The reader child, in its cell as in the application, one file after the other. */
export class Reader {
  constructor(program) {
    this.program = program;
  }

  start() {
    this.child = spawn(this.program, ["--reader"], { stdio: ["pipe", "pipe", "ignore"] });
    this.child.stdin.on("error", () => {});
    this.got = Buffer.alloc(0);
    this.child.stdout.on("data", (piece) => {
      this.got = Buffer.concat([this.got, piece]);
      this.heard?.();
    });
    this.child.on("close", () => {
      this.child = null;
      this.heard?.();
    });
    this.send({ memory_bytes: 1280 * 2 ** 20, cpu_seconds: 3600 });
    return this.receive();
  }

  send(content, bytes = Buffer.alloc(0)) {
    const frame = Buffer.from(JSON.stringify(content));
    const head = Buffer.alloc(4);
    head.writeUInt32LE(frame.length);
    this.child.stdin.write(Buffer.concat([head, frame, bytes]));
  }

  async take(length) {
    while (this.got.length < length) {
      if (!this.child) return null;
      await new Promise((resolve) => (this.heard = resolve));
    }
    const taken = this.got.subarray(0, length);
    this.got = this.got.subarray(length);
    return taken;
  }

  async receive() {
    const head = await this.take(4);
    const frame = head && (await this.take(head.readUInt32LE(0)));
    return frame && JSON.parse(frame.toString());
  }

  /** What became of a file: its status, and its text and that of the files inside it. */
  async read(path, inside = 0, given = null) {
    if (!this.child) await this.start();
    const bytes = given ?? readFileSync(path);
    if (bytes.length === 0) return { status: "empty", text: "" };
    this.send({ length: bytes.length, ending: extname(path).slice(1), password: null }, bytes);
    const reply = await this.receive();
    if (!reply) return { status: "crash", text: "" };
    if (!reply.read) {
      const reason = typeof reply.failed === "string" ? reply.failed : Object.keys(reply.failed)[0];
      return { status: reason, text: "" };
    }
    const { read, lengths } = reply.read;
    const members = [];
    for (const length of lengths) members.push(await this.take(length));
    let text = read.pages.map((page) => page.text).join("\n");
    if (inside < 3)
      for (const [at, member] of read.members.entries())
        if (members[at]?.length) text += `\n${(await this.read(member.name, inside + 1, members[at])).text}`;
    return { status: "ok", text, pages: read.pages.length };
  }

  end() {
    this.child?.kill();
  }
}

const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

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
 *  same; a crash never counts. */
export function isRight(expected, status) {
  if (status === "crash") return false;
  if (expected === "ok" || expected === "encrypted") return status === expected;
  if (expected === "corrupt") return ["corrupt", "ok", "empty", "no_text", "too_large"].includes(status);
  return ["empty", "no_text", "ok"].includes(status);
}
