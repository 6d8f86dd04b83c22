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
};

export const kindName = (kind: string): string => kinds[kind] ?? kind.toUpperCase();
