// What several tests do with the window before they come to their point.

import assert from "node:assert/strict";

export const PASSPHRASE = "seven quiet lamps over the harbour";

/** From the welcome screen to an empty cabinet; `keep` does something with the code while it is shown. */
export async function makeCabinet(window, keep = async (_groups) => {}) {
  await window.fill("passphrase", PASSPHRASE);
  await window.until("it is called strong", async () => /strong/i.test((await window.texts("strength"))[0]));
  await window.fill("passphrase-again", PASSPHRASE);
  await window.click("make-cabinet");
  await window.find("recovery-code", { seconds: 20 });
  const groups = await window.run(() =>
    [...document.querySelectorAll('[data-testid="recovery-code"] li')].map((item) => item.textContent.trim().slice(1).trim()),
  );
  assert.equal(groups.length, 9);
  await keep(groups);
  await window.click("code-kept");
  const asked = await window.run(() => [...document.querySelectorAll("[data-group]")].map((field) => Number(field.dataset.group)));
  assert.equal(asked.length, 2);
  for (const group of asked) await window.fill(`confirm-group-${group + 1}`, groups[group]);
  await window.click("open-cabinet");
  await window.find("empty-library");
}

/** From the lock screen to the open cabinet. */
export async function unlock(window) {
  await window.fill("unlock-passphrase", PASSPHRASE);
  await window.click("unlock", { seconds: 20 });
  await window.find("shell", { seconds: 20 });
}
