// The program is killed in the middle of an import, in the real window. Nothing is lost, nothing comes twice, and the
// rest is added by itself once the cabinet is open again.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Stage, commandLine, drivenProgram } from "./stage.mjs";

const passphrase = "marsh lantern copper thistle";
// More than a quick machine adds between two looks of the window at its list.
const count = 200;
let stage, program;

before(async () => {
  const cabinet = commandLine();
  program = drivenProgram();
  stage = await Stage.set();
  execFileSync(cabinet, ["init"], { env: { ...stage.env, CABINET_PASSPHRASE: passphrase }, stdio: "ignore" });
});

after(() => stage?.end());

/** Opens the window and the cabinet. */
async function unlocked() {
  const window = await stage.open(program);
  await window.fill("unlock-passphrase", passphrase);
  await window.click("unlock", { seconds: 20 });
  await window.find("shell", { seconds: 20 });
  return window;
}

/** How many documents the list says there are. */
async function listed(window) {
  const [total] = await window.texts("status-documents");
  return Number(/^\d+/.exec(total ?? "")?.[0] ?? 0);
}

test("a kill in the middle of an import loses no document and repeats none", async () => {
  const folder = join(stage.folder, "Matter");
  mkdirSync(folder);
  for (let n = 1; n <= count; n++) writeFileSync(join(folder, `Letter ${n}.txt`), `Letter ${n} of the matter.\n\n${`The parties met for the ${n}th time and agreed on nothing. `.repeat(40)}`);

  const first = await unlocked();
  stage.answer("folder", folder);
  await first.click("add-directory");
  const before = await first.until("some are added", async () => {
    const some = await listed(first);
    return some >= 5 && some;
  }, 60);
  assert.ok(before < count, `${before} of ${count}: too late to kill in the middle`);
  const pid = execFileSync("pgrep", ["-f", `^${program}`], { encoding: "utf8" }).trim().split("\n").map(Number);
  // The driver of a window that is gone answers no more; it is ended with the stage.
  for (const one of pid) process.kill(one, "SIGKILL");

  const second = await unlocked();
  await second.until("the rest is added by itself", async () => (await listed(second)) === count, 120);
  await second.until("search by meaning is ready for every one", async () => (await second.texts("preparing")).length === 0 && (await second.texts("document-row")).every((row) => row.includes("Ready")), 120);
  await sleep(1000);
  assert.equal(await listed(second), count, "and no more come");
  await second.end();
});
