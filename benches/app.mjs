// `npm run bench:app`: how soon the window can be used after it is started, and what memory it takes with both models at
// work. Start-up is timed on the program as everybody gets it, by looking at the screen: no hook in it says that it is
// ready. Memory is read off the test build, since it has to be led to a summary; that one differs by a port in its seal and
// in that WebKit takes its memory from the system's allocator.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../scripts/lib/places.mjs";
import { Stage, drivenProgram, program } from "../tests/window/stage.mjs";
import { PASSPHRASE, median, memory, report } from "./lib/bench.mjs";
import { start } from "./lib/window.mjs";

const [driven, normal] = [drivenProgram(), program()];
const stage = await Stage.set();
try {
  const { idle, children } = await atWork();
  const starts = [];
  for (let n = 0; n < 6; n++) starts.push(await start(stage, normal));
  // The first one also brings the program back from the disk.
  const warm = starts.slice(1);
  report("app", [
    { what: "lock screen drawn after the start", value: median(warm.map((one) => one.drawn)), unit: "s" },
    { what: "lock screen answers a key (longest of 5)", value: Math.max(...warm.map((one) => one.answered)), unit: "s" },
    { what: "lock screen answers a key after the start", value: median(warm.map((one) => one.answered)), unit: "s", goal: "under 2" },
    { what: "app process, idle, both models loaded", value: idle, unit: "MiB", goal: "under 500" },
    { what: "processes of the web view beside it", value: children, unit: "MiB" },
  ]);
} finally {
  await stage.end();
}

/** Makes a cabinet, adds a document, searches and summarises, waits, and weighs. */
async function atWork() {
  const window = await stage.open(driven);
  await window.fill("passphrase", PASSPHRASE);
  await window.fill("passphrase-again", PASSPHRASE);
  await window.click("make-cabinet");
  await window.find("recovery-code", { seconds: 20 });
  const groups = (await window.texts("recovery-code", " li")).map((group) => group.slice(1));
  await window.click("code-kept");
  for (const group of await window.run(() => [...document.querySelectorAll("[data-group]")].map((field) => Number(field.dataset.group))))
    await window.fill(`confirm-group-${group + 1}`, groups[group]);
  await window.click("open-cabinet");
  stage.answer("files", join(root, "tests", "samples", "Discharge summary - Ada Lindqvist.pdf"));
  await window.click("add-files");
  await window.until("the document is ready", async () => (await window.texts("document-row"))[0]?.includes("Ready"), 60);
  await window.press("/");
  await window.fill("search-input", "who takes warfarin?");
  await window.find("hit");
  await window.click("hit");
  await window.click("summarize");
  await window.find("run-summary", { more: '[data-state="done"]', seconds: 180 });
  await sleep(10_000);
  // Its reader is the same program, and a number that wrapped round makes it the first in the list.
  const own = processes().filter(({ command }) => command === driven);
  const pid = own.find(({ parent }) => !own.some((other) => other.pid === parent))?.pid;
  const idle = memory(pid);
  const children = processes()
    .filter(({ parent, command }) => parent === pid && command.includes("WebKit"))
    .reduce((sum, { pid }) => sum + memory(pid), 0);
  await window.end();
  return { idle, children };
}

function processes() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0];
        const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
        return [{ pid: Number(pid), parent, command }];
      } catch {
        // Ended while it was looked at.
        return [];
      }
    });
}
