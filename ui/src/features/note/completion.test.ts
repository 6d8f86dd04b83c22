import { Editor, type JSONContent } from '@tiptap/core';
import { fireEvent } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CabinetError, ipc, type Citation, type Claim } from '$lib/ipc';
import { preferences } from '$lib/state/settings.svelte';
import { CompleteLine, pause, taught } from './completion';
import { claimsNode, quoteNode } from './content';
import { insertBlock } from './editor';
import { extensions } from './schema';
import { citedPages, typedAt } from './typed';

const citation = (documentId: string, page: number): Citation => ({
  documentId,
  title: 'Discharge letter',
  page,
  start: 10,
  end: 39,
  quote: 'Metformin 500 mg twice daily.',
});
const claim = (text: string, ...citations: Citation[]): Claim => ({
  quoted: false,
  section: null,
  text,
  verdict: 'supported',
  reason: null,
  citations,
});
const paragraph = (text = ''): JSONContent => ({
  type: 'paragraph',
  ...(text ? { content: [{ type: 'text', text }] } : {}),
});
const list = (...items: string[]): JSONContent => ({
  type: 'bulletList',
  content: items.map((text) => ({ type: 'listItem', content: [paragraph(text)] })),
});

let editor: Editor;
let place: HTMLElement;
const complete = () => vi.mocked(ipc.complete);

/** Opens a note with the caret at the end of one of its blocks, the last where none is named. */
function open(content: JSONContent[] = [paragraph()], caret?: number): void {
  editor = new Editor({
    element: place,
    extensions: [...extensions(() => undefined), CompleteLine.configure({ title: () => 'Visit' })],
    content: { type: 'doc', content },
    injectCSS: false,
  });
  editor.view.focus();
  editor.commands.setTextSelection(caret ?? editor.state.doc.content.size - 1);
}

function caretBehind(words: string): void {
  editor.state.doc.descendants((node, pos) => {
    if (node.text?.endsWith(words)) editor.commands.setTextSelection(pos + node.nodeSize);
  });
}

/** Types as a browser does: every letter goes past the plugins before it stands there. */
function type(text: string): void {
  const { view } = editor;
  for (const letter of text) {
    const { from, to } = view.state.selection;
    const put = () => view.state.tr.insertText(letter, from, to);
    if (!view.someProp('handleTextInput', (handle) => handle(view, from, to, letter, put)))
      view.dispatch(put());
  }
}

const rest = (ms = pause) => vi.advanceTimersByTimeAsync(ms);
const shown = () =>
  place.querySelector('[data-testid="completion"]')?.firstChild?.textContent ?? null;
const text = () => editor.getText({ blockSeparator: '\n' });
/** False where the editor took the key for itself. */
const press = (key: string, held = {}) => fireEvent.keyDown(editor.view.dom, { key, ...held });

/** Types a beginning and waits for what is suggested. */
async function suggest(content?: JSONContent[]): Promise<void> {
  open(content);
  type('Seen because');
  await rest();
  expect(shown()).toBe(' of the rash.');
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(ipc, 'complete').mockResolvedValue(' of the rash.');
  vi.spyOn(ipc, 'cancel').mockResolvedValue(null);
  preferences.value = { ...preferences.value, suggest: true };
  taught.tab = false;
  place = document.body.appendChild(document.createElement('div'));
});

afterEach(() => {
  editor.destroy();
  place.remove();
  vi.useRealTimers();
});

describe('a completion', () => {
  it('is shown a moment after the last letter, and only then asked for', async () => {
    open();
    type('Seen');
    await rest(pause - 20);
    type(' because');
    await rest(pause - 20);
    expect(complete()).not.toHaveBeenCalled();
    await rest(20);
    expect(complete()).toHaveBeenCalledTimes(1);
    expect(complete().mock.calls[0]?.[0]).toEqual({
      title: 'Visit',
      before: 'Seen because',
      sources: [],
    });
    expect(shown()).toBe(' of the rash.');
  });

  it('is no part of the document', async () => {
    await suggest();
    expect(JSON.stringify(editor.getJSON())).not.toContain('rash');
    expect(editor.getHTML()).not.toContain('rash');
    expect(place.querySelector('.completion')?.getAttribute('aria-hidden')).toBe('true');
    expect(place.querySelector<HTMLElement>('.completion')?.contentEditable).toBe('false');
  });

  it('is taken by Tab as one step of its own', async () => {
    await suggest();
    expect(await press('Tab')).toBe(false);
    expect(text()).toBe('Seen because of the rash.');
    expect(shown()).toBeNull();
    type(' Mine');
    editor.commands.undo();
    expect(text()).toBe('Seen because of the rash.');
    editor.commands.undo();
    expect(text()).toBe('Seen because');
    expect(shown()).toBeNull();
  });

  it('is taken in a list before Tab means anything else there', async () => {
    await suggest([list('Rash', 'Kidneys'), paragraph()]);
    caretBehind('Kidneys');
    type('. Seen because');
    await rest();
    await press('Tab');
    expect(editor.getJSON().content?.[0]).toEqual(
      list('Rash', 'Kidneys. Seen because of the rash.'),
    );
    await press('Tab');
    expect(editor.getJSON().content?.[0]).not.toEqual(
      list('Rash', 'Kidneys. Seen because of the rash.'),
    );
  });

  it('is taken word by word', async () => {
    await suggest();
    await press('ArrowRight', { ctrlKey: true });
    expect([text(), shown()]).toEqual(['Seen because of', ' the rash.']);
    await press('ArrowRight', { ctrlKey: true });
    await press('ArrowRight', { ctrlKey: true });
    expect([text(), shown()]).toEqual(['Seen because of the rash.', null]);
    editor.commands.undo();
    expect(text()).toBe('Seen because of the');
    expect(complete()).toHaveBeenCalledTimes(1);
  });

  it('goes with Escape until something is typed', async () => {
    await suggest();
    expect(await press('Escape')).toBe(false);
    expect(shown()).toBeNull();
    await rest(1_000);
    expect(shown()).toBeNull();
    expect(await press('Escape')).toBe(true);
    expect(await press('Tab')).toBe(true);
    expect(text()).toBe('Seen because');
    type(' ');
    await rest();
    expect(shown()).toBe(' of the rash.');
  });

  it('is shortened by typing what it says, without asking anew', async () => {
    await suggest();
    type(' of');
    expect(shown()).toBe(' the rash.');
    await rest(1_000);
    expect(complete()).toHaveBeenCalledTimes(1);
    type(' the rash.');
    expect(shown()).toBeNull();
    await rest();
    expect(complete()).toHaveBeenCalledTimes(2);
  });

  it('goes when something else is typed, and is asked for anew', async () => {
    await suggest();
    type('!');
    expect(shown()).toBeNull();
    complete().mockResolvedValue(' Well.');
    await rest();
    expect(complete()).toHaveBeenCalledTimes(2);
    expect(shown()).toBe(' Well.');
  });

  it.each<[string, () => unknown]>([
    ['the caret moves', () => editor.commands.setTextSelection(3)],
    ['something is selected', () => editor.commands.setTextSelection({ from: 2, to: 13 })],
    ['an arrow has nowhere to go', () => press('ArrowRight')],
    ['another field is used', () => fireEvent.blur(editor.view.dom)],
    ['it is undone', () => editor.commands.undo()],
    ['the note cannot be written on', () => editor.setEditable(false)],
    ['an input method begins', () => fireEvent.compositionStart(editor.view.dom)],
    ['a quote comes in', () => insertBlock(editor, quoteNode(citation('d1', 2)), 0)],
    ['the note is loaded', () => editor.commands.setContent({ type: 'doc', content: [] })],
  ])('goes when %s', async (_what, act) => {
    await suggest();
    await act();
    await rest(1_000);
    expect(shown()).toBeNull();
    expect(complete()).toHaveBeenCalledTimes(1);
  });

  it('is written without the mark of a claim', async () => {
    const sentence = claim('The dose was halved.', citation('d1', 2));
    await suggest([claimsNode([sentence, { ...sentence, text: 'Yes.' }]), paragraph()]);
    caretBehind('Yes.');
    type(' It was');
    await rest();
    await press('Tab');
    expect(editor.getJSON().content?.[0]?.content?.at(-1)).toEqual({
      type: 'text',
      text: ' It was of the rash.',
    });
  });

  it('names its key until it was used once in this window', async () => {
    await suggest();
    expect(place.querySelector('.completion kbd')?.textContent).toBe('Tab');
    await press('ArrowRight', { ctrlKey: true });
    expect(place.querySelector('.completion kbd')).not.toBeNull();
    await press('Tab');
    type(' It');
    await rest();
    expect(shown()).toBe(' of the rash.');
    expect(place.querySelector('.completion kbd')).toBeNull();
  });
});

describe('an answer', () => {
  it('that comes late is dropped, and its request stopped', async () => {
    let first: (answer: string) => void = () => undefined;
    complete().mockImplementationOnce(() => new Promise((resolve) => (first = resolve)));
    open();
    type('Seen because');
    await rest();
    const request = complete().mock.calls[0]?.[1];
    type(' of');
    expect(vi.mocked(ipc.cancel)).toHaveBeenCalledWith(request);
    first(' of the rash.');
    await rest(0);
    expect(shown()).toBeNull();
    complete().mockResolvedValue(' the kidneys.');
    await rest();
    expect(complete().mock.calls[1]?.[1]).not.toBe(request);
    expect(shown()).toBe(' the kidneys.');
  });

  it('is dropped where the caret has moved', async () => {
    let late: (answer: string) => void = () => undefined;
    complete().mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
    open();
    type('Seen because');
    await rest();
    editor.commands.setTextSelection(3);
    editor.commands.setTextSelection(13);
    late(' of the rash.');
    await rest(1_000);
    expect(shown()).toBeNull();
  });

  it('that never comes is missed by nobody', async () => {
    const missing = new CabinetError({ code: 'models', message: '', advice: '' });
    complete().mockRejectedValueOnce(missing).mockResolvedValueOnce(null);
    open();
    type('Seen');
    await rest();
    type(' because');
    await rest();
    expect(complete()).toHaveBeenCalledTimes(2);
    expect(shown()).toBeNull();
  });
});

describe('nothing is asked', () => {
  const silent = async () => {
    await rest(1_000);
    expect(complete()).not.toHaveBeenCalled();
  };

  it('when the setting is off', async () => {
    preferences.value = { ...preferences.value, suggest: false };
    open();
    type('Seen because');
    await silent();
  });

  it.each<[string, JSONContent[], number?]>([
    ['in a quote', [{ type: 'blockquote', content: [paragraph('Seen')] }, paragraph()], 6],
    ['in code', [{ type: 'codeBlock', content: [{ type: 'text', text: 'Seen' }] }], 5],
    ['in the middle of a block', [paragraph('Seen because')], 5],
    ['right behind a checked sentence', [claimsNode([claim('It was halved.')])]],
  ])('%s', async (_where, content, caret) => {
    open(content, caret);
    type('x');
    await silent();
  });

  it('before two letters stand there', async () => {
    open();
    type('S ');
    await silent();
    type('e');
    await rest();
    expect(complete()).toHaveBeenCalledTimes(1);
  });

  it('after a paste, an insertion from outside and undoing', async () => {
    open([paragraph('Seen')]);
    editor.view.pasteText(' because', new Event('paste') as ClipboardEvent);
    expect(text()).toBe('Seen because');
    await silent();
    editor.commands.insertContent(' of');
    await silent();
    editor.commands.undo();
    await silent();
  });

  it('while an input method is at work, but once it has written', async () => {
    open([paragraph('Seen')]);
    const { view } = editor;
    await fireEvent.compositionStart(view.dom);
    type('é');
    await silent();
    await fireEvent.compositionEnd(view.dom);
    await rest(1_000);
    expect(complete()).toHaveBeenCalledTimes(1);
  });
});

describe('what is told along', () => {
  it('is the text up to the caret with its quotes, and the pages cited, the nearest first', () => {
    const far = claimsNode([claim('Halved.', citation('d1', 2), citation('d2', 1))]);
    open([far, quoteNode(citation('d1', 1)), paragraph('Seen because'), far]);
    const { doc } = editor.state;
    const caret = doc.child(0).nodeSize + doc.child(1).nodeSize + 1 + 'Seen'.length;
    expect(typedAt(doc, caret, 'Visit')).toEqual({
      title: 'Visit',
      before: 'Halved.\nMetformin 500 mg twice daily.\nSeen',
      sources: [
        { documentId: 'd1', page: 1 },
        { documentId: 'd1', page: 2 },
        { documentId: 'd2', page: 1 },
      ],
    });
  });

  it('is no more than six pages', () => {
    open([1, 2, 3, 4, 5, 6, 7, 8].map((page) => quoteNode(citation('d1', page))));
    const { doc } = editor.state;
    expect(citedPages(doc, doc.content.size).map(({ page }) => page)).toEqual([8, 7, 6, 5, 4, 3]);
    // Those behind the caret come last, however near.
    expect(citedPages(doc, doc.child(0).nodeSize).map(({ page }) => page)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });
});
