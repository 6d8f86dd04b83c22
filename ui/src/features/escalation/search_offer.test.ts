import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { fake } from '$lib/ipc/fake/backend';
import { escalation } from '$lib/state/escalation.svelte';
import { search } from '$lib/state/search.svelte';
import { labels } from './labels.svelte';
import SearchOffer from './SearchOffer.svelte';

const offered = () => screen.findByTestId('offer-ask');
/** Longer than a question is waited for. */
const aWhile = () => new Promise((done) => setTimeout(done, 1000));

/** A search whose finds the backend calls far from the question. */
async function look(rule: 'offer' | 'alwaysAsk' | 'never', on = true): Promise<void> {
  Object.assign(fake.escalation.view, { on, rule, address: 'http://127.0.0.1:1/v1' });
  await Promise.all([escalation.load(), labels.load()]);
  search.query = 'what of the patient?';
  await search.run();
  expect(search.shown.length).toBeGreaterThan(0);
  render(SearchOffer);
}

beforeEach(() => {
  escalation.close();
  search.reset();
});

test('a weak search is offered with its reason, and what would leave is made ready', async () => {
  await look('offer');
  await fireEvent.click(await offered());
  expect(escalation.subject?.reasons).toEqual(['Nothing found is close to what was asked.']);
  expect(escalation.question).toBe('what of the patient?');
  expect(escalation.subject?.documentIds.length).toBeGreaterThan(0);
  await aWhile();
  expect(escalation.payload, 'it is ready to be looked at').not.toBeNull();
  expect(fake.escalation.ledger, 'and nothing has left').toEqual([]);
});

test('whatever the rule, no sheet opens by itself while somebody searches', async () => {
  await look('alwaysAsk');
  await offered();
  expect(escalation.subject).toBeNull();
});

test('what carries a label is not asked about', async () => {
  for (const { row } of fake.documents) fake.escalation.labels.set(row.id, 'privileged');
  await look('offer');
  await aWhile();
  expect(screen.queryByTestId('offer-ask')).toBeNull();
});

test.each([
  ['the rule says nothing', 'never', true],
  ['sending is off', 'offer', false],
] as const)('nothing is offered where %s', async (_, rule, on) => {
  await look(rule, on);
  await aWhile();
  expect(screen.queryByTestId('offer-ask')).toBeNull();
});
