// Reading a long text: a page that is asked for, and words that are looked for, come into view and stay there while the
// pages above them still get their text.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeCabinet } from "./cabinet.mjs";
import { Stage, drivenProgram } from "./stage.mjs";
import { KEYS } from "./webdriver.mjs";

const MEETINGS = 60;
/** Longer than a page needs to get its text. */
const LATER = 1500;

let stage, window;

before(async () => {
  const program = drivenProgram();
  stage = await Stage.set();
  window = await stage.open(program);
});

after(async () => {
  await window?.end().catch(() => {});
  await stage?.end();
});

/** Where an element stands below the top of the text, if it is in view. */
const inView = (css) =>
  window.run((css) => {
    const box = document.querySelector(css)?.getBoundingClientRect();
    const view = document.querySelector('[data-testid="text-pages"]').getBoundingClientRect();
    return box && box.top >= view.top && box.top < view.bottom ? box.top - view.top : null;
  }, css);

/** Where it stands once everything around it has its text. */
async function staysInView(what, css) {
  await window.until(`${what} is in view`, () => inView(css));
  await sleep(LATER);
  // Asked between two pictures of the screen, the page may just have grown and not been put in its place again.
  return window.until(`${what} stays in view`, () => inView(css), 5);
}

async function typed(words) {
  await window.press(KEYS.control, "f");
  await window.fill("find-input", words);
  await window.until("it is counted", async () => (await window.texts("find-count"))[0] === "1 of 1");
}

test("a long text is there", async () => {
  await makeCabinet(window);
  const file = join(stage.folder, "Minutes of the quay committee.md");
  const talk = "The committee heard the surveyor on the timber of the quay and on what its repair would come to. ".repeat(60);
  const meetings = Array.from({ length: MEETINGS }, (_, n) => `## Meeting ${n + 1}\n\n${talk}\n\nLantern ${n + 1} was lit.\n`);
  writeFileSync(file, `# Minutes of the quay committee\n\n${meetings.join("\n")}`);
  stage.answer("files", file);
  await window.click("add-files");
  await window.until("it is added", async () => (await window.texts("document-row")).some((row) => row.includes("Minutes")), 60);
  await window.click("open-document");
  await window.find("text-pages");
});

test("a page that is asked for is brought into view", async () => {
  const pages = await window.run(() => document.querySelectorAll('[data-testid="text-pages"] [data-page]').length);
  assert.ok(pages > 40, `it is long: ${pages} pages`);
  for (const page of [8, 35, 20]) {
    await window.run((page) => {
      const field = document.querySelector('[data-testid="page-number"]');
      field.value = String(page);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, page);
    const place = await staysInView(`page ${page}`, `[data-testid="text-pages"] [data-page="${page}"]`);
    assert.ok(place < 60, `the head of page ${page} is at the top: ${place}`);
  }
});

test("words that are looked for are brought into view, wherever they stand", async () => {
  for (const lantern of [31, 52, 9]) {
    await typed(`Lantern ${lantern} was lit`);
    await staysInView(`lantern ${lantern}`, '[data-testid="text-mark"].now');
    await window.press(KEYS.escape);
  }
});
