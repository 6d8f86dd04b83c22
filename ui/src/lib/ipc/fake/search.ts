/** A small word search over the invented papers. */
import type { Hit, SearchRequest, SearchResults, TextRange } from '../types';
import type { FakeState } from './state';

const meaning: Record<string, string[]> = {
  kidney: ['filtration', 'creatinine'],
  antibiotic: ['amoxicillin'],
  diabetes: ['metformin', 'glucose'],
  leak: ['drain', 'water'],
  moisture: ['damp'],
};

function sentences(text: string): TextRange[] {
  const result: TextRange[] = [];
  const pattern = /[^.!?\n]+(?:\n(?!\n)[^.!?\n]+)*(?:[.!?](?=\s|$)|[.!?][^\s.!?]+)*[.!?]?/g;
  for (const match of text.matchAll(pattern)) {
    const lead = match[0].length - match[0].trimStart().length;
    const start = match.index + lead;
    const end = start + match[0].trim().length;
    if (end - start > 3) result.push({ start, end });
  }
  return result;
}

function occurrences(text: string, words: string[]): TextRange[] {
  const low = text.toLowerCase();
  const found: TextRange[] = [];
  for (const word of words) {
    for (let at = low.indexOf(word); at !== -1; at = low.indexOf(word, at + word.length)) {
      found.push({ start: at, end: at + word.length });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

export function fakeSearch(state: FakeState, request: SearchRequest): SearchResults {
  const query = request.query.trim().toLowerCase();
  const phrase = /^"(.+)"$/.exec(query)?.[1];
  const words = phrase ? [phrase] : query.split(/\s+/).filter((word) => word.length > 1);
  const near = words.flatMap((word) => meaning[word] ?? []);
  const hits: Hit[] = [];
  for (const { row, texts } of state.documents) {
    if (row.state === 'trashed') continue;
    if (request.folderId && row.folderId !== request.folderId) continue;
    if (request.documentId && row.id !== request.documentId) continue;
    if (request.kinds.length > 0 && !request.kinds.includes(row.kind)) continue;
    texts.forEach((text, index) => {
      const all = sentences(text);
      all.forEach((sentence, i) => {
        const own = text.slice(sentence.start, sentence.end);
        const marks = occurrences(own, words);
        const byMeaning = marks.length === 0 ? occurrences(own, near) : [];
        if (marks.length === 0 && byMeaning.length === 0) return;
        const end = all[i + 1]?.end ?? sentence.end;
        const distinct = new Set(marks.map((m) => own.slice(m.start, m.end).toLowerCase())).size;
        hits.push({
          rank: 0,
          score: distinct * 10 + marks.length + byMeaning.length * 0.5,
          documentId: row.id,
          title: row.title,
          sourceName: row.sourceName,
          kind: row.kind,
          dated: row.dated,
          page: index + 1,
          headings: [],
          start: sentence.start,
          end,
          snippet: text.slice(sentence.start, Math.min(end, sentence.start + 240)),
          marks: marks.length ? marks : [],
          pageMarks: marks.map((m) => ({
            start: m.start + sentence.start,
            end: m.end + sentence.start,
          })),
          why: phrase ? 'exact' : marks.length ? 'words' : 'meaning',
          repeats: null,
        });
      });
    });
  }
  hits.sort((a, b) => b.score - a.score);
  const best = hits.slice(0, request.limit).map((hit, i) => ({ ...hit, rank: i + 1 }));
  return { hits: query ? best : [], missing: [], checked: null, firstLook: false, ms: 7.4 };
}

export { sentences };
