// `npm run bench:vault [-- --built]`: what the vault costs. How fast sealed objects are read and written, unlocking and
// locking; import and search beside a plain twin of the same library, in turns; the start of the window with its seal and
// walls and without, in turns. `--built` takes the programs as they are.

import { execFileSync, spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { join } from "node:path";
import { env, root, target } from "../scripts/lib/places.mjs";
import { run } from "../scripts/lib/run.mjs";
import { modelFiles } from "../scripts/lib/setup.mjs";
import { Stage, commandLine, program } from "../tests/window/stage.mjs";
import { PASSPHRASE, median, report } from "./lib/bench.mjs";
import { start } from "./lib/window.mjs";

const STARTS = 10;
const built = process.argv.includes("--built");
modelFiles();
if (!built) run("cargo", ["build", "--locked", "--workspace", "--example", "throughput"]);

/** Standard output of a command that must succeed. */
function printed(command, args) {
  const done = spawnSync(command, args, { cwd: root, env, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
  if (done.status !== 0) throw new Error(`${command} ended with status ${done.status}`);
  return done.stdout;
}

const goals = {
  "unlock, best of five": "under 1000",
  "lock, with a full cache": "under 1000",
  "sealed store, 4 MiB reads, a core": "at least 1000",
  "original, read and verified, a core": "at least 1000",
};

/** Rates of the sealed store beside the plain one, unlocking, locking. */
function throughput() {
  const lines = printed(join(target, "debug", "examples", "throughput"), []).trim().split("\n");
  return lines.map((line) => {
    const [, what, value, unit] = /^(.+?)\s+([\d.]+) (\S+)$/.exec(line);
    return { what, value: Number(value), unit, ...(goals[what] && { goal: goals[what] }) };
  });
}

/** Import and search, sealed and plain. A share is that of the fastest runs: what else the machine does only adds. */
function twins() {
  const lines = printed("cargo", ["test", "--quiet", "--locked", "--workspace", "--lib", "--", "--ignored", "--exact", "--nocapture", "tests::cost::sealing_costs"]);
  const runs = lines.split("\n").filter((line) => line.startsWith('{"')).map((line) => JSON.parse(line));
  return ["model", "no model"].flatMap((how) =>
    [
      ["import_s", "import", "s"],
      ["search_ms", "search, each", "ms"],
    ].flatMap(([key, what, unit]) => {
      const [sealed, plain] = [false, true].map((which) => Math.min(...runs.filter((one) => one.with === how && one.plain === which).map((one) => one[key])));
      const named = `${what}${how === "model" ? "" : " without a model's time"}`;
      return [
        { what: `${named}: sealed`, value: sealed, unit },
        { what: `${named}: plain twin`, value: plain, unit },
        { what: `${named}: what sealing adds`, value: (sealed / plain - 1) * 100, unit: "%", ...(how === "model" && { goal: "under 10" }) },
      ];
    }),
  );
}

/** The window's start with its seal and walls and with the kernel's answers made up, in turns. */
async function starts() {
  const normal = program();
  const stage = await Stage.set();
  try {
    // What is timed is the lock screen, which only a cabinet has.
    execFileSync(commandLine(), ["init"], { env: { ...stage.env, CABINET_PASSPHRASE: PASSPHRASE }, stdio: "ignore" });
    const without = join(stage.folder, "unsealed.so");
    execFileSync("cc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", without, join(root, "benches", "lib", "unsealed.c"), "-ldl"]);
    const [sealed, open] = [[], []];
    // The first two bring the program back from the disk.
    for (let n = 0; n < STARTS + 1; n++) {
      sealed.push((await start(stage, normal)).answered);
      open.push((await start(stage, normal, { LD_PRELOAD: without })).answered);
    }
    const [a, b] = [sealed, open].map((times) => median(times.slice(1)) * 1000);
    return [
      { what: "window answers a key after the start: sealed", value: a, unit: "ms" },
      { what: "window answers a key after the start: without seal and walls", value: b, unit: "ms" },
      { what: "what seal and walls add to it", value: a - b, unit: "ms", goal: "under 100" },
    ];
  } finally {
    await stage.end();
  }
}

const before = loadavg()[0];
const rows = [...throughput(), ...twins(), ...(await starts())];
report("vault", [...rows, { what: "load of the machine before and after", value: `${before.toFixed(1)} and ${loadavg()[0].toFixed(1)}`, unit: "" }]);
