/** Key points, summaries and drafts of the invented papers, with the pace of a small model. */
import type {
  AssistantEvent,
  Citation,
  Claim,
  Coverage,
  Grounded,
  SummaryStyle,
  Typed,
} from '../types';
import { sentences } from './search';
import type { FakeDocument } from './state';

export class Cancelled extends Error {}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const words = (text: string) => text.replace(/\s+/g, ' ');

function citation(document: FakeDocument, page: number, start: number, end: number): Citation {
  const text = document.texts[page - 1] ?? '';
  return {
    documentId: document.row.id,
    title: document.row.title,
    page,
    start,
    end,
    quote: words(text.slice(start, end)),
  };
}

function sourcesOf(document: FakeDocument, count: number): Citation[] {
  const all = document.texts.flatMap((text, index) =>
    sentences(text)
      .filter((s) => s.end - s.start > 60)
      .map((s) => citation(document, index + 1, s.start, s.end)),
  );
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => i % step === 0).slice(0, count);
}

function coverage(document: FakeDocument): Coverage {
  const without = document.row.pagesWithoutText;
  return {
    pagesRead: document.row.pages - without,
    pagesTotal: document.row.pages,
    pagesWithoutText: without,
    leftOut: document.row.pages > 40 ? ['Pages 31 to 48 did not fit and were not read.'] : [],
  };
}

export interface Pace {
  /** Milliseconds between events; 0 in tests. */
  step: number;
  cancelled: () => boolean;
}

export async function fakeKeyPoints(
  document: FakeDocument,
  sink: (event: AssistantEvent) => void,
  pace: Pace,
): Promise<Grounded> {
  const total = document.row.pages;
  for (let done = 0; done <= total; done += Math.max(1, Math.floor(total / 6))) {
    if (pace.cancelled()) throw new Cancelled();
    sink({ type: 'progress', step: 'Comparing sentences', done, total });
    await wait(pace.step * 3);
  }
  const claims: Claim[] = sourcesOf(document, 5).map((source) => ({
    text: source.quote,
    verdict: 'supported',
    reason: null,
    citations: [source],
    quoted: true,
    section: null,
  }));
  return { claims, coverage: coverage(document), model: null, removed: 0, seconds: 0.8 };
}

function summaryClaims(document: FakeDocument, style: SummaryStyle): Claim[] {
  const sources = sourcesOf(document, 4);
  const claims: Claim[] = sources.map((source, index) => ({
    text: source.quote,
    verdict: 'supported',
    reason: null,
    citations: [source],
    quoted: index === 0,
    section: style === 'brief' ? null : index < 2 ? 'Findings' : 'Plan',
  }));
  const second = claims[1];
  if (second) {
    claims[1] = {
      ...second,
      text: second.text.replace(/\.$/, ', as both sides agree.'),
      verdict: 'partly',
      reason: '"as both sides agree" does not stand in the cited sentence.',
    };
  }
  claims.push({
    text: 'A further appointment was set for 2 May 2026.',
    verdict: 'unsupported',
    reason: 'The date "2 May 2026" does not stand anywhere in this document.',
    citations: [],
    quoted: false,
    section: claims.at(-1)?.section ?? null,
  });
  return claims;
}

export async function fakeSummary(
  document: FakeDocument,
  style: SummaryStyle,
  sink: (event: AssistantEvent) => void,
  pace: Pace,
): Promise<Grounded> {
  sink({ type: 'progress', step: 'Reading', done: 0, total: document.row.pages });
  await wait(pace.step * 8);
  const claims = summaryClaims(document, style);
  for (const claim of claims) {
    for (const piece of claim.text.split(/(?<= )/)) {
      if (pace.cancelled()) throw new Cancelled();
      sink({ type: 'text', piece });
      await wait(pace.step);
    }
    await wait(pace.step * 4);
    sink({ type: 'claim', claim });
  }
  return {
    claims,
    coverage: coverage(document),
    model: 'SmolLM2-135M-Instruct',
    removed: 1,
    seconds: 6.3,
  };
}

/** A draft's body: one section per document, every sentence a checked claim. */
export function draftBody(documents: FakeDocument[]): string {
  const content = documents.flatMap((document) => [
    {
      type: 'heading',
      attrs: { level: 2 },
      content: [{ type: 'text', text: document.row.title }],
    },
    {
      type: 'paragraph',
      content: sourcesOf(document, 3).map((source) => ({
        type: 'text',
        text: `${source.quote} `,
        marks: [
          { type: 'claim', attrs: { verdict: 'supported', reason: null, citations: [source] } },
        ],
      })),
    },
  ]);
  return JSON.stringify({ type: 'doc', content });
}

/** How a few sentences of the invented papers go on once they are begun; nothing else. */
export function fakeCompletion({ before }: Typed): string | null {
  const begun = /[^\n.]*$/.exec(before)?.[0].trimStart() ?? '';
  const known = [
    'Seen on 18 March because of the rash.',
    'The metformin dose was halved because of kidney function.',
    'An allergy to penicillin is not known.',
  ].find((sentence) => begun.length > 1 && sentence !== begun && sentence.startsWith(begun));
  return known?.slice(begun.length) ?? null;
}
