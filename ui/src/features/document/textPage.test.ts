import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import TextPage from './TextPage.svelte';
import type { PageTexts } from './texts';

const text = '  Lease of Unit 4\n\nThe tenant pays on the first day.';
const given = {
  page: 1,
  texts: { page: () => Promise.resolve({ page: 1, text, headings: [] }) } as unknown as PageTexts,
  flowing: false,
  onready: () => undefined,
};

test('a text that begins with its title shows that line as the heading, and offsets stay', async () => {
  const marks = [{ start: 11, end: 26, kind: 'word' }];
  const { container } = render(TextPage, { ...given, marks, titled: true });
  expect(await screen.findByRole('heading', { level: 1 })).toHaveProperty(
    'textContent',
    '  Lease of ',
  );
  // The mark goes on past the title, so it is cut where the title ends.
  const seen = screen.getAllByTestId('text-mark').map((mark) => ({
    text: mark.textContent,
    start: mark.dataset.start,
    title: mark.classList.contains('title'),
  }));
  expect(seen).toEqual([
    { text: 'Unit 4', start: '11', title: true },
    { text: '\n\nThe ten', start: '17', title: false },
  ]);
  expect(container.querySelector('[data-text-page]')?.textContent?.trim()).toBe(text.trim());
});

test('a text that does not begin with its title has no heading of its own', async () => {
  render(TextPage, { ...given, marks: [], titled: false });
  await screen.findByText(/The tenant pays/);
  expect(screen.queryByRole('heading')).toBeNull();
});

test('headings of the text are headings on the page, below the title', async () => {
  const text = 'Lease\n\n4. Termination\n\nBy notice.';
  const headings = [
    { start: 0, end: 5, level: 1 },
    { start: 7, end: 21, level: 1 },
  ];
  const texts = {
    page: () => Promise.resolve({ page: 1, text, headings }),
  } as unknown as PageTexts;
  render(TextPage, { ...given, texts, marks: [], titled: true });
  const heading = async (level: number) =>
    (await screen.findAllByRole('heading', { level })).map((one) => one.textContent);
  expect(await heading(1)).toEqual(['Lease']);
  expect(await heading(2)).toEqual(['4. Termination']);
});
