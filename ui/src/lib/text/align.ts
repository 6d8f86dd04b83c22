/**
 * Finds a passage of Cabinet's page text in the text pdf.js reads from the same page, and back.
 *
 * Both come from the same PDF through different extractors: spaces, line breaks, hyphens, ligatures
 * and sometimes the order of blocks differ. So both sides are reduced to letters and digits with a map
 * back to their origin, the passage is looked for exactly, then with small differences, and, where
 * the blocks stand in another order, line by line.
 */

export interface Reduced {
  text: string;
  /** Position (UTF-16) in the origin of each reduced character. */
  origin: number[];
}

/** Letters, digits and signs that carry meaning, folded; everything a layout may change is dropped. */
export function reduce(text: string): Reduced {
  let out = '';
  const origin: number[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    const char = String.fromCodePoint(code);
    if (!droppable.test(char)) {
      for (const unit of char.normalize('NFKD').replace(accents, '').toLowerCase()) {
        if (droppable.test(unit)) continue;
        out += unit;
        for (let i = 0; i < unit.length; i += 1) origin.push(at);
      }
    }
    at += char.length;
  }
  return { text: out, origin };
}

const droppable = /[\s\p{Pd}\u00ad\u200b-\u200f\u2060\ufeff\p{C}]/u;
const accents = /\p{M}/gu;

export interface Span {
  start: number;
  end: number;
}

/** Beyond this the edit distance is not worth its time; exact and line search have been tried. */
const fuzzyLimit = 1500;
/** Part of the characters that may differ. */
const tolerance = 0.2;

/**
 * Spans (UTF-16, in `target`) that show the words `source[start..end]` (UTF-16). Empty when the words
 * are not to be found: better no mark than a wrong one.
 */
export function alignRange(source: string, start: number, end: number, target: string): Span[] {
  const from = reduce(source);
  const to = reduce(target);
  const first = lowerBound(from.origin, start);
  const last = lowerBound(from.origin, end);
  if (last <= first || to.text.length === 0) return [];
  const place = { from, to, expected: (first / Math.max(1, from.text.length)) * to.text.length };
  const whole = locate(place, first, last);
  if (whole) return [originSpan(to, whole, target)];
  return mergeSpans(
    lines(source, start, end).flatMap((line) => {
      const a = lowerBound(from.origin, line.start);
      const b = lowerBound(from.origin, line.end);
      if (b - a < 6) return [];
      const expected = (a / Math.max(1, from.text.length)) * to.text.length;
      const found = locate({ from, to, expected }, a, b);
      return found ? [originSpan(to, found, target)] : [];
    }),
  );
}

interface Place {
  from: Reduced;
  to: Reduced;
  expected: number;
}

function locate({ from, to, expected }: Place, first: number, last: number): Span | null {
  const needle = from.text.slice(first, last);
  const found = occurrences(to.text, needle);
  if (found.length > 0) {
    const before = from.text.slice(Math.max(0, first - 40), first);
    const after = from.text.slice(last, last + 40);
    const best = bestOf(found, (at) => {
      const context =
        commonSuffix(before, to.text.slice(0, at)) +
        commonPrefix(after, to.text.slice(at + needle.length));
      return context - Math.abs(at - expected) / Math.max(1, to.text.length);
    });
    return { start: best, end: best + needle.length };
  }
  return needle.length >= 12 && needle.length <= fuzzyLimit
    ? fuzzy(needle, to.text, expected)
    : null;
}

function occurrences(text: string, needle: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + 1)) found.push(at);
  return found;
}

function bestOf(candidates: number[], score: (at: number) => number): number {
  let best = candidates[0] as number;
  let top = -Infinity;
  for (const at of candidates) {
    const value = score(at);
    if (value > top) [best, top] = [at, value];
  }
  return best;
}

function commonSuffix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[a.length - 1 - n] === b[b.length - 1 - n]) n += 1;
  return n;
}

function commonPrefix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1;
  return n;
}

/**
 * Sellers' algorithm: the stretch of `text` with the least edit distance to `needle`. Each cell also
 * carries where its stretch began, so that no second pass is needed.
 */
function fuzzy(needle: string, text: string, expected: number): Span | null {
  const width = text.length + 1;
  let cost = new Uint16Array(width);
  let begin = Int32Array.from({ length: width }, (_, j) => j);
  for (let i = 1; i <= needle.length; i += 1) {
    const nextCost = new Uint16Array(width);
    const nextBegin = new Int32Array(width);
    nextCost[0] = i;
    const char = needle.charCodeAt(i - 1);
    for (let j = 1; j < width; j += 1) {
      let value = (cost[j - 1] as number) + (text.charCodeAt(j - 1) === char ? 0 : 1);
      let from = begin[j - 1] as number;
      if ((cost[j] as number) + 1 < value) {
        value = (cost[j] as number) + 1;
        from = begin[j] as number;
      }
      if ((nextCost[j - 1] as number) + 1 < value) {
        value = (nextCost[j - 1] as number) + 1;
        from = nextBegin[j - 1] as number;
      }
      nextCost[j] = value;
      nextBegin[j] = from;
    }
    cost = nextCost;
    begin = nextBegin;
  }
  let end = -1;
  for (let j = 1; j < width; j += 1) {
    const better = end < 0 || (cost[j] as number) < (cost[end] as number);
    const nearer =
      end >= 0 &&
      cost[j] === cost[end] &&
      Math.abs((begin[j] as number) - expected) < Math.abs((begin[end] as number) - expected);
    if (better || nearer) end = j;
  }
  if (end < 0 || (cost[end] as number) > needle.length * tolerance) return null;
  return { start: begin[end] as number, end };
}

/** First index whose value is not below `value`. */
function lowerBound(values: number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function originSpan(reduced: Reduced, span: Span, text: string): Span {
  const start = reduced.origin[span.start] ?? text.length;
  const last = reduced.origin[span.end - 1] ?? start;
  return { start, end: last + ((text.codePointAt(last) ?? 0) > 0xffff ? 2 : 1) };
}

function lines(text: string, start: number, end: number): Span[] {
  const result: Span[] = [];
  let from = start;
  while (from < end) {
    const newline = text.indexOf('\n', from);
    const to = newline === -1 || newline > end ? end : newline;
    if (to > from) result.push({ start: from, end: to });
    from = to + 1;
  }
  return result;
}

export function mergeSpans(spans: Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  const result: Span[] = [];
  for (const span of sorted) {
    const previous = result.at(-1);
    if (previous && span.start <= previous.end) previous.end = Math.max(previous.end, span.end);
    else result.push({ ...span });
  }
  return result;
}

/** A text layer's pieces joined to one text, with where each begins. */
export class Pieces {
  readonly text: string;
  private readonly starts: number[] = [];

  constructor(private readonly pieces: readonly string[]) {
    let text = '';
    for (const piece of pieces) {
      this.starts.push(text.length);
      text += piece + '\n';
    }
    this.text = text;
  }

  /** Position in the joined text of a place within one piece. */
  position(piece: number, offset: number): number {
    return (this.starts[piece] ?? this.text.length) + offset;
  }

  /** The parts of single pieces a span of the joined text covers. */
  parts(span: Span): { piece: number; start: number; end: number }[] {
    const result: { piece: number; start: number; end: number }[] = [];
    let piece = Math.max(0, lowerBound(this.starts, span.start + 1) - 1);
    for (; piece < this.pieces.length; piece += 1) {
      const base = this.starts[piece] as number;
      if (base >= span.end) break;
      const start = Math.max(0, span.start - base);
      const end = Math.min((this.pieces[piece] as string).length, span.end - base);
      if (end > start) result.push({ piece, start, end });
    }
    return result;
  }
}
