import { describe, expect, it } from 'vitest';
import { rowsInView, scrollTo } from './windowing';

describe('windowing', () => {
  it('renders a screenful of twenty thousand rows', () => {
    const { first, last } = rowsInView(400_000, 800, 40, 20_000);
    expect(first).toBe(9_992);
    expect(last).toBe(10_028);
  });

  it('stays within the list', () => {
    expect(rowsInView(0, 800, 40, 3)).toEqual({ first: 0, last: 3 });
    expect(rowsInView(0, 800, 40, 0)).toEqual({ first: 0, last: 0 });
    expect(rowsInView(90_000, 800, 40, 5).first).toBe(5);
  });

  it('scrolls no further than it must', () => {
    expect(scrollTo(0, 100, 400, 40)).toBe(0);
    expect(scrollTo(5, 100, 400, 40)).toBe(100);
    expect(scrollTo(20, 100, 400, 40)).toBe(440);
  });
});
