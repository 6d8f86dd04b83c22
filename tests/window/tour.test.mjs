// Every page and state of the window, in light and dark, wide and small: everything has its name and contrast as WCAG AA
// asks for it, nothing is cut off, nothing stands outside the window.
//
// CABINET_SHOTS=FOLDER photographs each page in each form. CABINET_TOUR_FILES=FOLDER adds its files to the
// library, CABINET_TOUR_MODEL=FILE takes that model in, writes with it and removes it again.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../scripts/lib/places.mjs";
import { PASSPHRASE, unlock } from "./cabinet.mjs";
import { Stage, drivenProgram } from "./stage.mjs";
import { KEYS } from "./webdriver.mjs";

const samples = join(root, "tests", "samples");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = { wide: [1280, 800], small: [900, 600] };
const themes = ["light", "dark"];
const shots = process.env.CABINET_SHOTS;

let stage, window;
let faults = [];

before(async () => {
  const program = drivenProgram();
  stage = await Stage.set();
  window = await stage.open(program);
});

after(async () => {
  await window?.end().catch(() => {});
  await stage?.end();
});

/** A page that looks wrong does not keep the others from being looked at. */
function station(name, work) {
  test(name, async () => {
    faults = [];
    try {
      await work();
    } catch (error) {
      await photograph(`failed - ${name}`).catch(() => {});
      throw error;
    }
    assert.deepEqual(faults, []);
  });
}

async function photograph(name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  writeFileSync(join(shots, `${name}.png`), await window.screenshot());
}

/** Once what has just changed is painted and has come to rest. */
async function rest() {
  await window.run(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  await sleep(200);
}

const dress = (theme) => window.run((theme) => void (document.documentElement.dataset.theme = theme), theme);

/** Looks at the page as it is now, in each form and at twice its size, and notes what is wrong with it. */
async function look(name) {
  for (const [size, [width, height]] of Object.entries(sizes)) {
    await window.resize(width, height);
    for (const theme of themes) {
      await dress(theme);
      await rest();
      await photograph(`${name} - ${size} - ${theme}`);
      const found = size === "wide" ? await unnamedOrFaint() : [];
      for (const fault of [...found, ...(await cutOff())]) faults.push(`${name}, ${size}, ${theme}: ${fault}`);
    }
  }
  await dress("light");
  await window.resize(...sizes.wide);
  await zoom(2);
  for (const fault of await cutOff()) faults.push(`${name}, at 200 %: ${fault}`);
  await zoom(1);
}

async function zoom(by) {
  await window.run((by) => void (document.documentElement.style.zoom = by), by);
  await rest();
}

async function unnamedOrFaint() {
  // The page's own policy lets it evaluate nothing; the driver may.
  if (!(await window.run(() => "axe" in globalThis))) await window.run(`() => {${axe}\n}`);
  return window.run(async () => {
    // What is left out is pdf.js's own: a canvas of no size that it measures letters on.
    const { violations } = await globalThis.axe.run({ include: document.body, exclude: ".hiddenCanvasElement" }, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any[0]?.message ?? ""}`));
  });
}

/** Labels that do not fit what they stand on, and what can be used but lies outside the window. */
function cutOff() {
  return window.run(() => {
    const faults = [];
    const name = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 60)}"`;
    if (document.documentElement.scrollWidth > innerWidth) faults.push("the page is wider than the window");
    const scrolled = (element) => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolled(element.parentElement));
    for (const element of document.querySelectorAll("button, a, input, select, textarea, h1, h2, h3, p, label")) {
      const style = getComputedStyle(element);
      const { left, right, width, height } = element.getBoundingClientRect();
      // What is for screen readers only is a point in size, or see-through over its picture.
      if (width < 4 || height < 4 || style.visibility === "hidden" || style.opacity === "0") continue;
      if ((right > innerWidth + 1 || left < -1) && !scrolled(element.parentElement)) faults.push(`outside the window: ${name(element)}`);
      if (element.tagName === "BUTTON" && element.textContent.trim() !== "" && element.scrollWidth > element.clientWidth + 1 && style.textOverflow !== "ellipsis" && !element.querySelector(".ellipsis"))
        faults.push(`does not fit: ${name(element)}`);
    }
    return faults;
  });
}

/** Presses the menu item or button of these words. */
const pick = (words) =>
  window.until(`"${words}" can be pressed`, () =>
    window.run((words) => {
      const shown = [...document.querySelectorAll('[role="menuitem"], button')].find((one) => one.textContent.trim().startsWith(words) && one.getClientRects().length > 0);
      shown?.click();
      return shown ? true : null;
    }, words),
  );

const ready = (count) =>
  window.until("all documents are ready", async () => {
    const rows = await window.texts("document-row");
    return rows.length >= count && rows.every((row) => row.includes("Ready"));
  }, 180);

station("welcome", async () => {
  await window.find("passphrase");
  await look("01 welcome");
  await window.fill("passphrase", "lamp");
  await window.until("it is weak", async () => /weak/i.test((await window.texts("strength"))[0]));
  await look("02 weak passphrase");
  await window.fill("passphrase", PASSPHRASE);
  await window.until("it is strong", async () => /strong/i.test((await window.texts("strength"))[0]));
  await window.fill("passphrase-again", PASSPHRASE);
  await look("03 strong passphrase");
  await window.click("make-cabinet");
  await window.find("recovery-code", { seconds: 20 });
  await look("04 recovery code");
  const groups = await window.run(() =>
    [...document.querySelectorAll('[data-testid="recovery-code"] li')].map((item) => item.textContent.trim().slice(1).trim()),
  );
  await window.click("code-kept");
  const asked = await window.run(() => [...document.querySelectorAll("[data-group]")].map((field) => Number(field.dataset.group)));
  await look("05 confirm the code");
  for (const group of asked) await window.fill(`confirm-group-${group + 1}`, groups[group]);
  await window.click("open-cabinet");
});

station("an empty cabinet", async () => {
  await window.find("empty-library");
  await look("06 empty library");
  for (const place of ["search", "notes", "jobs"]) {
    await window.click(`rail-${place}`);
    await look(`07 empty ${place}`);
  }
});

station("the library", async () => {
  await window.click("rail-library");
  const files = readdirSync(samples).map((name) => join(samples, name));
  stage.answer("files", ...files);
  await window.click("add-files");
  await ready(files.length);
  await look("10 library");
  await window.click("view-cards");
  await look("11 library as cards");
  await window.click("view-table");
  await window.run(() => document.querySelectorAll('[data-testid="document-row"] input[type="checkbox"]')[1]?.click());
  await window.run(() => document.querySelectorAll('[data-testid="document-row"] input[type="checkbox"]')[2]?.click());
  await look("12 two chosen");
  await window.press(KEYS.escape);
  await window.click("new-folder");
  await window.find("dialog");
  await look("13 new folder");
  await window.fill("dialog-input", "Harrow Quay v Penhallow Timber Merchants and others, second appeal");
  await window.click("dialog-confirm");
  await look("14 a folder without documents");
  await window.click("folder-menu");
  await look("15 menu of a folder");
  await window.press(KEYS.escape);
  await window.click("folder-all");
  await window.press(KEYS.control, "k");
  await window.find("palette");
  await look("16 palette");
  await window.press(KEYS.escape);
  await window.click("folder-trash");
  await look("17 empty trash");
  await window.click("folder-all");
});

station("imports", async () => {
  const folder = join(stage.folder, "Post of Monday");
  mkdirSync(folder);
  execFileSync("mkfifo", [join(folder, "Fax line")]);
  writeFileSync(join(folder, "Blank.txt"), "");
  writeFileSync(join(folder, "A letter that was cut off in the middle of the transfer from the scanner.pdf"), "%PDF-1.7\n1 0 obj\n<<");
  writeFileSync(join(folder, "Programme.bin"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]));
  copyFileSync(join(samples, "Anticoagulation clinic protocol.md"), join(folder, "Protocol.md"));
  // Other bytes, the same words.
  const referral = readFileSync(join(samples, "Referral letter - Bruno Castellan.txt"), "utf8");
  writeFileSync(join(folder, "Referral letter, as it was faxed.txt"), referral.replaceAll("\n\n", "\n\n\n"));
  stage.answer("files", ...readdirSync(folder).map((name) => join(folder, name)));
  await window.click("add-files");
  await window.click("rail-jobs");
  await window.until("all are told", async () => {
    const jobs = await window.texts("job");
    return ["Fax line", "Blank.txt", "Programme", "cut off", "faxed"].every((name) => jobs.some((job) => job.includes(name) && !/waiting|reading/i.test(job))) && jobs;
  }, 60);
  await look("18 imports with failures");
  if (process.env.CABINET_TOUR_FILES) {
    const more = process.env.CABINET_TOUR_FILES;
    const files = readdirSync(more, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    stage.answer("files", ...files.map((file) => join(file.parentPath, file.name)));
    await window.click("rail-library");
    await window.click("add-files");
    await window.click("rail-jobs");
    await photograph("19 imports under way");
    await window.click("rail-library");
    await sleep(20_000);
    await look("19 library of many files");
    await window.click("rail-jobs");
    await look("19 imports of many files");
  }
});

station("search", async () => {
  await window.click("rail-search");
  await look("20 search");
  await window.fill("search-input", "ejection fraction");
  await window.until("hits", async () => (await window.texts("hit")).length > 0);
  await look("21 hits");
  await window.fill("search-input", '"the left ejection was fractional"');
  await window.find("search-loosely");
  await look("22 a phrase that stands nowhere");
  await window.fill("search-input", "type:outlook ejection");
  await window.find("no-results");
  await look("22 no hits");
  await window.fill("search-input", "rent");
  await window.until("hits", async () => (await window.texts("hit")).length > 0);
  await look("23 hits of several kinds");
  await window.fill("search-input", "chest tightness on walking uphill");
  await window.until("one stands behind the other", async () => /same words/.test((await window.texts("hit-repeats"))[0] ?? ""));
  assert.ok(!(await window.texts("hit")).some((hit) => hit.includes("faxed")));
  await window.click("hit-repeats");
  await window.find("hit-same");
  assert.ok((await window.texts("hit"))[1].includes("faxed"));
  await look("24 the same words elsewhere");
  await window.click("hit-like");
  await window.find("search-like");
  await look("24 more like this");
  const pasted = readFileSync(join(samples, "Anticoagulation clinic protocol.md"), "utf8");
  await window.fill("search-input", pasted.replace(/\s+/g, " "));
  await window.until("its like", async () => (await window.texts("hit")).length > 0);
  await look("25 a whole text");
  await window.fill("search-input", "ejection fraction");
  await window.until("hits", async () => (await window.texts("hit"))[0]?.includes("52%"));
  await window.press(KEYS.enter);
});

station("a document", async () => {
  await window.find("page-mark", { more: '[data-kind="word"]', seconds: 20 });
  await look("30 page with the hit");
  await window.click("mode-text");
  await window.find("text-pages");
  await look("31 text with the hit");
  await window.press(KEYS.control, "f");
  await window.fill("find-input", "bisoprolol");
  await window.until("it is counted", async () => /of/.test((await window.texts("find-count"))[0] ?? ""));
  await look("32 find");
  await window.press(KEYS.escape);
  await window.click("mode-page");
  await window.click("document-menu");
  await look("33 menu of a document");
  await window.press(KEYS.escape);
});

station("the assistant", async () => {
  await window.click("key-points");
  await window.find("run-keyPoints", { more: '[data-state="done"]', seconds: 60 });
  await look("40 key points");
  await window.click("summarize");
  await window.find("run-summary", { more: '[data-state="working"]' });
  await window.until("it writes", async () => (await window.texts("streaming")).length > 0 || (await window.texts("run-summary", '[data-state="done"]')).length > 0, 60);
  await photograph("41 summary under way");
  await window.find("run-summary", { more: '[data-state="done"]', seconds: 240 });
  await look("42 summary");
});

station("a note", async () => {
  await window.click("insert-run", { more: ':is([data-testid="run-summary"] *)' });
  await window.find("note-saved", { more: '[data-state="saved"]', seconds: 20 });
  await window.fill("note-title", "Visit of 12 September");
  await look("50 note beside the page");
  await window.click("note-versions");
  await look("51 versions");
  await window.press(KEYS.escape);
  await window.click("note-menu");
  await look("52 menu of a note");
  await window.press(KEYS.escape);
  if ((await window.texts("unsplit")).length > 0) await window.click("unsplit");
  await window.click("rail-notes");
  await window.click("note-row");
  await window.find("note-editor");
  await look("53 note");
  await window.press(KEYS.enter);
  await window.write("note-editor", "The echocardiogram showed");
  await window.find("completion", { seconds: 20 });
  await look("54 note that goes on in grey");
  await window.press(KEYS.tab);
  await window.until("it is taken", async () => (await window.texts("completion")).length === 0 || null);
});

station("the pages about the cabinet", async () => {
  for (const place of ["privacy", "models", "settings", "help"]) {
    await window.click(`rail-${place}`);
    await rest();
    await look(`60 ${place}`);
    const turn = (share) => {
      for (const pane of document.querySelectorAll("main *")) if (pane.scrollHeight > pane.clientHeight + 40 && /auto|scroll/.test(getComputedStyle(pane).overflowY)) pane.scrollTop = pane.scrollHeight * share;
    };
    await window.run(turn, 0.5);
    await rest();
    await photograph(`61 ${place} - middle`);
    await window.run(turn, 1);
    await look(`62 ${place} - end`);
  }
  await window.click("rail-settings");
  await window.click("change-passphrase");
  await look("63 change the passphrase");
  await window.press(KEYS.escape);
  await window.click("new-code");
  await look("64 new recovery code");
  await window.press(KEYS.escape);
  await window.click("switch-on");
  await look("65 switching on");
  await window.press(KEYS.escape);
});

station("a model of one's own", async () => {
  await window.click("rail-models");
  const bad = join(stage.folder, "Not a model.gguf");
  writeFileSync(bad, "GGUF, or so it says");
  stage.answer("model", bad);
  await window.click("add-model");
  await window.find("error", { seconds: 30 });
  await look("70 a file that is no model");
  if (!process.env.CABINET_TOUR_MODEL) return;
  stage.answer("model", process.env.CABINET_TOUR_MODEL);
  await window.click("add-model");
  await window.find("model-importing", { seconds: 10 }).then(() => photograph("71 a model on its way in"), () => {});
  await window.find("use-model", { seconds: 180 });
  await look("72 a model was added");
  await window.click("use-model");
  await rest();
  await look("73 it is chosen");
});

station("things that can be undone", async () => {
  await window.click("rail-library");
  await window.run(() => document.querySelectorAll('[data-testid="document-row"] input[type="checkbox"]')[1]?.click());
  await window.click("trash");
  await window.find("toast");
  await look("80 toast with undo");
  await window.click("folder-trash");
  await look("81 trash");
  await window.click("empty-trash");
  await window.find("dialog");
  await look("82 delete for ever");
  await window.click("dialog-cancel");
});

station("the lock", async () => {
  await window.click("rail-lock");
  await window.find("lock");
  await look("90 locked");
  await window.fill("unlock-passphrase", "seven quiet lamps over the meadow");
  await window.click("unlock");
  await window.until("it is said", async () => /passphrase/.test((await window.texts("unlock-note"))[0] ?? ""), 20);
  await look("91 wrong passphrase");
  await window.click("use-recovery");
  await look("92 by the recovery code");
  await window.run(() => [...document.querySelectorAll("button")].find((one) => /passphrase/i.test(one.textContent))?.click());
  await unlock(window);
});

station("written by a model of one's own, which is removed again", async () => {
  if (!process.env.CABINET_TOUR_MODEL) return;
  await window.click("rail-library");
  await window.click("open-document");
  await window.click("summarize");
  await window.find("run-summary", { more: '[data-state="done"]', seconds: 400 });
  await look("95 its summary");
  await window.click("rail-models");
  await look("96 it is in use");
  await window.click("use-model");
  const said = (words) => window.until(words, async () => (await window.texts("models-said"))[0]?.includes(words), 60);
  await said("writes from the next time");
  await window.click("rail-lock");
  await unlock(window);
  await window.click("rail-models");
  await window.click("remove-model");
  await window.find("dialog");
  await photograph("97 remove it");
  await window.click("dialog-confirm");
  await said("was removed");
  await look("98 it is gone");
});
