/** Hits in the order and the groups in which they are shown. */
import type { Hit } from '$lib/ipc';

export interface Row {
  hit: Hit;
  /** Hits that say the same. */
  repeats: Hit[];
  /** Shown beneath the hit that it repeats. */
  beneath: boolean;
}

export interface Group {
  documentId: string;
  title: string;
  sourceName: string;
  kind: string;
  /** The date that stands on it. */
  dated: string | null;
  rows: Row[];
  /** Hits of this document that are folded away. */
  folded: number;
}

export type Sort = 'best' | 'newest' | 'oldest' | 'title' | 'file';

/** A document with many hits must not hide the others. */
const perDocument = 4;

/** The hits in the wanted order; the best first is the order they come in. */
export function sorted(hits: Hit[], by: Sort): Hit[] {
  if (by === 'best') return hits;
  if (by === 'newest' || by === 'oldest') {
    // What bears no date comes last either way.
    const [first, second] = by === 'newest' ? [-1, 1] : [1, -1];
    return [...hits].sort((a, b) => {
      if (!a.dated || !b.dated) return Number(!a.dated) - Number(!b.dated);
      return a.dated === b.dated ? 0 : a.dated > b.dated ? first : second;
    });
  }
  const name = (hit: Hit) => (by === 'title' ? hit.title : hit.sourceName);
  return [...hits].sort((a, b) => name(a).localeCompare(name(b), undefined, { numeric: true }));
}

/** Of hits that say the same, the first, with the others behind it. */
export function apart(hits: Hit[]): Row[] {
  const rows = new Map<number, Row>();
  for (const hit of hits) {
    // The better one may have been filtered away, or come later in this order.
    const same = hit.repeats ?? hit.rank;
    const row = rows.get(same);
    if (row) row.repeats.push(hit);
    else rows.set(same, { hit, repeats: [], beneath: false });
  }
  return [...rows.values()];
}

/** Groups keep the order of their first row; rows keep theirs. `opened` are ranks of hits whose repeats are shown. */
export function grouped(
  rows: Row[],
  unfolded: ReadonlySet<string> = new Set(),
  opened: ReadonlySet<number> = new Set(),
): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const { documentId, title, sourceName, kind, dated } = row.hit;
    const group = groups.get(documentId);
    if (group) group.rows.push(row);
    else {
      groups.set(documentId, {
        documentId,
        title,
        sourceName,
        kind,
        dated,
        rows: [row],
        folded: 0,
      });
    }
  }
  return [...groups.values()].map((group) => {
    // One more is shown rather than a line that says "1 more".
    const all = unfolded.has(group.documentId) || group.rows.length <= perDocument + 1;
    const shown = all ? group.rows : group.rows.slice(0, perDocument);
    return {
      ...group,
      rows: shown.flatMap((row) => (opened.has(row.hit.rank) ? [row, ...beneath(row)] : [row])),
      folded: group.rows.length - shown.length,
    };
  });
}

const beneath = (row: Row): Row[] =>
  row.repeats.map((hit) => ({ hit, repeats: [], beneath: true }));
