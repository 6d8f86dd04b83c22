// The main job on the sample documents, as a user of the command line would do it, printed as they would see it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, root } from "./places.mjs";
import { fail } from "./run.mjs";

export function showMainJob(cabinet) {
  const folder = mkdtempSync(join(tmpdir(), "cabinet-sample-"));
  const options = {
    env: { ...env, CABINET_HOME: join(folder, "home"), CABINET_PASSPHRASE: "a sample passphrase for a sample cabinet" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  };
  const call = (...args) => {
    const done = spawnSync(cabinet, args, options);
    if (done.status !== 0) fail(`cabinet ${args[0]} ended with status ${done.status}.`);
    return done.stdout;
  };
  const show = (...args) => {
    const shown = args.map((arg) => (/[\s?]/.test(arg) ? `"${arg}"` : arg)).join(" ");
    console.log(`\n\x1b[1m$ cabinet ${shown.replaceAll(root + "/", "").replaceAll(folder + "/", "")}\x1b[0m`);
    process.stdout.write(call(...args));
  };
  try {
    show("init");
    show("add", join(root, "tests", "samples"));
    show("list");
    show("search", "--limit", "3", "who takes warfarin?");
    const documents = call("--json", "list").trim().split("\n").map((line) => JSON.parse(line));
    const { id } = documents.find((document) => document.source_name.startsWith("Discharge summary"));
    show("keypoints", id);
    show("summarize", id);
    const note = join(folder, "Note.docx");
    show("draft", "--template", "general", "--source", id, "--out", note);
    console.log(`\nThe note is a Word file of ${(statSync(note).size / 1024).toFixed(0)} KiB.`);
    console.log("Nothing but that note was written in plain text. The sample cabinet and the note are removed now.");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
