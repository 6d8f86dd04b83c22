import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { soon } from '$lib/testing';
import type { Claim, Verdict } from '$lib/ipc';
import { fake } from '$lib/ipc/fake/backend';
import type { Run } from '$lib/state/assistant.svelte';
import { escalation } from '$lib/state/escalation.svelte';
import Offer from './Offer.svelte';

const aWhile = () => new Promise((done) => setTimeout(done, 300));

function claim(verdict: Verdict): Claim {
  return {
    text: 'A sentence.',
    verdict,
    reason: null,
    citations: [],
    quoted: false,
    section: null,
  };
}

/** A summary of the first document, of whose sentences one is borne out, one is not, one is quoted. */
async function summarise(rule: 'offer' | 'alwaysAsk' | 'never'): Promise<void> {
  Object.assign(fake.escalation.view, { on: true, rule, address: 'http://127.0.0.1:1/v1' });
  await escalation.load();
  const first = fake.documents[0];
  if (!first) throw new Error('there is no document');
  const run = {
    documents: [{ id: first.row.id, title: first.row.title }],
    claims: [claim('supported'), claim('unsupported'), { ...claim('supported'), quoted: true }],
    removed: 1,
  } as unknown as Run;
  render(Offer, { run });
}

beforeEach(() => escalation.close());

test('a summary that is not borne out is offered with its reason, and asking sends nothing', async () => {
  await summarise('offer');
  const button = await screen.findByTestId('offer-ask');
  expect(screen.getByTestId('escalation-offer').textContent).toContain(
    '2 of 3 sentences are not borne out by the documents.',
  );
  expect(escalation.subject, 'nothing opens by itself').toBeNull();
  await fireEvent.click(button);
  await soon(() => expect(escalation.payload).not.toBeNull());
  expect(fake.escalation.ledger).toEqual([]);
});

test('"always ask" opens what would leave with the reason, and sends nothing', async () => {
  await summarise('alwaysAsk');
  await soon(() => expect(escalation.payload).not.toBeNull());
  expect(escalation.subject?.reasons).toEqual([
    '2 of 3 sentences are not borne out by the documents.',
  ]);
  await aWhile();
  expect(fake.escalation.ledger).toEqual([]);
});

test('"say nothing" says nothing', async () => {
  await summarise('never');
  await aWhile();
  expect(screen.queryByTestId('escalation-offer')).toBeNull();
  expect(escalation.subject).toBeNull();
});
