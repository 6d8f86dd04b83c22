import { render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ipc, type Hit } from '$lib/ipc';
import { search } from '$lib/state/search.svelte';
import Results from './Results.svelte';

const hit = (n: number): Hit => ({
  rank: n + 1,
  score: 1,
  documentId: `document ${n}`,
  title: `Paper ${n}`,
  sourceName: `paper-${n}.txt`,
  kind: 'txt',
  dated: null,
  page: 1,
  headings: [],
  start: 0,
  end: 1,
  snippet: 'The drain was cleared.',
  marks: [],
  pageMarks: [],
  why: 'words',
  repeats: null,
});

afterEach(() => {
  search.reset();
  vi.useRealTimers();
});

describe('the list of what was found', () => {
  it('draws the first rows at once and the others when no key came for a moment', async () => {
    vi.useFakeTimers();
    vi.spyOn(ipc, 'search').mockImplementation(() =>
      Promise.resolve({
        hits: Array.from({ length: 60 }, (_, n) => hit(n)),
        missing: [],
        checked: null,
        firstLook: false,
        ms: 1,
      }),
    );
    render(Results, { onopen: () => {}, onquote: () => {} });
    for (const query of ['dra', 'drain']) {
      search.type(query);
      await vi.advanceTimersByTimeAsync(200);
      expect(screen.getAllByTestId('hit')).toHaveLength(12);
    }
    expect(search.shown).toHaveLength(60);
    await vi.advanceTimersByTimeAsync(100);
    expect(screen.getAllByTestId('hit')).toHaveLength(60);
  });
});
