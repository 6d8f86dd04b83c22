import { expect, test } from 'vitest';
import type { Replacement } from '$lib/ipc';
import { named, runs } from './diff';

const replacement = (start: number, words: string, doubtful = false): Replacement => ({
  original: { start, end: start + Array.from(words).length },
  replaced: { start, end: start + 8 },
  words,
  pseudonym: '[Person 1]',
  kind: 'person',
  doubtful,
});

test('runs put together are the original, whatever stands in it', () => {
  const original = '🌿 Ada met Bo; Ada left.';
  const found = runs(original, [
    replacement(2, 'Ada'),
    replacement(10, 'Bo'),
    replacement(14, 'Ada'),
  ]);
  expect(found.map((run) => run.text).join('')).toBe(original);
  expect(found.filter((run) => run.replacement).map((run) => run.text)).toEqual([
    'Ada',
    'Bo',
    'Ada',
  ]);
});

test('each original is named once, the doubtful ones first', () => {
  const all = named([replacement(0, 'Ada'), replacement(8, 'Bo', true), replacement(12, 'Ada')]);
  expect(all.map(({ words, times }) => [words, times])).toEqual([
    ['Bo', 1],
    ['Ada', 2],
  ]);
});
