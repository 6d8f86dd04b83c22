// How well a search ranks: public sets of documents, questions and judgements, each in a cabinet of its own, asked in words and
// meaning together and in each half alone.
//
// A set is `dev/retrieval/NAME` with `inputs.jsonl` ({"id", "query"}) and `gold.jsonl` ({"id", "rel": {document: grade}}),
// and `corpora/NAME/docs.jsonl`, gzipped or not ({"id", "title", "text"}).

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { cabinet, percentile, report } from "./bench.mjs";

/** Hits that are asked for: passages, of which some share a document. */
const HITS = "300";
/** How far hybrid ranking must be above the better half; one set has a figure of its own. */
const ABOVE = 1.05;
const GOALS = { scifact: 0.72 };

const lines = (text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line));

function documents(folder) {
  const plain = join(folder, "docs.jsonl");
  return lines(existsSync(plain) ? readFileSync(plain, "utf8") : gunzipSync(readFileSync(`${plain}.gz`)).toString());
}

/** nDCG@10 with the grade itself as gain, as trec_eval has it. */
export function ndcg(ranking, relevant) {
  const sum = (grades) => grades.slice(0, 10).reduce((all, grade, at) => all + grade / Math.log2(at + 2), 0);
  const ideal = sum(Object.values(relevant).sort((a, b) => b - a));
  return ideal > 0 ? sum(ranking.map((id) => relevant[id] ?? 0)) / ideal : 0;
}

/** Share of what is relevant that stands among the first `most`. */
export function recall(ranking, relevant, most) {
  const first = new Set(ranking.slice(0, most));
  const wanted = Object.keys(relevant);
  return wanted.filter((id) => first.has(id)).length / wanted.length;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard error of a mean. */
function error(values) {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

/** Measures sets below `folder` (all, or those named), and prints a table for each. Questions longer than a set's own
 *  are asked under the name of their field: `irled_prec:query_contexts`. */
export function ranking(folder, names) {
  const sets = names ?? readdirSync(join(folder, "dev", "retrieval")).sort();
  for (const asked of sets) {
    const [name, field = "query"] = asked.split(":");
    const set = join(folder, "dev", "retrieval", name);
    const judged = new Map();
    for (const { id, rel } of lines(readFileSync(join(set, "gold.jsonl"), "utf8"))) {
      judged.set(String(id), Object.fromEntries(Object.entries(rel).filter(([, grade]) => grade > 0)));
    }
    const questions = lines(readFileSync(join(set, "inputs.jsonl"), "utf8"));
    const bench = cabinet();
    try {
      const papers = join(bench.folder, "papers");
      mkdirSync(papers);
      for (const { id, title, text } of documents(join(folder, "corpora", name))) {
        writeFileSync(join(papers, `${encodeURIComponent(id)}.txt`), title ? `${title}\n\n${text}` : text);
      }
      const added = bench.run("add", papers);
      const stored = added.results.filter((outcome) => outcome.status === "added");
      const batch = join(bench.folder, "questions.jsonl");
      writeFileSync(batch, questions.map((question) => JSON.stringify({ id: question.id, query: question[field] })).join("\n"));
      const rows = [
        { what: "documents, passages, questions", value: [stored.length, stored.reduce((sum, { passages }) => sum + passages, 0), questions.length].join(", "), unit: "" },
        { what: "documents that were not added", value: added.results.length - stored.length, unit: "" },
        { what: "import", value: added.ms / 1000, unit: "s" },
      ];
      const scores = {};
      for (const mode of ["hybrid", "text", "vector"]) {
        const answers = new Map();
        for (const { id, hits, ms } of bench.run("search", "--mode", mode, "--limit", HITS, "--batch", batch).results) {
          const papers = (some) => [...new Set(some.map((hit) => decodeURIComponent(hit.source_name.replace(/\.txt$/, ""))))];
          const repeats = hits.slice(0, 10).filter((hit) => hit.repeats !== null).length;
          // As the window shows them: what repeats a better hit stands behind that one.
          answers.set(String(id), { found: papers(hits), apart: papers(hits.filter((hit) => hit.repeats === null)), repeats, ms });
        }
        const each = (score, list = "found") => [...judged].map(([id, relevant]) => score(answers.get(id)?.[list] ?? [], relevant));
        scores[mode] = each(ndcg);
        rows.push(
          { what: `${mode}: nDCG@10`, value: mean(scores[mode]).toFixed(4), unit: `± ${error(scores[mode]).toFixed(3)}` },
          { what: `${mode}: recall@10, @100`, value: [10, 100].map((most) => mean(each((found, relevant) => recall(found, relevant, most))).toFixed(3)).join(", "), unit: "" },
          { what: `${mode}: a question, p50, p95`, value: [50, 95].map((p) => percentile([...answers.values()].map(({ ms }) => ms), p).toFixed(0)).join(", "), unit: "ms" },
        );
        if (mode === "hybrid") {
          const among = [...answers.values()].filter(({ repeats }) => repeats > 0);
          rows.push(
            { what: "hybrid, repeats put behind what they repeat: nDCG@10", value: mean(each(ndcg, "apart")).toFixed(4), unit: "" },
            { what: "questions with repeats among the first ten hits, and how many", value: [among.length, among.reduce((sum, { repeats }) => sum + repeats, 0)].join(", "), unit: "" },
          );
        }
      }
      const better = Math.max(mean(scores.text), mean(scores.vector));
      const goal = GOALS[name] ?? better * ABOVE;
      rows.push({ what: "words and meaning above the better half", value: ((mean(scores.hybrid) / better - 1) * 100).toFixed(1), unit: "%", goal: `nDCG@10 of ${goal.toFixed(3)}` });
      report(`ranking of ${asked}`, rows);
    } finally {
      bench.remove();
    }
  }
}
