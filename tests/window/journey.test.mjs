// The main job in the real window, from an empty machine to an exported note: the program, the kernel's seal, SQLCipher,
// LanceDB, both models and WebKit are the real ones. Only the system's dialogs are answered from a file.
//
// `npm run test:window`; with CABINET_SHOTS=FOLDER the window is photographed at each station.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/lib/places.mjs";
import { PASSPHRASE, makeCabinet } from "./cabinet.mjs";
import { Stage, drivenProgram } from "./stage.mjs";
import { KEYS } from "./webdriver.mjs";
import { entry } from "./zip.mjs";

const sample = (name) => join(root, "tests", "samples", name);
const summary = sample("Discharge summary - Ada Lindqvist.pdf");
const lease = sample("Lease - 14 Wharf Lane.docx");
/** Words of the documents, none of them in the interface. */
const content = ["Lindqvist", "ejection fraction", "warfarin", "Corwen", "Wharf Lane", "newsletter", "Harrow Quay"];

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

/** One station of the journey. They build on each other, so the first that fails ends it. */
let failed = false;
function station(name, work) {
  test(name, async (t) => {
    if (failed) return t.skip("an earlier station failed");
    try {
      await work();
      await photograph(name);
    } catch (error) {
      failed = true;
      await photograph(`failed - ${name}`);
      throw error;
    }
  });
}

async function photograph(name) {
  const folder = process.env.CABINET_SHOTS;
  if (!folder || !window) return;
  mkdirSync(folder, { recursive: true });
  // What has just been changed is painted in the next frame.
  await window.run(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  writeFileSync(join(folder, `${name}.png`), await window.screenshot());
}

const plain = (text) => text.replace(/\s+/g, " ").trim();

/** How often the working run showed words or sentences before it was done; begins to look now. */
const watchRun = (name) =>
  window.run((name) => {
    const seen = (globalThis.seenWhileWorking = new Set());
    const look = () => {
      const run = document.querySelector(`[data-testid="${name}"][data-state="working"]`);
      const words = run?.querySelector('[data-testid="streaming"], [data-testid="claims"]')?.textContent;
      if (words) seen.add(words);
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, name);

station("a cabinet is made, and its recovery code saved as a file", async () => {
  const file = join(stage.folder, "code.txt");
  await makeCabinet(window, async (groups) => {
    stage.answer("save", file);
    await window.click("save-code");
    await window.until("it is said", () => window.run(() => document.body.textContent.includes("not encrypted") || null));
    assert.match(readFileSync(file, "utf8"), new RegExp(groups.join("-")));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
  // The scan of the disk looks for it no less than for documents.
  rmSync(file);
});

station("a PDF and a Word file are added and become ready", async () => {
  stage.answer("files", summary, lease);
  await window.click("add-files");
  await window.until("both are found by words and by meaning", async () => {
    const rows = await window.texts("document-row");
    return rows.length === 2 && rows.every((row) => row.includes("Ready"));
  }, 60);
});

station("a passage is found by its words", async () => {
  await window.press("/");
  await window.fill("search-input", "ejection fraction");
  // Hits come while the words are still being typed.
  await window.until("the sentence is the first hit", async () => plain((await window.texts("hit"))[0] ?? "").includes("ejection fraction of 52%"));
  assert.deepEqual((await window.attributes("hit", "data-page"))[0], "1");
});

station("a passage is found by its meaning", async () => {
  await window.fill("search-input", "who does maintenance on the outside?");
  await window.until("the Landlord's duty is among the first", async () => {
    const first = (await window.texts("hit")).slice(0, 3).map(plain);
    return first.some((hit) => hit.includes("the exterior in good repair") && hit.endsWith("meaning"));
  });
});

station("the hit is marked on the page of the PDF", async () => {
  // Enter right behind the last letter: what is opened answers all of the words, not those that were answered by then.
  await window.fill("search-input", "ejection fraction");
  await window.press(KEYS.enter);
  await window.find("page-mark", { more: '[data-kind="word"]', seconds: 20 });
  // Where the words stand on the page, how the mark lies over them, and whether ink is drawn beneath it.
  const look = () => {
    const layer = [...document.querySelectorAll("[data-text-layer]")].find((one) => one.textContent.includes("ejection"));
    const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (!node.textContent.includes("ejection fraction")) node = walker.nextNode();
    const range = document.createRange();
    const at = node.textContent.indexOf("ejection fraction");
    range.setStart(node, at);
    range.setEnd(node, at + "ejection fraction".length);
    const words = range.getBoundingClientRect();
    const overlap = (a, b) =>
      Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
      Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
    const marks = [...document.querySelectorAll('[data-testid="page-mark"][data-kind="word"]')].map((mark) => mark.getBoundingClientRect());
    const covered = marks.reduce((sum, mark) => sum + overlap(words, mark), 0) / (words.width * words.height);
    const canvas = layer.parentElement.querySelector("canvas");
    const page = canvas.getBoundingClientRect();
    const scale = canvas.width / page.width;
    const place = [(words.left - page.left) * scale, (words.top - page.top) * scale, words.width * scale, words.height * scale];
    const { data } = canvas.getContext("2d").getImageData(...place.map(Math.round));
    let ink = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] < 450 && data[i + 3] > 0) ink += 1;
    const view = document.querySelector('[data-testid="pdf-pages"]').getBoundingClientRect();
    return { covered, ink: ink / (data.length / 4), inView: words.top >= view.top && words.bottom <= view.bottom };
  };
  // The marks follow the words once the page has its place.
  let seen;
  await window
    .until("the page is drawn and the mark covers the words", async () => {
      seen = await window.run(look);
      return seen.ink > 0 && seen.covered > 0.7;
    })
    .catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(seen)}`, { cause: error });
    });
  assert.ok(seen.ink > 0.03, `the words are drawn beneath the mark: ${seen.ink}`);
  assert.ok(seen.inView, "the marked words are in view");
});

station("a hit on a later page is brought into view", async () => {
  stage.answer("files", sample("Judgment - Harrow Quay v Penhallow Timber.pdf"));
  await window.click("rail-library");
  await window.click("add-files");
  await window.until("the judgment is there", async () => (await window.texts("document-row")).some((row) => row.includes("Harrow Quay")), 30);
  await window.click("rail-search");
  await window.fill("search-input", '"twenty-one days for remedy"');
  await window.until("one exact hit", async () => (await window.texts("hit"))[0]?.includes("twenty-one days for"));
  await window.press(KEYS.enter);
  const inView = () => {
    const mark = document.querySelector('[data-page="5"] [data-testid="page-mark"][data-kind="word"]')?.getBoundingClientRect();
    const view = document.querySelector('[data-testid="pdf-pages"]')?.getBoundingClientRect();
    return mark && view ? mark.top >= view.top && mark.bottom <= view.bottom : false;
  };
  await window.until("the mark on page 5 can be seen", () => window.run(inView), 20);
  await window.click("rail-search");
  await window.fill("search-input", "ejection fraction");
  await window.until("the first hits are back", async () => (await window.texts("hit"))[0]?.includes("52%"));
  await window.press(KEYS.enter);
  await window.find("page-mark", { more: '[data-kind="word"]', seconds: 20 });
});

station("key points are sentences of the document, each with its place", async () => {
  await window.click("key-points");
  await window.find("run-keyPoints", { more: '[data-state="done"]', seconds: 30 });
  const points = await window.run(() =>
    [...document.querySelectorAll('[data-testid="run-keyPoints"] [data-testid="claim"]')].map((claim) => ({
      text: claim.querySelector(".text").textContent,
      sources: claim.querySelectorAll('[data-testid="source-chip"]').length,
    })),
  );
  assert.ok(points.length >= 3, `${points.length} key points`);
  await window.click("mode-text");
  const text = plain(await window.until("both pages of text", () =>
    window.run(() => {
      // A page far below the view has no text yet.
      [...document.querySelectorAll("[data-page]")].at(-1).scrollIntoView();
      const pages = [...document.querySelectorAll("[data-text-page]")];
      return pages.length === 2 && pages.map((page) => page.textContent).join(" ");
    }),
  ));
  for (const { text: point, sources } of points) {
    assert.ok(text.includes(plain(point)), `stands in the document: ${point}`);
    assert.equal(sources, 1);
  }
  await window.click("mode-page");
  await window.click("source-chip");
  await window.find("page-mark", { more: '[data-kind="cite"]' });
});

station("a summary streams, and every sentence names its source", async () => {
  await watchRun("run-summary");
  await window.click("summarize");
  await window.find("run-summary", { more: '[data-state="done"]', seconds: 180 });
  const claims = await window.run(() => ({
    whileWorking: globalThis.seenWhileWorking.size,
    claims: [...document.querySelectorAll('[data-testid="run-summary"] [data-testid="claim"]')].map((claim) => ({
      verdict: claim.dataset.verdict,
      sources: claim.querySelectorAll('[data-testid="source-chip"]').length,
    })),
  }));
  assert.ok(claims.whileWorking > 1, `words came while it worked: ${claims.whileWorking}`);
  assert.ok(claims.claims.length >= 2, "there are sentences");
  for (const { verdict, sources } of claims.claims) {
    assert.notEqual(verdict, "unsupported", "what is not borne out is left out");
    assert.ok(sources > 0, "a sentence names its source");
  }
  assert.match((await window.texts("coverage")).join(" "), /Read all 2 pages\./);
});

station("a summary that is stopped stops", async () => {
  await window.click("again", { more: ':is([data-testid="run-summary"] *)' });
  await window.find("run-summary", { more: '[data-state="working"]' });
  const asked = Date.now();
  await window.click("stop");
  await window.find("run-summary", { more: '[data-state="stopped"]' });
  assert.ok(Date.now() - asked < 2000, "within two seconds");
});

station("a search hit is dragged into a note", async () => {
  await window.press(KEYS.control, "n");
  await window.fill("note-title", "Visit of 12 September");
  // The note beside, the results where the document was.
  if ((await window.texts("unsplit")).length === 0) await window.click("split");
  await window.click("rail-search");
  await window.find("hit");
  const hit = await window.middle(await window.find("hit"));
  const note = await window.middle(await window.find("note-editor"));
  await window.drag(hit, note, async () => {
    await window.until("it says what will happen", async () => /Quote here/.test((await window.texts("drag-ghost"))[0] ?? ""));
  });
  await window.find("cited-quote");
  const [quote] = await window.texts("cited-quote");
  assert.ok(plain(quote).includes("ejection fraction of 52%"), quote);
  assert.match((await window.texts("quote-source"))[0], /p\. 1$/);
  await window.run(() => document.querySelector('[data-testid="note-editor"]').focus());
  await window.until("the note has the caret", () =>
    window.run(() => document.querySelector('[data-testid="note-editor"]').contains(getSelection().anchorNode)),
  );
  await window.write("note-editor", "Weaned off bisoprolol.");
  assert.match((await window.texts("note-editor"))[0], /Weaned off bisoprolol\./);
  await window.find("note-saved", { more: '[data-state="saved"]' });
});

station("how a line goes on is shown in grey, out of the page that is cited, and Tab takes it", async () => {
  const suggested = () => window.run(() => document.querySelector('[data-testid="completion"]')?.firstChild.textContent ?? null);
  const text = async () => plain((await window.texts("note-editor"))[0]);
  await window.press(KEYS.enter);
  await window.write("note-editor", "Mrs Lindqvist was admitted with");
  // What the model would say besides is cut off: these are the words of the page.
  const page = " palpitations and breathlessness on climbing stairs.";
  const grey = await window.until("something is suggested", suggested);
  assert.ok(page.startsWith(grey), grey);
  await photograph("a line that goes on in grey");
  // Typing on takes it back, and so does a key.
  await window.write("note-editor", "held");
  await window.until("it is gone", async () => (await suggested()) === null || null);
  for (let letters = 4; letters > 0; letters--) await window.press(KEYS.backspace);
  await window.write("note-editor", " pa");
  const rest = await window.until("the rest is suggested", suggested);
  assert.ok(page.slice(3).startsWith(rest), rest);
  await window.press(KEYS.tab);
  await window.until("it is taken", async () => (await suggested()) === null || null);
  assert.ok((await text()).endsWith(`was admitted with pa${rest}`), await text());
  // As one step: the note that is exported below has nothing of it.
  for (let steps = 0; steps < 12 && (await text()).includes("Mrs Lindqvist was"); steps++) await window.press(KEYS.control, "z");
  assert.ok(!(await text()).includes("Mrs Lindqvist was"));
  await window.find("note-saved", { more: '[data-state="saved"]' });
});

station("the note is exported as Markdown and as a Word file", async () => {
  stage.answer("save", stage.out("Visit.md"));
  await exportAs("export-markdown");
  const markdown = await window.until("the Markdown file is there", () => existsSync(stage.out("Visit.md")) && readFileSync(stage.out("Visit.md"), "utf8"));
  assert.match(markdown, /^# Visit of 12 September/);
  assert.ok(plain(markdown).includes("ejection fraction of 52%"), markdown);
  assert.match(markdown, /Weaned off bisoprolol\./);
  assert.match(markdown, /\[\^1\]: .*Discharge summary.*1/);

  stage.answer("save", stage.out("Visit.docx"));
  await exportAs("export-docx");
  const word = await window.until("the Word file is there", () => existsSync(stage.out("Visit.docx")) && readFileSync(stage.out("Visit.docx")));
  const text = (name) => plain(entry(word, name).replace(/<[^>]+>/g, " "));
  assert.match(text("word/document.xml"), /Visit of 12 September/);
  assert.match(text("word/document.xml"), /ejection fraction of 52%/);
  assert.match(text("word/footnotes.xml"), /Discharge summary/);
  assert.deepEqual(readdirSync(join(stage.folder, "out")).sort(), ["Visit.docx", "Visit.md"], "nothing unfinished is left");
});

async function exportAs(format) {
  await window.click("note-export");
  await window.click(format);
}

station("an export that cannot be written says why and what to do", async () => {
  stage.answer("save", join(stage.folder, "no such folder", "Visit.md"));
  await exportAs("export-markdown");
  await window.until("it is said", async () => /not there any more.*Choose another folder/s.test((await window.texts("toast")).join(" ")));
});

station("files dragged from the desktop are added, and quoted where they are let go", async () => {
  const place = await window.middle(await window.find("note-editor"));
  await stage.dragFiles([sample("Practice newsletter.html")], place, async () => {
    await window.until("it says what will happen", async () => /Add to General and quote here/.test((await window.texts("drag-ghost"))[0] ?? ""));
  });
  await window.until("the newsletter is quoted", async () => (await window.texts("cited-quote")).some((quote) => quote.includes("closed on Thursday 26 November")), 20);
  await window.find("note-saved", { more: '[data-state="saved"]' });
});

station("what cannot be read in a folder is listed with its reason, and the rest is added", async () => {
  const folder = join(stage.folder, "Post of Monday");
  mkdirSync(folder);
  execFileSync("mkfifo", [join(folder, "Fax line")]);
  writeFileSync(join(folder, "Blank.txt"), "");
  copyFileSync(sample("Anticoagulation clinic protocol.md"), join(folder, "Protocol.md"));
  await window.click("rail-library");
  await stage.dragFiles([folder], await window.middle(await window.find("library")), async () => {
    await window.find("drag-ghost");
  });
  await window.until("the protocol is there", async () => (await window.texts("document-row")).length === 5, 20);
  await window.click("rail-jobs");
  const told = await window.until("all three are told", async () => {
    const jobs = (await window.texts("job")).map(plain);
    return ["Fax line", "Blank.txt", "Protocol.md"].every((name) => jobs.some((job) => job.includes(name) && !/waiting/i.test(job))) && jobs;
  });
  assert.ok(told.some((job) => job.includes("Fax line") && job.includes("not a file")), told.join("\n"));
  assert.ok(told.some((job) => job.includes("Blank.txt") && job.includes("nothing to read in this file")), told.join("\n"));
  await window.click("rail-library");
});

station("what happens in a followed folder happens in the cabinet", async () => {
  const folder = join(stage.folder, "Incoming post");
  mkdirSync(folder);
  const put = (name, text) => writeFileSync(join(folder, name), text);
  put("Boundary.txt", "The boundary hedge at Orchard Row is two metres high.");
  stage.answer("folder", folder);
  await window.click("rail-settings");
  await window.click("follow");
  await window.find("followed");
  await window.find("status-following");
  await window.click("rail-library");
  await window.click("folder-all");
  const rows = (words) => async () => {
    const found = (await window.texts("document-row")).filter((row) => row.includes(words));
    return found.length > 0 && found;
  };
  await window.until("the file is there", rows("Boundary"), 30);
  renameSync(join(folder, "Boundary.txt"), join(folder, "Hedge.txt"));
  const renamed = await window.until("it has its new name", rows("Hedge"), 30);
  assert.equal(renamed.length, 1);
  assert.equal(await rows("Boundary")(), false, "the same document, not another");
  rmSync(join(folder, "Hedge.txt"));
  await window.until("it went to the trash", async () => !(await rows("Hedge")()), 30);
  await window.click("rail-settings");
  await window.click("unfollow");
  await window.until("it is not followed", async () => (await window.texts("followed")).length === 0);
});

station("a locked window shows and names nothing", async () => {
  assert.ok(stage.accessible().includes("Lindqvist"), "assistive programs read the open window");
  await window.click("rail-lock");
  await window.find("lock");
  const page = await window.run(() => document.documentElement.outerHTML);
  for (const words of content) assert.ok(!page.includes(words), `"${words}" is still in the page`);
  assert.equal(await window.title(), "Cabinet");
  const read = await window.until("assistive programs read the lock screen", () => {
    const read = stage.accessible();
    return read.includes("Passphrase") && read;
  });
  for (const words of content) assert.ok(!read.includes(words), `assistive programs still read "${words}"`);
  const titles = windowTitles();
  assert.ok(titles.includes("Cabinet"), `the window is there: ${titles}`);
  for (const words of content) assert.ok(!titles.join(" ").includes(words), `"${words}" in a window title`);
});

/** Titles of all windows on the display. */
function windowTitles() {
  const ids = execFileSync("xdotool", ["search", "--name", "."], { env: stage.env, encoding: "utf8" }).trim().split("\n");
  return ids.map((id) => execFileSync("xdotool", ["getwindowname", id], { env: stage.env, encoding: "utf8" }).trim());
}

station("a wrong passphrase is told in words, the right one opens", async () => {
  await window.fill("unlock-passphrase", "seven quiet lamps over the meadow");
  await window.click("unlock");
  await window.until("it is said", async () => /passphrase/.test((await window.texts("unlock-note"))[0] ?? ""), 20);
  await window.fill("unlock-passphrase", PASSPHRASE);
  await window.click("unlock", { seconds: 20 });
  await window.find("shell", { seconds: 20 });
});

station("everything is still there", async () => {
  await window.until("all documents", async () => (await window.texts("document-row")).length === 5);
  await window.click("rail-notes");
  await window.click("note-row");
  const [quote] = await window.until("the quote", async () => {
    const quotes = await window.texts("cited-quote");
    return quotes.length > 0 && quotes;
  });
  assert.ok(plain(quote).includes("ejection fraction of 52%"), quote);
  assert.match((await window.texts("note-editor"))[0], /Weaned off bisoprolol\./);
});

test("nothing of it lies on the disk in plain words but what was exported", async () => {
  await window.end();
  window = undefined;
  const found = [];
  const visit = (folder) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) visit(path);
      else if (stat?.isFile() && stat.size > 0) {
        const bytes = readFileSync(path);
        for (const words of content) if (bytes.includes(words) || bytes.includes(Buffer.from(words, "utf16le"))) found.push(`${words} in ${path}`);
      }
    }
  };
  for (const folder of ["home", "user", "run"]) visit(join(stage.folder, folder));
  assert.deepEqual(found, []);
});
