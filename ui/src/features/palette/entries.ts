/** What the palette can do, and which of it fits what is typed. */
import { addDirectory, addFiles, createFolder, draftFrom } from '$features/shell/acts';
import { shortcuts } from '$lib/keys';
import { assistant } from '$lib/state/assistant.svelte';
import { layout } from '$lib/state/layout.svelte';
import { library } from '$lib/state/library.svelte';
import { notes } from '$lib/state/notes.svelte';
import { search } from '$lib/state/search.svelte';
import { session } from '$lib/state/session.svelte';
import { preferences } from '$lib/state/settings.svelte';
import { attempt } from '$lib/state/toasts.svelte';
import { workspace, type Place } from '$lib/state/workspace.svelte';

export interface Entry {
  id: string;
  group: 'Do' | 'Go to' | 'Documents' | 'Notes' | 'Folders' | 'Search';
  name: string;
  detail?: string;
  keys?: string;
  run: () => void;
}

const keysOf = (id: string) => shortcuts.find((shortcut) => shortcut.id === id)?.keys;

const go = (place: Place, name: string): Entry => ({
  id: `go-${place}`,
  group: 'Go to',
  name,
  run: () => workspace.go(place),
});

function acts(): Entry[] {
  const document = workspace.document;
  const act = (id: string, name: string, run: () => void, keys?: string): Entry => ({
    id,
    group: 'Do',
    name,
    run,
    ...(keys ? { keys } : {}),
  });
  const show = () => layout.setAssistant(true);
  return [
    ...(document
      ? [
          act('key-points', `Key points of ${document.title}`, () => {
            show();
            void assistant.keyPoints(document);
          }),
          act('summary', `Summary of ${document.title}`, () => {
            show();
            void assistant.summary(document);
          }),
          act('draft', `Draft a note from ${document.title}`, () => void draftFrom([document])),
        ]
      : []),
    act('add', 'Add files', () => void addFiles(), keysOf('add')),
    act('add-directory', 'Add a folder of files', () => void addDirectory()),
    act('note', 'New note', () => void notes.create(), keysOf('note')),
    act('folder', 'New folder', () => void createFolder()),
    act('lock', 'Lock the cabinet', () => void attempt(() => session.lock()), keysOf('lock')),
    act('light', 'Light theme', () => void preferences.change({ theme: 'light' })),
    act('dark', 'Dark theme', () => void preferences.change({ theme: 'dark' })),
    act('system', 'Theme as the system', () => void preferences.change({ theme: 'system' })),
  ];
}

const places = (): Entry[] => [
  go('library', 'Documents'),
  go('search', 'Search'),
  go('notes', 'Notes'),
  go('jobs', 'Imports'),
  go('privacy', 'Privacy'),
  go('models', 'Models'),
  go('settings', 'Settings'),
  go('help', 'Help and shortcuts'),
];

function things(): Entry[] {
  return [
    ...library.rows.map((row): Entry => ({
      id: `d-${row.id}`,
      group: 'Documents',
      name: row.title,
      detail: library.folderName(row.folderId),
      run: () => workspace.openDocument(row.id, row.title),
    })),
    ...notes.rows.map((row): Entry => ({
      id: `n-${row.id}`,
      group: 'Notes',
      name: row.title,
      detail: library.folderName(row.folderId),
      run: () => workspace.openNote(row.id, row.title),
    })),
    ...library.folders.map((folder): Entry => ({
      id: `f-${folder.id}`,
      group: 'Folders',
      name: folder.name,
      run: () => {
        void library.show({ kind: 'folder', id: folder.id });
        workspace.go('library');
      },
    })),
  ];
}

/** How well a name fits: every typed word must begin a word of it or stand in it. */
export function fit(name: string, typed: string): number {
  const low = name.toLocaleLowerCase();
  let score = 0;
  for (const word of typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)) {
    const at = low.indexOf(word);
    if (at === -1) return 0;
    const begins = at === 0 || /[\s\p{P}]/u.test(low[at - 1] ?? '');
    score += begins ? 3 : 1;
  }
  return score + 1 / (1 + low.length);
}

const most = 8;

/** Entries for what is typed, best first within each group; all acts where nothing is typed. */
export function entries(typed: string): Entry[] {
  if (typed.trim() === '') return [...acts(), ...places()];
  const found = [...acts(), ...places(), ...things()]
    .map((entry) => ({ entry, score: fit(entry.name, typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const order: Entry['group'][] = ['Do', 'Documents', 'Notes', 'Folders', 'Go to'];
  const grouped = order.flatMap((group) =>
    found
      .filter(({ entry }) => entry.group === group)
      .slice(0, most)
      .map(({ entry }) => entry),
  );
  const ask: Entry = {
    id: 'search',
    group: 'Search',
    name: `Search for "${typed.trim()}"`,
    run: () => {
      search.type(typed);
      workspace.go('search');
    },
  };
  return [...grouped, ask];
}
