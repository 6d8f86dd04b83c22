/** Folders, documents and what is found in them. */
import type { Backend } from '../../contract';
import { answer, changed, done, fake, find, id, pace, refuse } from '../core';
import { fakeSearch } from '../search';

function setState(ids: string[], state: 'ready' | 'trashed'): void {
  for (const one of ids) find(one).row.state = state;
  changed();
}

let searching = 0;

export const library = {
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
  followed: () => answer(() => fake.followed),
  followFolder: (folderId) =>
    answer(() => {
      fake.followed.push({
        id: id('w'),
        folderId,
        name: 'Incoming post',
        place: '/home/user/Incoming post',
        files: 3,
        trouble: null,
      });
      return true;
    }),
  unfollow: (followedId) =>
    done(() => {
      fake.followed = fake.followed.filter((one) => one.id !== followedId);
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
    answer(() => ({ page, text: find(documentId).texts[page - 1] ?? '', headings: [] })),
  pageScan: () => answer(() => null),
  doubtfulPages: (documentId) =>
    answer(() =>
      find(documentId).texts.flatMap((text, at) =>
        text === ''
          ? [{ page: at + 1, message: `Page ${at + 1} has no text; it may be a scan.` }]
          : [],
      ),
    ),
  deletions: () => answer(() => []),
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
  search: (request) => {
    searching += 1;
    const own = searching;
    return answer(async () => {
      await new Promise((resolve) => setTimeout(resolve, pace.step));
      if (own !== searching) refuse('superseded', 'A newer search took its place.');
      return fakeSearch(fake, request);
    });
  },
} satisfies Partial<Backend['commands']>;
