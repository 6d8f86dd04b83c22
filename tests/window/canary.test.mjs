// A hundred canaries: sentences that stand nowhere else. They are added, found, summarised, quoted, backed up and deleted by
// every command and in the window, with kills in between, while every byte that any process writes to a file is traced.
// Then none of it may stand in what was written, nor on the disk at the end: no sentence, no name, no vector, no key. What
// was written and deleted again is looked at too, because it is taken from the trace.
//
// The window is the one that tests can drive; `traced.test.mjs` leads the packaged one. Where a descriptor leads of a process
// that cannot be dumped, the kernel tells root alone, so nobody else can run this. CABINET_FAULTS=20 says how often each kind
// of work is killed instead of once.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PASSPHRASE, unlock } from "./cabinet.mjs";
import { ageKeyBytes, keysOf, opened } from "./keys.mjs";
import { modelServer } from "./model_server.mjs";
import { Needles, TRACED, filesBelow, lookInto, readTrace } from "./needles.mjs";
import { Stage, commandLine, drivenProgram } from "./stage.mjs";
import { KEYS } from "./webdriver.mjs";

const NEXT = "nine cold bells under the granite weir";
const FIRST = ["Morve", "Tasgri", "Quille", "Brandu", "Ostfen", "Yarmil", "Kelpho", "Windra", "Zephun", "Harvil"];
const LAST = ["quill", "vanth", "moorix", "dabble", "ferrin", "gosset", "thwick", "lummer", "pellow", "sarnby"];
const DOES = ["counts the violet ledgers", "keeps a brass heron", "owes nine barrels of ink", "signed for the copper owl", "mends the ninth stair"];
const WHERE = ["beneath the harbour stair", "in the lamp room", "behind the salt office", "near the old ropewalk", "at the ferry house", "under the clock", "by the weir"];
const names = FIRST.flatMap((first) => LAST.map((last) => first + last));
const sentences = names.map((name, n) => `${name} ${DOES[n % 5]} ${WHERE[n % 7]}.`);
const skip = process.getuid() !== 0 && "only root can trace it";
const kills = Number(process.env.CABINET_FAULTS ?? 1);

let stage, cabinet, home, papers, out, traces;
const codes = new Set();
const ageKeys = new Set();
/** Each key that the keychain held, and what was wrapped by it. */
const entries = [];
const ENDPOINT_KEY = "no-key-of-anybody-7741906";
const needles = new Needles();

/** Numbers that look random and are the same in each run. */
let seed = 20261128;
const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

/** Runs the command line under the tracer, with a cabinet of that home; `moment` is when it is killed, in milliseconds. */
async function run(args, { at = home, passphrase = PASSPHRASE, moment, more = {} } = {}) {
  const trace = join(traces, String(readdirSync(traces).length));
  const env = { ...stage.env, TMPDIR: join(stage.folder, "tmp"), CABINET_HOME: at, CABINET_PASSPHRASE: passphrase, CABINET_NEW_PASSPHRASE: NEXT, ...more };
  const child = spawn("strace", [...TRACED, "-o", trace, cabinet, "--json", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [said, wrong] = ["", ""];
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (wrong += data));
  const ended = new Promise((resolve) => child.once("close", resolve));
  if (moment !== undefined) {
    await sleep(moment);
    // Not the tracer, whose account would then be cut off: the program itself.
    for (const pid of childrenOf(child.pid)) kill(pid);
  }
  const status = await ended;
  const results = moment === undefined ? said.split("\n").filter(Boolean).map((line) => JSON.parse(line)) : [];
  return { status, results, wrong };
}

/** A command that must succeed. */
async function ok(...given) {
  const [args, options] = Array.isArray(given[0]) ? given : [given, {}];
  const done = await run(args, options);
  assert.equal(done.status, 0, `${args.join(" ")}: ${done.wrong}`);
  return done.results;
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    // On a quick machine it has ended by itself.
    return [];
  }
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended by itself.
  }
}

/** Kills a command at moments within the time it usually takes. */
async function killed(args, usual, options = {}) {
  for (let n = 0; n < kills; n++) await run(args, { ...options, moment: random() * usual });
}

before(async () => {
  if (skip) return;
  cabinet = commandLine();
  const program = drivenProgram();
  stage = await Stage.set();
  home = stage.home;
  [papers, out, traces] = ["papers", "out", "traces"].map((name) => join(stage.folder, name));
  for (const folder of [papers, traces, join(stage.folder, "tmp")]) mkdirSync(folder);
  sentences.forEach((sentence, n) => writeFileSync(join(papers, `dossier-${names[n]}.txt`), sentence));
  writeFileSync(join(stage.folder, "long.txt"), `${sentences.slice(0, 30).join(" ")}\n\n${sentences.slice(30, 60).join(" ")}`);
  writeFileSync(join(stage.folder, "queries.jsonl"), names.slice(0, 5).map((query, id) => JSON.stringify({ id, query })).join("\n"));
  await commands();
  await inTheWindow(program);
  await lookedFor();
}, { timeout: 900_000 });

after(() => stage?.end());

async function commands() {
  codes.add((await ok("init"))[0].recovery_code);
  const long = (await ok("add", join(stage.folder, "long.txt")))[0].id;
  await killed(["add", papers], 4000);
  await ok("add", papers);
  const ids = (await ok("list")).filter((one) => one.id !== long).map((one) => one.id);
  assert.equal(ids.length, sentences.length, "all of them are there");
  // One sentence, one passage: so its vector is the one that is looked for below.
  const best = (await ok("search", "--mode", "vector", sentences[7]))[0];
  assert.ok(JSON.stringify(best).includes(names[7]), "a sentence is found by its own vector");
  await ok("search", names[3]);
  await ok("search", "--mode", "text", `"${sentences[4].slice(0, -1)}"`);
  await ok("search", "--every", "brass heron");
  await ok("search", "--batch", join(stage.folder, "queries.jsonl"));
  await ok("show", ids[0], "--text");
  await ok("keypoints", long);
  await killed(["summarize", long], 4000);
  await ok("summarize", long, "--max-words", "40");
  await ok("draft", "--source", ids[1], "--source", ids[2], "--out", join(out, "Draft.md"));
  await ok("draft", "--source", ids[1], "--out", join(out, "Draft.docx"));
  await ok("deidentify", "--in", join(papers, `dossier-${names[0]}.txt`));
  await ok("folder", "create", `Matter ${names[50]}`);
  await ok("folder", "rename", `Matter ${names[50]}`, `Matter ${names[52]}`);
  await ok("folder", "delete", `Matter ${names[52]}`);
  await ok("folder", "list");
  const followed = join(stage.folder, `followed-${names[53]}`);
  mkdirSync(followed);
  const coming = join(followed, `coming-${names[54]}.txt`);
  writeFileSync(coming, `${sentences[54]} ${sentences[53]}`);
  // A file this new could still be written to.
  utimesSync(coming, 1e9, 1e9);
  await ok("follow", "add", followed);
  await ok("follow", "now");
  assert.equal((await ok("list")).filter((one) => JSON.stringify(one).includes(`coming-${names[54]}`)).length, 1, "it was read");
  rmSync(coming);
  await ok("follow", "now");
  await ok("follow", "stop", followed);
  await ok("label", "document", ids[5], "privileged");
  await ok("label", "list");
  assert.equal((await run(["escalate", "ask", "--document", ids[6], `What does ${names[6]} owe?`])).status, 1, "nothing can be asked outside");
  for (const words of [["escalate", "status"], ["ledger"], ["audit"], ["audit", "--verify"], ["models", "list"], ["lock-status"], ["unlock-check"]]) await ok(...words);
  await scanned();
  await outside(ids);
  await byTheKeychain();
  await killed(["remove", ids[8]], 1500);
  // It may be gone already.
  await run(["remove", ids[8], ids[9]]);
  const backup = join(stage.folder, "Cabinet.age");
  await killed(["backup", backup], 1500);
  await ok("backup", backup);
  await ok("backup", "--check", backup);
  await ok(["restore", backup], { at: join(stage.folder, "restored") });
  await ok(["verify"], { at: join(stage.folder, "restored") });
  await killed(["restore", backup], 1500, { at: join(stage.folder, "half-restored") });
  // A kill may have come too late.
  await run(["restore", backup], { at: join(stage.folder, "half-restored") });
  await ok(["verify"], { at: join(stage.folder, "half-restored") });
  ageKeys.add((await ok("backup-key"))[0]);
  codes.add((await ok("recovery-code"))[0].recovery_code);
  await ok("passwd");
  assert.equal((await run(["list"])).status, 3, "the passphrase before opens nothing");
  await ok(["recover"], { passphrase: NEXT, more: { CABINET_NEW_PASSPHRASE: PASSPHRASE, CABINET_RECOVERY_CODE: [...codes].at(-1) } });
  await ok("verify");
  const vectors = (await ok("doctor", ...sentences.flatMap((sentence) => ["--embed", sentence]))).filter((line) => line.vector);
  assert.equal(vectors.length, sentences.length);
  vectors.forEach(({ vector }, n) => {
    const floats = Buffer.from(new Float32Array(vector).buffer);
    // Any run of eight floats holds one of these whole.
    for (let at = 0; at + 16 <= floats.length; at += 16) needles.add(`vector of ${names[n]}`, floats.subarray(at, at + 16));
  });
}

/** A canary that is a picture: read in the reader's cell, and never a text on its way here. */
async function scanned() {
  const scan = join(stage.folder, `scan-${names[55]}.png`);
  stage.picture(scan, ...sentences[55].match(/.{1,36}(?= |$)/g).map((line) => line.trim()));
  await killed(["add", scan], 4000);
  await run(["add", scan]);
  const { id } = (await ok("list")).find((one) => JSON.stringify(one).includes(`scan-${names[55]}`));
  const [page] = await ok("show", id, "--text");
  assert.equal(page.method, "ocr");
  assert.ok(page.text.includes(names[55]), `it was recognised: ${page.text}`);
  await ok("search", names[55]);
}

/** Two canaries leave for a server on this machine, with agreement; a sending is killed. */
async function outside(ids) {
  const server = await modelServer((asked) => `${names[6]} owes nine barrels. ${asked.slice(0, 300)}`);
  const more = { CABINET_ENDPOINT_KEY: ENDPOINT_KEY };
  await ok(["escalate", "on", "--address", server.address, "--model", "large", "--agree"], { more });
  const prepared = async (n) => (await ok("escalate", "ask", "--document", ids[n], `What does ${names[n]} owe?`))[0].hash;
  await killed(["escalate", "--approve", await prepared(6)], 2500);
  await ok("escalate", "--approve", await prepared(7));
  assert.ok(server.bodies.length > 0, "something was sent");
  await ok("ledger", "--full");
  await ok("escalate", "off");
  await server.end();
}

/** The keychain opens the cabinet, from the command line here and in the window later. */
async function byTheKeychain() {
  await stage.keychain();
  const on = ["keychain", "on", "--agree"];
  const seen = () => {
    const [header, key] = [readFileSync(join(home, "vault.json"), "utf8"), stage.keychainEntry(home)];
    const { key: wrapping, master } = opened(header, key, "keychain");
    entries.push({ key, wrapping, master });
  };
  await ok(on);
  seen();
  await ok("list", "--keychain");
  await killed(on, 1500);
  await ok(on);
  seen();
  await ok("unlock-check", "--keychain");
  await ok("keychain", "status");
}

/** The same cabinet in the window; killed once in the middle of an import, and locked and closed at the end. */
async function inTheWindow(program) {
  // What the driver starts is the tracer, which starts the window.
  const traced = join(stage.folder, "traced-window");
  writeFileSync(traced, `#!/bin/sh\nexec strace ${TRACED.join(" ")} -o "${traces}/window-$$" "${program}" "$@"\n`);
  chmodSync(traced, 0o755);
  const open = async () => {
    const window = await stage.open(traced);
    await window.find("unlock-passphrase", { seconds: 60 });
    await unlock(window);
    return window;
  };
  const more = join(stage.folder, "more");
  mkdirSync(more);
  for (let n = 0; n < 40; n++) writeFileSync(join(more, `more-${names[n]}.txt`), `${sentences[n]} ${sentences[99 - n]} Once more.`);
  const first = await open();
  stage.answer("folder", more);
  await first.click("add-directory");
  await sleep(500 + random() * 2000);
  for (const pid of execFileSync("pgrep", ["-f", `^${program}`], { encoding: "utf8" }).trim().split("\n").map(Number)) kill(pid);

  const window = await open();
  await window.until("all are there", async () => Number(/^\d+/.exec((await window.texts("status-documents"))[0] ?? "")?.[0]) >= 130, 120);
  await window.press("/");
  await window.fill("search-input", "brass heron");
  await window.find("hit", { seconds: 30 });
  await window.fill("search-input", names[21]);
  await window.until("it is found", async () => ((await window.texts("hit"))[0] ?? "").includes(names[21]), 30);
  await window.press(KEYS.enter);
  await window.click("key-points", { seconds: 30 });
  await window.find("run-keyPoints", { more: '[data-state="done"]', seconds: 60 });
  await window.click("summarize");
  await window.find("run-summary", { more: '[data-state="done"]', seconds: 180 });
  await window.press(KEYS.control, "n");
  await window.fill("note-title", `On ${names[22]}`);
  await window.run(() => document.querySelector('[data-testid="note-editor"]').focus());
  await window.write("note-editor", sentences[22]);
  await window.find("note-saved", { more: '[data-state="saved"]' });
  stage.answer("save", join(out, "Note.md"));
  await window.click("note-export");
  await window.click("export-markdown");
  await window.until("it is written", () => existsSync(join(out, "Note.md")) || null, 30);
  await window.click("rail-settings");
  stage.answer("save", join(stage.folder, "Window.age"));
  await window.click("back-up");
  await window.until("it is made", async () => /Written and read back/.test((await window.texts("backup-made"))[0] ?? "") || null, 60);
  await window.click("verify");
  const verdict = await window.until("it is checked", async () => (await window.texts("verified"))[0] || null, 180);
  assert.match(verdict, /as it was stored/);
  await window.click("rail-privacy");
  await window.click("audit-verify");
  await window.find("audit-whole", { seconds: 30 });
  for (const place of ["rail-jobs", "rail-models", "rail-notes"]) await window.click(place);
  await window.click("rail-lock");
  await window.find("lock");
  await sleep(1000);
  assert.equal(await window.run(() => document.querySelector('[data-testid="shell"]')), null, "the keychain opens nothing by itself");
  await window.click("unlock-by-keychain");
  await window.find("shell", { seconds: 30 });
  await window.click("rail-settings");
  await window.click("keychain-off");
  await window.find("keychain-allow", { seconds: 30 });
  assert.equal(stage.keychainEntry(home).length, 0, "and its key is gone");
  await window.click("rail-lock");
  await window.find("lock");
  assert.equal(await window.run(() => document.querySelector('[data-testid="unlock-by-keychain"]')), null);
  await unlock(window);
  await window.end();
}

/** What must not be found, now that all of it is known. */
async function lookedFor() {
  sentences.forEach((sentence, n) => {
    needles.text(`sentence of ${names[n]}`, sentence);
    for (const spelled of [names[n], names[n].toLowerCase(), names[n].toUpperCase()]) needles.text(`name ${names[n]}`, spelled);
  });
  for (const passphrase of [PASSPHRASE, NEXT]) needles.text("a passphrase", passphrase);
  for (const code of codes) for (const spelled of [code, code.replaceAll("-", "")]) needles.text("a recovery code", spelled);
  needles.text("the key of an endpoint", ENDPOINT_KEY);
  const header = readFileSync(join(home, "vault.json"), "utf8");
  const keys = keysOf(header, [...codes].at(-1));
  const text = Object.values([...ageKeys][0]).find((value) => /^AGE-SECRET-KEY-/.test(value));
  assert.deepEqual(keys.backups, ageKeyBytes(text), "the keys that are looked for are the cabinet's");
  needles.text("the key of backups", text);
  for (const { master } of entries) assert.deepEqual(master, keys.master, "the keychain's keys open this cabinet");
  const kept = entries.flatMap(({ key, wrapping }, n) => [[`of the keychain ${n}`, key], [`wrapping by the keychain ${n}`, wrapping]]);
  for (const [name, key] of [...Object.entries(keys), ...kept]) {
    needles.add(`key ${name}`, key);
    for (const hex of [key.toString("hex"), key.toString("hex").toUpperCase()]) needles.text(`key ${name}`, hex);
    needles.text(`key ${name}`, key.toString("base64").replace(/=+$/, ""));
  }
}

test("what is looked for would be found", { skip }, () => {
  const vector = "vector of " + names[0];
  for (const [wanted, bytes] of [
    [`sentence of ${names[99]}`, Buffer.from(`x${sentences[99]}`, "utf16le")],
    [`name ${names[0]}`, Buffer.from(`..${names[0].toLowerCase()}..`)],
    ["a passphrase", Buffer.from(NEXT)],
  ])
    assert.ok(needles.in(Buffer.concat([Buffer.alloc(3), bytes])).has(wanted), wanted);
  assert.ok(needles.count > 10_000, `${needles.count} byte strings, ${vector} among them`);
});

test("none of it was written to any file but what was exported, whatever became of the file", { skip }, async () => {
  const [found, exported, paths] = [[], new Set(), new Set()];
  let bytes = 0;
  const wrote = (path, content) => {
    const seen = needles.in(content);
    if (path.startsWith(out)) for (const name of seen) exported.add(name);
    else for (const name of seen) found.push(`${name}, written to ${path}`);
  };
  for (const trace of readdirSync(traces)) bytes += await readTrace(join(traces, trace), { paths, keep: needles.longest, wrote });
  console.log(`${(bytes / 1e6).toFixed(0)} MB written to ${paths.size} files by ${readdirSync(traces).length} commands and windows, ${needles.count} byte strings looked for`);
  assert.ok(exported.size > 0, "what was exported is seen in the trace, so that anything else would be");
  for (const name of ["cabinet.db", "cabinet.db-wal", "objects/", "vectors/"]) assert.ok([...paths].some((path) => path.startsWith(join(home, name))), `${name} is in the trace`);
  assert.deepEqual([...new Set(found)], []);

  // Also what was written through memory that stands for a file, and by whatever the trace did not follow.
  const left = new Set([home, join(stage.folder, "restored"), ...["user", "run", "tmp"].map((name) => join(stage.folder, name)), ...paths].flatMap((place) => [...filesBelow(place)]));
  const lying = [...left].filter((path) => !/^\/(proc|dev|sys)\//.test(path) && !path.startsWith(out) && !path.startsWith(traces));
  assert.ok(lying.length > 50, "there is something to look through");
  for (const path of lying) for (const name of lookInto(path, needles)) found.push(`${name} in ${path}`);
  assert.deepEqual(found, []);
});
