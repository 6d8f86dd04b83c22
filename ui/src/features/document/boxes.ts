/** From marks in Cabinet's page text to boxes on the drawn page. */
import { alignRange, Pieces } from '$lib/text/align';
import { toUtf16, type Mark } from '$lib/text/offsets';

export interface Box {
  kind: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Placed {
  boxes: Box[];
  /** Top of each mark by its start offset. */
  tops: Map<number, number>;
}

export function boxesOf(
  text: string,
  marks: readonly Mark[],
  pieces: Pieces,
  elements: readonly HTMLElement[],
  container: HTMLElement,
): Placed {
  const origin = container.getBoundingClientRect();
  const tops = new Map<number, number>();
  const boxes: Box[] = [];
  for (const mark of marks) {
    const spans = alignRange(text, toUtf16(text, mark.start), toUtf16(text, mark.end), pieces.text);
    const own = spans
      .flatMap((span) => pieces.parts(span))
      .flatMap(({ piece, start, end }) => rectsOf(elements[piece], start, end))
      .map((rect) => ({
        kind: mark.kind,
        left: rect.left - origin.left - 1,
        top: rect.top - origin.top,
        width: rect.width + 2,
        height: rect.height,
      }));
    const lines = mergeLines(own);
    const first = lines[0];
    if (first) tops.set(mark.start, first.top);
    boxes.push(...lines);
  }
  return { boxes, tops };
}

function rectsOf(element: HTMLElement | undefined, start: number, end: number): DOMRect[] {
  const node = element?.firstChild;
  if (!node || node.nodeType !== Node.TEXT_NODE) return [];
  const length = node.textContent?.length ?? 0;
  const range = document.createRange();
  range.setStart(node, Math.min(start, length));
  range.setEnd(node, Math.min(end, length));
  return [...range.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
}

/** Words of one line become one box: gaps between them would look like a comb. */
export function mergeLines(boxes: Box[]): Box[] {
  const result: Box[] = [];
  for (const box of boxes) {
    const line = result.find(
      (other) =>
        Math.abs(middle(other) - middle(box)) < Math.min(other.height, box.height) * 0.5 &&
        gap(other, box) < box.height * 1.5,
    );
    if (!line) {
      result.push({ ...box });
      continue;
    }
    const right = Math.max(line.left + line.width, box.left + box.width);
    const bottom = Math.max(line.top + line.height, box.top + box.height);
    line.left = Math.min(line.left, box.left);
    line.top = Math.min(line.top, box.top);
    line.width = right - line.left;
    line.height = bottom - line.top;
  }
  return result;
}

const middle = (box: Box) => box.top + box.height / 2;
const gap = (a: Box, b: Box) =>
  Math.max(a.left, b.left) - Math.min(a.left + a.width, b.left + b.width);
