/**
 * Stands in for the shell while the interface is developed in a plain browser and in tests. It is
 * reached through the alias `$backend` only in those two modes; a build cannot contain it.
 */
import type { AppEvents, Backend, FileDrag, Unlisten } from '../contract';
import type { JobRow, JobsView, Note, Stage, UiError } from '../types';
import { Cancelled, draftBody, fakeKeyPoints, fakeSummary } from './assistant';
import { samples } from './corpus';
import { pdfOf } from './pdf';
import { fakeSearch } from './search';
import { freshState, makeDocument, type FakeDocument, type FakeState } from './state';

type Outcome<T> = { status: 'ok'; data: T } | { status: 'error'; error: UiError };

const query = typeof location === 'undefined' ? '' : location.search;
const asked = new URLSearchParams(query).get('stage') as Stage | null;

export let fake: FakeState = freshState(asked ?? 'open');
/** Milliseconds between the events of streamed work. */
export const pace = { step: asked || query ? 18 : 0 };

const handlers = new Map<string, Set<(payload: never) => void>>();
const dragHandlers = new Set<(drag: FileDrag) => void>();
const running = new Set<string>();

/** Starts over; for tests. */
export function resetFake(stage: Stage = 'open'): FakeState {
  fake = freshState(stage);
  running.clear();
  return fake;
}

/** Lets a test carry files over the window. */
export function dragFiles(drag: FileDrag): void {
  for (const handler of dragHandlers) handler(drag);
}

export function emit<Name extends keyof AppEvents>(name: Name, payload: AppEvents[Name]): void {
  for (const handler of handlers.get(name) ?? []) handler(payload as never);
}

class Refused extends Error {
  constructor(readonly error: UiError) {
    super(error.message);
  }
}

function refuse(code: string, message: string, advice = ''): never {
  throw new Refused({ code, message, advice });
}

async function answer<T>(make: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { status: 'ok', data: structuredClone(await make()) };
  } catch (thrown) {
    if (thrown instanceof Refused) return { status: 'error', error: thrown.error };
    if (thrown instanceof Cancelled) {
      return { status: 'error', error: { code: 'cancelled', message: 'Stopped.', advice: '' } };
    }
    throw thrown;
  }
}

const done = (act: () => void) =>
  answer(() => {
    act();
    return null;
  });

function find(id: string): FakeDocument {
  const document = fake.documents.find((d) => d.row.id === id);
  return document ?? refuse('not_found', 'This document is no longer in the cabinet.');
}

function findNote(id: string) {
  const note = fake.notes.find((n) => n.note.id === id);
  return note ?? refuse('not_found', 'This note is no longer in the cabinet.');
}

function changed(): void {
  emit('library-changed', null);
}

function jobsView(): JobsView {
  const open = fake.jobs.filter((j) => j.state === 'queued' || j.state === 'running').length;
  const finished = fake.jobs.length - open;
  return {
    jobs: fake.jobs,
    open,
    finished,
    passagesDone: open ? 40 : 0,
    passagesTotal: open ? 160 : 0,
    trouble: null,
    secondsLeft: open ? open * 4 : null,
    paused: fake.paused,
  };
}

const id = (letter: string) => `${letter}${fake.next++}`;

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
      documentId: null,
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
  const made = makeDocument(paper, id('d'), job.folderId);
  fake.documents.push(made);
  Object.assign(job, { state: 'added', stage: '', done: 0, total: 0, documentId: made.row.id });
  emit('jobs-changed', structuredClone(jobsView()));
  changed();
}

function setState(ids: string[], state: 'ready' | 'trashed'): void {
  for (const one of ids) find(one).row.state = state;
  changed();
}

function remember(note: Note): void {
  const own = findNote(note.id);
  own.note = note;
  const chars = note.body.length;
  const { version, updatedAt: savedAt, title } = note;
  own.history.unshift({ note: { ...note }, version: { version, savedAt, title, chars } });
}

function newNote(folderId: string, title: string, body: string): Note {
  const note: Note = { id: id('n'), folderId, title, body, version: 1, updatedAt: Date.now() };
  fake.notes.push({ note, trashed: false, history: [] });
  remember(note);
  changed();
  return note;
}

async function stream<T>(request: string, make: (cancelled: () => boolean) => Promise<T>) {
  running.add(request);
  return answer(() => make(() => !running.has(request)).finally(() => running.delete(request)));
}

let searching = 0;

const commands: Backend['commands'] = {
  appState: () =>
    answer(() => ({
      stage: fake.stage,
      version: '0.1.0',
      sealed: true,
      sealSummary: 'The kernel refuses this process every network socket.',
      home: '/home/user/.local/share/cabinet',
    })),
  passphraseStrength: (passphrase) =>
    answer(() => {
      const score = Math.min(4, Math.floor(passphrase.length / 5));
      return {
        score,
        label: ['very weak', 'weak', 'fair', 'strong', 'very strong'][score] as string,
        guessTime: ['less than a second', '3 hours', '4 years', 'centuries', 'centuries'][
          score
        ] as string,
        advice: score < 3 ? ['Add another word or two. Uncommon words are better.'] : [],
        accepted: score >= 3,
      };
    }),
  createCabinet: (passphrase) =>
    answer(() => {
      fake.passphrase = passphrase;
      fake.stage = 'open';
      return { groups: ['K7QM', 'X2RD', '9TFB', 'H4WA', 'ZN6C', 'P3VE', '8JYG', 'M5SK', 'R0T1'] };
    }),
  unlock: (passphrase) =>
    done(() => {
      if (passphrase !== fake.passphrase) {
        refuse('wrong_passphrase', 'That is not the passphrase of this cabinet.', 'Try again.');
      }
      fake.stage = 'open';
    }),
  recover: (code, next) =>
    done(() => {
      if (code.replace(/[^A-Z0-9]/gi, '').length !== 36) {
        refuse(
          'wrong_recovery_code',
          'That is not the recovery code of this cabinet.',
          'It has nine groups of four characters.',
        );
      }
      fake.passphrase = next;
      fake.stage = 'open';
    }),
  lock: () =>
    done(() => {
      fake.stage = 'locked';
      emit('locked', 'asked');
    }),
  changePassphrase: (current, next) =>
    done(() => {
      if (current !== fake.passphrase) {
        refuse('wrong_passphrase', 'The current passphrase is not right.', 'Try again.');
      }
      fake.passphrase = next;
    }),
  folders: () =>
    answer(() =>
      fake.folders.map((folder) => ({
        ...folder,
        documents: fake.documents.filter(
          (d) => d.row.folderId === folder.id && d.row.state !== 'trashed',
        ).length,
        notes: fake.notes.filter((n) => n.note.folderId === folder.id && !n.trashed).length,
      })),
    ),
  createFolder: (name) =>
    answer(() => {
      if (fake.folders.some((f) => f.name === name)) {
        refuse('folder_exists', 'There is a folder of this name already.', 'Choose another name.');
      }
      const folder = { id: id('f'), name, documents: 0, notes: 0 };
      fake.folders.push(folder);
      changed();
      return folder;
    }),
  renameFolder: (folderId, name) =>
    done(() => {
      const folder = fake.folders.find((f) => f.id === folderId);
      if (folder) folder.name = name;
      changed();
    }),
  deleteFolder: (folderId) =>
    done(() => {
      if (fake.documents.some((d) => d.row.folderId === folderId)) {
        refuse(
          'folder_not_empty',
          'This folder still holds documents.',
          'Move them to another folder first.',
        );
      }
      fake.folders = fake.folders.filter((f) => f.id !== folderId);
      changed();
    }),
  documents: (folderId, trashed) =>
    answer(() =>
      fake.documents
        .map((d) => d.row)
        .filter((row) => (row.state === 'trashed') === trashed)
        .filter((row) => folderId === null || row.folderId === folderId),
    ),
  document: (documentId) => answer(() => find(documentId).row),
  pageText: (documentId, page) =>
    answer(() => ({ page, text: find(documentId).texts[page - 1] ?? '' })),
  moveDocuments: (ids, folderId) =>
    done(() => {
      for (const one of ids) find(one).row.folderId = folderId;
      changed();
    }),
  trashDocuments: (ids) => done(() => setState(ids, 'trashed')),
  restoreDocuments: (ids) => done(() => setState(ids, 'ready')),
  deleteForever: (ids) =>
    done(() => {
      fake.documents = fake.documents.filter((d) => !ids.includes(d.row.id));
      changed();
    }),
  emptyTrash: () =>
    answer(() => {
      const before = fake.documents.length;
      fake.documents = fake.documents.filter((d) => d.row.state !== 'trashed');
      changed();
      return before - fake.documents.length;
    }),
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
  clearJobs: () =>
    done(() => {
      fake.jobs = fake.jobs.filter((j) => j.state === 'queued' || j.state === 'running');
      emit('jobs-changed', structuredClone(jobsView()));
    }),
  search: (request) => {
    searching += 1;
    const own = searching;
    return answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, pace.step));
      if (own !== searching) refuse('superseded', 'A newer search took its place.');
      return fakeSearch(fake, request);
    });
  },
  keyPoints: (documentId, request, sink) =>
    stream(request, (cancelled) =>
      fakeKeyPoints(find(documentId), sink, { step: pace.step, cancelled }),
    ),
  summarize: (documentId, style, request, sink) =>
    stream(request, (cancelled) =>
      fakeSummary(find(documentId), style, sink, { step: pace.step, cancelled }),
    ),
  draft: (documentIds, _template, request, sink) =>
    stream(request, async (cancelled) => {
      const documents = documentIds.map(find);
      for (const document of documents) {
        await fakeSummary(document, 'brief', sink, { step: pace.step / 4, cancelled });
      }
      const folderId = documents[0]?.row.folderId ?? 'f0';
      return newNote(folderId, `Draft: ${documents[0]?.row.title}`, draftBody(documents));
    }),
  cancel: (request) => done(() => void running.delete(request)),
  notes: (folderId) =>
    answer(() =>
      fake.notes
        .filter((n) => !n.trashed && (folderId === null || n.note.folderId === folderId))
        .map(({ note }) => ({
          id: note.id,
          folderId: note.folderId,
          title: note.title,
          updatedAt: note.updatedAt,
        })),
    ),
  createNote: (folderId, title) =>
    answer(() =>
      newNote(folderId, title, JSON.stringify({ type: 'doc', content: [{ type: 'paragraph' }] })),
    ),
  note: (noteId) => answer(() => findNote(noteId).note),
  saveNote: (noteId, title, body, version) =>
    answer(() => {
      const { note } = findNote(noteId);
      if (note.version !== version) {
        refuse(
          'note_conflict',
          'This note was changed elsewhere since it was opened here.',
          'Keep your version or load the other one; both stay in the history.',
        );
      }
      remember({ ...note, title, body, version: version + 1, updatedAt: Date.now() });
      changed();
      return version + 1;
    }),
  noteVersions: (noteId) => answer(() => findNote(noteId).history.map((h) => h.version)),
  noteVersion: (noteId, version) =>
    answer(
      () =>
        findNote(noteId).history.find((h) => h.version.version === version)?.note ??
        refuse('not_found', 'This version is not kept any more.'),
    ),
  restoreNoteVersion: (noteId, version) =>
    answer(() => {
      const own = findNote(noteId);
      const old = own.history.find((h) => h.version.version === version)?.note ?? own.note;
      remember({ ...old, version: own.note.version + 1, updatedAt: Date.now() });
      return own.note;
    }),
  trashNote: (noteId) =>
    done(() => {
      findNote(noteId).trashed = true;
      changed();
    }),
  restoreNote: (noteId) =>
    done(() => {
      findNote(noteId).trashed = false;
      changed();
    }),
  exportNote: (noteId, format) =>
    answer(() => `${findNote(noteId).note.title}.${format === 'docx' ? 'docx' : 'md'}`),
  privacy: () =>
    answer(() => ({
      checks: [
        'IPv4 socket',
        'IPv6 socket',
        'Netlink socket',
        'Raw packet socket',
        'io_uring',
        'Being traced by another program',
      ].map((name) => ({ name, refused: true, detail: 'refused by the kernel (seccomp)' })),
      home: '/home/user/.local/share/cabinet',
      bytes: 48_300_000,
      sent: 0,
    })),
  audit: (before, limit) =>
    answer(() => fake.audit.filter((a) => before === null || a.number < before).slice(0, limit)),
  models: () =>
    answer(() => [
      {
        id: 'minilm',
        name: 'all-MiniLM-L6-v2',
        purpose: 'embedding',
        license: 'Apache-2.0',
        bytes: 90_900_000,
        state: 'ready',
        advice: '',
      },
      {
        id: 'smollm2',
        name: 'SmolLM2-135M-Instruct',
        purpose: 'writing',
        license: 'Apache-2.0',
        bytes: 144_800_000,
        state: 'ready',
        advice: '',
      },
    ]),
  settings: () => answer(() => fake.settings),
  saveSettings: (settings) =>
    done(() => {
      fake.settings = settings;
    }),
  activity: () => done(() => undefined),
};

export const backend: Backend = {
  commands,
  original: async (documentId) => {
    const { paper } = find(documentId);
    return paper.kind === 'pdf'
      ? pdfOf(paper.pages)
      : (new TextEncoder().encode(paper.pages.join('\n\n')).buffer as ArrayBuffer);
  },
  listen: async (name, handler): Promise<Unlisten> => {
    const set = handlers.get(name) ?? new Set();
    handlers.set(name, set);
    set.add(handler as (payload: never) => void);
    return () => set.delete(handler as (payload: never) => void);
  },
  onFileDrag: async (handler) => {
    dragHandlers.add(handler);
    return () => dragHandlers.delete(handler);
  },
};

declare global {
  interface Window {
    /** Lets a person at the browser's console try what the desktop does. */
    cabinetFake?: { dragFiles: typeof dragFiles; emit: typeof emit };
  }
}
if (typeof window !== 'undefined') window.cabinetFake = { dragFiles, emit };
