/** Completions in the whole window: from the note to the other side and back, and the switch for them. */
import type { Editor } from '@tiptap/core';
import { fireEvent, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { ipc } from '$lib/ipc';
import { fake } from '$lib/ipc/fake/backend';
import { preferences } from '$lib/state/settings.svelte';
import { workspace } from '$lib/state/workspace.svelte';
import { soon } from '$lib/testing';
import { accessible, click, id, openCabinet } from '../../window.testing';

/** Types at the end of the open note, as a browser does. */
async function write(text: string): Promise<void> {
  const dom = await id('note-editor');
  const { view, commands } = (dom as HTMLElement & { editor: Editor }).editor;
  view.focus();
  commands.setTextSelection(view.state.doc.content.size - 1);
  for (const letter of text) {
    const { from, to } = view.state.selection;
    const put = () => view.state.tr.insertText(letter, from, to);
    if (!view.someProp('handleTextInput', (handle) => handle(view, from, to, letter, put)))
      view.dispatch(put());
  }
}

it('suggests in a note what stands behind it, and saves what was taken', async () => {
  await openCabinet();
  const complete = vi.spyOn(ipc, 'complete');
  workspace.openNote('n1', 'Visit of 18 March');
  await write('An allergy to');
  expect((await id('completion')).firstChild?.textContent).toBe(' penicillin is not known.');
  expect(complete.mock.calls[0]?.[0]).toMatchObject({
    title: 'Visit of 18 March',
    before: expect.stringMatching(/^Seen on 18 March[^]*\nAn allergy to$/) as string,
    sources: [
      { documentId: 'd1', page: 1 },
      { documentId: 'd1', page: 2 },
    ],
  });
  await accessible();
  await fireEvent.keyDown(await id('note-editor'), { key: 'Tab' });
  await soon(() => expect(fake.notes[0]?.note.body).toContain('An allergy to penicillin is not'));
});

it('suggests nothing once it is switched off, and remembers that', async () => {
  await openCabinet();
  const complete = vi.spyOn(ipc, 'complete');
  workspace.go('settings');
  const suggest = await id('suggest');
  expect((suggest as HTMLInputElement).checked).toBe(true);
  await click('suggest');
  await soon(() => expect(fake.settings.suggest).toBe(false));
  workspace.openNote('n1', 'Visit of 18 March');
  await write('An allergy to');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(complete).not.toHaveBeenCalled();
  expect(screen.queryByTestId('completion')).toBeNull();
  await preferences.change({ suggest: true });
});
