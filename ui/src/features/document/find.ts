/** Finding words in a page's text, whatever their case, accents and line breaks. */
import { toScalar } from '$lib/text/offsets';
import type { TextRange } from '$lib/ipc';

interface Folded {
  text: string;
  origin: number[];
}

function fold(text: string): Folded {
  let out = '';
  const origin: number[] = [];
  let space = false;
  for (let at = 0; at < text.length;) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (/\s/.test(char)) {
      if (!space) {
        out += ' ';
        origin.push(at);
      }
      space = true;
    } else {
      space = false;
      const plain = char.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase() || char;
      out += plain;
      for (let i = 0; i < plain.length; i += 1) origin.push(at);
    }
    at += char.length;
  }
  origin.push(text.length);
  return { text: out, origin };
}

/** Places of `query` in `text`, in scalar offsets. */
export function findAll(text: string, query: string): TextRange[] {
  const needle = fold(query.trim()).text;
  if (needle === '') return [];
  const hay = fold(text);
  const found: TextRange[] = [];
  let at = hay.text.indexOf(needle);
  while (at !== -1) {
    const start = hay.origin[at] ?? 0;
    const last = hay.origin[at + needle.length - 1] ?? start;
    const end = last + ((text.codePointAt(last) ?? 0) > 0xffff ? 2 : 1);
    found.push({ start: toScalar(text, start), end: toScalar(text, end) });
    at = hay.text.indexOf(needle, at + needle.length);
  }
  return found;
}
