/** The list of notes, the open editors, and the way of a quote into a note. */
import { ipc, type Citation, type Claim, type NoteRow } from '$lib/ipc';
import { sliceScalars } from '$lib/text/offsets';
import { library } from './library.svelte';
import { session } from './session.svelte';
import { attempt, toasts } from './toasts.svelte';
import { workspace } from './workspace.svelte';

/** A claim on its way into a note, with where it comes from when a large model elsewhere wrote it. */
export type NotedClaim = Claim & { origin?: string | null };

/** What an open editor offers to the rest of the window. */
export interface OpenEditor {
  insertQuote(citation: Citation, at?: { x: number; y: number }): void;
  insertClaims(claims: NotedClaim[], at?: { x: number; y: number }): void;
  flush(): Promise<void>;
}

class Notes {
  rows = $state.raw<NoteRow[]>([]);
  loaded = $state(false);
  private editors = new Map<string, OpenEditor>();
  private waiting = new Map<string, ((editor: OpenEditor) => void)[]>();
  /** Last saves of editors that were closed: whoever opens the note again waits for them. */
  private leaving = new Map<string, Promise<void>>();
  private last: string | null = null;

  async refresh(): Promise<void> {
    this.rows = await ipc.notes(null);
    this.loaded = true;
    for (const row of this.rows) workspace.rename('note', row.id, row.title);
  }

  /** Called by an editor once it can take content; returns how to sign off. */
  register(id: string, editor: OpenEditor): () => void {
    this.editors.set(id, editor);
    for (const resolve of this.waiting.get(id) ?? []) resolve(editor);
    this.waiting.delete(id);
    const stopSaving = session.onBeforeLock(() => editor.flush());
    return () => {
      stopSaving();
      if (this.editors.get(id) === editor) this.editors.delete(id);
    };
  }

  leave(id: string, saving: Promise<void>): void {
    const quiet = saving.catch(() => undefined);
    this.leaving.set(id, quiet);
    void quiet.then(() => {
      if (this.leaving.get(id) === quiet) this.leaving.delete(id);
    });
  }

  /** Resolves when nothing of this note is on its way to the disk. */
  async settled(id: string): Promise<void> {
    await this.leaving.get(id);
  }

  touched(id: string): void {
    this.last = id;
  }

  async create(title = 'Untitled note', beside = false): Promise<string | null> {
    const folder =
      library.folder ??
      library.folders.find((f) => f.id === this.folderOfDocument()) ??
      library.folders[0];
    if (!folder) return null;
    let id: string | null = null;
    await attempt(async () => {
      const note = await ipc.createNote(folder.id, title);
      id = note.id;
      workspace.openNote(note.id, note.title, beside);
    });
    return id;
  }

  async trash(id: string, title: string): Promise<void> {
    await this.editors
      .get(id)
      ?.flush()
      .catch(() => undefined);
    if (!(await attempt(() => ipc.trashNote(id)))) return;
    workspace.closeNote(id);
    toasts.undoable(`"${title}" moved to the trash.`, async () => {
      await ipc.restoreNote(id);
      await this.refresh();
    });
  }

  /** The note a quote goes to: the one in view, the one used last, or a new one beside. */
  private async receiver(): Promise<OpenEditor | null> {
    const seen = workspace.note;
    const known = seen?.id ?? (this.last && this.isOpen(this.last) ? this.last : null);
    if (known) {
      const title = workspace.tabs.find((tab) => tab.kind === 'note' && tab.id === known)?.title;
      if (!seen) workspace.openNote(known, title ?? '', true);
      return this.editor(known);
    }
    const id = await this.create(
      'Untitled note',
      workspace.document !== undefined || workspace.place === 'search',
    );
    return id ? this.editor(id) : null;
  }

  async quote(citation: Citation): Promise<void> {
    await attempt(async () => {
      (await this.receiver())?.insertQuote(citation);
    });
  }

  async insertClaims(claims: NotedClaim[]): Promise<void> {
    await attempt(async () => {
      (await this.receiver())?.insertClaims(claims);
    });
  }

  /** A new note beside what is read, with the quote in it. */
  async quoteIntoNew(citation: Citation): Promise<void> {
    const id = await this.create('Untitled note', true);
    if (id) (await this.editor(id)).insertQuote(citation);
  }

  editor(id: string): Promise<OpenEditor> {
    const open = this.editors.get(id);
    if (open) return Promise.resolve(open);
    return new Promise((resolve) => {
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), resolve]);
    });
  }

  reset(): void {
    this.rows = [];
    this.loaded = false;
    this.editors.clear();
    this.waiting.clear();
    this.last = null;
  }

  private isOpen(id: string): boolean {
    return workspace.tabs.some((tab) => tab.kind === 'note' && tab.id === id);
  }

  private folderOfDocument(): string | undefined {
    const id = workspace.document?.id;
    return library.rows.find((row) => row.id === id)?.folderId;
  }
}

export const notes = new Notes();
session.onForget(() => notes.reset());

/** The words at a place of a document, fetched fresh so that a quote is what stands there. */
export async function citationAt(place: {
  documentId: string;
  title: string;
  page: number;
  start: number;
  end: number;
}): Promise<Citation> {
  const { text } = await ipc.pageText(place.documentId, place.page);
  const { documentId, title, page, start, end } = place;
  return { documentId, title, page, start, end, quote: tidy(sliceScalars(text, start, end)) };
}

/** A whole document, cited by its first sentences. */
export async function citationOfDocument(document: {
  id: string;
  title: string;
}): Promise<Citation> {
  const { text } = await ipc.pageText(document.id, 1);
  const start = text.length - text.trimStart().length;
  const end = openingEnd(text, start);
  return {
    documentId: document.id,
    title: document.title,
    page: 1,
    start,
    end: end - start === 0 ? start : Array.from(text.slice(0, end)).length,
    quote: tidy(text.slice(start, end)),
  };
}

/** End of the opening: whole sentences up to some 200 characters, else a cut at a space. */
export function openingEnd(text: string, start: number): number {
  const opening = text.slice(start, start + 240);
  const sentence = Math.max(opening.lastIndexOf('. '), opening.lastIndexOf('.\n'));
  if (opening.length < 240) return start + opening.trimEnd().length;
  if (sentence > 60) return start + sentence + 1;
  return start + Math.max(opening.lastIndexOf(' '), 1);
}

/** Line breaks of the page are not part of what was said. */
export function tidy(words: string): string {
  return words
    .replace(/(\p{L})[-\u00ad]\n(\p{Ll})/gu, '$1$2')
    .replace(/\s+/g, ' ')
    .trim();
}
