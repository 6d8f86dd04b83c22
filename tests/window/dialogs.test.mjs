// The system's own dialogs, which WebDriver cannot reach: in the window as everybody gets it, by keyboard and by what
// assistive programs can press.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/lib/places.mjs";
import { Stage, commandLine, program } from "./stage.mjs";

const passphrase = "marsh lantern copper thistle";
const letter = "Referral letter - Bruno Castellan.txt";
let stage;

/** At times assistive programs never hear of the window on a bare display; then it is opened anew. */
before(async () => {
  const [cabinet, window] = [commandLine(), program()];
  for (let tries = 1; ; tries++) {
    stage = await Stage.set();
    execFileSync(cabinet, ["init"], { env: { ...stage.env, CABINET_PASSPHRASE: passphrase }, stdio: "ignore" });
    stage.start(window);
    try {
      return await choose();
    } catch (error) {
      if (tries === 4) throw error;
      await stage.end();
    }
  }
});

after(() => stage?.end());

const shell = (program, ...args) => execFileSync(program, args, { env: stage.env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** Waits until the answer is neither false nor an exception. */
async function until(what, answer) {
  for (let tries = 0; tries < 80; tries++) {
    try {
      const found = answer();
      if (found) return found;
    } catch {
      // Not yet.
    }
    await sleep(100);
  }
  assert.fail(`waited in vain for ${what}`);
}

const reads = (words) => until(`“${words}”`, () => stage.accessible().includes(words));

/** Whether a window of that title can be seen. */
function there(title) {
  try {
    return shell("xdotool", "search", "--onlyvisible", "--name", `^${title}$`) !== "";
  } catch {
    return false;
  }
}

/** Gives a window the keyboard: there is no window manager here that would. */
async function turnTo(title) {
  const window = await until(`the window “${title}”`, () => shell("xdotool", "search", "--onlyvisible", "--name", `^${title}$`).split("\n").pop());
  shell("xdotool", "windowfocus", "--sync", window);
  await sleep(300);
}

const type = (text) => shell("xdotool", "type", "--delay", "20", text);

async function choose() {
  await reads("Passphrase");
  await turnTo("Cabinet");
  type(passphrase);
  await sleep(300);
  shell("xdotool", "key", "Return");
  await reads("Add files");
  stage.press("Add files");
  await turnTo("Add documents");
  // The dialog opens its line for a path at the first stroke and loses what is typed until the line is there.
  const path = join(root, "tests", "samples", letter);
  shell("xdotool", "key", "ctrl+l");
  await until("the whole path in the dialog", () => {
    shell("xdotool", "key", "ctrl+a");
    type(path);
    return stage.accessible().split("\n").includes(path);
  });
  // Nor does it take Return while it looks at the path.
  for (let tries = 1; there("Add documents"); tries++) {
    assert.ok(tries <= 5, "the dialog takes the path");
    await sleep(1500);
    shell("xdotool", "key", "Return");
    await sleep(1000);
  }
  await reads("MRN 5520-117-03");
}

test("a file chosen in the system's dialog is added, and the desktop's list of recent files does not learn its name", async () => {
  // The toolkit writes that list a quarter of a second after a choice.
  await sleep(1000);
  const user = join(stage.folder, "user");
  const naming = readdirSync(user, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /Referral(%20| )letter/.test(readFileSync(path, "latin1")));
  assert.deepEqual(naming, []);
});
