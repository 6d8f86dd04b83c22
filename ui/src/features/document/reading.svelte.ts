/** One open document: how it is shown, where the reader is, what is marked. */
import { CabinetError, ipc, type DocumentRow, type TextRange } from '$lib/ipc';
import type { Mark } from '$lib/text/offsets';
import type { Tab, Target } from '$lib/state/workspace.svelte';
import { findAll } from './find';
import { PageScans } from './scan';
import { PageTexts } from './texts';

export interface Match extends TextRange {
  page: number;
}

/** A wish to be taken somewhere; the view answers once the place is on the page. */
export interface Wish {
  page: number;
  /** Offset on the page, or null for its top. */
  start: number | null;
  serial: number;
}

export const zoomSteps = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3];

export class Reading {
  row = $state.raw<DocumentRow | null>(null);
  error = $state.raw<CabinetError | null>(null);
  mode = $state<'page' | 'text'>('text');
  /** 1 is the width of the view. */
  zoom = $state(1);
  /** The page most of the view shows. */
  page = $state(1);
  thumbnails = $state(false);
  target = $state.raw<Target | null>(null);
  wish = $state.raw<Wish | null>(null);
  /** The pages cannot be drawn as they look. */
  private unshown = false;

  finding = $state(false);
  query = $state('');
  matches = $state.raw<Match[]>([]);
  at = $state(0);
  searched = $state(0);

  readonly texts: PageTexts;
  scans: PageScans;
  private serial = 0;
  private findSerial = 0;

  constructor(readonly id: string) {
    this.texts = new PageTexts(id);
    this.scans = new PageScans(id, false);
  }

  async load(): Promise<void> {
    try {
      const row = await ipc.document(this.id);
      this.mode = row.kind === 'pdf' || row.kind === 'image' ? 'page' : 'text';
      this.scans = new PageScans(this.id, row.ocrPages > 0);
      this.row = row;
      this.error = null;
    } catch (thrown) {
      this.error = CabinetError.from(thrown);
    }
  }

  /** Follows the tab: a citation or a hit was opened. */
  follow(tab: Tab): void {
    this.target = tab.target;
    if (tab.target) this.goTo(tab.target.page, tab.target.start);
  }

  goTo(page: number, start: number | null = null): void {
    const last = this.row?.pages ?? page;
    const within = Math.max(1, Math.min(last, page));
    this.wish = { page: within, start, serial: ++this.serial };
    this.page = within;
    if (this.unshown) this.mode = 'text';
  }

  /** The pages cannot be drawn: a place that was asked for is shown in the text. */
  cannotShow(): void {
    if (!this.unshown && this.wish) this.mode = 'text';
    this.unshown = true;
  }

  /** What to mark on a page, in scalar offsets of its text. */
  marksOn(page: number): Mark[] {
    const marks: Mark[] = [];
    const target = this.target;
    if (target?.page === page) {
      marks.push({ start: target.start, end: target.end, kind: target.kind });
      for (const word of target.marks ?? []) marks.push({ ...word, kind: 'word' });
    }
    this.matches.forEach((match, i) => {
      if (match.page !== page) return;
      marks.push({ start: match.start, end: match.end, kind: i === this.at ? 'now' : 'find' });
    });
    return marks;
  }

  /** Pages with marks, for the strip beside the scroll bar. */
  get markedPages(): { page: number; kind: 'target' | 'find' }[] {
    const pages = [...new Set(this.matches.map((match) => match.page))].map((page) => ({
      page,
      kind: 'find' as const,
    }));
    return this.target ? [...pages, { page: this.target.page, kind: 'target' as const }] : pages;
  }

  async find(query: string): Promise<void> {
    this.query = query;
    const own = ++this.findSerial;
    this.matches = [];
    this.at = 0;
    this.searched = 0;
    const pages = this.row?.pages ?? 0;
    if (query.trim() === '') return;
    const found: Match[] = [];
    for (let page = 1; page <= pages; page += 1) {
      const text = await this.texts.get(page).catch(() => '');
      if (own !== this.findSerial) return;
      found.push(...findAll(text, query).map((range) => ({ ...range, page })));
      this.searched = page;
    }
    this.matches = found;
    const here = found.findIndex((match) => match.page >= this.page);
    this.at = Math.max(0, here);
    this.goToMatch();
  }

  stepMatch(by: number): void {
    if (this.matches.length === 0) return;
    this.at = (this.at + by + this.matches.length) % this.matches.length;
    this.goToMatch();
  }

  endFind(): void {
    this.finding = false;
    void this.find('');
  }

  zoomBy(steps: number): void {
    const next = steps > 0 ? zoomSteps.find((z) => z > this.zoom + 0.01) : undefined;
    const previous = steps < 0 ? zoomSteps.findLast((z) => z < this.zoom - 0.01) : undefined;
    this.zoom = next ?? previous ?? this.zoom;
  }

  private goToMatch(): void {
    const match = this.matches[this.at];
    if (match) this.goTo(match.page, match.start);
  }
}
