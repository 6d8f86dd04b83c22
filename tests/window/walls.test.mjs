// The window as everybody gets it, tried from inside: a small library is loaded into each of its processes and tries to
// open the cabinet. And what the kernel says of their threads, and what the privacy page says of the window's own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Stage, commandLine, program } from "./stage.mjs";

const passphrase = "marsh lantern copper thistle";
const source = join(dirname(fileURLToPath(import.meta.url)), "desktop", "opens.c");
const WEBKIT = ["WebKitNetworkProcess", "WebKitWebProcess"];
let stage, child, told, mine, privacy;

/** At times assistive programs never hear of the window on a bare display; then it is opened anew. */
before(async () => {
  const [cabinet, window] = [commandLine(), program()];
  for (let tries = 1; ; tries++) {
    stage = await Stage.set();
    try {
      return await lookIn(cabinet, window);
    } catch (error) {
      if (tries === 4) throw error;
      await stage.end();
    }
  }
});

after(() => stage?.end());

async function lookIn(cabinet, window) {
  // Where programs behind the walls can load it from.
  const library = join(stage.env.XDG_RUNTIME_DIR, "opens.so");
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source]);
  execFileSync(cabinet, ["init"], { env: { ...stage.env, CABINET_PASSPHRASE: passphrase }, stdio: "ignore" });
  const letter = join(stage.folder, "letter.txt");
  writeFileSync(letter, "A letter in a folder of its own.\n");
  mkdirSync(join(stage.folder, "user", "Documents"));
  mine = [join(stage.home, "vault.json"), join(stage.home, "cabinet.db"), letter, `${join(stage.folder, "user", "Documents")}/`];
  told = join(stage.env.XDG_RUNTIME_DIR, "told");
  child = stage.start(window, [], { LD_PRELOAD: library, CABINET_TRIED: [...mine, "/etc/hosts"].join(":"), CABINET_TOLD: told });
  await read("the lock screen", /Passphrase/);
  execFileSync("xdotool", ["type", "--delay", "30", passphrase], { env: stage.env });
  execFileSync("xdotool", ["key", "Return"], { env: stage.env });
  await read("the open cabinet", /Add files/);
  stage.press("Privacy");
  privacy = await read("the checks", /Files, for the window and WebKit.*efused:/);
}

async function read(what, wanted, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const said = stage.accessible();
    if (wanted.test(said)) return said;
    await sleep(200);
  }
  assert.fail(`waited ${seconds} s in vain: ${what}; read was\n${stage.accessible()}`);
}

/** What each program got, by its name (of which the kernel keeps fifteen letters) and the file. */
function tries() {
  return readFileSync(told, "utf8").trimEnd().split("\n").map((line) => line.split("\t"));
}

const by = (name) => tries().filter(([program]) => program === name);

test("the window's program can open the cabinet before it confines itself, so that what follows means something", () => {
  const own = by("cabinet-desktop");
  assert.ok(own.length > 0, "the library was loaded");
  for (const path of mine.slice(0, 1)) assert.ok(own.some(([, tried, got]) => tried === path && got === "opened"), `${path}: ${JSON.stringify(own)}`);
});

for (const name of WEBKIT) {
  test(`${name} can open no file of the cabinet, nor a file of the user`, () => {
    const got = by(name);
    assert.ok(got.some(([, path, what]) => path === "/etc/hosts" && what === "opened"), `it can open what belongs to the system: ${JSON.stringify(got)}`);
    for (const path of mine) {
      const answers = got.filter(([, tried]) => tried === path).map(([, , what]) => what);
      assert.ok(answers.length > 0, `${path} was tried`);
      for (const answer of answers) assert.equal(answer, "EACCES", path);
    }
  });
}

test("every thread of the window and of WebKit's processes is under a filter and takes no new rights", () => {
  const pids = [child.pid, ...descendants(child.pid)];
  const names = pids.map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  for (const name of WEBKIT) assert.ok(names.includes(name.slice(0, 15)), `${name} runs: ${names}`);
  for (const pid of pids)
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const status = `/proc/${pid}/task/${thread}/status`;
      // Threads come and go.
      if (!existsSync(status)) continue;
      const said = readFileSync(status, "utf8");
      assert.match(said, /^Seccomp:\s+2$/m, `${said.split("\n")[0]} of ${pid} has a filter`);
      assert.match(said, /^NoNewPrivs:\s+1$/m, `${said.split("\n")[0]} of ${pid}`);
    }
});

test("the privacy page tried it on the window's own thread and was refused", () => {
  assert.match(privacy, /Files, for the window and WebKit \(Landlock\) Refused: The kernel refused to open the cabinet, and to make a file in your folder/);
});

test("a page whose process goes away is brought back, with the cabinet still open", async () => {
  const name = (pid) => existsSync(`/proc/${pid}/comm`) && readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  const drawing = () => descendants(child.pid).find((pid) => name(pid) === "WebKitWebProces");
  const before = drawing();
  assert.ok(before, "a process draws the page");
  process.kill(before, "SIGKILL");
  const end = Date.now() + 30_000;
  while ((drawing() ?? before) === before) {
    assert.ok(Date.now() < end, "another process draws the page within 30 s");
    await sleep(100);
  }
  await read("the open cabinet, without a passphrase", /Add files/);
});

function descendants(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
  return children.flatMap((child) => [child, ...descendants(child)]);
}
