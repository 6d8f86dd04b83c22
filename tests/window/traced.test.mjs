// The window as everybody gets it, led through a whole journey by keys and by what assistive programs press, while every
// call of it and of WebKit's processes that names a socket or opens a file for writing is written down.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/lib/places.mjs";
import { Stage, commandLine, program } from "./stage.mjs";

const passphrase = "marsh lantern copper thistle";
const sample = "Discharge summary - Ada Lindqvist.pdf";
/** Words of the document, none of them in the interface. */
const content = ["Lindqvist", "ejection fraction", "warfarin"];
let stage, trace;

before(async () => {
  const [cabinet, window] = [commandLine(), program()];
  // Keys and names can get lost on a bare display without a window manager; then the journey begins anew.
  for (let tries = 1; ; tries++) {
    stage = await Stage.set();
    try {
      return await journeyOf(cabinet, window);
    } catch (error) {
      if (tries === 4) throw error;
      await stage.end();
    }
  }
});

after(() => stage?.end());

async function journeyOf(cabinet, window) {
  const env = { ...stage.env, CABINET_PASSPHRASE: passphrase };
  execFileSync(cabinet, ["init"], { env, stdio: "ignore" });
  execFileSync(cabinet, ["add", join(root, "tests", "samples", sample)], { env, stdio: "ignore" });
  trace = join(stage.folder, "trace");
  // Without `--seccomp-bpf`: with it the seal's refusals would come before the tracer sees them.
  const traced = stage.start("strace", ["-f", "-qq", "-s", "0", "-e", "signal=none", "-e", "trace=socket,io_uring_setup,openat,open,creat,execve", "-o", trace, window]);
  await journey();
  const ended = new Promise((resolve) => traced.once("exit", resolve));
  execFileSync("pkill", ["-TERM", "-P", String(traced.pid)]);
  await ended;
}

async function journey() {
  const key = (...keys) => execFileSync("xdotool", ["key", ...keys], { env: stage.env });
  const type = (text) => execFileSync("xdotool", ["type", "--delay", "30", text], { env: stage.env });
  await read("the lock screen", /Passphrase/);
  type(passphrase);
  key("Return");
  await read("the document in the list", /Lindqvist/);
  key("slash");
  await sleep(500);
  type("ejection fraction");
  await read("a hit", /ejection fraction of 52/);
  key("Return");
  await read("the page", /Summary/);
  stage.press("Summary");
  await read("the summary", /Read all 2 pages/, 180);
  stage.press("Lock the cabinet");
  await read("the lock screen again", /Passphrase/);
}

async function read(what, wanted, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (wanted.test(stage.accessible())) return;
    await sleep(200);
  }
  assert.fail(`waited ${seconds} s in vain: ${what}`);
}

/** The calls, one a line: what another process interrupted is put together again. */
function calls() {
  const begun = new Map();
  const whole = [];
  for (const line of readFileSync(trace, "utf8").split("\n")) {
    const [, pid, call] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (!pid) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call);
    if (call.endsWith("<unfinished ...>")) begun.set(pid, call.slice(0, -"<unfinished ...>".length));
    else whole.push(resumed ? begun.get(pid) + resumed[1] : call);
  }
  return whole;
}

test("no process of the window gets a socket that leads out of this machine, or io_uring", () => {
  const all = calls();
  const programs = all.map((call) => /^execve\("([^"]+)".* = 0$/.exec(call)?.[1]).filter(Boolean);
  for (const name of ["WebKitNetworkProcess", "WebKitWebProcess"]) assert.ok(programs.some((path) => path.endsWith(name)), `${name} is in the trace: ${programs}`);
  assert.ok(all.some((call) => /^socket\(AF_UNIX.* = \d+$/.test(call)), "sockets are seen at all: the window speaks to the screen by one");
  const asked = all.filter((call) => /^socket\((?!AF_UNIX)|^io_uring_setup\(/.test(call));
  // The status line and the privacy page try every family, and WebKit's network process asks for the list of networks.
  assert.ok(asked.length > 0, "some were asked for");
  assert.deepEqual(asked.filter((call) => !/ = -1 E/.test(call)), []);
});

test("nothing of the document lies in any file that was written", () => {
  const written = calls()
    .filter((call) => /^open.*(O_WRONLY|O_RDWR)|^creat\(/.test(call))
    .map((call) => /"([^"]+)"/.exec(call)?.[1])
    .filter((path) => path && !/^\/(proc|dev|sys)\//.test(path));
  const found = [];
  const look = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
    else if (stat?.isFile() && stat.size > 0) {
      const bytes = readFileSync(path);
      for (const words of [...content, passphrase]) if (bytes.includes(words) || bytes.includes(Buffer.from(words, "utf16le"))) found.push(`${words} in ${path}`);
    }
  };
  const own = ["home", "user", "run"].map((name) => join(stage.folder, name));
  for (const path of new Set([...own, ...written.filter((path) => existsSync(path) && !own.some((folder) => path.startsWith(folder)))])) look(path);
  assert.deepEqual(found, []);
  assert.ok(written.some((path) => path.startsWith(own[0])), "the cabinet is among what was written");
});
