/**
 * Offsets in Cabinet count Unicode scalar values; JavaScript strings count UTF-16 units. The two
 * differ as soon as a text holds a character beyond the basic plane, so every crossing goes through
 * here.
 */

const surrogate = /[\uD800-\uDFFF]/;

/** UTF-16 position of the given scalar offset; past the end gives the length. */
export function toUtf16(text: string, scalar: number): number {
  if (scalar <= 0) return 0;
  if (!surrogate.test(text)) return Math.min(scalar, text.length);
  let units = 0;
  for (let seen = 0; seen < scalar && units < text.length; seen += 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

/** Scalar offset of the given UTF-16 position; inside a pair it counts the pair's start. */
export function toScalar(text: string, utf16: number): number {
  const end = Math.max(0, Math.min(utf16, text.length));
  if (!surrogate.test(text)) return end;
  let scalars = 0;
  let units = 0;
  while (units < end) {
    const step = (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
    if (units + step > end) break;
    units += step;
    scalars += 1;
  }
  return scalars;
}

export function scalarLength(text: string): number {
  return toScalar(text, text.length);
}

/** What stands before the first end of a line. */
export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** The words between two scalar offsets. */
export function sliceScalars(text: string, start: number, end: number): string {
  return text.slice(toUtf16(text, start), toUtf16(text, end));
}

export interface Mark {
  start: number;
  end: number;
  kind: string;
}

export interface Segment {
  text: string;
  /** UTF-16 position of the segment in the whole text. */
  at: number;
  /** Kinds of the marks that cover it; empty for plain text. */
  kinds: string[];
}

/** Cuts a text at the edges of its marks (scalar offsets), overlaps included. */
export function segments(text: string, marks: readonly Mark[]): Segment[] {
  const spans = marks
    .map((mark) => ({
      kind: mark.kind,
      start: toUtf16(text, mark.start),
      end: toUtf16(text, mark.end),
    }))
    .filter((span) => span.end > span.start);
  const edges = [...new Set([0, text.length, ...spans.flatMap((s) => [s.start, s.end])])].sort(
    (a, b) => a - b,
  );
  const result: Segment[] = [];
  for (let i = 0; i + 1 < edges.length; i += 1) {
    const [from, to] = [edges[i] as number, edges[i + 1] as number];
    const kinds = spans.filter((s) => s.start <= from && s.end >= to).map((s) => s.kind);
    result.push({ text: text.slice(from, to), at: from, kinds: [...new Set(kinds)] });
  }
  return result;
}
