// A backup that the command line made comes back in the window: from the welcome page into the window's own place, then
// from the settings into a folder of its own, beside the cabinet that is open.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/lib/places.mjs";
import { PASSPHRASE, unlock } from "./cabinet.mjs";
import { Stage, commandLine, drivenProgram } from "./stage.mjs";

const names = ["Lease - 14 Wharf Lane.docx", "Referral letter - Bruno Castellan.txt"];
const sample = (name) => join(root, "tests", "samples", name);
let stage, window, cabinet, backup, code, there;

/** Runs the command line on a cabinet and gives its results. */
function run(home, ...args) {
  const env = { ...stage.env, CABINET_HOME: home, CABINET_PASSPHRASE: PASSPHRASE };
  const said = execFileSync(cabinet, ["--json", ...args], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return said.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/** Identifiers and names of the documents, in order. */
const documents = (home) => run(home, "list").map((one) => `${one.id} ${one.source_name}`).sort();

before(async () => {
  const program = drivenProgram();
  cabinet = commandLine();
  stage = await Stage.set();
  const elsewhere = join(stage.folder, "elsewhere");
  code = run(elsewhere, "init")[0].recovery_code;
  run(elsewhere, "add", ...names.map(sample));
  there = documents(elsewhere);
  backup = stage.out("Cabinet.age");
  run(elsewhere, "backup", backup);
  assert.equal(there.length, names.length);
  window = await stage.open(program);
});

after(async () => {
  await window?.end().catch(() => {});
  await stage?.end();
});

test("a wrong passphrase brings nothing back", async () => {
  stage.answer("backup", backup);
  await window.click("choose-backup");
  await window.fill("restore-secret", "not the passphrase of that day");
  await window.click("look-into-backup");
  await window.until("it is refused", async () => /passphrase/i.test((await window.texts("error"))[0] ?? ""), 20);
  assert.ok(!existsSync(stage.home) || readdirSync(stage.home).length === 0, "nothing was written");
});

test("a backup comes back from the welcome page, and its documents are there", async () => {
  await window.fill("restore-secret", PASSPHRASE);
  await window.click("look-into-backup");
  const said = await window.until("what is in it", async () => (await window.texts("backup-contents"))[0], 20);
  assert.match(said, /A whole backup/);
  assert.match(said, /2 documents/);
  await window.click("restore-backup");
  await window.find("unlock-passphrase", { seconds: 60 });
  await unlock(window);
  await window.until("both are in the list", async () => {
    const rows = await window.texts("document-row");
    return rows.length === names.length && rows.some((row) => row.includes("Wharf Lane")) && rows.some((row) => row.includes("Castellan"));
  }, 30);
});

test("a backup comes back from the settings beside the open cabinet, by the recovery code", async () => {
  const beside = join(stage.folder, "beside");
  mkdirSync(beside);
  const key = readFileSync(join(stage.home, "vault.json"));
  await window.click("rail-settings");
  stage.answer("backup", backup);
  stage.answer("folder", beside);
  await window.click("choose-backup");
  await window.click("restore-by-code");
  await window.fill("restore-secret", code);
  await window.click("look-into-backup");
  await window.click("restore-backup", { seconds: 20 });
  const said = await window.until("it is back", async () => (await window.texts("restored"))[0], 60);
  const folder = join(beside, "Cabinet restored");
  assert.ok(said.includes(folder), said);
  assert.match(said, /2 originals/);
  assert.deepEqual(readFileSync(join(stage.home, "vault.json")), key, "the open cabinet stays as it was");
  assert.deepEqual(documents(folder), there);
  assert.equal(run(folder, "verify").at(-1).status, "ok");
});
