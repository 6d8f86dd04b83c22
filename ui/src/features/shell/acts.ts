/** Acts of the user that several places offer: buttons, menus, keys, the palette. */
import { ipc, type Folder } from '$lib/ipc';
import { plural } from '$lib/format';
import { dialogs } from '$lib/state/dialogs.svelte';
import { jobs } from '$lib/state/jobs.svelte';
import { library } from '$lib/state/library.svelte';
import { attempt, toasts } from '$lib/state/toasts.svelte';
import { workspace } from '$lib/state/workspace.svelte';
import { assistant } from '$lib/state/assistant.svelte';

export async function addFiles(folder: Folder | undefined = library.target): Promise<void> {
  await attempt(async () => {
    const paths = await ipc.pickFiles();
    if (folder) await jobs.add(paths, folder.id, folder.name);
  });
}

export async function addDirectory(folder: Folder | undefined = library.target): Promise<void> {
  await attempt(async () => {
    const paths = await ipc.pickDirectory();
    if (folder) await jobs.add(paths, folder.id, folder.name);
  });
}

export async function addSamples(): Promise<void> {
  const folder = library.target;
  if (folder) await attempt(() => ipc.importSamples(folder.id));
}

export async function createFolder(): Promise<void> {
  const name = await dialogs.ask({
    title: 'New folder',
    body: 'A folder is a wall between matters, patients or clients.',
    label: 'Name',
    action: 'Create',
  });
  if (!name) return;
  await attempt(async () => {
    const folder = await ipc.createFolder(name);
    await library.show({ kind: 'folder', id: folder.id });
    workspace.go('library');
  });
}

export async function renameFolder(folder: Folder): Promise<void> {
  const name = await dialogs.ask({
    title: 'Rename folder',
    label: 'Name',
    value: folder.name,
    action: 'Rename',
  });
  if (!name || name === folder.name) return;
  const done = await attempt(() => ipc.renameFolder(folder.id, name));
  await library.refresh();
  if (!done) return;
  toasts.undoable(`Renamed to ${name}.`, async () => {
    await ipc.renameFolder(folder.id, folder.name);
    await library.refresh();
  });
}

export async function deleteFolder(folder: Folder): Promise<void> {
  if (!(await attempt(() => ipc.deleteFolder(folder.id)))) return;
  await library.refresh();
  toasts.undoable(`Folder ${folder.name} deleted.`, async () => {
    await ipc.createFolder(folder.name);
    await library.refresh();
  });
}

export async function moveToFolder(ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const options = library.folders.map((folder) => ({
    id: folder.id,
    name: folder.name,
    detail: plural(folder.documents, 'document'),
  }));
  const folder = await dialogs.choose(`Move ${plural(ids.length, 'document')} to`, options, 'Move');
  if (folder) await library.move(ids, folder);
}

export async function trashDocuments(ids: string[]): Promise<void> {
  await library.trash(ids);
  for (const id of ids) workspace.closeDocument(id);
}

export async function deleteForever(ids: string[]): Promise<void> {
  const sure = await dialogs.confirm(
    `Delete ${plural(ids.length, 'document')} for ever?`,
    'The originals, their text, what search knows of them and every summary made from them will be ' +
      'gone from this cabinet. Quotes already in your notes stay. This cannot be undone.',
    'Delete for ever',
    true,
  );
  if (!sure || !(await attempt(() => ipc.deleteForever(ids)))) return;
  assistant.forgetDocuments(ids);
  for (const id of ids) workspace.closeDocument(id);
  await library.refresh();
  toasts.say(`${plural(ids.length, 'document')} deleted for ever.`);
}

export async function emptyTrash(): Promise<void> {
  const ids = library.rows.map((row) => row.id);
  const sure = await dialogs.confirm(
    'Empty the trash?',
    `${plural(ids.length, 'document')} will be gone from this cabinet: originals, text, search ` +
      'entries and summaries. This cannot be undone.',
    'Delete for ever',
    true,
  );
  if (!sure) return;
  await attempt(async () => {
    const gone = await ipc.emptyTrash();
    assistant.forgetDocuments(ids);
    for (const id of ids) workspace.closeDocument(id);
    toasts.say(`${plural(gone, 'document')} deleted for ever.`);
  });
  await library.refresh();
}

/** A note drafted from documents, each sentence checked against them. */
export async function draftFrom(documents: { id: string; title: string }[]): Promise<void> {
  const note = await assistant.draft(documents);
  // Beside the document, where one is being read: the sources stay in view.
  if (note) workspace.openNote(note.id, note.title, workspace.mainTab?.kind === 'document');
}
