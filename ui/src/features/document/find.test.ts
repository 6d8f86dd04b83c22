import { describe, expect, it } from 'vitest';
import { findAll } from './find';
import { sliceScalars } from '$lib/text/offsets';

const words = (text: string, query: string) =>
  findAll(text, query).map(({ start, end }) => sliceScalars(text, start, end));

describe('findAll', () => {
  it('takes no notice of case, accents and line breaks', () => {
    expect(words('Die Größe der\nMénière Krankheit', 'meniere  krankheit')).toEqual([
      'Ménière Krankheit',
    ]);
    expect(words('kidney\nfunction and Kidney function', 'KIDNEY FUNCTION')).toEqual([
      'kidney\nfunction',
      'Kidney function',
    ]);
  });

  it('gives scalar offsets behind characters beyond the basic plane', () => {
    expect(findAll('𝔻𝔻 dose', 'dose')).toEqual([{ start: 3, end: 7 }]);
  });

  it('finds nothing for nothing', () => {
    expect(findAll('abc', '  ')).toEqual([]);
    expect(findAll('', 'a')).toEqual([]);
  });
});
