import { describe, expect, it } from 'vitest';
import type { Hit } from '$lib/ipc';
import { apart, grouped, sorted } from './hits';

describe('hits', () => {
  const hit = (rank: number, documentId: string): Hit => ({
    rank,
    score: 1,
    documentId,
    title: documentId,
    sourceName: documentId,
    kind: 'pdf',
    dated: null,
    page: 1,
    headings: [],
    start: 0,
    end: 1,
    snippet: '',
    marks: [],
    pageMarks: [],
    why: 'words',
    repeats: null,
  });

  it('groups by document in the order of the best hit and folds long groups', () => {
    const hits = [hit(1, 'b'), ...[2, 3, 4, 5, 6, 7].map((n) => hit(n, 'a')), hit(8, 'b')];
    const groups = grouped(apart(hits));
    expect(groups.map((g) => [g.documentId, g.rows.length, g.folded])).toEqual([
      ['b', 2, 0],
      ['a', 4, 2],
    ]);
    expect(grouped(apart(hits), new Set(['a']))[1]?.rows).toHaveLength(6);
  });

  it('puts hits that say the same behind the first of them, wherever that one stands', () => {
    const same = (rank: number, id: string, repeats: number | null, day: string | null = null) => ({
      ...hit(rank, id),
      repeats,
      dated: day,
    });
    const hits = [
      same(1, 'a', null, '2024-03-01'),
      same(2, 'b', 1, '2026-01-31'),
      same(3, 'b', null),
      same(4, 'a', 1),
    ];
    const ranks = (rows: { hit: Hit; repeats: Hit[] }[]) =>
      rows.map((row) => [row.hit.rank, ...row.repeats.map((other) => other.rank)]);
    expect(ranks(apart(hits))).toEqual([[1, 2, 4], [3]]);
    expect(ranks(apart(hits.slice(1)))).toEqual([[2, 4], [3]]);
    expect(ranks(apart(sorted(hits, 'newest')))).toEqual([[2, 1, 4], [3]]);

    const groups = grouped(apart(hits), new Set(), new Set([1]));
    expect(groups.map((g) => g.documentId)).toEqual(['a', 'b']);
    expect(groups[0]?.rows.map((row) => [row.hit.rank, row.beneath])).toEqual([
      [1, false],
      [2, true],
      [4, true],
    ]);
  });

  it('sorts by name and keeps the best first otherwise', () => {
    const hits = [hit(1, 'b10'), hit(2, 'b9'), hit(3, 'a')];
    expect(sorted(hits, 'best').map((g) => g.title)).toEqual(['b10', 'b9', 'a']);
    expect(sorted(hits, 'title').map((g) => g.title)).toEqual(['a', 'b9', 'b10']);
  });

  it('sorts by the date on the document and puts what bears none last either way', () => {
    const dated = (rank: number, id: string, day: string | null) => ({
      ...hit(rank, id),
      dated: day,
    });
    const hits = [
      dated(1, 'none', null),
      dated(2, 'old', '2024-03-01'),
      dated(3, 'new', '2026-01-31'),
    ];
    expect(sorted(hits, 'newest').map((g) => g.title)).toEqual(['new', 'old', 'none']);
    expect(sorted(hits, 'oldest').map((g) => g.title)).toEqual(['old', 'new', 'none']);
  });
});
