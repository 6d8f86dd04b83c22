/** Search as you type: the newest question wins, results are grouped by document. */
import {
  ipc,
  isQuiet,
  CabinetError,
  type Hit,
  type SearchRequest,
  type SearchResults,
} from '$lib/ipc';
import { apart, grouped, sorted, type Sort } from './hits';
import { library } from './library.svelte';
import { session } from './session.svelte';
import { preferences } from './settings.svelte';

/** Keys that follow one another while a question is being answered are one question; the answer should stand within 50 ms. */
const pause = 20;
/** Where a large cabinet gave only a first look, it is asked for a close one when no key came for so long. */
const rest = 200;
const limit = 60;
/** Recent searches that are kept. */
const remembered = 12;

/** Rows that fill a tall window: they are drawn at once, the others when no key came for a moment. */
const atOnce = 12;

const same = (a: Hit, b: Hit): boolean =>
  a.documentId === b.documentId && a.page === b.page && a.start === b.start;
const yearOf = (hit: Hit): string => hit.dated?.slice(0, 4) ?? '';

class Search {
  query = $state('');
  /** Only in this folder; null is the whole cabinet. */
  folderId = $state<string | null>(null);
  kind = $state<string | null>(null);
  /** Only of this year, by the date on the document; '' is without a date, null is any. */
  year = $state<string | null>(null);
  sort = $state<Sort>('best');
  /** More like this passage, instead of what is in the field. */
  like = $state.raw<Hit | null>(null);
  results = $state.raw<SearchResults | null>(null);
  /** The question the results answer. */
  answered = $state('');
  error = $state.raw<CabinetError | null>(null);
  busy = $state(false);
  /** Index among the shown hits that the arrow keys stand on. */
  at = $state(0);
  /** Hits that are drawn so far, at most. */
  drawn = $state(Infinity);
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** A close look that is still to be taken. */
  private closer: ReturnType<typeof setTimeout> | null = null;
  private serial = 0;
  /** The question that is being answered, or was answered last. */
  private underway: Promise<void> = Promise.resolve();

  /** Results of all kinds; the kind chips count and narrow them without asking again. */
  private hits = $derived(this.results?.hits ?? []);
  private ofThisYear = $derived(
    this.year === null ? this.hits : this.hits.filter((hit) => yearOf(hit) === this.year),
  );
  private admitted = $derived(
    this.kind ? this.ofThisYear.filter((hit) => hit.kind === this.kind) : this.ofThisYear,
  );
  private unfolded = $state.raw<ReadonlySet<string>>(new Set());
  /** Ranks of hits whose repeats are shown. */
  private opened = $state.raw<ReadonlySet<number>>(new Set());
  groups = $derived(grouped(apart(sorted(this.admitted, this.sort)), this.unfolded, this.opened));
  total = $derived(this.admitted.length);
  rows = $derived(this.groups.flatMap((group) => group.rows));
  shown = $derived(this.rows.map((row) => row.hit));
  kinds = $derived.by(() => {
    const counts = new Map<string, number>();
    for (const hit of this.ofThisYear) counts.set(hit.kind, (counts.get(hit.kind) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  });
  /** Years of the hits with their counts, the latest first; '' stands for no date. */
  years = $derived.by(() => {
    const counts = new Map<string, number>();
    for (const hit of this.hits) counts.set(yearOf(hit), (counts.get(yearOf(hit)) ?? 0) + 1);
    return [...counts].sort((a, b) => b[0].localeCompare(a[0]));
  });

  type(query: string): void {
    this.query = query;
    this.like = null;
    this.unplan();
    if (this.busy) this.timer = setTimeout(() => void this.run('first'), pause);
    else void this.run('first');
  }

  /** Lets go of a question that is still to be asked. */
  private unplan(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.closer !== null) clearTimeout(this.closer);
    this.timer = this.closer = null;
  }

  within(folderId: string | null): void {
    this.folderId = folderId;
    void this.run();
  }

  ofKind(kind: string | null): void {
    this.kind = kind;
    this.at = 0;
  }

  ofYear(year: string | null): void {
    this.year = year;
    this.at = 0;
    if (!this.kinds.some(([kind]) => kind === this.kind)) this.kind = null;
  }

  /** While typing, a first look; the close one follows by itself. */
  run(look: 'first' | 'close' = 'close'): Promise<void> {
    this.unplan();
    this.underway = this.ask(look);
    return this.underway;
  }

  /**
   * The hit that was chosen, once all that is typed is answered: Enter often comes before the answer to
   * the last letters, and what stands there until then answers other words. None if more is typed meanwhile.
   */
  async chosen(): Promise<Hit | undefined> {
    const query = this.query;
    await (this.timer === null ? this.underway : this.run('first'));
    return query === this.query && !this.error ? this.shown[this.at] : undefined;
  }

  /** `again`: the question stands answered by a first look, which a close one replaces without being noticed. */
  private async ask(look: 'first' | 'close' | 'again'): Promise<void> {
    const again = look === 'again';
    const own = ++this.serial;
    const query = this.like ? this.like.snippet : this.query.trim();
    if (query === '') {
      this.results = null;
      this.answered = '';
      this.error = null;
      this.busy = false;
      return;
    }
    this.busy = !again;
    try {
      const inMode = (mode: SearchRequest['mode']) =>
        ipc.search({
          query,
          folderId: this.folderId,
          documentId: null,
          kinds: [],
          mode,
          limit,
          firstLook: look === 'first',
        });
      let results = await inMode(this.like ? 'vector' : 'hybrid');
      // While there is no search by meaning, passages are alike by their words; what is missing is said all the same.
      if (this.like && results.hits.length === 0 && results.missing.length > 0) {
        results = await inMode('hybrid');
      }
      if (own !== this.serial) return;
      // Who moved to a hit stays there; otherwise the best one is current.
      const chosen = again && this.at > 0 ? this.shown[this.at] : undefined;
      this.results = results;
      this.answered = query;
      this.error = null;
      if (!again) this.unfolded = new Set();
      this.opened = new Set();
      this.drawn = again ? Infinity : atOnce;
      if (this.year !== null && !results.hits.some((hit) => yearOf(hit) === this.year)) {
        this.year = null;
      }
      if (this.kind && !results.hits.some((hit) => hit.kind === this.kind)) this.kind = null;
      this.at = chosen
        ? Math.max(
            0,
            this.shown.findIndex((hit) => same(hit, chosen)),
          )
        : 0;
      if (results.firstLook) this.closer = setTimeout(() => void this.ask('again'), rest);
    } catch (thrown) {
      if (own !== this.serial || isQuiet(thrown)) return;
      this.error = CabinetError.from(thrown);
    } finally {
      if (own === this.serial) this.busy = false;
    }
  }

  /** Searches for passages with a meaning near this one's. */
  moreLike(hit: Hit): void {
    this.like = hit;
    void this.run();
  }

  /** Remembers the search, in the cabinet itself: called when a result is opened, not for every key. */
  remember(): void {
    const query = this.query.trim();
    const before = preferences.value.recentSearches ?? [];
    if (query.length < 2 || this.like || before[0] === query) return;
    const recentSearches = [query, ...before.filter((q) => q !== query)].slice(0, remembered);
    void preferences.change({ recentSearches });
  }

  get saved(): boolean {
    return (preferences.value.savedSearches ?? []).includes(this.query.trim());
  }

  /** Keeps the search, or lets it go. */
  toggleSaved(): void {
    const query = this.query.trim();
    const others = (preferences.value.savedSearches ?? []).filter((q) => q !== query);
    void preferences.change({ savedSearches: this.saved ? others : [...others, query] });
  }

  forgetRecent(): void {
    void preferences.change({ recentSearches: [] });
  }

  unfold(documentId: string): void {
    this.unfolded = new Set([...this.unfolded, documentId]);
  }

  /** Shows what says the same as a hit, or puts it away; `hit` may be one of them. */
  toggleRepeats(hit: Hit): void {
    const row = this.rows.findLast(
      (row) => !row.beneath && [row.hit, ...row.repeats].includes(hit),
    );
    if (!row || row.repeats.length === 0) return;
    const chosen = this.shown[this.at];
    const opened = new Set(this.opened);
    if (!opened.delete(row.hit.rank)) opened.add(row.hit.rank);
    this.opened = opened;
    const at = this.shown.findIndex((hit) => hit === chosen);
    // What is put away gives the choice back to the hit that it repeats.
    this.at = at >= 0 ? at : this.shown.indexOf(row.hit);
  }

  /** Whether what says the same as a hit is shown. */
  hasOpened(hit: Hit): boolean {
    return this.opened.has(hit.rank);
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
    this.unplan();
    this.serial += 1;
    this.query = '';
    this.answered = '';
    this.results = null;
    this.folderId = null;
    this.kind = null;
    this.year = null;
    this.like = null;
    this.error = null;
    this.busy = false;
    this.at = 0;
  }
}

export const search = new Search();
session.onForget(() => search.reset());
