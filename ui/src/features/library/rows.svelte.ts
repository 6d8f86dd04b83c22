/** Opening, selecting and carrying documents: the same in the table and in the cards. */
import type { DocumentRow } from '$lib/ipc';
import type { Payload } from '$lib/drag/drag.svelte';
import { library } from '$lib/state/library.svelte';
import { workspace } from '$lib/state/workspace.svelte';
import { deleteForever, moveToFolder, trashDocuments } from '$features/shell/acts';

export function open(row: DocumentRow): void {
  workspace.openDocument(row.id, row.title);
}

/** What a drag that begins on this row carries: the whole selection where the row is part of it. */
export function carried(row: DocumentRow): Payload | null {
  if (row.state === 'trashed') return null;
  const rows = library.selected.has(row.id)
    ? library.shown.filter((other) => library.selected.has(other.id))
    : [row];
  return { type: 'documents', documents: rows.map(({ id, title }) => ({ id, title })) };
}

/** Acts on the selection, or on the one row the keys stand on. */
export function subject(at: number): string[] {
  if (library.selected.size > 0) return [...library.selected];
  const row = library.shown[at];
  return row ? [row.id] : [];
}

export class Cursor {
  at = $state(0);
  /** Where a range began. */
  private anchor = 0;

  click(index: number, event: MouseEvent): void {
    const row = library.shown[index];
    if (!row) return;
    if (event.shiftKey) this.range(index);
    else if (event.ctrlKey || event.metaKey) library.toggle(row.id);
    else library.select([row.id]);
    if (!event.shiftKey) this.anchor = index;
    this.at = index;
  }

  toggle(index: number): void {
    const row = library.shown[index];
    if (!row) return;
    library.toggle(row.id);
    this.at = index;
    this.anchor = index;
  }

  /** Handles a key of the list; `columns` is how many stand in one row. True where it was taken. */
  key(event: KeyboardEvent, columns: number): boolean {
    const last = library.shown.length - 1;
    const steps: Record<string, number> = {
      ArrowDown: this.at + columns,
      ArrowUp: this.at - columns,
      Home: 0,
      End: last,
      PageDown: this.at + columns * 10,
      PageUp: this.at - columns * 10,
      ...(columns > 1 ? { ArrowRight: this.at + 1, ArrowLeft: this.at - 1 } : {}),
    };
    const to = steps[event.key];
    if (to !== undefined) {
      this.at = Math.max(0, Math.min(last, to));
      if (event.shiftKey) this.range(this.at);
      else this.anchor = this.at;
      return true;
    }
    return this.act(event);
  }

  private act(event: KeyboardEvent): boolean {
    const row = library.shown[this.at];
    const command = event.ctrlKey || event.metaKey;
    const trash = library.scope.kind === 'trash';
    if (event.key === 'Enter' && row) open(row);
    else if (event.key === ' ') {
      if (event.shiftKey) this.range(this.at);
      else this.toggle(this.at);
    } else if (command && event.key.toLowerCase() === 'a') {
      library.select(library.shown.map((r) => r.id));
    } else if (event.key === 'Escape' && library.selected.size > 0) library.select([]);
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      if (trash) void deleteForever(subject(this.at));
      else void trashDocuments(subject(this.at));
    } else if (event.key.toLowerCase() === 'm' && !command && !trash) {
      void moveToFolder(subject(this.at));
    } else return false;
    return true;
  }

  private range(to: number): void {
    const [from, until] = this.anchor < to ? [this.anchor, to] : [to, this.anchor];
    library.select(library.shown.slice(from, until + 1).map((row) => row.id));
  }
}
