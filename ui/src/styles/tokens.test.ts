import { describe, expect, it } from 'vitest';
import css from './tokens.css?raw';

type Pair = [string, string];

function colours(): Map<string, Pair> {
  const found = new Map<string, Pair>();
  for (const [, name, light, dark] of css.matchAll(
    /--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)/g,
  )) {
    found.set(name as string, [light as string, dark as string]);
  }
  return found;
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['paper', 'raised', 'desk', 'hover'];
const pairs: Pair[] = [
  ...grounds.flatMap((ground): Pair[] => [
    ['ink', ground],
    ['muted', ground],
    ['accent', ground],
    ['danger', ground],
    ['warn', ground],
    ['ok', ground],
  ]),
  ['accent', 'accent-soft'],
  ['accent', 'cite'],
  ['ink', 'accent-soft'],
  ['muted', 'accent-soft'],
  ['ink', 'cite'],
  ['ink', 'mark'],
  ['ink', 'mark-strong'],
  ['ink', 'danger-soft'],
  ['danger', 'danger-soft'],
  ['muted', 'danger-soft'],
  ['ink', 'warn-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-danger', 'danger'],
];

describe('tokens', () => {
  const all = colours();
  const themes = ['light', 'dark'] as const;

  it('can be read in every pair that is used, in both themes (WCAG AA)', () => {
    const poor = pairs.flatMap(([text, ground]) =>
      themes.flatMap((theme, i) => {
        const [a, b] = [all.get(text)?.[i], all.get(ground)?.[i]];
        const reached = a && b ? contrast(a, b) : 0;
        return reached >= 4.5 ? [] : [`${theme}: ${text} on ${ground} ${reached.toFixed(2)}`];
      }),
    );
    expect(poor).toEqual([]);
  });

  it.each(['light', 'dark'])('%s: the edge of a field can be seen', (theme) => {
    const i = theme === 'light' ? 0 : 1;
    const [line, ground] = [all.get('line-strong')?.[i], all.get('raised')?.[i]];
    expect(line && ground && contrast(line, ground)).toBeGreaterThanOrEqual(3);
  });
});
