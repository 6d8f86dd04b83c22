// `npm run bench:engine`: reading and writing speed of the small model, the embedder, memory; beside candle's own
// quantised llama on the same file in the same run.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { env, root, target } from "../scripts/lib/places.mjs";
import { run } from "../scripts/lib/run.mjs";
import { modelFiles } from "../scripts/lib/setup.mjs";
import { report } from "./lib/bench.mjs";

modelFiles();
// The whole workspace, as everywhere: another selection of packages unifies other features.
run("cargo", ["build", "--locked", "--workspace", "--example", "engine_speed"]);
const done = spawnSync(join(target, "debug", "examples", "engine_speed"), { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
if (done.status !== 0) throw new Error(`the measurement ended with status ${done.status}`);
const goals = { "read a prompt of 512 tokens": "at least 150" };
report(
  "engine",
  done.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map((row) => ({ ...row, ...(goals[row.what] && { goal: goals[row.what] }) })),
);
