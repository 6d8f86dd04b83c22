import { describe, expect, it } from 'vitest';
import { isWriting, localKeys, matches, shortcutFor, shortcuts, shown } from './keys';

const key = (name: string, held: Partial<KeyboardEvent> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('shortcuts', () => {
  it('take Ctrl, or Cmd on a Mac, and not both', () => {
    expect(shortcutFor(key('k', { ctrlKey: true }), false)).toBe('palette');
    expect(shortcutFor(key('k', { metaKey: true }), true)).toBe('palette');
    expect(shortcutFor(key('k', { metaKey: true }), false)).toBeNull();
    expect(shortcutFor(key('k'), false)).toBeNull();
  });

  it('take "?" however it is made', () => {
    expect(shortcutFor(key('?', { shiftKey: true }), false)).toBe('help');
  });

  it('tell letters with and without Shift apart', () => {
    expect(matches(key('Q', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+Q', false)).toBe(true);
    expect(matches(key('q', { ctrlKey: true }), 'Mod+Shift+Q', false)).toBe(false);
  });

  it('are all different', () => {
    expect(new Set(shortcuts.map((s) => s.keys)).size).toBe(shortcuts.length);
  });

  it('are shown as the keyboard names them', () => {
    expect(shown('Mod+K', true)).toEqual(['⌘', 'K']);
    expect(shown('Mod+K', false)).toEqual(['Ctrl', 'K']);
    expect(shown('+ -', false)).toEqual(['+', '-']);
    expect(
      localKeys
        .flatMap((group) => group.keys)
        .every((k) => shown(k.keys).every((key) => key !== '')),
    ).toBe(true);
  });

  it('leave plain letters to whoever is writing', () => {
    expect(isWriting(document.createElement('input'))).toBe(true);
    expect(isWriting(document.createElement('button'))).toBe(false);
    const choice = Object.assign(document.createElement('input'), { type: 'radio' });
    expect(isWriting(choice)).toBe(false);
  });
});
