import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { soon } from '$lib/testing';
import { emit, fake, resetFake } from '$lib/ipc/fake/backend';
import { jobs } from '$lib/state/jobs.svelte';
import { library } from '$lib/state/library.svelte';
import { session } from '$lib/state/session.svelte';
import { workspace } from '$lib/state/workspace.svelte';
import App from '../../App.svelte';
import { accessible, click, id, openCabinet, type, waiting } from '../../window.testing';

describe('welcome', () => {
  it('makes a cabinet, shows the code and asks two groups back', async () => {
    resetFake('welcome');
    render(App);
    const make = (await id('make-cabinet')) as HTMLButtonElement;
    await accessible();
    expect(make.disabled).toBe(true);
    await type('passphrase', 'five quite uncommon words here');
    await type('passphrase-again', 'five quite uncommon');
    expect(make.disabled).toBe(true);
    await type('passphrase-again', 'five quite uncommon words here');
    await soon(() => expect(make.disabled).toBe(false));
    await fireEvent.click(make);
    const groups = [...(await id('recovery-code')).querySelectorAll('li')].map((li) =>
      (li.textContent ?? '').replace(/^\d/, ''),
    );
    expect(groups).toHaveLength(9);
    await click('save-code');
    await soon(() => expect(document.body.textContent).toContain('not encrypted'));
    await accessible();
    await click('code-kept');
    const open = (await id('open-cabinet')) as HTMLButtonElement;
    expect(open.disabled).toBe(true);
    for (const field of document.querySelectorAll<HTMLInputElement>('[data-group]')) {
      const group = groups[Number(field.dataset.group)] ?? '';
      await fireEvent.input(field, { target: { value: group.toLowerCase() } });
    }
    expect(open.disabled).toBe(false);
    await fireEvent.click(open);
    await id('empty-library');
    await click('add-samples');
    await soon(() => expect(library.rows).toHaveLength(4));
  });
});

describe('lock', () => {
  it('says a wrong passphrase in words and opens with the right one', async () => {
    resetFake('locked');
    render(App);
    await accessible();
    await type('unlock-passphrase', 'wrong');
    (await id('unlock')).focus();
    await click('unlock');
    expect((await id('unlock-note')).textContent).toContain('not the passphrase');
    const field = await id('unlock-passphrase');
    await soon(() => expect(document.activeElement, 'the next try begins there').toBe(field));
    await type('unlock-passphrase', 'wrong again');
    await click('unlock');
    await soon(async () => expect((await id('unlock-note')).textContent).toContain('Next try in'));
    expect(((await id('unlock')) as HTMLButtonElement).disabled).toBe(true);
  });

  it('opens with the recovery code and a new passphrase', async () => {
    resetFake('locked');
    render(App);
    await click('use-recovery');
    expect(document.activeElement).toBe(await id('recovery-code-input'));
    await type('recovery-code-input', 'k7qm x2rd 9tfb h4wa zn6c p3ve 8jyg m5sk r0t1');
    await type('passphrase', 'another five uncommon words');
    await type('passphrase-again', 'another five uncommon words');
    const make = (await id('make-cabinet')) as HTMLButtonElement;
    await soon(() => expect(make.disabled).toBe(false));
    await fireEvent.click(make);
    await id('shell');
    expect(fake.passphrase).toBe('another five uncommon words');
  });

  it('opens by the keychain only where that is on, and only when it is pressed', async () => {
    resetFake('locked');
    fake.keychain.on = true;
    render(App);
    const button = await id('unlock-by-keychain');
    await accessible();
    expect(fake.stage, 'the keychain was not asked by itself').toBe('locked');
    fake.keychain.refuses = "The system's keychain is locked.";
    await fireEvent.click(button);
    await soon(async () =>
      expect((await id('unlock-note')).textContent).toContain('keychain is locked'),
    );
    expect((await id('unlock-note')).textContent).toContain('Use the passphrase');
    const field = await id('unlock-passphrase');
    await soon(() => expect(document.activeElement, 'the passphrase is the way').toBe(field));
    fake.keychain.refuses = null;
    await click('unlock-by-keychain');
    await id('shell');
  });

  it('lets the keychain open the cabinet after the consequences, an agreement and the passphrase', async () => {
    await openCabinet();
    workspace.go('settings');
    await click('keychain-allow');
    expect((await id('keychain-consequences')).textContent).toContain('without its passphrase');
    await accessible();
    const allow = (await id('keychain-on')) as HTMLButtonElement;
    await type('keychain-passphrase', 'wrong');
    expect(allow.disabled, 'not before it is agreed to').toBe(true);
    await click('keychain-agree');
    await soon(() => expect(allow.disabled).toBe(false));
    await fireEvent.click(allow);
    await soon(() => expect(document.body.textContent).toContain('passphrase is wrong'));
    expect(fake.keychain.on).toBe(false);
    await type('keychain-passphrase', fake.passphrase);
    await fireEvent.click(allow);
    const off = await id('keychain-off');
    expect(fake.keychain.on).toBe(true);
    await soon(() => expect(session.app?.keychain).toBe(true));
    fake.keychain.refuses = "The system's keychain cannot be reached.";
    await fireEvent.click(off);
    await soon(() => expect(document.body.textContent).toContain('could not be removed'));
    expect(fake.keychain.on).toBe(false);
    emit('locked', 'asked');
    await id('unlock-passphrase');
    await soon(() => expect(screen.queryByTestId('unlock-by-keychain')).toBeNull());
  });

  it('takes everything off the screen when the cabinet locks itself', async () => {
    await openCabinet();
    await screen.findAllByText('Discharge letter, Ruth Adeyemi');
    emit('locked', 'idle');
    await id('unlock-passphrase');
    expect(document.body.textContent).not.toContain('Adeyemi');
    expect(document.body.textContent).toContain('nothing was done for a while');
    expect(document.title).not.toContain('Adeyemi');
  });

  it('says how many files wait after a lock in the middle of an import, and nothing else of them', async () => {
    fake.jobs = waiting(3);
    await openCabinet();
    await soon(() => expect(jobs.view.open).toBe(3));
    const late = jobs.view;
    emit('locked', 'screen');
    const said = (await id('files-waiting')).textContent ?? '';
    expect(said.replace(/\s+/g, ' ').trim()).toBe(
      '3 files wait. The import goes on after unlocking.',
    );
    await accessible();
    jobs.take(late);
    expect(jobs.view.jobs, 'what comes late is not kept').toEqual([]);
    expect(document.body.textContent).not.toContain('Adeyemi');

    fake.jobs = [];
    await type('unlock-passphrase', fake.passphrase);
    await click('unlock');
    await id('shell');
    await soon(() => expect(library.loaded).toBe(true));
    emit('locked', 'idle');
    await id('lock-reason');
    expect(screen.queryByTestId('files-waiting'), 'nothing was under way').toBeNull();
  });

  it('says that an import which was paused stays so', async () => {
    fake.jobs = waiting(2);
    fake.paused = true;
    await openCabinet();
    await soon(() => expect(jobs.view.paused).toBe(true));
    emit('locked', 'asked');
    const said = (await id('files-waiting')).textContent ?? '';
    expect(said.replace(/\s+/g, ' ').trim()).toBe('2 files wait. The import stays paused.');
  });
});
