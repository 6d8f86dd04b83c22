import { describe, expect, it } from 'vitest';
import type { JobRow, JobsView } from '$lib/ipc';
import { lines, pagesRead, parts, report } from './report';

const clean = { ocrPages: 0, faintPages: 0, damagedPages: 0, pagesWithoutText: 0 };

describe('what came of an import', () => {
  it('names every outcome that there was, and no other', () => {
    const files = {
      added: 1,
      duplicate: 0,
      failed: 0,
      cancelled: 0,
      inside: 0,
      pages: 1,
      ...clean,
    };
    expect(report(files)).toBe('1 file added. 1 page.');
    expect(
      report({
        added: 116,
        duplicate: 2,
        failed: 14,
        cancelled: 1,
        inside: 0,
        pages: 412,
        ocrPages: 30,
        faintPages: 4,
        damagedPages: 2,
        pagesWithoutText: 7,
      }),
    ).toBe(
      '116 files added, 2 already there, 14 not added, 1 cancelled. ' +
        '412 pages, 30 read from pictures, 4 hard to read, 2 damaged or cut off, 7 without text.',
    );
    expect(report({ ...files, added: 0, failed: 3, pages: 0 })).toBe('0 files added, 3 not added.');
    expect(report({ ...files, added: 600, failed: 147, inside: 57, pages: 0 })).toBe(
      '690 files and 57 inside them: 600 added, 147 not added.',
    );
  });

  it('says it of a document whose pages are all pictures', () => {
    expect(pagesRead({ pages: 1, ...clean, ocrPages: 1 })).toBe('1 page, read from its picture');
    expect(pagesRead({ pages: 3, ...clean, ocrPages: 3, faintPages: 1 })).toBe(
      '3 pages, read from pictures, 1 hard to read',
    );
  });

  it('puts the cancelled and the duplicates ahead of those that were added', () => {
    const jobs = (['added', 'duplicate', 'added', 'cancelled'] as const).map(
      (state, at) => ({ id: `${at}`, state }) as JobRow,
    );
    const [finished] = parts({ jobs, open: 0 } as JobsView, null);
    expect(finished?.jobs.map((job) => job.id)).toEqual(['3', '1', '0', '2']);
  });

  it('gives files that fail alike inside one file a single line, after those that were chosen', () => {
    const job = (id: string, inside: string | null, code: string) =>
      ({ id, inside, state: 'failed', error: { code, message: code, advice: '' } }) as JobRow;
    const failed = [
      job('1', 'a.eml', 'no_text'),
      job('2', 'a.eml', 'no_text'),
      job('3', 'b.eml', 'no_text'),
      job('4', 'a.eml', 'encrypted'),
      job('5', 'a.eml', 'encrypted'),
      job('6', null, 'no_text'),
      job('7', null, 'no_text'),
    ];
    const ids = lines(failed).map((line) => line.map((job) => job.id).join());
    expect(ids).toEqual(['6', '7', '1,2', '3', '4', '5']);
    const finished = [
      { id: '8', inside: 'a.eml', state: 'duplicate' },
      { id: '9', inside: null, state: 'added' },
    ] as JobRow[];
    expect(lines(finished).map(([job]) => job.id)).toEqual(['8', '9']);
  });

  it('counts all files of a part, not only those the view holds', () => {
    const job = (state: JobRow['state']) => ({ id: state, state }) as JobRow;
    const view = { jobs: [job('running'), job('failed'), job('queued')], open: 1200 } as JobsView;
    const counts = (of: JobsView, came: Parameters<typeof parts>[1]) =>
      parts(of, came).map((part) => [part.name, part.count]);
    expect(counts(view, null)).toEqual([
      ['Under way', 1],
      ['Need your attention', 1],
      ['Waiting', 1199],
    ]);
    const came = {
      added: 600,
      duplicate: 5,
      failed: 90,
      cancelled: 0,
      inside: 0,
      pages: 900,
      ...clean,
    };
    expect(counts({ ...view, jobs: [job('failed'), job('added')], open: 0 }, came)).toEqual([
      ['Need your attention', 90],
      ['Finished', 605],
    ]);
  });
});
