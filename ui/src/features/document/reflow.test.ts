import { describe, expect, it } from 'vitest';
import { reflow } from './reflow';

const page = [
  'Heading',
  '',
  'The landlord keeps the roof, the outer walls, the windows and the',
  'drains in repair. The tenant bears repairs inside the premises mea-',
  'sured by their cost.',
  'Short line',
  '1. First item of a list that is long enough to fill the whole line',
  '2. Second item',
].join('\n');

describe('reflow', () => {
  it('keeps every offset', () => {
    expect(reflow(page)).toHaveLength(page.length);
  });

  it('joins the lines of a paragraph and divided words', () => {
    const flowing = reflow(page);
    expect(flowing).toContain('windows and the drains in repair');
    expect(flowing).toContain('mea\u200b\u200bsured by their cost.');
  });

  it('keeps headings, empty lines and lists apart', () => {
    const flowing = reflow(page);
    expect(flowing.startsWith('Heading\n\nThe landlord')).toBe(true);
    expect(flowing).toContain('cost.\nShort line\n1. First');
    expect(flowing).toContain('line\n2. Second item');
  });
});
