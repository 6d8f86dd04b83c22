/** Numbers with units and dates in the user's locale. */

const number = new Intl.NumberFormat();
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dateOnly = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const timeOnly = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

export const count = (value: number): string => number.format(value);

/** "1 page", "12 pages". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let amount = value;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit > 1 && amount < 100 ? 1 : 0;
  return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(amount)} ${units[unit]}`;
}

/** "Today, 14:05", "Yesterday", else the date. */
export function when(ms: number, now = Date.now()): string {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(ms)) / 86_400_000);
  if (days === 0) return `Today, ${timeOnly.format(ms)}`;
  if (days === 1) return `Yesterday, ${timeOnly.format(ms)}`;
  return dateOnly.format(ms);
}

/** A day as it stands on a document (YYYY-MM-DD, or less of it), in the user's manner. */
export function onDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return year && month && date ? dateOnly.format(new Date(year, month - 1, date)) : day;
}

export const moment = (ms: number): string => dateTime.format(ms);

/** Time left, rounded so that it does not flicker. */
export function timeLeft(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${Math.max(1, minutes)} min left`;
  const hours = Math.floor(minutes / 60);
  return `${hours} h ${minutes % 60} min left`;
}

/** How fast files go, from how many are to go and how long that takes; nothing where a number would mislead. */
export function pace(open: number, secondsLeft: number): string {
  const minute = Math.round((open / secondsLeft) * 60);
  return secondsLeft < 5 || minute < 1 ? '' : `about ${count(minute)} a minute, `;
}

export function took(seconds: number): string {
  const digits = seconds < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(seconds)} s`;
}

const kinds: Record<string, string> = {
  pdf: 'PDF',
  docx: 'Word',
  text: 'Text',
  markdown: 'Markdown',
  html: 'HTML',
  rtf: 'Rich text',
  doc: 'Word 97',
  odt: 'OpenDocument',
  odp: 'OpenDocument slides',
  pptx: 'Slides',
  spreadsheet: 'Sheet',
  csv: 'Table',
  email: 'E-mail',
  outlook: 'Outlook e-mail',
  mailbox: 'Mailbox',
  zip: 'Archive',
  image: 'Picture',
};

/** Kinds whose guess says no more than the kind itself. */
const plain = new Set(['email', 'table', 'presentation']);

/** What sort of paper a document seems to be, in words; empty where the kind says it already. */
export const genreName = (genre: string | null): string => {
  if (!genre || plain.has(genre)) return '';
  const words = genre.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const kindName = (kind: string): string => kinds[kind] ?? kind.toUpperCase();
