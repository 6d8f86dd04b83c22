import { fireEvent, render, screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { beforeEach, expect, it } from 'vitest';
import { fake } from '$lib/ipc/fake/backend';
import { library } from '$lib/state/library.svelte';
import { session } from '$lib/state/session.svelte';
import { workspace } from '$lib/state/workspace.svelte';
import { soon } from '$lib/testing';
import App from '../../App.svelte';

const id = (testid: string) => screen.findByTestId(testid);

async function openModels(): Promise<void> {
  session.locked('asked');
  session.screen = 'starting';
  render(App);
  await id('shell');
  await soon(() => expect(library.loaded).toBe(true));
  workspace.go('models');
  await soon(() => expect(screen.getAllByTestId('model').length).toBeGreaterThan(1));
}

const card = (name: string) => {
  const cards = screen.getAllByTestId('model');
  const found = cards.find((one) => one.textContent?.includes(name));
  if (!found) throw new Error(`no card says ${name}`);
  return within(found);
};

/** Presses a button of a card as soon as nothing else is under way. */
async function press(name: string, testid: string): Promise<void> {
  await soon(() => expect(card(name).getByTestId<HTMLButtonElement>(testid).disabled).toBe(false));
  await fireEvent.click(card(name).getByTestId(testid));
}

beforeEach(openModels);

it('adds a model with its progress, chooses it, and removes it after asking', async () => {
  await fireEvent.click(await id('add-model'));
  await soon(() => {
    card('Harbour 270M');
  });
  expect((await id('models-said')).textContent).toContain('was added');
  await press('Harbour 270M', 'use-model');
  await soon(() => expect(fake.models.find((m) => m.id === 'harbour-270m')?.chosen).toBe(true));
  await soon(() => expect(card('Harbour 270M').getByText(/next opening/)).toBeTruthy());
  // The one that Cabinet comes with can be chosen again, but not removed.
  expect(card('SmolLM2').queryByTestId('remove-model')).toBeNull();
  await press('Harbour 270M', 'remove-model');
  await fireEvent.click(await id('dialog-confirm'));
  await soon(() => expect(fake.models.some((m) => m.id === 'harbour-270m')).toBe(false));
});

it('chooses for each task by itself', async () => {
  await soon(() => expect(card('SmolLM2').getByText('Completes what you type now')).toBeTruthy());
  await fireEvent.click(await id('add-model'));
  await soon(() => {
    card('Harbour 270M');
  });
  await press('Harbour 270M', 'use-for-completion');
  await soon(() =>
    expect(
      card('Harbour 270M').getByText('Completes from the next opening of the cabinet on'),
    ).toBeTruthy(),
  );
  expect((await id('models-said')).textContent).toBe(
    'Harbour 270M completes what you type from the next time the cabinet is opened.',
  );
  // What writes stays as it is, and what completes now can be chosen again.
  expect(card('SmolLM2').getByText('Writes now')).toBeTruthy();
  expect(fake.models.filter((m) => m.purpose === 'writing').map((m) => m.chosen)).toEqual([
    true,
    false,
  ]);
  await press('SmolLM2', 'use-for-completion');
  await soon(() => expect(card('SmolLM2').getByText('Completes what you type now')).toBeTruthy());
});

it('measures the model that writes now', async () => {
  await press('SmolLM2', 'measure-model');
  expect((await id('model-speed')).textContent).toContain('writes 118 tokens a second');
});

it('lists files that it knows by their hash and is usable by everyone', async () => {
  expect((await id('known-models')).textContent).toContain('b1946ac92492d234');
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false } },
    resultTypes: ['violations'],
  });
  expect(violations.map((v) => v.id)).toEqual([]);
});
