import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { soon } from '$lib/testing';
import { dragFiles, fake, resetFake } from '$lib/ipc/fake/backend';
import { ipc } from '$lib/ipc';
import { jobs } from '$lib/state/jobs.svelte';
import { library } from '$lib/state/library.svelte';
import { preferences } from '$lib/state/settings.svelte';
import { search } from '$lib/state/search.svelte';
import { workspace, type Place } from '$lib/state/workspace.svelte';
import { accessible, click, id, openCabinet, type, waiting } from './window.testing';

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

  it('gives each thing that was not looked for a line of its own', async () => {
    await openCabinet();
    workspace.go('search');
    await type('search-input', 'metformin tablets');
    await screen.findAllByTestId('hit');
    const missing = ['Search by meaning is off', 'There is no folder “Post”'];
    search.results = search.results && {
      ...search.results,
      missing: [...missing, missing[1] ?? ''],
    };
    await soon(() =>
      expect(
        screen.getAllByTestId('search-missing').map((line) => line.textContent.trim()),
      ).toEqual([...missing, missing[1]].map((what) => `${what}.`)),
    );
    search.reset();
  });
});

describe('document', () => {
  it('lists the pages that a person has to look at, and goes to them', async () => {
    resetFake();
    await openCabinet();
    const walls = fake.documents.find((one) => one.row.pagesWithoutText === 2)?.row;
    if (!walls) throw new Error('the stand-in has a document with two such pages');
    workspace.openDocument(walls.id, walls.title);
    await click('doubtful');
    expect((await id('doubtful-list')).textContent).toContain('Page 3 has no text');
    await accessible();
    await fireEvent.click(await screen.findByText('Go to page 3'));
    await soon(() => expect(screen.queryByTestId('doubtful-list')).toBeNull());
    await soon(async () => expect(((await id('page-number')) as HTMLInputElement).value).toBe('3'));
  });
});

describe('imports', () => {
  it('names what failed on its place and writes the report as a file', async () => {
    resetFake();
    const row = { folderId: 'f0', stage: '', done: 0, total: 0 };
    const none = { inside: null, documentId: null, made: null, error: null };
    fake.jobs = [
      {
        ...row,
        ...none,
        id: 'j1',
        fileName: 'Fax.pdf',
        state: 'failed',
        error: {
          code: 'damaged',
          message: 'This PDF is damaged.',
          advice: 'Ask for a fresh copy.',
        },
      },
      {
        ...row,
        ...none,
        id: 'j2',
        fileName: 'Plan.pdf',
        state: 'added',
        inside: 'Re lease.eml',
        documentId: 'd1',
        made: {
          title: 'Plan',
          pages: 3,
          ocrPages: 2,
          faintPages: 1,
          damagedPages: 0,
          pagesWithoutText: 0,
          replaced: false,
        },
      },
      { ...row, ...none, id: 'j3', fileName: 'Old copy.pdf', state: 'duplicate', documentId: 'd1' },
    ];
    await openCabinet();
    const asked = vi.spyOn(ipc, 'document');
    await soon(async () =>
      expect((await id('rail-jobs')).getAttribute('aria-label')).toBe('Imports, 1 not added'),
    );
    await click('rail-jobs');
    const lines = (await screen.findAllByTestId('job')).map((line) =>
      (line.textContent ?? '').replace(/\s+/g, ' ').trim(),
    );
    expect(lines).toEqual([
      'Fax.pdf This PDF is damaged. Ask for a fresh copy. Code: damaged Try again',
      'Old copy.pdf Already in the cabinet as “Discharge letter, Ruth Adeyemi” Open',
      'Plan.pdf inside Re lease.eml Added to General: 3 pages, 2 read from pictures, 1 hard to read Open',
    ]);
    expect(asked, 'the list itself says it all').not.toHaveBeenCalled();
    asked.mockRestore();
    await click('export-jobs');
    await screen.findByText(/Exported as Import report\.csv/);
    await accessible();
  });

  it('says on its place that more files wait than the badge has room for', async () => {
    fake.jobs = waiting(20);
    await openCabinet();
    const badge = async () => (await id('rail-jobs')).querySelector('.badge')?.textContent;
    await soon(async () => expect(await badge()).toBe('20'));
    jobs.take({ ...jobs.view, open: 516 });
    await soon(async () => expect(await badge()).toBe('99+'));
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

  it('asks once for the password of many protected files', async () => {
    resetFake();
    const [locked] = fake.jobs.filter((job) => job.id === 'j1');
    if (!locked) throw new Error('the stand-in has a protected file');
    fake.jobs = ['b1', 'b2', 'b3'].map((jobId) => ({ ...locked, id: jobId }));
    await openCabinet();
    workspace.go('jobs');
    expect((await id('open-locked')).textContent.trim()).toBe('One password for 3');
    await click('open-locked');
    await accessible();
    await type('dialog-input', 'secret');
    await click('dialog-confirm');
    await soon(() => expect(fake.jobs.map((job) => job.state)).toEqual(Array(3).fill('added')));
    await soon(() => expect(screen.queryByTestId('open-locked')).toBeNull());
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
