/** Folders, the documents of the chosen place and what is selected among them. */
import { ipc, type DocumentRow, type Folder } from '$lib/ipc';
import { session } from './session.svelte';
import { attempt, toasts } from './toasts.svelte';
import { kindName, plural } from '$lib/format';

export type Scope = { kind: 'all' } | { kind: 'folder'; id: string } | { kind: 'trash' };
export type SortKey = 'title' | 'kind' | 'addedAt' | 'pages' | 'state';

class Library {
  folders = $state<Folder[]>([]);
  scope = $state<Scope>({ kind: 'all' });
  rows = $state.raw<DocumentRow[]>([]);
  /** False until the rows of the present scope have come. */
  loaded = $state(false);
  selected = $state.raw<ReadonlySet<string>>(new Set());
  view = $state<'table' | 'cards'>('table');
  sort = $state<{ key: SortKey; down: boolean }>({ key: 'addedAt', down: true });
  filter = $state('');
  kind = $state<string | null>(null);
  private asked = 0;

  folder = $derived.by(() => {
    const scope = this.scope;
    return scope.kind === 'folder' ? this.folders.find((f) => f.id === scope.id) : undefined;
  });
  total = $derived(this.folders.reduce((sum, folder) => sum + folder.documents, 0));
  scopeName = $derived(
    this.scope.kind === 'trash' ? 'Trash' : (this.folder?.name ?? 'All documents'),
  );
  /** Names of the kinds there are: a person looks for e-mail, not for the program that kept it. */
  kinds = $derived([...new Set(this.rows.map((row) => kindName(row.kind)))].sort());
  shown = $derived(sorted(filtered(this.rows, this.filter, this.kind), this.sort));

  /** Where new documents go: the chosen folder, else the first one. */
  get target(): Folder | undefined {
    return this.folder ?? this.folders[0];
  }

  folderName(id: string): string {
    return this.folders.find((folder) => folder.id === id)?.name ?? '';
  }

  async show(scope: Scope): Promise<void> {
    this.scope = scope;
    this.selected = new Set();
    this.filter = '';
    this.kind = null;
    this.loaded = false;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const own = ++this.asked;
    const scope = this.scope;
    // The folders come at once, the rows of twenty thousand documents a while after them.
    const [folders, rows] = await Promise.all([
      ipc.folders().then((found) => {
        if (own === this.asked) this.folders = found;
        return found;
      }),
      ipc.documents(scope.kind === 'folder' ? scope.id : null, scope.kind === 'trash'),
    ]);
    if (own !== this.asked) return;
    this.rows = rows;
    this.loaded = true;
    const alive = new Set(rows.map((row) => row.id));
    const kept = [...this.selected].filter((id) => alive.has(id));
    if (kept.length !== this.selected.size) this.selected = new Set(kept);
    if (scope.kind === 'folder' && !folders.some((folder) => folder.id === scope.id)) {
      await this.show({ kind: 'all' });
    }
  }

  select(ids: Iterable<string>): void {
    this.selected = new Set(ids);
  }

  toggle(id: string): void {
    const next = new Set(this.selected);
    if (!next.delete(id)) next.add(id);
    this.selected = next;
  }

  sortBy(key: SortKey): void {
    const same = this.sort.key === key;
    this.sort = { key, down: same ? !this.sort.down : key === 'addedAt' || key === 'pages' };
  }

  async move(ids: string[], folderId: string): Promise<void> {
    const before = new Map(
      this.rows.filter((row) => ids.includes(row.id)).map((row) => [row.id, row.folderId]),
    );
    const moved = ids.filter((id) => before.get(id) !== folderId);
    if (moved.length === 0) return;
    if (!(await attempt(() => ipc.moveDocuments(moved, folderId)))) return;
    await this.refresh();
    const name = this.folderName(folderId);
    toasts.undoable(`${plural(moved.length, 'document')} moved to ${name}.`, async () => {
      for (const [id, folder] of before) {
        if (moved.includes(id)) await ipc.moveDocuments([id], folder);
      }
      await this.refresh();
    });
  }

  async trash(ids: string[]): Promise<void> {
    if (ids.length === 0 || !(await attempt(() => ipc.trashDocuments(ids)))) return;
    this.selected = new Set();
    await this.refresh();
    toasts.undoable(`${plural(ids.length, 'document')} moved to the trash.`, async () => {
      await ipc.restoreDocuments(ids);
      await this.refresh();
    });
  }

  async restore(ids: string[]): Promise<void> {
    if (!(await attempt(() => ipc.restoreDocuments(ids)))) return;
    await this.refresh();
    toasts.undoable(`${plural(ids.length, 'document')} put back.`, async () => {
      await ipc.trashDocuments(ids);
      await this.refresh();
    });
  }

  reset(): void {
    this.asked += 1;
    this.folders = [];
    this.rows = [];
    this.selected = new Set();
    this.scope = { kind: 'all' };
    this.filter = '';
    this.kind = null;
    this.loaded = false;
  }
}

export function filtered(rows: DocumentRow[], text: string, kind: string | null): DocumentRow[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (kind && kindName(row.kind) !== kind) return false;
    const name = `${row.title} ${row.sourceName}`.toLocaleLowerCase();
    return words.every((word) => name.includes(word));
  });
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export function sorted(
  rows: DocumentRow[],
  { key, down }: { key: SortKey; down: boolean },
): DocumentRow[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [a[key], b[key]];
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : collator.compare(String(left), String(right));
    return order * sign || collator.compare(a.title, b.title);
  });
}

export const library = new Library();
session.onForget(() => library.reset());
