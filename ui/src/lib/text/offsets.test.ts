import { describe, expect, it } from 'vitest';
import { scalarLength, segments, sliceScalars, toScalar, toUtf16 } from './offsets';

const astral = 'a𝔻b👩‍⚕️c';

describe('offsets', () => {
  it('are the same where every character is one unit', () => {
    expect(toUtf16('Größe', 3)).toBe(3);
    expect(toScalar('Größe', 3)).toBe(3);
  });

  it('count a surrogate pair as one scalar', () => {
    expect(toUtf16(astral, 2)).toBe(3);
    expect(toScalar(astral, 3)).toBe(2);
    expect(astral.slice(toUtf16(astral, 2), toUtf16(astral, 3))).toBe('b');
  });

  it('go there and back for every scalar', () => {
    for (let scalar = 0; scalar <= scalarLength(astral); scalar += 1) {
      expect(toScalar(astral, toUtf16(astral, scalar))).toBe(scalar);
    }
  });

  it('never split a pair', () => {
    expect(toScalar(astral, 2)).toBe(1);
  });

  it('clamp what lies outside', () => {
    expect(toUtf16('abc', 9)).toBe(3);
    expect(toUtf16('abc', -1)).toBe(0);
    expect(toScalar('abc', 9)).toBe(3);
    expect(sliceScalars(astral, 1, 2)).toBe('𝔻');
  });
});

describe('segments', () => {
  it('cut at the edges of marks and join to the whole', () => {
    const parts = segments('one two three', [
      { start: 4, end: 7, kind: 'hit' },
      { start: 6, end: 13, kind: 'cite' },
    ]);
    expect(parts.map((p) => p.text).join('')).toBe('one two three');
    expect(parts.map((p) => [p.text, p.kinds])).toEqual([
      ['one ', []],
      ['tw', ['hit']],
      ['o', ['hit', 'cite']],
      [' three', ['cite']],
    ]);
  });

  it('use scalar offsets', () => {
    const parts = segments('𝔻𝔻 dose', [{ start: 3, end: 7, kind: 'hit' }]);
    expect(parts.find((p) => p.kinds.length)?.text).toBe('dose');
  });

  it('ignore empty marks', () => {
    expect(segments('abc', [{ start: 1, end: 1, kind: 'hit' }])).toHaveLength(1);
  });
});
