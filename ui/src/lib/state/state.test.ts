import { describe, expect, it, vi } from 'vitest';
import { soon } from '$lib/testing';
import type { DocumentRow, Hit, JobRow } from '$lib/ipc';
import { fake } from '$lib/ipc/fake/backend';
import { ipc } from '$lib/ipc';
import { filtered, library, sorted } from './library.svelte';
import { search } from './search.svelte';
import { preferences } from './settings.svelte';
import { jobs } from './jobs.svelte';
import { assistant } from './assistant.svelte';
import { session } from './session.svelte';
import { citationAt, citationOfDocument, notes, openingEnd, tidy } from './notes.svelte';
import { toasts } from './toasts.svelte';
import { workspace } from './workspace.svelte';

const row = (part: Partial<DocumentRow>): DocumentRow => ({
  id: 'x',
  folderId: 'f',
  title: 'Title',
  sourceName: 'file.pdf',
  parentId: null,
  replacedBy: null,
  versionsBefore: 0,
  deletions: 0,
  sameTextAs: null,
  author: null,
  dated: null,
  genre: null,
  kind: 'pdf',
  pages: 1,
  pagesWithoutText: 0,
  ocrPages: 0,
  faintPages: 0,
  damagedPages: 0,
  chars: 1,
  bytes: 1,
  addedAt: 0,
  state: 'ready',
  ...part,
});

describe('library', () => {
  it('sorts numbers as numbers and titles as a person would', () => {
    const rows = [row({ title: 'Letter 10' }), row({ title: 'Letter 9' })];
    expect(sorted(rows, { key: 'title', down: false }).map((r) => r.title)).toEqual([
      'Letter 9',
      'Letter 10',
    ]);
    const pages = [row({ pages: 9 }), row({ pages: 10 })];
    expect(sorted(pages, { key: 'pages', down: true })[0]?.pages).toBe(10);
  });

  it('filters by every typed word, in title or file name', () => {
    const rows = [row({ title: 'Lease' }), row({ title: 'Other', sourceName: 'lease-copy.pdf' })];
    expect(filtered(rows, 'LEASE copy', null)).toHaveLength(1);
    expect(filtered(rows, 'lease', 'docx')).toHaveLength(0);
  });

  it('moves documents and takes it back', async () => {
    await library.refresh();
    const [first] = library.rows;
    const target = library.folders.find((f) => f.id !== first?.folderId);
    await library.move([first?.id ?? ''], target?.id ?? '');
    expect(library.rows.find((r) => r.id === first?.id)?.folderId).toBe(target?.id);
    await toasts.act(toasts.list.at(-1)?.id ?? 0);
    expect(library.rows.find((r) => r.id === first?.id)?.folderId).toBe(first?.folderId);
  });

  it('brings trashed documents back within the half minute', async () => {
    await library.refresh();
    const count = library.rows.length;
    await library.trash([library.rows[0]?.id ?? '']);
    expect(library.rows).toHaveLength(count - 1);
    expect(toasts.list.at(-1)?.stay).toBe(30_000);
    await toasts.act(toasts.list.at(-1)?.id ?? 0);
    expect(library.rows).toHaveLength(count);
  });
});

describe('search', () => {
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

  it('asks at once, waits a moment while an answer is on its way, and the newest question wins', async () => {
    vi.useFakeTimers();
    const asked = vi.spyOn(ipc, 'search');
    search.type('k');
    expect(asked).toHaveBeenCalledTimes(1);
    search.type('kid');
    search.type('kidney');
    await vi.advanceTimersByTimeAsync(19);
    expect(asked).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(asked.mock.calls.map(([request]) => request.query)).toEqual(['k', 'kidney']);
    vi.useRealTimers();
    await soon(() => expect(search.answered).toBe('kidney'));
    expect(search.shown.length).toBeGreaterThan(2);
    search.move(-1);
    expect(search.at).toBe(0);
    search.ofKind('docx');
    expect(search.shown.every((h) => h.kind === 'docx')).toBe(true);
    search.reset();
  });

  it('opens a hit of all that is typed, not of the letters that were answered so far', async () => {
    const answers: [string, () => void][] = [];
    vi.spyOn(ipc, 'search').mockImplementation(
      ({ query }) =>
        new Promise((answer) =>
          answers.push([
            query,
            () =>
              answer({
                hits: [hit(1, query)],
                missing: [],
                checked: null,
                firstLook: false,
                ms: 1,
              }),
          ]),
        ),
    );
    search.type('ejection f');
    search.type('ejection fraction');
    answers[0]?.[1]();
    await soon(() => expect(search.answered).toBe('ejection f'));
    // Enter, while the rest is not even asked yet.
    const chosen = search.chosen();
    await soon(() => expect(answers).toHaveLength(2));
    answers[1]?.[1]();
    expect((await chosen)?.documentId).toBe('ejection fraction');

    search.type('ejection fraction of');
    const left = search.chosen();
    search.type('something else');
    answers[2]?.[1]();
    expect(await left).toBeUndefined();
    search.reset();
  });

  it('takes a close look once typing rests, and stays at the hit that was chosen', async () => {
    vi.useFakeTimers();
    const asked = vi.spyOn(ipc, 'search').mockImplementation(({ query, firstLook }) =>
      Promise.resolve({
        hits: (firstLook ? ['a', 'b'] : ['c', 'b', 'a']).map((id, n) =>
          hit(n + 1, `${query}-${id}`),
        ),
        missing: [],
        checked: null,
        firstLook,
        ms: 1,
      }),
    );
    search.type('drai');
    await vi.advanceTimersByTimeAsync(150);
    search.type('drain');
    await vi.advanceTimersByTimeAsync(150);
    expect(search.shown.map((h) => h.documentId)).toEqual(['drain-a', 'drain-b']);
    search.move(1);
    await vi.advanceTimersByTimeAsync(60);
    expect(asked.mock.calls.map(([r]) => [r.query, r.firstLook])).toEqual([
      ['drai', true],
      ['drain', true],
      ['drain', false],
    ]);
    expect(search.shown.map((h) => h.documentId)).toEqual(['drain-c', 'drain-b', 'drain-a']);
    expect(search.shown[search.at]?.documentId).toBe('drain-b');
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveBeenCalledTimes(3);

    // Who moved nowhere is at the best hit of the close look.
    search.type('drains');
    await vi.advanceTimersByTimeAsync(300);
    expect(search.shown[search.at]?.documentId).toBe('drains-c');
    expect(asked).toHaveBeenCalledTimes(5);

    // What was closed meanwhile is not looked at.
    search.type('kidney');
    await vi.advanceTimersByTimeAsync(10);
    search.reset();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveBeenCalledTimes(6);
    vi.useRealTimers();
  });

  it('looks for what is like a passage by its words while there is no search by meaning', async () => {
    const found = {
      hits: [],
      missing: ['Search by meaning is off'],
      checked: null,
      firstLook: false,
      ms: 1,
    };
    const asked = vi
      .spyOn(ipc, 'search')
      .mockImplementation(({ mode }) =>
        Promise.resolve(mode === 'vector' ? found : { ...found, hits: [hit(1, 'a')] }),
      );
    search.moreLike({ ...hit(3, 'a'), snippet: 'The drain was cleared.' });
    await soon(() => expect(search.shown).toHaveLength(1));
    expect(asked.mock.calls.map(([request]) => [request.mode, request.query])).toEqual([
      ['vector', 'The drain was cleared.'],
      ['hybrid', 'The drain was cleared.'],
    ]);
    expect(search.results?.missing).toEqual(['Search by meaning is off']);
    search.reset();
  });

  it('shows what says the same beneath a hit and puts it away again', () => {
    const same = (rank: number, id: string, repeats: number | null) => ({
      ...hit(rank, id),
      repeats,
    });
    const hits = [same(1, 'a', null), same(2, 'b', 1), same(3, 'b', null), same(4, 'a', 1)];
    search.results = { hits, missing: [], checked: null, firstLook: false, ms: 1 };
    expect(search.shown.map((h) => h.rank)).toEqual([1, 3]);
    search.at = 1;
    search.toggleRepeats(hits[2] as Hit);
    search.toggleRepeats(hits[0] as Hit);
    expect(search.shown.map((h) => h.rank)).toEqual([1, 2, 4, 3]);
    expect(search.at).toBe(3);
    search.at = 2;
    search.toggleRepeats(hits[3] as Hit);
    expect([search.shown.length, search.at]).toEqual([2, 0]);
    search.reset();
  });

  it('counts the years of what was found and narrows to one of them', () => {
    const hits = [
      { ...hit(1, 'a'), dated: '2024-03-01' },
      { ...hit(2, 'b'), dated: '2026-01-31', kind: 'docx' },
      { ...hit(3, 'c'), dated: '2026-07-01' },
      hit(4, 'd'),
    ];
    search.results = { hits, missing: [], checked: null, firstLook: false, ms: 1 };
    expect(search.years).toEqual([
      ['2026', 2],
      ['2024', 1],
      ['', 1],
    ]);
    search.ofYear('2026');
    expect(search.shown.map((h) => h.documentId)).toEqual(['b', 'c']);
    expect(search.kinds).toEqual([
      ['docx', 1],
      ['pdf', 1],
    ]);
    search.ofYear('');
    expect(search.shown.map((h) => h.documentId)).toEqual(['d']);
    search.reset();
    expect(search.year).toBeNull();
  });

  it('remembers what led somewhere, newest first and once, keeps what is kept, and forgets', async () => {
    search.query = 'kidney';
    search.remember();
    search.query = 'drain';
    search.remember();
    search.query = 'kidney';
    search.remember();
    expect(preferences.value.recentSearches).toEqual(['kidney', 'drain']);
    search.toggleSaved();
    expect(search.saved).toBe(true);
    search.forgetRecent();
    await soon(() => expect(preferences.value.recentSearches).toEqual([]));
    expect(preferences.value.savedSearches).toEqual(['kidney']);
    search.toggleSaved();
    search.reset();
  });

  it('asks for more like a passage until something is typed', async () => {
    const asked = vi.spyOn(ipc, 'search');
    search.moreLike({ ...hit(1, 'a'), snippet: 'kidney function' });
    await soon(() => expect(search.answered).toBe('kidney function'));
    expect(asked.mock.calls.at(-1)?.[0].mode).toBe('vector');
    search.type('');
    expect(search.like).toBeNull();
    search.reset();
  });

  it('shows nothing of a superseded answer', async () => {
    search.query = 'drain';
    const first = search.run();
    search.query = 'metformin';
    await Promise.all([first, search.run()]);
    expect(search.answered).toBe('metformin');
    expect(search.error).toBeNull();
    search.reset();
  });
});

describe('jobs', () => {
  it('tells once when a dropped file has become a document', async () => {
    const told: JobRow[] = [];
    await jobs.refresh();
    await jobs.addAndTell(['/home/a/New paper.txt'], { id: 'f0', name: 'General' }, (job) =>
      told.push(job),
    );
    await soon(() => expect(fake.jobs[0]?.state).toBe('added'));
    jobs.take({ ...jobs.view, jobs: fake.jobs });
    jobs.take({ ...jobs.view, jobs: fake.jobs });
    expect(told.map((job) => job.fileName)).toEqual(['New paper.txt']);
  });
});

describe('assistant', () => {
  const document = { id: 'd1', title: 'Discharge letter' };

  it('replaces streamed text by checked claims', async () => {
    await assistant.summary(document);
    const [run] = assistant.of('d1');
    expect(run?.state).toBe('done');
    expect(run?.unchecked).toBe('');
    expect(run?.claims.map((claim) => claim.verdict)).toContain('partly');
    expect(run?.coverage?.pagesRead).toBe(2);
    expect(run?.model).toContain('SmolLM2');
  });

  it('keeps what was checked when it is stopped', async () => {
    const working = assistant.summary(document);
    const run = assistant.of('d1')[0];
    await soon(() => expect(run?.claims.length).toBeGreaterThan(0));
    if (run) await assistant.stop(run);
    await working;
    expect(run?.state).toBe('stopped');
    expect(run?.claims.length).toBeGreaterThan(0);
    expect(run?.error).toBeNull();
  });

  it('forgets results of documents that are gone', async () => {
    await assistant.keyPoints(document);
    assistant.forgetDocuments(['d1']);
    expect(assistant.of('d1')).toEqual([]);
  });
});

describe('quotes', () => {
  it('takes the words from the page, not from the list', async () => {
    const text = fake.documents[0]?.texts[1] ?? '';
    const start = text.indexOf('Metformin');
    const cited = await citationAt({
      documentId: 'd1',
      title: 'Letter',
      page: 2,
      start,
      end: start + 29,
    });
    expect(cited.quote).toBe('Metformin 500 mg twice daily.');
  });

  it('quotes a whole document by its opening', async () => {
    const cited = await citationOfDocument({ id: 'd7', title: 'Witness statement' });
    expect(cited.page).toBe(1);
    expect(cited.quote.startsWith('Witness statement I, Tomas Brandt')).toBe(true);
    expect(cited.quote.length).toBeLessThanOrEqual(240);
  });

  it('ends an opening at a sentence', () => {
    const text = `${'a'.repeat(80)}. ${'b'.repeat(300)}`;
    expect(openingEnd(text, 0)).toBe(81);
    expect(openingEnd('Short text.  ', 0)).toBe(11);
  });

  it('joins what the page had broken', () => {
    expect(tidy('mea-\nsured  twice\na day')).toBe('measured twice a day');
  });
});

describe('workspace', () => {
  it('keeps the note in view when a source is opened from it', () => {
    workspace.openNote('n1', 'Note');
    workspace.openDocument('d1', 'Letter', { page: 2, start: 0, end: 4, kind: 'cite' });
    expect(workspace.mainTab?.id).toBe('d1');
    expect(workspace.besideTab?.id).toBe('n1');
    expect(workspace.document?.id).toBe('d1');
    workspace.close('document:d1');
    expect(workspace.main).toBeNull();
    workspace.reset();
  });

  it('goes to the same place again when asked again', () => {
    const target = { page: 1, start: 0, end: 2, kind: 'hit' as const };
    workspace.openDocument('d1', 'Letter', target);
    const visit = workspace.mainTab?.visit ?? 0;
    workspace.openDocument('d1', 'Letter', target);
    expect(workspace.mainTab?.visit).toBe(visit + 1);
    expect(workspace.tabs).toHaveLength(1);
    workspace.reset();
  });

  it('steps through place and tabs', () => {
    workspace.openDocument('d1', 'A');
    workspace.openDocument('d2', 'B');
    workspace.step(1);
    expect(workspace.main).toBeNull();
    workspace.step(1);
    expect(workspace.mainTab?.id).toBe('d1');
    workspace.reset();
  });
});

describe('session', () => {
  it('drops everything when the cabinet is locked', async () => {
    await session.load();
    await library.refresh();
    await notes.refresh();
    workspace.openDocument('d1', 'Letter');
    search.query = 'secret';
    await assistant.keyPoints({ id: 'd1', title: 'Letter' });
    session.locked('idle');
    expect(session.screen).toBe('locked');
    expect(library.rows).toEqual([]);
    expect(library.folders).toEqual([]);
    expect(notes.rows).toEqual([]);
    expect(workspace.tabs).toEqual([]);
    expect(search.query).toBe('');
    expect(assistant.runs).toEqual([]);
  });

  it('saves open notes before the user locks', async () => {
    await session.load();
    const saved: string[] = [];
    const off = session.onBeforeLock(async () => {
      saved.push(fake.stage);
    });
    await session.lock();
    expect(saved).toEqual(['open']);
    expect(session.screen).toBe('locked');
    off();
  });

  it('reports activity at most every twenty seconds', async () => {
    await session.load();
    const told = vi.spyOn(ipc, 'activity');
    session.activity(100_000);
    session.activity(110_000);
    session.activity(120_001);
    expect(told).toHaveBeenCalledTimes(2);
  });
});
