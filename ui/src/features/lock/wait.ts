/** Seconds to wait after so many wrong passphrases: none for the first slip, then a little longer. */
export function waitAfter(wrong: number): number {
  if (wrong < 2) return 0;
  return Math.min(60, 2 ** (wrong - 1));
}
