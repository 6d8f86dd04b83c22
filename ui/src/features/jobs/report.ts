import type { ImportReport, JobRow, JobsView, MadeRow } from '$lib/ipc';
import { count, plural } from '$lib/format';

type JobState = JobRow['state'];

export interface Part {
  name: string;
  /** The first of them. */
  jobs: JobRow[];
  /** How many there are. */
  count: number;
}

const order: { name: string; states: JobState[] }[] = [
  { name: 'Under way', states: ['running'] },
  { name: 'Need your attention', states: ['failed'] },
  { name: 'Waiting', states: ['queued'] },
  // What is not in the cabinet, or was before, comes ahead of the many that went as they should.
  { name: 'Finished', states: ['cancelled', 'duplicate', 'added'] },
];

/** The queue in the order a person cares about it. `came` counts what is done, of which the view holds the first. */
export function parts(view: JobsView, came: ImportReport | null): Part[] {
  const running = view.jobs.filter((job) => job.state === 'running').length;
  const counts: Partial<Record<JobState, number>> = { ...came, queued: view.open - running };
  return order
    .map(({ name, states }) => {
      const jobs = states.flatMap((state) => view.jobs.filter((job) => job.state === state));
      const count = states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
      return { name, jobs, count: Math.max(count, jobs.length) };
    })
    .filter((part) => part.jobs.length > 0);
}

/** The same file would fail in the same way; another one is the next step. */
export const isHopeless = (job: JobRow): boolean =>
  job.state === 'failed' &&
  ['unsupported', 'protected', 'corrupt', 'empty', 'no_text', 'too_large', 'not_a_file'].includes(
    job.error?.code ?? '',
  );

/**
 * The lines of a part: one a file. Of those that failed the chosen ones come before those inside others, and those that
 * fail alike in one file share a line.
 */
export function lines(jobs: JobRow[]): [JobRow, ...JobRow[]][] {
  const alike = new Map<string, [JobRow, ...JobRow[]]>();
  const later = (job: JobRow) => Number(job.state === 'failed' && job.inside !== null);
  for (const job of [...jobs].sort((a, b) => later(a) - later(b))) {
    const shares = job.inside !== null && isHopeless(job);
    const key = shares ? `${job.error?.code} ${job.error?.message} ${job.inside}` : job.id;
    const before = alike.get(key);
    if (before) before.push(job);
    else alike.set(key, [job]);
  }
  return [...alike.values()];
}

/** Files that a password may open. */
export const isLocked = (job: JobRow): boolean =>
  job.state === 'failed' && ['encrypted', 'wrong_password'].includes(job.error?.code ?? '');

/** Whether the cabinet, left alone, locks itself before all files are added. Zero minutes: it never does. */
export function locksFirst(view: JobsView, lockAfterMinutes: number): boolean {
  return lockAfterMinutes > 0 && (view.secondsLeft ?? 0) > lockAfterMinutes * 60;
}

const listed = (said: (string | false)[]): string => said.filter(Boolean).join(', ');

/** "12 pages, 3 read from pictures, 1 hard to read, 1 damaged or cut off, 1 without text". */
export function pagesRead(
  of: Pick<MadeRow, 'pages' | 'ocrPages' | 'faintPages' | 'damagedPages' | 'pagesWithoutText'>,
): string {
  const whole = of.ocrPages > 0 && of.ocrPages === of.pages;
  return listed([
    plural(of.pages, 'page'),
    of.ocrPages > 0 &&
      (whole
        ? `read from ${of.pages === 1 ? 'its picture' : 'pictures'}`
        : `${count(of.ocrPages)} read from pictures`),
    of.faintPages > 0 && `${count(of.faintPages)} hard to read`,
    of.damagedPages > 0 && `${count(of.damagedPages)} damaged or cut off`,
    of.pagesWithoutText > 0 && `${count(of.pagesWithoutText)} without text`,
  ]);
}

/** What came of it: a sentence on the files and one on their pages. */
export function report(of: ImportReport): string {
  const all = of.added + of.duplicate + of.failed + of.cancelled;
  const files = listed([
    of.inside > 0
      ? `${plural(all - of.inside, 'file')} and ${count(of.inside)} inside ${all - of.inside === 1 ? 'it' : 'them'}: ${count(of.added)} added`
      : `${plural(of.added, 'file')} added`,
    of.duplicate > 0 && `${count(of.duplicate)} already there`,
    of.failed > 0 && `${count(of.failed)} not added`,
    of.cancelled > 0 && `${count(of.cancelled)} cancelled`,
  ]);
  return of.pages > 0 ? `${files}. ${pagesRead(of)}.` : `${files}.`;
}
