import { describe, expect, it } from 'vitest';
import type { Claim } from '$lib/ipc';
import { asText, authorship, bySection, coverageLine, leftOut, visibleClaims } from './claims';

const citation = {
  documentId: 'd',
  title: 'Letter',
  page: 2,
  start: 0,
  end: 4,
  quote: 'Word',
};
const written = { quoted: false, section: null };
const claims: Claim[] = [
  { ...written, text: 'One.', verdict: 'supported', reason: null, citations: [citation] },
  { ...written, text: 'Two.', verdict: 'partly', reason: 'why', citations: [citation] },
  { ...written, text: 'Three.', verdict: 'unsupported', reason: 'why', citations: [] },
];

describe('claims', () => {
  it('hides unsupported sentences unless asked, and counts them', () => {
    expect(visibleClaims(claims, false).map((c) => c.text)).toEqual(['One.', 'Two.']);
    expect(visibleClaims(claims, true)).toHaveLength(3);
    expect(leftOut(claims, 2, false)).toBe(3);
    expect(leftOut(claims, 2, true)).toBe(2);
  });

  it('copies each sentence with its source and its doubt', () => {
    expect(asText(claims)).toBe(
      'One. (Letter, p. 2)\nTwo. (Letter, p. 2) [partly]\nThree. [unsupported]',
    );
  });

  it('puts sentences under their headings without changing their order', () => {
    const [one, two, three] = claims as [Claim, Claim, Claim];
    const under = (claim: Claim, section: string) => ({ ...claim, section });
    const parts = bySection([under(one, 'Plan'), under(two, 'Plan'), under(three, 'Findings')]);
    expect(parts.map((p) => [p.name, p.claims.length])).toEqual([
      ['Plan', 2],
      ['Findings', 1],
    ]);
    expect(bySection(claims)).toEqual([{ name: null, claims }]);
  });

  it('says who wrote it', () => {
    const quoted = claims.map((claim) => ({ ...claim, quoted: true }));
    expect(authorship(quoted, null)).toBe('Whole sentences of the document');
    expect(authorship(claims, 'SmolLM2')).toBe('Written by SmolLM2, checked sentence by sentence');
    expect(authorship([...claims, ...quoted], 'SmolLM2')).toBe(
      'Written by SmolLM2, checked sentence by sentence; 3 of 6 quoted',
    );
  });

  it('states what was read', () => {
    const coverage = { pagesRead: 3, pagesTotal: 5, pagesWithoutText: 2, leftOut: [] };
    expect(coverageLine(coverage)).toBe('Read 3 of 5 pages; 2 without text.');
    expect(coverageLine({ ...coverage, pagesRead: 5, pagesWithoutText: 0 })).toBe(
      'Read all 5 pages.',
    );
    expect(coverageLine({ pagesRead: 1, pagesTotal: 1, pagesWithoutText: 0, leftOut: [] })).toBe(
      'Read the one page.',
    );
  });
});
