/** What the payload's text looked like before, and what stands there now, as runs for the eye. */
import type { Replacement } from '$lib/ipc';

export interface Run {
  text: string;
  /** Set where something was replaced. */
  replacement: Replacement | null;
}

/** The original text as runs; offsets are Unicode scalar values. */
export function runs(original: string, replacements: readonly Replacement[]): Run[] {
  const scalars = Array.from(original);
  const found: Run[] = [];
  let at = 0;
  const plain = (end: number) => {
    if (end > at) found.push({ text: scalars.slice(at, end).join(''), replacement: null });
  };
  for (const replacement of replacements) {
    const { start, end } = replacement.original;
    if (start < at) continue;
    plain(start);
    found.push({ text: scalars.slice(start, end).join(''), replacement });
    at = end;
  }
  plain(scalars.length);
  return found;
}

export interface Named {
  words: string;
  pseudonym: string;
  kind: string;
  doubtful: boolean;
  times: number;
}

/** What the user may write in the place of a name stands in brackets; dates that were moved have none. */
export const withoutBrackets = (pseudonym: string): string =>
  pseudonym.replace(/^\[(.*)\]$/s, '$1');

/** Each original once, the doubtful ones first. */
export function named(replacements: readonly Replacement[]): Named[] {
  const all = new Map<string, Named>();
  for (const { words, pseudonym, kind, doubtful } of replacements) {
    const known = all.get(words);
    if (known) {
      known.times += 1;
      known.doubtful ||= doubtful;
    } else all.set(words, { words, pseudonym, kind, doubtful, times: 1 });
  }
  return [...all.values()].sort((a, b) => Number(b.doubtful) - Number(a.doubtful));
}

export const kinds: { id: string; name: string }[] = [
  { id: 'person', name: 'Person' },
  { id: 'place', name: 'Place' },
  { id: 'organisation', name: 'Organisation' },
  { id: 'date', name: 'Date' },
  { id: 'age', name: 'Age' },
  { id: 'phone', name: 'Phone' },
  { id: 'fax', name: 'Fax' },
  { id: 'email', name: 'E-mail' },
  { id: 'address', name: 'Address' },
  { id: 'postcode', name: 'Postcode' },
  { id: 'identifier', name: 'Number' },
  { id: 'url', name: 'Link' },
  { id: 'ip', name: 'IP address' },
  { id: 'biometric', name: 'Biometric' },
  { id: 'other', name: 'Detail' },
];

export const kindName = (id: string): string => kinds.find((kind) => kind.id === id)?.name ?? id;
