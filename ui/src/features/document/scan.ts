/** Pages that are pictures: where their words stand, and marks on them. */
import { ipc, type PageScan } from '$lib/ipc';
import type { Mark } from '$lib/text/offsets';
import { mergeLines, type Box, type Placed } from './boxes';

type PlacedWord = PageScan['words'][number];

/** Places are given in so many parts of the page's sides. */
const parts = 10_000;

/** The recognised pages of one document, asked for once each. */
export class PageScans {
  private readonly pages = new Map<number, Promise<PageScan | null>>();

  /** `any` is false for a document without recognised pages: then nothing is asked. */
  constructor(
    private readonly documentId: string,
    private readonly any: boolean,
  ) {}

  get(page: number): Promise<PageScan | null> {
    if (!this.any) return Promise.resolve(null);
    const known = this.pages.get(page);
    if (known) return known;
    const scan = ipc.pageScan(this.documentId, page);
    this.pages.set(page, scan);
    scan.catch(() => this.pages.delete(page));
    return scan;
  }
}

/** The upright box around a word, in pixels of a page of this size. */
export function boxOf(word: PlacedWord, width: number, height: number): Omit<Box, 'kind'> {
  const xs = word.quad.filter((_, i) => i % 2 === 0).map((x) => (x / parts) * width);
  const ys = word.quad.filter((_, i) => i % 2 === 1).map((y) => (y / parts) * height);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

/** Marks in offsets of the page's text as boxes on its picture. */
export function boxesOnScan(
  scan: PageScan,
  marks: readonly Mark[],
  width: number,
  height: number,
): Placed {
  const tops = new Map<number, number>();
  const boxes: Box[] = [];
  for (const mark of marks) {
    const own = scan.words
      .filter((word) => word.start < mark.end && word.end > mark.start)
      .map((word) => {
        const whole = boxOf(word, width, height);
        // A mark may begin or end within a word; its letters are taken to be equally wide.
        const letters = word.end - word.start;
        const from = Math.max(0, mark.start - word.start) / letters;
        const to = Math.min(letters, mark.end - word.start) / letters;
        return {
          ...whole,
          kind: mark.kind,
          left: whole.left + from * whole.width,
          width: (to - from) * whole.width,
        };
      });
    const lines = mergeLines(own);
    const first = lines[0];
    if (first) tops.set(mark.start, first.top);
    boxes.push(...lines);
  }
  return { boxes, tops };
}
