// Reads one entry of a ZIP archive, which is what a Word file is.

import { inflateRawSync } from "node:zlib";

export function entry(archive, name) {
  const end = archive.lastIndexOf(Buffer.from("PK\x05\x06"));
  if (end < 0) throw new Error("not a ZIP archive");
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [method, packed] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [named, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    if (archive.toString("utf8", at + 46, at + 46 + named) === name) {
      const local = archive.readUInt32LE(at + 42);
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const bytes = archive.subarray(start, start + packed);
      return (method === 0 ? bytes : inflateRawSync(bytes)).toString("utf8");
    }
    at += 46 + named + extra + comment;
  }
  throw new Error(`the archive holds no ${name}`);
}
