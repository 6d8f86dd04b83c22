/** Which rows of a long list are worth rendering. */
export interface Window {
  first: number;
  last: number;
}

/** Rows of one height: those in view and a few around, so that fast scrolling shows no gaps. */
export function rowsInView(
  scroll: number,
  height: number,
  row: number,
  count: number,
  spare = 8,
): Window {
  if (count === 0) return { first: 0, last: 0 };
  const first = Math.max(0, Math.floor(scroll / row) - spare);
  const last = Math.min(count, Math.ceil((scroll + height) / row) + spare);
  return { first: Math.min(first, count), last: Math.max(last, 0) };
}

/** Scroll position that shows a row with as little movement as possible. */
export function scrollTo(index: number, scroll: number, height: number, row: number): number {
  const top = index * row;
  if (top < scroll) return top;
  if (top + row > scroll + height) return top + row - height;
  return scroll;
}
