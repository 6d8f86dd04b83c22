/** Search as you type: the newest question wins, results are grouped by document. */
import { ipc, isQuiet, CabinetError, type Hit, type SearchResults } from '$lib/ipc';
import { library } from './library.svelte';
import { session } from './session.svelte';

export interface Group {
  documentId: string;
  title: string;
  sourceName: string;
  kind: string;
  hits: Hit[];
  /** Hits of this document that are folded away. */
  folded: number;
}

const pause = 60;
const limit = 60;
/** A document with many hits must not hide the others. */
const perDocument = 4;

/** Groups keep the order of their best hit; hits keep theirs. */
export function grouped(hits: Hit[], unfolded: ReadonlySet<string> = new Set()): Group[] {
  const groups = new Map<string, Group>();
  for (const hit of hits) {
    const { documentId, title, sourceName, kind } = hit;
    const group = groups.get(documentId);
    if (group) group.hits.push(hit);
    else groups.set(documentId, { documentId, title, sourceName, kind, hits: [hit], folded: 0 });
  }
  return [...groups.values()].map((group) =>
    // One more is shown rather than a line that says "1 more".
    unfolded.has(group.documentId) || group.hits.length <= perDocument + 1
      ? group
      : {
          ...group,
          hits: group.hits.slice(0, perDocument),
          folded: group.hits.length - perDocument,
        },
  );
}

class Search {
  query = $state('');
  /** Only in this folder; null is the whole cabinet. */
  folderId = $state<string | null>(null);
  kind = $state<string | null>(null);
  results = $state.raw<SearchResults | null>(null);
  /** The question the results answer. */
  answered = $state('');
  error = $state.raw<CabinetError | null>(null);
  busy = $state(false);
  /** Index among the shown hits that the arrow keys stand on. */
  at = $state(0);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private serial = 0;

  /** Results of all kinds; the kind chips count and narrow them without asking again. */
  private hits = $derived(this.results?.hits ?? []);
  private ofThisKind = $derived(
    this.kind ? this.hits.filter((hit) => hit.kind === this.kind) : this.hits,
  );
  private unfolded = $state.raw<ReadonlySet<string>>(new Set());
  groups = $derived(grouped(this.ofThisKind, this.unfolded));
  total = $derived(this.ofThisKind.length);
  shown = $derived(this.groups.flatMap((group) => group.hits));
  kinds = $derived.by(() => {
    const counts = new Map<string, number>();
    for (const hit of this.hits) counts.set(hit.kind, (counts.get(hit.kind) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  });

  type(query: string): void {
    this.query = query;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), pause);
  }

  within(folderId: string | null): void {
    this.folderId = folderId;
    void this.run();
  }

  ofKind(kind: string | null): void {
    this.kind = kind;
    this.at = 0;
  }

  async run(): Promise<void> {
    clearTimeout(this.timer);
    const own = ++this.serial;
    const query = this.query.trim();
    if (query === '') {
      this.results = null;
      this.answered = '';
      this.error = null;
      this.busy = false;
      return;
    }
    this.busy = true;
    try {
      const results = await ipc.search({
        query,
        folderId: this.folderId,
        documentId: null,
        kinds: [],
        mode: 'hybrid',
        limit,
      });
      if (own !== this.serial) return;
      this.results = results;
      this.answered = query;
      this.error = null;
      this.at = 0;
      this.unfolded = new Set();
      if (this.kind && !results.hits.some((hit) => hit.kind === this.kind)) this.kind = null;
    } catch (thrown) {
      if (own !== this.serial || isQuiet(thrown)) return;
      this.error = CabinetError.from(thrown);
    } finally {
      if (own === this.serial) this.busy = false;
    }
  }

  unfold(documentId: string): void {
    this.unfolded = new Set([...this.unfolded, documentId]);
  }

  move(by: number): void {
    const last = this.shown.length - 1;
    this.at = Math.max(0, Math.min(last, this.at + by));
  }

  /** Folder chips: where the results could be narrowed to. */
  get folderName(): string | null {
    return this.folderId ? library.folderName(this.folderId) : null;
  }

  reset(): void {
    clearTimeout(this.timer);
    this.serial += 1;
    this.query = '';
    this.answered = '';
    this.results = null;
    this.folderId = null;
    this.kind = null;
    this.error = null;
    this.busy = false;
    this.at = 0;
  }
}

export const search = new Search();
session.onForget(() => search.reset());
