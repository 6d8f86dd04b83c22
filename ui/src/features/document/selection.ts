/** What the user has selected in a document, in the terms of Cabinet's page text. */
import { alignRange } from '$lib/text/align';
import { toScalar } from '$lib/text/offsets';
import type { PageTexts } from './texts';

export interface Selected {
  page: number;
  /** Scalar offsets of the page's text. */
  start: number;
  end: number;
  words: string;
}

const pageOf = (node: Node | null): HTMLElement | null =>
  (node instanceof Element ? node : (node?.parentElement ?? null))?.closest<HTMLElement>(
    '[data-page]',
  ) ?? null;

/** The range cut to the page it begins on: a quote names one page. */
function withinPage(range: Range, sheet: HTMLElement): Range {
  if (pageOf(range.endContainer) === sheet) return range;
  const cut = range.cloneRange();
  cut.setEnd(sheet, sheet.childNodes.length);
  return cut;
}

/** UTF-16 position of a place in the text below an element. */
export function positionIn(root: Node, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

/** Reads the selection of a view; null where nothing sensible is selected. */
export async function readSelection(range: Range, texts: PageTexts): Promise<Selected | null> {
  const sheet = pageOf(range.startContainer);
  if (!sheet || range.collapsed) return null;
  const page = Number(sheet.dataset.page);
  const own = withinPage(range, sheet);
  const text = await texts.get(page);
  const clean = sheet.querySelector('[data-text-page]');
  if (clean) {
    const inside = clean.contains(own.endContainer);
    if (!clean.contains(own.startContainer)) return null;
    const start = positionIn(clean, own.startContainer, own.startOffset);
    const end = inside ? positionIn(clean, own.endContainer, own.endOffset) : text.length;
    return trimmed(text, start, end, page);
  }
  const layer = sheet.querySelector('[data-text-layer]');
  if (!layer) return null;
  return fromTextLayer(layer, own, text, page);
}

/** The words of the text layer found again in Cabinet's text. */
function fromTextLayer(layer: Element, range: Range, text: string, page: number): Selected | null {
  if (!layer.contains(range.startContainer)) return null;
  const words = range.toString();
  const before = positionIn(layer, range.startContainer, range.startOffset);
  const whole = layer.textContent ?? '';
  const spans = alignRange(whole, before, before + words.length, text);
  const first = spans[0];
  const last = spans.at(-1);
  if (!first || !last) return null;
  return trimmed(text, first.start, last.end, page);
}

function trimmed(text: string, start: number, end: number, page: number): Selected | null {
  const raw = text.slice(start, end);
  const words = raw.trim();
  if (words === '') return null;
  const from = start + raw.indexOf(words);
  return {
    page,
    start: toScalar(text, from),
    end: toScalar(text, from + words.length),
    words,
  };
}
