import { fireEvent, render, screen } from '@testing-library/svelte';
import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { soon } from '$lib/testing';
import { fake } from '$lib/ipc/fake/backend';
import { escalation } from '$lib/state/escalation.svelte';
import { notes, type NotedClaim } from '$lib/state/notes.svelte';
import AskOutside from './AskOutside.svelte';

const id = (testid: string) => screen.findByTestId(testid);
const click = async (testid: string) => fireEvent.click(await id(testid));
const input = async (testid: string, value: string) =>
  fireEvent.input(await id(testid), { target: { value } });
const text = async (testid: string) => (await id(testid)).textContent ?? '';
const send = async () => (await id('consent-send')) as HTMLButtonElement;
const sent = () => fake.escalation.ledger.map((row) => row.body ?? '');

/** The sheet, with a payload about a document or a note. */
async function open(noteId: string | null = null): Promise<void> {
  Object.assign(fake.escalation.view, {
    on: true,
    courier: 'ready',
    model: 'large-model',
    address: 'http://127.0.0.1:1/v1',
  });
  await escalation.load();
  render(AskOutside);
  const documentIds = noteId ? [] : [fake.documents[0]?.row.id ?? ''];
  escalation.begin({
    title: 'it',
    documentIds,
    folderId: null,
    noteId,
    reasons: ['Nothing found is close.'],
  });
  await screen.findByText('Nothing found is close.');
  await input('outside-question', 'What do Anna Berg and Carl Dahl say of the Elm Road?');
  await click('prepare-payload');
  await id('consent-diff');
}

async function lookAtAll(): Promise<void> {
  for (const box of screen.queryAllByTestId('looked')) {
    if (!(box as HTMLInputElement).checked) await fireEvent.click(box);
  }
}

beforeEach(() => escalation.close());

describe('the consent sheet', () => {
  it('sends nothing before every doubtful place was looked at, and then exactly what is shown', async () => {
    await open();
    const { violations } = await axe.run(document.body, {
      rules: { 'color-contrast': { enabled: false } },
      resultTypes: ['violations'],
    });
    expect(violations.map((one) => one.id)).toEqual([]);
    expect((await send()).disabled).toBe(true);
    expect((await send()).textContent).toContain('Look at');
    await lookAtAll();
    expect((await send()).disabled).toBe(false);
    await click('consent-bytes');
    const shown = (await screen.findAllByTestId('consent-bytes')).at(-1)?.textContent ?? '';
    expect(shown).not.toContain('Anna Berg');
    expect(sent()).toEqual([]);
    await click('consent-send');
    await id('outside-answer');
    expect(sent()).toEqual([shown]);
  });

  it('unticking a place closes the way again', async () => {
    await open();
    await lookAtAll();
    const box = screen.getAllByTestId('looked')[0];
    if (!box) throw new Error('nothing is in doubt');
    await fireEvent.click(box);
    expect((await send()).disabled).toBe(true);
  });

  it('replaces what the user adds, and leaves what the user keeps', async () => {
    await open();
    expect(await text('consent-diff')).toContain('say of the Elm Road');
    await input('replace-words', 'say of');
    await click('replace-add');
    await soon(() => expect(escalation.payload?.text).not.toContain('say of'));
    const keep = screen.getByRole('button', { name: 'Do not replace Carl Dahl' });
    await fireEvent.click(keep);
    await soon(() => expect(escalation.payload?.text).toContain('Carl Dahl'));
    expect(await text('kept')).toContain('Carl Dahl');
    expect(escalation.payload?.text, 'the addition holds').not.toContain('say of');
    await fireEvent.click(screen.getByRole('button', { name: 'Replace' }));
    await soon(() => expect(escalation.payload?.text).not.toContain('Carl Dahl'));
  });

  it('puts what the user chose in the place of one name, and gives the choice back', async () => {
    await open();
    await fireEvent.click(
      screen.getByRole('button', { name: 'Change what stands in the place of Carl Dahl' }),
    );
    const field = (await id('called')) as HTMLInputElement;
    expect(field.value, 'without the brackets').toMatch(/^Person \d$/);
    await fireEvent.input(field, { target: { value: 'the neighbour' } });
    await click('call');
    await soon(() => expect(escalation.payload?.text).toContain('and [the neighbour] say'));
    await soon(() => expect(screen.queryByTestId('called')).toBeNull());
    await fireEvent.click(
      screen.getByRole('button', { name: 'Change what stands in the place of Carl Dahl' }),
    );
    await input('called', ' ');
    await click('call');
    await soon(() => expect(escalation.payload?.text).not.toContain('neighbour'));
    expect(escalation.payload?.text).not.toContain('Carl Dahl');
  });

  it('shows an edited text again before it can be sent, and says which name came back by it', async () => {
    await open();
    await lookAtAll();
    await click('consent-edit');
    await input('consent-text', 'Only this, about Carl Dahl.');
    expect(screen.queryByTestId('consent-send')).toBeNull();
    await click('consent-keep-text');
    await soon(() => expect(escalation.payload?.text).toBe('Only this, about Carl Dahl.'));
    expect(await text('consent-warnings')).toContain('Carl Dahl');
    expect(sent()).toEqual([]);
    await click('consent-send');
    await id('outside-answer');
    expect(sent()[0]).toContain('Only this, about Carl Dahl.');
  });

  it('offers to keep decisions for a note, and for nothing else', async () => {
    await open();
    expect(screen.queryByTestId('for-this-note')).toBeNull();
    escalation.close();
    document.body.replaceChildren();
    await open('note-1');
    await lookAtAll();
    await click('for-this-note');
    await click('consent-send');
    await id('outside-answer');
    expect(fake.escalation.ledger[0]?.decision).toBe('for_this_note');
  });

  it('puts an answer into a note sentence by sentence, each with where it comes from', async () => {
    await open('note-1');
    await lookAtAll();
    await click('consent-send');
    await id('outside-answer');
    const put: NotedClaim[] = [];
    const insert = vi.spyOn(notes, 'insertClaims').mockImplementation((claims) => {
      put.push(...claims);
      return Promise.resolve();
    });
    await fireEvent.click(screen.getAllByTestId('claim-insert')[0] as HTMLElement);
    await click('outside-insert');
    insert.mockRestore();
    expect(put).toHaveLength(2);
    for (const claim of put) {
      expect(claim.verdict).toBe('unsupported');
      expect(claim.origin).toMatch(/^From outside: .+ at http:\/\/127.0.0.1:1\/v1, .+ number \d+/);
    }
  });

  it('says which label keeps a document here, and makes no payload', async () => {
    const first = fake.documents[0]?.row.id ?? '';
    fake.escalation.labels.set(first, 'privileged');
    Object.assign(fake.escalation.view, { on: true });
    render(AskOutside);
    escalation.begin({
      title: 'it',
      documentIds: [first],
      folderId: null,
      noteId: null,
      reasons: [],
    });
    await input('outside-question', 'What is it?');
    await click('prepare-payload');
    await screen.findByText(/privileged/);
    expect(escalation.payload).toBeNull();
  });
});
