import type { JobRow, JobsView } from '$lib/ipc';
import { plural } from '$lib/format';

type JobState = JobRow['state'];

export interface Part {
  name: string;
  jobs: JobRow[];
}

const order: { name: string; states: JobState[] }[] = [
  { name: 'Under way', states: ['running'] },
  { name: 'Need your attention', states: ['failed'] },
  { name: 'Waiting', states: ['queued'] },
  { name: 'Finished', states: ['added', 'duplicate', 'cancelled'] },
];

/** The queue in the order a person cares about it. */
export function parts(jobs: JobRow[]): Part[] {
  return order
    .map(({ name, states }) => ({ name, jobs: jobs.filter((job) => states.includes(job.state)) }))
    .filter((part) => part.jobs.length > 0);
}

/** Whether the cabinet, left alone, locks itself before all files are added. Zero minutes: it never does. */
export function locksFirst(view: JobsView, lockAfterMinutes: number): boolean {
  return lockAfterMinutes > 0 && (view.secondsLeft ?? 0) > lockAfterMinutes * 60;
}

/** What came of it, in one sentence. */
export function report(jobs: JobRow[]): string {
  const count = (state: JobState) => jobs.filter((job) => job.state === state).length;
  const said = [
    `${plural(count('added'), 'file')} added`,
    count('duplicate') > 0 && `${count('duplicate')} already there`,
    count('failed') > 0 && `${count('failed')} not added`,
    count('cancelled') > 0 && `${count('cancelled')} cancelled`,
  ].filter((part): part is string => typeof part === 'string');
  return `${said.join(', ')}.`;
}
