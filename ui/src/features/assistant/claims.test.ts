import { describe, expect, it } from 'vitest';
import type { Claim } from '$lib/ipc';
import { asText, coverageLine, leftOut, visibleClaims } from './claims';

const citation = {
  documentId: 'd',
  title: 'Letter',
  page: 2,
  start: 0,
  end: 4,
  quote: 'Word',
};
const claims: Claim[] = [
  { text: 'One.', verdict: 'supported', reason: null, citations: [citation] },
  { text: 'Two.', verdict: 'partly', reason: 'why', citations: [citation] },
  { text: 'Three.', verdict: 'unsupported', reason: 'why', citations: [] },
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
