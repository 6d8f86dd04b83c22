import { expect, it } from 'vitest';
import { boxesOnScan } from './scan';

const scan = {
  confidence: 0.98,
  quarters: 0,
  words: [
    { start: 0, end: 4, quad: [1000, 1000, 2000, 1000, 2000, 1200, 1000, 1200] },
    { start: 5, end: 9, quad: [2100, 1000, 3100, 1000, 3100, 1200, 2100, 1200] },
    { start: 10, end: 14, quad: [1000, 1400, 2000, 1420, 2000, 1620, 1000, 1600] },
  ],
};

it('marks the words of a range, those of one line as one box', () => {
  const { boxes, tops } = boxesOnScan(scan, [{ start: 0, end: 14, kind: 'cite' }], 1000, 1000);
  expect(boxes).toHaveLength(2);
  expect(boxes[0]).toMatchObject({ left: 100, width: 210, top: 100, kind: 'cite' });
  expect(boxes[1]?.height).toBeCloseTo(22);
  expect(tops.get(0)).toBe(100);
});

it('marks a part of a word as far as it goes', () => {
  const { boxes } = boxesOnScan(scan, [{ start: 2, end: 4, kind: 'find' }], 1000, 1000);
  expect(boxes).toMatchObject([{ left: 150, width: 50 }]);
});

it('marks nothing where no word stands', () => {
  expect(boxesOnScan(scan, [{ start: 20, end: 30, kind: 'find' }], 1000, 1000).boxes).toEqual([]);
});
