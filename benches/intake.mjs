// `npm run bench:intake`: from the drop of a ten-page PDF to its being found, words and meaning.

import { join } from "node:path";
import { root } from "../scripts/lib/places.mjs";
import { cabinet, median, peer, report } from "./lib/bench.mjs";

const judgment = join(root, "tests", "samples", "Judgment - Harrow Quay v Penhallow Timber.pdf");
const whole = [];
const inside = [];
for (let n = 0; n < 5; n++) {
  const bench = cabinet();
  try {
    const added = bench.run("add", judgment);
    if (added.results[0].pages !== 10) throw new Error("the sample has ten pages");
    const found = bench.run("search", "notice did not allow twenty-one days for remedy");
    if (found.results[0].page !== 5) throw new Error("the passage is on page 5");
    whole.push(added.ms / 1000);
    inside.push(added.results[0].ms / 1000);
  } finally {
    bench.remove();
  }
}
const plain = peer("pdf_text.py", ["pypdf==7.1.0"], judgment);
report("intake", [
  { what: "ten-page PDF: text searchable, unlocked cabinet", value: median(inside), unit: "s" },
  { what: "ten-page PDF: whole command, unlock and vectors included", value: median(whole), unit: "s", goal: "under 10" },
  { what: "peer, pypdf: text alone, nothing stored or searchable", value: median(plain.seconds), unit: "s" },
]);
