// Typing into the search page of the real window, key by key: how long until the list that answers a key stands in the page.

import { setTimeout as sleep } from "node:timers/promises";
import { Stage, drivenProgram } from "../../tests/window/stage.mjs";

/** Between two keys, in milliseconds: the pace of somebody who types without haste. */
const PACE = 160;
/** A close look follows when typing rests. */
const REST = 900;

/** Milliseconds from each key of `queries`, the second and later ones of each, to its list, in a filled cabinet. */
export async function typing(home, passphrase, queries) {
  const program = drivenProgram();
  const stage = await Stage.set();
  stage.env.CABINET_HOME = home;
  // There is no graphics card: a simulated one would take a processor as long as the search, its own drawing takes little.
  stage.env.WEBKIT_SKIA_ENABLE_CPU_RENDERING = "1";
  stage.env.WEBKIT_DISABLE_DMABUF_RENDERER = "1";
  try {
    const window = await stage.open(program);
    await window.resize(1280, 800);
    await window.fill("unlock-passphrase", passphrase);
    await window.click("unlock", { seconds: 60 });
    await window.find("shell", { seconds: 60 });
    await window.press("/");
    await window.find("search-input");
    await window.run(watch);
    const type = async (query) => {
      for (const key of query) {
        await window.press(key);
        await sleep(PACE);
      }
      await sleep(REST);
      await window.run(clear);
      await sleep(PACE);
    };
    // The first queries bring vectors into memory.
    for (const query of queries.slice(0, 2)) await type(query);
    await window.until("the vectors are in memory", async () => {
      await type(queries[0]);
      return (await window.texts("search-missing")).length === 0;
    }, 60);
    await window.run(() => (window.pressed.length = 0));
    for (const query of queries) await type(query);
    const pressed = await window.run(() => window.pressed);
    await window.end();
    return pressed.filter(({ query }) => query.trim().length > 1).flatMap(({ took }) => took ?? []);
  } finally {
    await stage.end();
  }
}

/** In the page: notes when a key was typed, and when the list changed after the answer to it had come. */
function watch() {
  const field = document.querySelector('[data-testid="search-input"]');
  window.pressed = [];
  let last = null;
  field.addEventListener("input", () => window.pressed.push((last = { query: field.value, at: performance.now() })), true);
  const ask = window.fetch;
  window.fetch = async (url, options) => {
    const asking = last;
    const answer = await ask(url, options);
    if (asking && String(url).endsWith("/search")) asking.answered = true;
    return answer;
  };
  const list = new MutationObserver(() => {
    if (last?.answered) last.took ??= performance.now() - last.at;
  });
  list.observe(document.querySelector(".results"), { subtree: true, childList: true, characterData: true });
}

function clear() {
  const field = document.querySelector('[data-testid="search-input"]');
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
