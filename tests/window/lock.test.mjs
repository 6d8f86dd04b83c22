// The cabinet locks when the computer goes to sleep, which waits until the keys are gone, and with the desktop's screen.
// And the settings page backs the cabinet up while it is at it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/lib/places.mjs";
import { makeCabinet, unlock } from "./cabinet.mjs";
import { Stage, commandLine, drivenProgram } from "./stage.mjs";

const sample = (name) => join(root, "tests", "samples", name);
let stage, window, desktop, cabinet;

before(async () => {
  const program = drivenProgram();
  cabinet = commandLine();
  stage = await Stage.set();
  desktop = await stage.desktop();
  window = await stage.open(program);
  await makeCabinet(window);
  stage.answer("files", sample("Lease - 14 Wharf Lane.docx"));
  await window.click("add-files");
  await window.until("it is there", async () => (await window.texts("document-row")).some((row) => row.includes("Ready")), 60);
});

after(async () => {
  await window?.end().catch(() => {});
  await stage?.end();
});

test("a backup is made and checked from the settings", async () => {
  await window.click("rail-settings");
  stage.answer("save", stage.out("Cabinet.age"));
  await window.click("back-up");
  await window.until("it is said", async () => /Written and read back/.test((await window.texts("backup-made"))[0] ?? ""), 30);
  assert.ok(existsSync(stage.out("Cabinet.age")));
  stage.answer("backup", stage.out("Cabinet.age"));
  await window.click("check-backup");
  await window.until("it is whole", async () => /Whole and unchanged/.test((await window.texts("backup-made"))[0] ?? ""), 30);
  await window.click("verify");
  await window.until("all is as it was stored", async () => /as it was stored/.test((await window.texts("verified"))[0] ?? ""), 30);
});

test("sleep waits for the lock, even in the middle of work, and not for long", async () => {
  await window.click("rail-library");
  stage.answer("files", sample("Judgment - Harrow Quay v Penhallow Timber.pdf"));
  await window.click("add-files");
  const slept = Number((await desktop.say("sleep")).split(" ")[1]);
  assert.ok(slept >= 0, "the window asked for a delay");
  assert.ok(slept < 1000, `the keys were gone after ${slept} ms`);
  console.log(`the keys were gone after ${slept} ms`);
  // Let go of, it is locked already and not merely about to be: nobody has the cabinet open.
  const [status] = execFileSync(cabinet, ["--json", "lock-status"], { env: stage.env, encoding: "utf8" }).split("\n");
  assert.equal(JSON.parse(status).in_use, false);
  await window.find("lock");
  await unlock(window);
});

test("the desktop's screen locks the cabinet too", async () => {
  await desktop.say("screen");
  await window.find("lock", { seconds: 2 });
  await unlock(window);
});

test("an import waits while it is locked, says how much of it, and goes on by itself", async () => {
  const documents = async () => Number(/^\d+/.exec((await window.texts("status-documents"))[0] ?? "")?.[0] ?? 0);
  const folder = join(stage.folder, "Matter");
  const count = 200;
  mkdirSync(folder);
  for (let n = 1; n <= count; n++) writeFileSync(join(folder, `Penhallow ${n}.txt`), `Letter ${n}.\n\n${`They met for the ${n}th time and agreed on nothing. `.repeat(40)}`);
  await window.click("rail-library");
  // What the lock before held back may only be about to go on.
  await sleep(1000);
  await window.until("nothing is under way", async () => (await window.texts("status-jobs")).length === 0, 60);
  const before = await window.until("the list is there", documents);
  stage.answer("folder", folder);
  await window.click("add-directory");
  // What is said then is what the page last heard of the import, not of the documents.
  const left = async () => Number(/^\d+/.exec((await window.texts("status-jobs"))[0] ?? "")?.[0] ?? 0);
  await window.until("some are added", async () => (await left()) > 0 && (await left()) <= count - 5, 60);
  await desktop.say("screen");
  await window.find("lock", { seconds: 2 });
  const [said] = await window.texts("files-waiting");
  const [, waiting] = /^(\d+) files? waits?\. The import goes on after unlocking\.$/.exec(said?.replace(/\s+/g, " ")) ?? assert.fail(`it says: ${said}`);
  assert.ok(Number(waiting) > 0 && Number(waiting) < count, `${waiting} of ${count} wait`);
  assert.doesNotMatch(await window.run(() => document.documentElement.outerHTML), /Penhallow/, "no name is left in the page");
  await unlock(window);
  await window.until("the rest is added by itself", async () => (await documents()) === before + count, 120);
  await window.click("rail-jobs");
  await window.find("import-report", { seconds: 30 });
  assert.equal(await documents(), before + count, "none is left and none was repeated");
});

test("the privacy page says that both are heard", async () => {
  await window.click("rail-privacy");
  const said = await window.until("it is there", async () => (await window.texts("locks"))[0]);
  assert.match(said, /With the desktop's screen/);
  assert.match(said, /Before the computer sleeps/);
});
