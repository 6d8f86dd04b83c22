// `npm run fuzz -- [TARGET...] [--seconds N]`: gives Cabinet's parsers what strangers could, on the stable compiler.
//
// Builds the programs of `fuzz/` with the compiler's own coverage marks, into a directory of their own, and runs each
// target for so many seconds (60), one after the other. What a run finds worth keeping stays in the user's cache and is
// where the next one begins. Inputs that broke something lie in `findings` there.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cache, root } from "./lib/places.mjs";
import { fail, output, run, say, step } from "./lib/run.mjs";

const PROGRAMS = ["fuzz-vault", "fuzz-intake", "fuzz-slm", "fuzz-escalation", "fuzz-words"];
// What a reader may take: its deadline and its memory, with what the fuzzer itself needs.
const SECONDS_AN_INPUT = 60;
const MEGABYTES = 2048;
const LONGEST = 16384;

// As cargo-fuzz sets them; none needs a nightly compiler. `fuzzing` has some libraries skip checksums.
const MARKS = [
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "--cfg fuzzing",
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" }, list: { type: "boolean" }, input: { type: "string" } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1) fail("--seconds takes a whole number of at least 1.");

const place = process.env.CABINET_FUZZ ?? join(cache, "fuzz");
// Naming the target keeps the marks out of build scripts and macros, which run while building and have no fuzzer.
const machine = /^host: (.+)$/m.exec(output("rustc", ["-vV"]) ?? "")?.[1] ?? fail("rustc is not installed. The README names what a bare system needs.");
const env = { ...process.env, CARGO_TARGET_DIR: join(place, "target"), RUSTFLAGS: MARKS.join(" ") };
delete env.RUSTC_WORKSPACE_WRAPPER;

step("Building the fuzz programs", () => run("cargo", ["build", "--locked", "--manifest-path", join(root, "fuzz", "Cargo.toml"), "--target", machine, "--bins"], { env }));

/** Every target, with the program that holds it. */
const all = PROGRAMS.flatMap((name) => {
  const program = join(env.CARGO_TARGET_DIR, machine, "debug", name);
  return output(program, []).split("\n").map((target) => ({ target, program }));
});
const unknown = positionals.filter((name) => !all.some(({ target }) => target === name));
if (unknown.length > 0) fail(`There is no target ${unknown.join(", ")}. There are: ${all.map(({ target }) => target).join(", ")}.`);
if (values.list) {
  all.forEach(({ target }) => console.log(target));
  process.exit(0);
}
const chosen = positionals.length > 0 ? all.filter(({ target }) => positionals.includes(target)) : all;

if (values.input) {
  if (chosen.length !== 1) fail("--input takes one target.");
  const [{ target, program }] = chosen;
  const done = spawnSync(program, [values.input], { env: { ...process.env, CABINET_FUZZ_TARGET: target }, stdio: "inherit" });
  process.exit(done.status ?? 1);
}

/** Runs one target and gives what is to be said of it. */
function fuzz({ target, program }) {
  const folder = (name) => {
    const path = join(place, name, target);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const [corpus, seeds, findings, foreign] = ["corpus", "seeds", "findings", "foreign"].map(folder);
  const before = new Set(readdirSync(findings));
  // Whatever a target writes, it writes here.
  const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "cabinet-fuzz-"));
  const named = { ...process.env, TMPDIR: scratch, CABINET_FUZZ_TARGET: target };
  const seeded = spawnSync(program, [], { env: { ...named, CABINET_FUZZ_SEEDS: seeds }, stdio: ["ignore", "ignore", "inherit"] });
  if (seeded.status !== 0) fail(`${target}: its seeds could not be made.`);
  const kept = join(root, "fuzz", "corpus", target);
  const options = [
    `-max_total_time=${seconds}`,
    `-timeout=${SECONDS_AN_INPUT}`,
    `-report_slow_units=${SECONDS_AN_INPUT}`,
    `-rss_limit_mb=${MEGABYTES}`,
    `-max_len=${LONGEST}`,
    // The fuzzer takes no empty one.
    ...(statSync(`${seeds}.dictionary`).size > 0 ? [`-dict=${seeds}.dictionary`] : []),
    `-artifact_prefix=${findings}/`,
    "-print_final_stats=1",
    "-verbosity=1",
  ];
  const done = spawnSync(program, [...options, corpus, seeds, ...(existsSync(kept) ? [kept] : [])], {
    env: { ...named, CABINET_FUZZ_FOREIGN: foreign },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "ignore", "pipe"],
  });
  rmSync(scratch, { recursive: true, force: true });
  const found = readdirSync(findings).filter((name) => !before.has(name));
  const told = done.stderr ?? "";
  const number = (pattern) => Number([...told.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const libraries = new Set([...told.matchAll(/^FOREIGN PANIC ([^/]+)\//gm)].map(([, name]) => name));
  return {
    target,
    executions: number(/stat::number_of_executed_units: (\d+)/g) || number(/^#(\d+)/gm),
    speed: number(/stat::average_exec_per_sec: +(\d+)/g),
    coverage: number(/ cov: (\d+)/g),
    foreign: [...libraries].sort(),
    found: found.map((name) => join(findings, name)),
    failed: done.status !== 0 ? (done.signal ?? `status ${done.status}`) : null,
    told,
  };
}

say(`${chosen.length} targets, ${seconds} s each. What they find is kept in ${place}.`);
const results = [];
for (const one of chosen) {
  say(`${one.target} ...`);
  const result = fuzz(one);
  results.push(result);
  const wrong = result.found.length > 0 || result.failed;
  const verdict = wrong ? `FOUND ${result.found.length || result.failed}` : "nothing found";
  const others = result.foreign.length > 0 ? `; caught panics in ${result.foreign.join(", ")}` : "";
  console.log(`${result.target.padEnd(16)} ${String(result.executions).padStart(10)} runs ${String(result.speed).padStart(7)}/s ${String(result.coverage).padStart(6)} edges  ${verdict}${others}`);
  if (!wrong) continue;
  console.error(result.told.split("\n").filter((line) => !/^(#\d+|Recommended|###)/.test(line)).slice(-60).join("\n"));
  for (const file of result.found) console.log(`  again: npm run fuzz -- ${result.target} --input ${file}`);
}
process.exit(results.some(({ found, failed }) => found.length > 0 || failed) ? 1 : 0);
