// The window as everybody gets it cannot be driven: not by WebDriver, not by answers written for its dialogs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Stage, drivenProgram, freePort, program } from "./stage.mjs";

let stage, normal, driven;

before(async () => {
  [driven, normal] = [drivenProgram(), program()];
  stage = await Stage.set();
});

after(() => stage?.end());

/** Opens a window asked to be driven; says whether its inspector could be reached within some seconds of its showing. */
async function reachable(binary) {
  const port = await freePort();
  const child = stage.start(binary, [], { WEBKIT_INSPECTOR_SERVER: `127.0.0.1:${port}`, TAURI_AUTOMATION: "true", TAURI_WEBVIEW_AUTOMATION: "true" });
  try {
    await shown(child);
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      if (await answers(port)) return true;
      await sleep(100);
    }
    return false;
  } finally {
    child.kill();
  }
}

async function shown(child) {
  for (let tries = 0; tries < 200; tries++) {
    assert.equal(child.exitCode, null, `the program ended: ${child.said}`);
    try {
      execFileSync("xdotool", ["search", "--onlyvisible", "--pid", String(child.pid), "--name", "Cabinet"], { env: stage.env, stdio: "ignore" });
      return;
    } catch {
      await sleep(100);
    }
  }
  assert.fail("no window was shown");
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}

test("the test build can be reached, so that the next test means something", async () => {
  assert.equal(await reachable(driven), true);
});

test("the window opens and its inspector cannot be reached, whatever the environment says", async () => {
  assert.equal(await reachable(normal), false);
});

test("the program does not know where written answers lie", () => {
  const name = "CABINET_DRIVEN_ANSWERS";
  assert.ok(readFileSync(driven).includes(name), "the test build does");
  assert.ok(!readFileSync(normal).includes(name));
});
