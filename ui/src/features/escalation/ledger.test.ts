import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { fake } from '$lib/ipc/fake/backend';
import Declined from './Declined.svelte';
import Ledger from './Ledger.svelte';

const row = (number: number, outcome: string) => ({
  number,
  hash: `${number}`.padStart(64, '0'),
  address: 'http://127.0.0.1:1/v1',
  model: 'large',
  sentAt: Date.UTC(2026, 10, 29),
  decision: 'once',
  bytesSent: 10,
  bytesReceived: null,
  outcome,
  body: '{"sent":true}',
  answer: null,
});

test('each line says in words how it ended, and opens to exactly what left', async () => {
  fake.escalation.ledger.push(row(2, 'status 500'), row(1, 'redirect'));
  render(Ledger);
  const rows = await screen.findAllByTestId('ledger-row');
  expect(rows[0]?.textContent).toContain('Refused by the host (HTTP 500)');
  expect(rows[1]?.textContent).toContain('which was not followed');
  expect(screen.queryByTestId('ledger-body')).toBeNull();
  await fireEvent.click(rows[1]?.querySelector('button') as HTMLElement);
  expect((await screen.findByTestId('ledger-body')).textContent).toBe('{"sent":true}');
  expect(screen.queryByTestId('ledger-answer'), 'nothing came back').toBeNull();
});

test('what came back stands with its verdicts beneath what left', async () => {
  const claim = { reason: null, citations: [], quoted: false, section: null };
  const answer = {
    number: 1,
    hash: '',
    question: 'What?',
    text: 'It is so.',
    claims: [{ ...claim, text: 'It is so.', verdict: 'unsupported' as const }],
    whole: true,
    model: 'large',
    endpoint: 'http://127.0.0.1:1/v1',
    at: Date.UTC(2026, 10, 29),
    trouble: [],
    mayBeCharged: false,
  };
  fake.escalation.ledger.push({ ...row(1, 'answered'), answer });
  render(Ledger);
  const [line] = await screen.findAllByTestId('ledger-row');
  await fireEvent.click(line?.querySelector('button') as HTMLElement);
  const came = await screen.findByTestId('ledger-answer');
  expect(came.querySelector('[data-verdict="unsupported"]')?.textContent).toContain('It is so.');
});

test('what was shown and not sent is told as a decision, without a number', async () => {
  const none = render(Declined);
  await Promise.resolve();
  expect(screen.queryByTestId('declined'), 'nothing to tell').toBeNull();
  none.unmount();
  const { hash, address, model } = row(1, '');
  const one = { hash, address, model, bytes: 10, declinedAt: Date.UTC(2026, 10, 29) };
  fake.escalation.declined.push(one, { ...one, bytes: 20 });
  render(Declined);
  expect((await screen.findByTestId('declined')).textContent).toContain(
    '2 requests shown to you and not sent',
  );
  const [line] = screen.getAllByTestId('declined-row');
  expect(line?.textContent).toContain(`You did not send 10 B to ${address}`);
});
