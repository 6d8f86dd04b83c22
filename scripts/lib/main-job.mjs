// The main job on the sample documents, as a user of the command line would do it, printed as they would see it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, root } from "./places.mjs";
import { fail } from "./run.mjs";

export function showMainJob(cabinet) {
  const home = mkdtempSync(join(tmpdir(), "cabinet-sample-"));
  const passphrase = "a sample passphrase for a sample cabinet";
  const call = (args, show = true) => {
    console.log(`\n\x1b[1m$ cabinet ${args.join(" ")}\x1b[0m`);
    const done = spawnSync(cabinet, ["--home", home, ...args], {
      env: { ...env, CABINET_PASSPHRASE: passphrase },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (done.status !== 0) fail(`cabinet ${args[0]} ended with status ${done.status}.`);
    if (show) process.stdout.write(done.stdout);
    return done.stdout;
  };
  try {
    call(["init"]);
    call(["add", join(root, "tests", "samples")]);
    call(["list"]);
    call(["search", "--limit", "3", "who takes warfarin"]);
    const [first] = spawnSync(cabinet, ["--home", home, "--json", "list"], {
      env: { ...env, CABINET_PASSPHRASE: passphrase },
      encoding: "utf8",
    }).stdout.split("\n");
    const { id } = JSON.parse(first);
    call(["keypoints", id]);
    console.log("\nNothing of this was written to disk in plain text. The sample cabinet is removed now.");
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
