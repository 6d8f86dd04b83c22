/** Files on their way in. */
import type { Backend } from '../../contract';
import type { DocumentRow, JobRow, JobsView, MadeRow } from '../../types';
import { answer, changed, done, emit, fake, id, pace } from '../core';
import { samples } from '../corpus';
import { makeDocument } from '../state';

function jobsView(): JobsView {
  const open = fake.jobs.filter((j) => j.state === 'queued' || j.state === 'running').length;
  const finished = fake.jobs.length - open;
  return {
    jobs: fake.jobs.map((job) => ({ ...job, made: job.made ?? made(job.documentId) })),
    open,
    finished,
    passagesDone: open ? 40 : 0,
    passagesTotal: open ? 160 : 0,
    trouble: null,
    secondsLeft: open ? open * 4 : null,
    paused: fake.paused,
    held: false,
  };
}

function made(documentId: string | null): MadeRow | null {
  const found = fake.documents.find((one) => one.row.id === documentId);
  return found ? { ...found.row, replaced: false } : null;
}

function queue(names: string[], folderId: string): number {
  const rows = names.map((fileName): JobRow => {
    return {
      id: id('j'),
      fileName,
      folderId,
      state: 'queued',
      stage: '',
      done: 0,
      total: 0,
      inside: null,
      documentId: null,
      made: null,
      error: null,
    };
  });
  fake.jobs = [...rows, ...fake.jobs];
  emit('jobs-changed', structuredClone(jobsView()));
  void work(rows);
  return rows.length;
}

async function work(rows: JobRow[]): Promise<void> {
  for (const row of rows) {
    for (let step = 0; step <= 6; step += 1) {
      while (fake.paused) await new Promise((resolve) => setTimeout(resolve, 100));
      const job = fake.jobs.find((j) => j.id === row.id);
      if (!job || job.state === 'cancelled') break;
      Object.assign(job, {
        state: 'running',
        stage: step < 3 ? 'reading' : 'embedding',
        done: step % 3,
        total: 3,
      });
      emit('jobs-changed', structuredClone(jobsView()));
      await new Promise((resolve) => setTimeout(resolve, pace.step * 12));
    }
    finish(row.id);
  }
}

function finish(jobId: string): void {
  const job = fake.jobs.find((j) => j.id === jobId);
  if (!job || job.state === 'cancelled') return;
  const paper = samples.find((p) => p.file === job.fileName) ?? {
    title: job.fileName.replace(/\.\w+$/, ''),
    file: job.fileName,
    kind: 'text' as const,
    folder: 'General',
    daysAgo: 0,
    pages: [`This is the invented text of ${job.fileName}. It stands in for a dropped file.`],
  };
  const added = makeDocument(paper, id('d'), job.folderId);
  fake.documents.push(added);
  Object.assign(job, { state: 'added', stage: '', done: 0, total: 0, documentId: added.row.id });
  emit('jobs-changed', structuredClone(jobsView()));
  changed();
}

export const imports = {
  pickFiles: () => answer(() => ['/tmp/Letter of 4 May.pdf', '/tmp/Blood test.docx']),
  pickDirectory: () => answer(() => ['/tmp/Case papers']),
  importPaths: (paths, folderId) =>
    answer(() =>
      queue(
        paths.map((path) => path.split('/').at(-1) ?? path),
        folderId,
      ),
    ),
  importSamples: (folderId) =>
    answer(() =>
      queue(
        samples.map((paper) => paper.file),
        folderId,
      ),
    ),
  jobs: () => answer(jobsView),
  cancelJob: (jobId) =>
    done(() => {
      const job = fake.jobs.find((j) => j.id === jobId);
      if (job) job.state = 'cancelled';
      emit('jobs-changed', structuredClone(jobsView()));
    }),
  cancelJobs: () =>
    done(() => {
      for (const job of fake.jobs) {
        if (job.state === 'queued' || job.state === 'running') job.state = 'cancelled';
      }
      emit('jobs-changed', structuredClone(jobsView()));
    }),
  retryJob: (jobId, password) =>
    done(() => {
      const job = fake.jobs.find((j) => j.id === jobId);
      if (!job) return;
      if (job.error?.code === 'encrypted' && !password) return;
      Object.assign(job, { state: 'queued', error: null });
      void work([job]);
    }),
  pauseJobs: (paused) =>
    done(() => {
      fake.paused = paused;
      emit('jobs-changed', structuredClone(jobsView()));
    }),
  importReport: () =>
    answer(() => {
      const ended = (state: JobRow['state']) => fake.jobs.filter((job) => job.state === state);
      const made = ended('added').flatMap(
        (job) => fake.documents.find((one) => one.row.id === job.documentId)?.row ?? [],
      );
      const sum = (pages: (row: DocumentRow) => number) =>
        made.reduce((all, row) => all + pages(row), 0);
      return {
        added: ended('added').length,
        duplicate: ended('duplicate').length,
        failed: ended('failed').length,
        cancelled: ended('cancelled').length,
        inside: fake.jobs.filter(
          (job) => job.inside && job.state !== 'queued' && job.state !== 'running',
        ).length,
        pages: sum((row) => row.pages),
        ocrPages: sum((row) => row.ocrPages),
        faintPages: sum((row) => row.faintPages),
        damagedPages: sum((row) => row.damagedPages),
        pagesWithoutText: sum((row) => row.pagesWithoutText),
      };
    }),
  exportJobs: () => answer(() => 'Import report.csv'),
  clearJobs: () =>
    done(() => {
      fake.jobs = fake.jobs.filter((j) => j.state === 'queued' || j.state === 'running');
      emit('jobs-changed', structuredClone(jobsView()));
    }),
} satisfies Partial<Backend['commands']>;
