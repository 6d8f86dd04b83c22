import { render, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { soon } from '$lib/testing';
import type { PDFDocumentProxy } from './pdf';
import PdfPage from './PdfPage.svelte';
import type { PageScans } from './scan';
import type { PageTexts } from './texts';

/** What pdf.js does is of no matter here, only what the page makes of its failing. */
vi.mock('./pdf', () => ({
  draw: (page: { drawing: () => Promise<void> }) => ({
    promise: page.drawing(),
    cancel: () => undefined,
  }),
  textOf: () => Promise.resolve({ items: [], styles: {}, lang: null }),
  wasCancelled: (error: unknown) => (error as Error).message === 'cancelled',
  TextLayer: class {
    textContentItemsStr = [];
    textDivs = [];
    render = () => Promise.resolve();
    cancel = () => undefined;
  },
}));

function show(getPage: () => Promise<unknown>) {
  return render(PdfPage, {
    pdf: { getPage } as unknown as PDFDocumentProxy,
    number: 7,
    scale: 1,
    texts: { get: () => Promise.resolve('') } as unknown as PageTexts,
    scans: { get: () => Promise.resolve(null) } as unknown as PageScans,
    marks: [],
    onsize: () => undefined,
    onplaced: () => undefined,
  });
}

const page = (drawing: () => Promise<void>) => ({
  rotate: 0,
  drawing,
  getViewport: () => ({ width: 595, height: 842 }),
  cleanup: () => undefined,
});

const words = 'Page 7 cannot be shown as it looks. Its text can still be read under “Text”.';
const said = async () => (await screen.findByTestId('page-failed')).textContent?.trim();

it('says which page cannot be drawn, and where its text is', async () => {
  show(() => Promise.resolve(page(() => Promise.reject(new Error('bad operator')))));
  expect(await said()).toBe(words);
  expect(screen.getByRole('status').textContent).toContain('Page 7');
});

it('says the same of a page that the file does not give', async () => {
  show(() => Promise.reject(new Error('no such page')));
  expect(await said()).toBe(words);
});

it('says nothing of a page that is drawn, nor of one that made way for another scale', async () => {
  const drawn = show(() => Promise.resolve(page(() => Promise.resolve())));
  const cancelled = show(() => Promise.resolve(page(() => Promise.reject(new Error('cancelled')))));
  // Past the patience of a slow page: both had their time to fail.
  await soon(() => expect(screen.getAllByTestId('page-slow')).toHaveLength(1));
  expect(cancelled.getByTestId('page-slow').textContent).toBe('Drawing page 7 …');
  expect(drawn.container.querySelector('.state')).toBeNull();
  expect(screen.queryByTestId('page-failed')).toBeNull();
});
