// Many words looked for at once in many bytes, and what a trace says was written.

import { createReadStream, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A text as it may lie in memory or on a disk. */
export function encodings(text) {
  const wide = Buffer.from(text, "utf16le");
  return [Buffer.from(text), wide, Buffer.from(wide).swap16()];
}

/** Looks for thousands of byte strings in one pass: by their first two bytes, then by their first four, then whole. */
export class Needles {
  #starts = new Uint8Array(1 << 16);
  #byFour = new Map();
  /** Bytes of the longest. */
  longest = 0;
  count = 0;

  add(name, bytes) {
    if (bytes.length < 4) throw new Error(`${name} is too short to look for`);
    const four = bytes.readUInt32LE(0);
    this.#starts[four & 0xffff] = 1;
    const same = this.#byFour.get(four) ?? [];
    same.push({ name, bytes });
    this.#byFour.set(four, same);
    this.longest = Math.max(this.longest, bytes.length);
    this.count += 1;
  }

  text(name, text) {
    for (const bytes of encodings(text)) this.add(name, bytes);
  }

  /** The names of what stands in these bytes. */
  in(bytes) {
    const found = new Set();
    for (let at = 0; at + 4 <= bytes.length; at++) {
      if (!this.#starts[bytes[at] | (bytes[at + 1] << 8)]) continue;
      for (const needle of this.#byFour.get(bytes.readUInt32LE(at)) ?? [])
        if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes)) found.add(needle.name);
    }
    return found;
  }
}

/** What `strace` is asked for: each name and each byte that goes into a file, in hexadecimal. */
export const TRACED = [
  ...["-f", "-qq", "-y", "-xx", "-s", "1048576", "-e", "signal=none", "-e"],
  "trace=openat,open,creat,rename,renameat,renameat2,link,linkat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range",
];

const plain = (text) => Buffer.from(text.replace(/\\x([0-9a-f]{2})/g, (_, two) => String.fromCharCode(parseInt(two, 16))), "latin1");

/** Whether a descriptor of that name leads to a file on a disk: not a pipe, a socket, a device, or memory. */
const onDisk = (path) => path.startsWith("/") && !/^\/(proc|dev|sys|memfd:)/.test(path);

/** Every path that the trace opens for writing or gives to a file, into `paths`; `wrote(path, bytes)` gets what is written
 *  to files on disk, with the end of what was written there before, so that what is cut by two writes is seen too. */
export async function readTrace(file, { paths, keep, wrote }) {
  const begun = new Map();
  const ends = new Map();
  let bytes = 0;
  for await (const line of createInterface({ input: createReadStream(file, "latin1"), crlfDelay: Infinity })) {
    const [, pid, call] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    if (!pid) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(call);
    if (call.endsWith("<unfinished ...>")) begun.set(pid, call.slice(0, -"<unfinished ...>".length));
    else take(resumed ? (begun.get(pid) ?? "") + resumed[1] : call);
  }
  // What a kill left unfinished may have been written all the same.
  for (const call of begun.values()) take(call);
  return bytes;

  function take(call) {
    if (/^(open|openat|creat)\(/.test(call)) {
      const opened = /= \d+<([^>]*)>$/.exec(call)?.[1];
      if (opened && (call.startsWith("creat") || /O_WRONLY|O_RDWR/.test(call))) paths.add(plain(opened).toString());
      return;
    }
    if (/^(rename|link)/.test(call)) {
      const last = [...call.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].at(-1)?.[1];
      if (last) paths.add(plain(last).toString());
      return;
    }
    const to = /^\w+\(\d+<([^>]*)>, /.exec(call);
    const path = to && plain(to[1]).toString();
    if (!path || !onDisk(path)) return;
    paths.add(path);
    const content = [...call.slice(to[0].length).matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text]) => plain(text));
    const whole = Buffer.concat([ends.get(path) ?? Buffer.alloc(0), ...content]);
    bytes += content.reduce((sum, one) => sum + one.length, 0);
    ends.set(path, whole.subarray(-keep));
    wrote(path, whole);
  }
}

/** Every file below a folder. */
export function* filesBelow(place) {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat?.isDirectory()) for (const name of readdirSync(place)) yield* filesBelow(join(place, name));
  else if (stat?.isFile() && stat.size > 0) yield place;
}

/** What of it stands in a file, read piece by piece. */
export function lookInto(file, needles) {
  return needles.in(readFileSync(file));
}
