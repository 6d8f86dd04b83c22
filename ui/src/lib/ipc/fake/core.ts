/** What every command of the invented cabinet stands on: its memory, its events, its answers. */
import type { AppEvents } from '../contract';
import type { Stage, UiError } from '../types';
import { Cancelled } from './assistant';
import { freshState, type FakeDocument, type FakeState } from './state';

type Outcome<T> = { status: 'ok'; data: T } | { status: 'error'; error: UiError };

const query = typeof location === 'undefined' ? '' : location.search;
const asked = new URLSearchParams(query).get('stage') as Stage | null;

export let fake: FakeState = freshState(asked ?? 'open');
/** Milliseconds between the events of streamed work. */
export const pace = { step: asked || query ? 18 : 0 };

/** Work that is under way and has not been stopped. */
export const running = new Set<string>();

const handlers = new Map<string, Set<(payload: never) => void>>();

/** Starts over; for tests. */
export function resetFake(stage: Stage = 'open'): FakeState {
  fake = freshState(stage);
  running.clear();
  return fake;
}

export function emit<Name extends keyof AppEvents>(name: Name, payload: AppEvents[Name]): void {
  for (const handler of handlers.get(name) ?? []) handler(payload as never);
}

export function listen<Name extends keyof AppEvents>(
  name: Name,
  handler: (payload: AppEvents[Name]) => void,
) {
  const set = handlers.get(name) ?? new Set();
  handlers.set(name, set);
  set.add(handler as (payload: never) => void);
  return () => set.delete(handler as (payload: never) => void);
}

class Refused extends Error {
  constructor(readonly error: UiError) {
    super(error.message);
  }
}

export function refuse(code: string, message: string, advice = ''): never {
  throw new Refused({ code, message, advice });
}

export async function answer<T>(make: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { status: 'ok', data: structuredClone(await make()) };
  } catch (thrown) {
    if (thrown instanceof Refused) return { status: 'error', error: thrown.error };
    if (thrown instanceof Cancelled) {
      return { status: 'error', error: { code: 'cancelled', message: 'Stopped.', advice: '' } };
    }
    throw thrown;
  }
}

export const done = (act: () => void) =>
  answer(() => {
    act();
    return null;
  });

export function find(id: string): FakeDocument {
  const document = fake.documents.find((d) => d.row.id === id);
  return document ?? refuse('not_found', 'This document is no longer in the cabinet.');
}

export function changed(): void {
  emit('library-changed', null);
}

export const id = (letter: string) => `${letter}${fake.next++}`;
