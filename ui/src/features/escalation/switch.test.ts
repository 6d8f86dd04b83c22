import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { soon } from '$lib/testing';
import { fake } from '$lib/ipc/fake/backend';
import { escalation } from '$lib/state/escalation.svelte';
import SwitchOn from './SwitchOn.svelte';

const ready = async () => (await screen.findByTestId('escalation-switch')) as HTMLButtonElement;
const fill = async (testid: string, value: string) =>
  fireEvent.input(await screen.findByTestId(testid), { target: { value } });

test('switching on waits for the agreement and the passphrase, and a wrong one changes nothing', async () => {
  await escalation.load();
  render(SwitchOn, { onclose: () => undefined });
  expect(screen.getByTestId('consequences').textContent).toContain('Nothing is sent by itself');
  await fill('escalation-address-input', 'http://127.0.0.1:1/v1');
  await fill('escalation-model', 'large');
  await fill('escalation-passphrase', 'not it');
  expect((await ready()).disabled).toBe(true);
  await fireEvent.click(await screen.findByTestId('escalation-agree'));
  expect((await ready()).disabled).toBe(false);
  await fireEvent.click(await ready());
  await screen.findByTestId('error');
  expect(fake.escalation.view.on).toBe(false);
});

test('a change of one thing leaves the others as they are', async () => {
  const kept = {
    address: 'https://models.example.org/v1',
    model: 'large',
    authority: '-----BEGIN CERTIFICATE-----',
    proxy: 'http://10.0.0.8:3128',
    priceIn: 0.5,
    priceOut: 2,
  };
  Object.assign(fake.escalation.view, { on: true, ...kept });
  await escalation.load();
  let closed = false;
  render(SwitchOn, { onclose: () => (closed = true) });
  await fill('escalation-model', 'larger');
  await fill('escalation-passphrase', fake.passphrase);
  await fireEvent.click(await screen.findByTestId('escalation-agree'));
  await fireEvent.click(await ready());
  await soon(() => expect(closed).toBe(true));
  expect(fake.escalation.view).toMatchObject({ ...kept, model: 'larger' });
});
