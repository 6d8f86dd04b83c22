/** Notes, and what the assistant writes. */
import type { Backend } from '../../contract';
import type { Note } from '../../types';
import { Cancelled, draftBody, fakeCompletion, fakeKeyPoints, fakeSummary } from '../assistant';
import { answer, changed, done, fake, find, id, pace, refuse, running } from '../core';

function findNote(id: string) {
  const note = fake.notes.find((n) => n.note.id === id);
  return note ?? refuse('not_found', 'This note is no longer in the cabinet.');
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

export const notes = {
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
  complete: (typed, request) =>
    stream(request, async (cancelled) => {
      await new Promise((resolve) => setTimeout(resolve, pace.step * 5));
      if (cancelled()) throw new Cancelled();
      return fakeCompletion(typed);
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
} satisfies Partial<Backend['commands']>;
