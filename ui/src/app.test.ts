import { fireEvent, render, screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { soon } from '$lib/testing';
import { dragFiles, emit, fake, resetFake } from '$lib/ipc/fake/backend';
import type { JobRow } from '$lib/ipc';
import { jobs } from '$lib/state/jobs.svelte';
import { library } from '$lib/state/library.svelte';
import { preferences } from '$lib/state/settings.svelte';
import { search } from '$lib/state/search.svelte';
import { session } from '$lib/state/session.svelte';
import { workspace, type Place } from '$lib/state/workspace.svelte';
import App from './App.svelte';

/** Contrast needs a real layout; it is checked from the tokens, see tokens.test.ts. */
async function accessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false } },
    resultTypes: ['violations'],
  });
  const said = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join('\n  ')}`);
  expect(said).toEqual([]);
}

const id = (testid: string) => screen.findByTestId(testid);
const click = async (testid: string) => fireEvent.click(await id(testid));
const type = async (testid: string, value: string) =>
  fireEvent.input(await id(testid), { target: { value } });

beforeEach(() => {
  // Every test begins as the program does: nothing known, nothing shown.
  session.locked('asked');
  session.screen = 'starting';
});

async function openCabinet(): Promise<void> {
  render(App);
  await id('shell');
  await soon(() => expect(library.loaded).toBe(true));
}

/** Files that wait; each takes the stand-in four seconds. */
const waiting = (count: number): JobRow[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `w${n}`,
    fileName: `Adeyemi scan ${n}.pdf`,
    folderId: 'f0',
    state: n === 0 ? 'running' : 'queued',
    stage: '',
    done: 0,
    total: 0,
    documentId: null,
    error: null,
  }));

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
});

describe('library', () => {
  it('lists documents, selects, trashes and takes it back', async () => {
    await openCabinet();
    const rows = await screen.findAllByTestId('document-row');
    expect(rows).toHaveLength(12);
    await fireEvent.click(rows[0] as HTMLElement);
    await accessible();
    await click('trash');
    await soon(() => expect(screen.getAllByTestId('document-row')).toHaveLength(11));
    await click('toast-action');
    await soon(() => expect(screen.getAllByTestId('document-row')).toHaveLength(12));
  });

  it('is worked by keys alone', async () => {
    await openCabinet();
    const table = await id('document-table');
    await fireEvent.keyDown(table, { key: 'ArrowDown' });
    await fireEvent.keyDown(table, { key: ' ' });
    expect(library.selected.size).toBe(1);
    await fireEvent.keyDown(table, { key: 'm' });
    const options = await screen.findAllByTestId('dialog-option');
    await accessible();
    await fireEvent.click(options[0] as HTMLElement);
    await click('dialog-confirm');
    await soon(() => {
      const moved = library.rows.find((row) => row.id === [...library.selected][0]);
      expect(moved?.folderId).toBe('f0');
    });
    await fireEvent.keyDown(table, { key: 'Enter' });
    await id('document-view');
  });

  it('asks once before deleting for ever and says what will be gone', async () => {
    await openCabinet();
    await fireEvent.click((await screen.findAllByTestId('document-row'))[0] as HTMLElement);
    await click('trash');
    await click('folder-trash');
    const row = await id('document-row');
    await fireEvent.click(row);
    await click('delete-forever');
    expect((await id('dialog')).textContent).toContain('cannot be undone');
    await click('dialog-confirm');
    await id('empty-trash-state');
    expect(fake.documents).toHaveLength(11);
  });

  it('takes files that are let go over it', async () => {
    await openCabinet();
    const shell = await id('shell');
    vi.spyOn(document, 'elementFromPoint').mockReturnValue(shell);
    dragFiles({ type: 'over', x: 10, y: 10, count: 2 });
    expect((await id('drag-ghost')).textContent).toContain('Add to General');
    dragFiles({ type: 'drop', x: 10, y: 10, paths: ['/x/a.pdf', '/x/b.pdf'] });
    await soon(() => expect(library.rows.length).toBe(14));
    expect(screen.queryByTestId('drag-ghost')).toBeNull();
  });
});

describe('search', () => {
  it('finds, goes by arrow keys and opens at the hit', async () => {
    await openCabinet();
    await fireEvent.keyDown(window, { key: '/' });
    await type('search-input', 'metformin tablets');
    await screen.findAllByTestId('hit');
    await accessible();
    const field = await id('search-input');
    await fireEvent.keyDown(field, { key: 'ArrowDown' });
    expect(field.getAttribute('aria-activedescendant')).toBe('hit-1');
    await fireEvent.keyDown(field, { key: 'ArrowUp' });
    await fireEvent.keyDown(field, { key: 'Enter' });
    await id('document-view');
    await soon(() => expect(screen.getAllByTestId('text-mark').length).toBeGreaterThan(0));
    const marked = screen.getAllByTestId('text-mark').map((mark) => mark.textContent);
    expect(marked).toContain('metformin');
  });

  it('helps when there is nothing', async () => {
    await openCabinet();
    workspace.go('search');
    await type('search-input', '"no such phrase"');
    expect((await id('no-results')).textContent).toContain('Not found in these documents');
    await fireEvent.click(await screen.findByText('Search without the quotes'));
    expect(((await id('search-input')) as HTMLInputElement).value).toBe('no such phrase');
  });

  it('lets more of a document be reached by keys', async () => {
    await openCabinet();
    workspace.go('search');
    await type('search-input', 'the');
    const [more] = await screen.findAllByTestId('unfold');
    expect(more?.tabIndex).toBe(0);
    await accessible();
    const before = screen.getAllByTestId('hit').length;
    await fireEvent.click(more as HTMLElement);
    await soon(() => expect(screen.getAllByTestId('hit').length).toBeGreaterThan(before));
    search.reset();
  });

  it('says where a phrase in quotes stands nowhere to the letter and only its words were found', async () => {
    await openCabinet();
    workspace.go('search');
    await type('search-input', 'metformin tablets');
    await screen.findAllByTestId('hit');
    expect(screen.queryByTestId('search-loosely')).toBeNull();
    search.query = search.answered = '"metformin tablets daily"';
    expect((await id('search-loosely')).textContent).toMatch(/stands nowhere to\s+the\s+letter/);
    search.reset();
  });
});

describe('imports', () => {
  it('names what failed on its place and writes the report as a file', async () => {
    resetFake();
    const row = { folderId: 'f0', stage: '', done: 0, total: 0, documentId: null };
    fake.jobs = [
      {
        ...row,
        id: 'j1',
        fileName: 'Fax.pdf',
        state: 'failed',
        error: {
          code: 'damaged',
          message: 'This PDF is damaged.',
          advice: 'Ask for a fresh copy.',
        },
      },
    ];
    await openCabinet();
    await soon(async () =>
      expect((await id('rail-jobs')).getAttribute('aria-label')).toBe('Imports, 1 not added'),
    );
    await click('rail-jobs');
    await click('export-jobs');
    await screen.findByText(/Exported as Import report\.csv/);
    await accessible();
  });

  it('says beforehand that the cabinet locks before all files are added, and leads to the setting', async () => {
    fake.jobs = waiting(20);
    fake.settings.lockAfterMinutes = 1;
    await openCabinet();
    await click('rail-jobs');
    const said = ((await id('locks-first')).textContent ?? '').replace(/\s+/g, ' ');
    expect(said).toContain('locks after 1 minute without use');
    expect(said).toContain('waits then and goes on after unlocking');
    await accessible();
    for (const never of [2, 0]) {
      await preferences.change({ lockAfterMinutes: never });
      await soon(() => expect(screen.queryByTestId('locks-first')).toBeNull());
    }
    await preferences.change({ lockAfterMinutes: 1 });
    await fireEvent.click(await screen.findByText('Lock settings'));
    const setting = await id('lock-after');
    await soon(() => expect(document.activeElement).toBe(setting));
  });
});

describe('assistant and note', () => {
  it('summarises with checked claims and puts them into a note with their sources', async () => {
    await openCabinet();
    workspace.openDocument('d4', 'Telephone notes, spring');
    await click('summarize');
    await soon(async () =>
      expect((await id('run-summary')).getAttribute('data-state')).toBe('done'),
    );
    const claims = await screen.findAllByTestId('claim');
    expect(claims.map((c) => c.getAttribute('data-verdict'))).toContain('partly');
    const partly = claims.find((c) => c.getAttribute('data-verdict') === 'partly');
    expect(partly?.textContent).toContain('does not stand in the cited sentence');
    expect(
      within(partly as HTMLElement)
        .getByRole('img')
        .getAttribute('aria-label'),
    ).toBe('Partly borne out');
    expect((await id('coverage')).textContent).toContain('Read the one page.');
    await accessible();
    await click('insert-run');
    await soon(() => expect(screen.getAllByTestId('note-claim').length).toBeGreaterThan(1));
    await soon(async () =>
      expect((await id('note-saved')).getAttribute('data-state')).toBe('saved'),
    );
    const saved = fake.notes.at(-1)?.note.body ?? '';
    expect(JSON.parse(saved).content[0].content[0].marks[0].type).toBe('claim');
  });

  it('opens the place a quote comes from', async () => {
    await openCabinet();
    workspace.openNote('n1', 'Visit of 18 March');
    await fireEvent.click(await id('quote-source'));
    expect(workspace.mainTab?.target).toMatchObject({ page: 1, start: 790, kind: 'cite' });
    await accessible();
  });

  it('says so when a note was changed elsewhere, and loses neither version', async () => {
    await openCabinet();
    workspace.openNote('n1', 'Visit of 18 March');
    const title = await id('note-title');
    const own = fake.notes[0];
    if (own) own.note = { ...own.note, version: 9, title: 'Theirs' };
    await fireEvent.input(title, { target: { value: 'Mine' } });
    await fireEvent.click(await screen.findByTestId('keep-mine'));
    await soon(() => expect(fake.notes[0]?.note.title).toBe('Mine'));
    expect(fake.notes[0]?.note.version).toBe(10);
  });
});

describe('the rest', () => {
  it.each<[Place, string]>([
    ['jobs', 'Need your attention'],
    ['privacy', 'Nothing has ever left this machine.'],
    ['models', 'SmolLM2-135M-Instruct'],
    ['settings', 'Lock after'],
    ['help', 'Lock the cabinet'],
    ['notes', 'Visit of 18 March'],
  ])('%s is there and can be used by everyone', async (place, text) => {
    await openCabinet();
    await click(`rail-${place}`);
    expect((await screen.findAllByText(text)).length).toBeGreaterThan(0);
    await accessible();
  });

  it('asks for the password of a protected file', async () => {
    await openCabinet();
    workspace.go('jobs');
    await fireEvent.click(await screen.findByText('Give password'));
    const field = (await id('dialog-input')) as HTMLInputElement;
    expect(field.type).toBe('password');
    await fireEvent.input(field, { target: { value: 'secret' } });
    await click('dialog-confirm');
    await soon(() => expect(fake.jobs.find((j) => j.id === 'j1')?.state).toBe('added'));
  });

  it('goes anywhere from the palette', async () => {
    await openCabinet();
    await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    await type('palette-input', 'lease quay');
    await accessible();
    await fireEvent.keyDown(await id('palette-input'), { key: 'Enter' });
    await soon(() => expect(workspace.mainTab?.title).toBe('Lease, 14 Quay Street'));
  });

  it('follows a folder, says so and stops', async () => {
    await openCabinet();
    workspace.go('settings');
    await click('follow');
    expect((await id('followed')).textContent).toContain('Incoming post');
    expect((await id('status-following')).textContent).toContain('1 folder');
    await accessible();
    await click('unfollow');
    await soon(() => expect(screen.queryByTestId('followed')).toBeNull());
  });

  it('backs up, checks a backup and checks the cabinet, and says what came of it', async () => {
    await openCabinet();
    workspace.go('settings');
    expect((await id('last-backup')).textContent).toMatch(/made no\s+backup/);
    await click('back-up');
    expect((await id('backup-made')).textContent).toContain('Written and read back');
    await soon(() => expect(fake.backups.length).toBe(1));
    await click('back-up-additions');
    await soon(() => expect(fake.backups[0]?.whole).toBe(false));
    await click('check-backup');
    await soon(async () =>
      expect((await id('backup-made')).textContent).toContain('Whole and unchanged'),
    );
    await click('verify');
    expect((await id('verified')).textContent).toContain('Everything is as it was stored.');
    await accessible();
  });

  it('restores a backup beside the open cabinet, once it has shown what is in it', async () => {
    await openCabinet();
    workspace.go('settings');
    await click('choose-backup');
    await type('restore-secret', 'not the passphrase');
    await click('look-into-backup');
    await soon(() => expect(document.body.textContent).toContain('The passphrase is wrong.'));
    await type('restore-secret', fake.passphrase);
    await click('look-into-backup');
    expect((await id('backup-contents')).textContent).toContain('12 documents');
    await accessible();
    await click('restore-backup');
    await click('stop-restoring');
    await click('restore-backup');
    expect((await id('restored')).textContent).toContain('/home/ada/Cabinet restored');
    expect(fake.stage).toBe('open');
    await accessible();
  });

  it('gives a new recovery code for the passphrase, and only then', async () => {
    await openCabinet();
    workspace.go('settings');
    await click('new-code');
    await type('new-code-passphrase', 'not it at all');
    await click('make-new-code');
    expect(await screen.findByText(/passphrase is wrong/)).toBeTruthy();
    await type('new-code-passphrase', fake.passphrase);
    await click('make-new-code');
    expect((await id('recovery-code')).textContent).toContain('A1QM');
    await accessible();
  });

  it('filters the audit log, checks its chain and exports it', async () => {
    await openCabinet();
    workspace.go('privacy');
    await id('audit');
    const action = fake.audit[3]?.action ?? '';
    await fireEvent.change(await id('audit-action'), { target: { value: action } });
    await soon(async () => {
      const shown = await screen.findAllByTestId('audit-entry');
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.every((row) => row.dataset.action === action)).toBe(true);
    });
    const from = await id('audit-from');
    await fireEvent.input(from, { target: { value: '2999-01-01' } });
    await fireEvent.change(from);
    expect(await screen.findByText('Nothing like that.')).toBeTruthy();
    await click('audit-verify');
    expect((await id('audit-whole')).textContent).toContain('hold together');
    await accessible();
  });

  it('sets the theme on the page and remembers it', async () => {
    await openCabinet();
    workspace.go('settings');
    await click('theme-dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
    await soon(() => expect(fake.settings.theme).toBe('dark'));
    await click('theme-system');
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });
});
