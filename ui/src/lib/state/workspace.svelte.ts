/** What the middle of the window shows: a place, open documents and notes, one of them beside. */
import type { TextRange } from '$lib/ipc';
import { layout } from './layout.svelte';
import { session } from './session.svelte';

export type Place =
  'library' | 'search' | 'notes' | 'jobs' | 'privacy' | 'models' | 'settings' | 'help';

/** Where in a document to go and what to mark there (scalar offsets of the page's text). */
export interface Target {
  page: number;
  start: number;
  end: number;
  kind: 'hit' | 'cite';
  /** Finer marks within the passage, such as the words of a query. */
  marks?: TextRange[];
}

export interface Tab {
  key: string;
  kind: 'document' | 'note';
  id: string;
  title: string;
  target: Target | null;
  /** Counts up so that going to the same place twice goes there twice. */
  visit: number;
}

/** Places that take the whole middle, without list and assistant. */
export const widePlaces: ReadonlySet<Place> = new Set([
  'jobs',
  'privacy',
  'models',
  'settings',
  'help',
]);

const key = (kind: Tab['kind'], id: string) => `${kind}:${id}`;

class Workspace {
  place = $state<Place>('library');
  tabs = $state<Tab[]>([]);
  /** Key of the tab on the left, or null for the place. */
  main = $state<string | null>(null);
  /** Key of the tab on the right, or null when there is no split. */
  beside = $state<string | null>(null);
  /** The half the user worked in last. */
  focus = $state<'main' | 'beside'>('main');

  mainTab = $derived(this.tabs.find((tab) => tab.key === this.main));
  besideTab = $derived(this.tabs.find((tab) => tab.key === this.beside));
  focused = $derived(this.focus === 'beside' && this.besideTab ? this.besideTab : this.mainTab);
  /** The document the assistant should speak of. */
  document = $derived(
    [this.focused, this.mainTab, this.besideTab].find((tab) => tab?.kind === 'document'),
  );
  note = $derived([this.focused, this.besideTab, this.mainTab].find((tab) => tab?.kind === 'note'));
  wide = $derived(this.main === null && widePlaces.has(this.place));

  go(place: Place): void {
    this.place = place;
    this.main = null;
    this.focus = 'main';
    if (widePlaces.has(place)) this.unsplit();
    layout.closeOverlays();
  }

  openDocument(id: string, title: string, target: Target | null = null): void {
    const tab = this.ensure('document', id, title);
    if (target) {
      tab.target = target;
      tab.visit += 1;
    }
    if (this.beside === tab.key) this.focus = 'beside';
    else if (this.mainTab?.kind === 'note' && this.beside === null && layout.width >= 900) {
      // Looking up a source while writing keeps the note in view.
      this.beside = this.main;
      this.main = tab.key;
      this.focus = 'main';
      layout.makeRoomForSplit();
    } else this.showMain(tab.key);
    layout.closeOverlays();
  }

  openNote(id: string, title: string, beside = false): void {
    const tab = this.ensure('note', id, title);
    if (this.main === tab.key && !beside) this.focus = 'main';
    else if (this.beside === tab.key) this.focus = 'beside';
    else if (beside && this.main !== tab.key) this.showBeside(tab.key);
    else this.showMain(tab.key);
    layout.closeOverlays();
  }

  showMain(tabKey: string | null): void {
    if (tabKey !== null && this.beside === tabKey) {
      this.focus = 'beside';
      return;
    }
    this.main = tabKey;
    this.focus = 'main';
  }

  showBeside(tabKey: string): void {
    if (this.main === tabKey) {
      const other = this.tabs.findLast((tab) => tab.key !== tabKey);
      this.main = other?.key ?? null;
      if (this.main === null && widePlaces.has(this.place)) this.place = 'library';
    }
    this.beside = tabKey;
    this.focus = 'beside';
    layout.makeRoomForSplit();
  }

  unsplit(): void {
    this.beside = null;
    this.focus = 'main';
    layout.afterSplit();
  }

  close(tabKey: string): void {
    const index = this.tabs.findIndex((tab) => tab.key === tabKey);
    if (index === -1) return;
    this.tabs = this.tabs.filter((tab) => tab.key !== tabKey);
    if (this.beside === tabKey) this.unsplit();
    if (this.main === tabKey) {
      const left = this.tabs.filter((tab) => tab.key !== this.beside);
      this.main = (left[index] ?? left[index - 1])?.key ?? null;
    }
  }

  closeDocument(id: string): void {
    this.close(key('document', id));
  }

  closeNote(id: string): void {
    this.close(key('note', id));
  }

  rename(kind: Tab['kind'], id: string, title: string): void {
    const tab = this.tabs.find((t) => t.key === key(kind, id));
    if (tab) tab.title = title;
  }

  /** The next (or previous) of the place and the open tabs. */
  step(by: number): void {
    const keys = [null, ...this.tabs.map((tab) => tab.key).filter((k) => k !== this.beside)];
    const at = keys.indexOf(this.main);
    this.showMain(keys[(at + by + keys.length) % keys.length] ?? null);
  }

  reset(): void {
    this.unsplit();
    this.tabs = [];
    this.main = null;
    this.place = 'library';
    this.focus = 'main';
  }

  private ensure(kind: Tab['kind'], id: string, title: string): Tab {
    const known = this.tabs.find((tab) => tab.key === key(kind, id));
    if (known) return known;
    this.tabs.push({ key: key(kind, id), kind, id, title, target: null, visit: 0 });
    return this.tabs.at(-1) as Tab;
  }
}

export const workspace = new Workspace();
session.onForget(() => workspace.reset());
