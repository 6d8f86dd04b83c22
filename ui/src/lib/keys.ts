/** Keyboard shortcuts: one list that the window obeys and the help page shows. */

export const isMac = typeof navigator !== 'undefined' && /Mac/.test(navigator.platform);

export interface Shortcut {
  id: string;
  /** As in "Mod+K"; Mod is Cmd on a Mac, Ctrl elsewhere. */
  keys: string;
  what: string;
}

export const shortcuts = [
  { id: 'palette', keys: 'Mod+K', what: 'Do anything: the command palette' },
  { id: 'search', keys: '/', what: 'Search the cabinet' },
  { id: 'find', keys: 'Mod+F', what: 'Find in the open document' },
  { id: 'add', keys: 'Mod+O', what: 'Add files' },
  { id: 'note', keys: 'Mod+N', what: 'New note' },
  { id: 'list', keys: 'Mod+B', what: 'Show or hide folders' },
  { id: 'assistant', keys: 'Mod+J', what: 'Show or hide the assistant' },
  { id: 'close', keys: 'Mod+W', what: 'Close the open tab' },
  { id: 'next', keys: 'Mod+]', what: 'Next tab' },
  { id: 'previous', keys: 'Mod+[', what: 'Previous tab' },
  { id: 'lock', keys: 'Mod+L', what: 'Lock the cabinet' },
  { id: 'help', keys: '?', what: 'This list' },
] as const satisfies readonly Shortcut[];

export type ShortcutId = (typeof shortcuts)[number]['id'];

/** Keys that work only where the focus is; for the help page. */
export const localKeys: { where: string; keys: { keys: string; what: string }[] }[] = [
  {
    where: 'Lists of documents',
    keys: [
      { keys: '↑ ↓', what: 'Go through the list' },
      { keys: 'Enter', what: 'Open' },
      { keys: 'Space', what: 'Select; with Shift a range' },
      { keys: 'Mod+A', what: 'Select all' },
      { keys: 'M', what: 'Move to a folder' },
      { keys: 'Delete', what: 'Move to the trash' },
    ],
  },
  {
    where: 'Search results',
    keys: [
      { keys: '↑ ↓', what: 'Go through the hits, also from the search field' },
      { keys: 'Enter', what: 'Open at the hit' },
      { keys: 'Mod+Enter', what: 'Insert the passage into the note' },
      { keys: 'Alt+M', what: 'More like this' },
      { keys: 'Alt+S', what: 'Show where the same words stand, or put them away' },
    ],
  },
  {
    where: 'Documents',
    keys: [
      { keys: 'Enter', what: 'Next match while finding; with Shift the previous one' },
      { keys: 'Mod+Shift+Q', what: 'Quote the selection into the note' },
      { keys: '+ −', what: 'Larger, smaller' },
    ],
  },
  {
    where: 'Notes, where a line is suggested in grey',
    keys: [
      { keys: 'Tab', what: 'Take it' },
      // The key that goes on by a word in every field of the system.
      { keys: isMac ? 'Alt+→' : 'Ctrl+→', what: 'Take its next word' },
      { keys: 'Esc', what: 'Put it away' },
    ],
  },
];

interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export function matches(event: KeyLike, keys: string, mac = isMac): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1) ?? '';
  const mod = parts.includes('Mod');
  const pressed = mac ? event.metaKey : event.ctrlKey;
  const foreign = mac ? event.ctrlKey : event.metaKey;
  if (mod !== pressed || foreign || event.altKey) return false;
  // "?" is made with Shift on most keyboards; letters say so themselves.
  if (/^[a-z]$/i.test(key) && event.shiftKey !== parts.includes('Shift')) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

export function shortcutFor(event: KeyLike, mac = isMac): ShortcutId | null {
  return shortcuts.find((shortcut) => matches(event, shortcut.keys, mac))?.id ?? null;
}

/** True where the user is writing, so that a plain key is a letter and no command. */
export function isWriting(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) {
    return !/^(button|checkbox|color|file|radio|range|reset|submit)$/.test(target.type);
  }
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** "Mod+K" as the person's keyboard names it. */
export function shown(keys: string, mac = isMac): string[] {
  const names: Record<string, string> = {
    Mod: mac ? '⌘' : 'Ctrl',
    Shift: mac ? '⇧' : 'Shift',
    Alt: mac ? '⌥' : 'Alt',
  };
  // Keys pressed together are joined by "+", those of which one is pressed stand apart.
  const parts = keys.includes(' ') || keys === '+' ? keys.split(' ') : keys.split('+');
  return parts.map((k) => names[k] ?? k);
}
