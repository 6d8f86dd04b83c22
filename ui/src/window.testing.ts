/** The whole window in a test: opening it, pressing what has a name, and looking at it as assistive programs do. */
import { fireEvent, render, screen } from '@testing-library/svelte';
import axe from 'axe-core';
import { beforeEach, expect } from 'vitest';
import { soon } from '$lib/testing';
import type { JobRow } from '$lib/ipc';
import { library } from '$lib/state/library.svelte';
import { session } from '$lib/state/session.svelte';
import App from './App.svelte';

/** Contrast needs a real layout; it is checked from the tokens, see tokens.test.ts. */
export async function accessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false } },
    resultTypes: ['violations'],
  });
  const said = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join('\n  ')}`);
  expect(said).toEqual([]);
}

export const id = (testid: string) => screen.findByTestId(testid);
export const click = async (testid: string) => fireEvent.click(await id(testid));
export const type = async (testid: string, value: string) =>
  fireEvent.input(await id(testid), { target: { value } });

beforeEach(() => {
  // Every test begins as the program does: nothing known, nothing shown.
  session.locked('asked');
  session.screen = 'starting';
});

export async function openCabinet(): Promise<void> {
  render(App);
  await id('shell');
  await soon(() => expect(library.loaded).toBe(true));
}

/** Files that wait; each takes the stand-in four seconds. */
export const waiting = (count: number): JobRow[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `w${n}`,
    fileName: `Adeyemi scan ${n}.pdf`,
    folderId: 'f0',
    state: n === 0 ? 'running' : 'queued',
    stage: '',
    done: 0,
    total: 0,
    inside: null,
    documentId: null,
    made: null,
    error: null,
  }));
