import { describe, expect, it } from 'vitest';
import { alignRange, Pieces, reduce } from './align';

function find(source: string, words: string, target: string): string[] {
  const start = source.indexOf(words);
  return alignRange(source, start, start + words.length, target).map((span) =>
    target.slice(span.start, span.end),
  );
}

describe('reduce', () => {
  it('drops spaces, hyphens and soft hyphens and folds ligatures', () => {
    expect(reduce('The eﬃ-\ncient­ly').text).toBe('theefficiently');
  });

  it('maps every character back to its origin', () => {
    const { text, origin } = reduce('a ﬁ b');
    expect(text).toBe('afib');
    expect(origin).toEqual([0, 2, 2, 4]);
  });
});

describe('alignRange', () => {
  it('finds words across other line breaks and hyphenation', () => {
    expect(
      find(
        'Blood pressure was mea-\nsured twice a day.',
        'mea-\nsured twice',
        'Blood pressure\nwas measured\ntwice a day.',
      ),
    ).toEqual(['measured\ntwice']);
  });

  it('takes the occurrence whose surroundings match', () => {
    const source =
      'Metformin 500 mg. Stopped: metformin 500 mg. Then again metformin 500 mg daily.';
    const at = source.indexOf('metformin 500 mg daily');
    const target = source.replaceAll(' ', '\n');
    const [span] = alignRange(source, at, at + 'metformin 500 mg'.length, target);
    expect(target.slice(span?.start).replaceAll('\n', ' ')).toBe('metformin 500 mg daily.');
  });

  it('bears small differences between extractors', () => {
    expect(
      find(
        'The estimated filtration rate was 47 ml/min on discharge.',
        'estimated filtration rate was 47 ml/min',
        'The estimated fi1tration rate was 47 m1/min on discharge.',
      ),
    ).toEqual(['estimated fi1tration rate was 47 m1/min']);
  });

  it('falls back to lines where the blocks stand in another order', () => {
    const source = 'Left column first line\nRight column only line';
    const target = 'Right column only line and so on\nLeft column first line';
    expect(find(source, source, target)).toEqual([
      'Right column only line',
      'Left column first line',
    ]);
  });

  it('marks nothing rather than something else', () => {
    expect(
      find('Completely different words here', 'different words here', 'Nothing of it'),
    ).toEqual([]);
    expect(alignRange('abc', 0, 3, '')).toEqual([]);
  });

  it('keeps a surrogate pair whole', () => {
    expect(find('dose 𝟙 mg', 'dose 𝟙', 'the dose 𝟙 mg')).toEqual(['dose 𝟙']);
  });

  it('is quick on a full page', () => {
    const words = Array.from({ length: 900 }, (_, i) => `word${i % 97}`).join(' ');
    const source = `${words} the passage that is asked for, spelt in one way ${words}`;
    const target = `${words}\nthe pasage that is askd for, spelt in one way\n${words}`;
    const began = performance.now();
    const at = source.indexOf('the passage');
    expect(alignRange(source, at, at + 50, target)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('Pieces', () => {
  it('cuts a span into the parts of single pieces', () => {
    const pieces = new Pieces(['Blood ', 'pressure', '', 'was 132']);
    const start = pieces.text.indexOf('pressure');
    const end = pieces.text.indexOf('132');
    expect(pieces.parts({ start, end })).toEqual([
      { piece: 1, start: 0, end: 8 },
      { piece: 3, start: 0, end: 4 },
    ]);
    expect(pieces.position(3, 4)).toBe(end);
  });
});
