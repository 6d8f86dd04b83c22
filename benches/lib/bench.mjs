// What every benchmark shares: a cabinet of its own, percentiles, a table for people, one line of JSON for machines.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, platform, release, tmpdir, totalmem } from "node:os";
import { basename, join } from "node:path";
import { env, root, tools } from "../../scripts/lib/places.mjs";
import { run } from "../../scripts/lib/run.mjs";
import { build, modelFiles } from "../../scripts/lib/setup.mjs";

export const PASSPHRASE = "seven quiet lamps over the harbour";

export function machine() {
  return {
    processor: cpus()[0]?.model.trim(),
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split("-")[0]}`,
    profile: "dev (one profile for tests and runs)",
  };
}

/** A cabinet in a temporary home, removed at the end. */
export function cabinet() {
  modelFiles();
  const program = build("cabinet");
  const folder = mkdtempSync(join(tmpdir(), "cabinet-bench-"));
  const home = join(folder, "home");
  const options = { env: { ...env, CABINET_HOME: home, CABINET_PASSPHRASE: PASSPHRASE }, encoding: "utf8", maxBuffer: 1 << 30 };
  const call = (...args) => {
    const start = performance.now();
    const done = spawnSync(program, ["--json", ...args], options);
    if (done.status !== 0 && done.status !== 1) throw new Error(`cabinet ${args[0]}: status ${done.status}\n${done.stderr}`);
    const results = done.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return { results, ms: performance.now() - start, messages: done.stderr };
  };
  call("init");
  return { home, folder, run: call, program, env: options.env, start: (...args) => spawn(program, ["--json", ...args], options), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a peer of `benches/peers` and returns what it prints as JSON; see `python`. */
export const peer = (script, packages, ...args) => JSON.parse(python(join(root, "benches", "peers", script), packages, ...args));

/** Runs a Python program with packages of pinned versions, kept in the cache for benchmarks alone; returns what it prints. */
export function python(program, packages, ...args) {
  const folder = join(tools, "peers", packages.join("+").replaceAll("==", "-"));
  if (!existsSync(folder)) run("python3", ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", folder, ...packages]);
  const done = spawnSync("python3", [program, ...args], { env: { ...env, PYTHONPATH: folder }, encoding: "utf8", maxBuffer: 1 << 30 });
  if (done.status !== 0) throw new Error(`${basename(program)}: status ${done.status}\n${done.stderr}`);
  return done.stdout;
}

export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))];
}

export const median = (values) => percentile(values, 50);

/** Prints a table for people, then every figure as one line of JSON. */
export function report(name, rows) {
  const width = Math.max(...rows.map((row) => row.what.length));
  console.log(`\n${name}`);
  for (const { what, value, unit, goal } of rows) {
    const shown = typeof value === "number" ? (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)) : String(value);
    console.log(`  ${what.padEnd(width)}  ${shown.padStart(10)} ${unit}${goal ? `   (goal: ${goal})` : ""}`);
  }
  console.log(JSON.stringify({ bench: name, date: new Date().toISOString().slice(0, 10), figures: rows, machine: machine() }));
}

/** Peak or present resident memory of a process, in MiB. */
export function memory(pid, field = "VmRSS") {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}
