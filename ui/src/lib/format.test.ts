import { describe, expect, it } from 'vitest';
import { bytes, onDay, pace, plural, timeLeft, when } from './format';

describe('format', () => {
  it('counts with the right word', () => {
    expect(plural(1, 'page')).toBe('1 page');
    expect(plural(0, 'page')).toBe('0 pages');
  });

  it('names sizes with their unit', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(48_300_000)).toBe('48.3 MB');
    expect(bytes(145_000_000)).toBe('145 MB');
  });

  it('says today and yesterday by the calendar, not by hours', () => {
    const now = new Date(2026, 4, 10, 1, 0).getTime();
    expect(when(new Date(2026, 4, 10, 0, 5).getTime(), now)).toMatch(/^Today, /);
    expect(when(new Date(2026, 4, 9, 23, 55).getTime(), now)).toMatch(/^Yesterday, /);
    expect(when(new Date(2026, 3, 1).getTime(), now)).toContain('2026');
  });

  it('says a day as it stands on a document, and less than a day as it is', () => {
    expect(onDay('2026-05-10')).toMatch(/10/);
    expect(onDay('2026-05-10')).toContain('2026');
    expect(onDay('2026-05-10')).not.toContain('2026-05');
    expect(onDay('2026')).toBe('2026');
  });

  it('rounds the time left', () => {
    expect(timeLeft(2)).toBe('a few seconds left');
    expect(timeLeft(31)).toBe('35 s left');
    expect(timeLeft(130)).toBe('2 min left');
    expect(pace(90, 60)).toBe('about 90 a minute, ');
    expect(pace(1, 600)).toBe('');
    expect(pace(3, 2)).toBe('');
    expect(timeLeft(7300)).toBe('2 h 2 min left');
  });
});
