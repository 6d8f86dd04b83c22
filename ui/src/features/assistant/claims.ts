/** What of a result is shown, copied and put into a note. */
import type { Claim, Coverage } from '$lib/ipc';
import { plural } from '$lib/format';

/** Unsupported sentences are shown only to a person who asked to see them. */
export function visibleClaims(claims: Claim[], showUnsupported: boolean): Claim[] {
  return showUnsupported ? claims : claims.filter((claim) => claim.verdict !== 'unsupported');
}

/** How many sentences the reader does not see: hidden here and dropped before. */
export function leftOut(claims: Claim[], removed: number, showUnsupported: boolean): number {
  return removed + (claims.length - visibleClaims(claims, showUnsupported).length);
}

/** Sentences under their headings, in the order they came; one part without a name where there are none. */
export function bySection(claims: Claim[]): { name: string | null; claims: Claim[] }[] {
  const parts: { name: string | null; claims: Claim[] }[] = [];
  for (const claim of claims) {
    const last = parts.at(-1);
    if (last && last.name === claim.section) last.claims.push(claim);
    else parts.push({ name: claim.section, claims: [claim] });
  }
  return parts;
}

/** Who wrote what is shown. */
export function authorship(claims: Claim[], model: string | null): string {
  const quoted = claims.filter((claim) => claim.quoted).length;
  const written = claims.length - quoted;
  if (written === 0) return 'Whole sentences of the document';
  const checked = `Written by ${model ?? 'a model'}, checked sentence by sentence`;
  return quoted === 0 ? checked : `${checked}; ${quoted} of ${claims.length} quoted`;
}

/** "Read 12 of 14 pages; 2 without text." */
export function coverageLine(coverage: Coverage): string {
  const { pagesRead, pagesTotal, pagesWithoutText } = coverage;
  const read =
    pagesRead === pagesTotal
      ? `Read all ${plural(pagesTotal, 'page')}`
      : `Read ${pagesRead} of ${plural(pagesTotal, 'page')}`;
  const whole = pagesTotal === 1 && pagesRead === 1 ? 'Read the one page' : read;
  return pagesWithoutText > 0 ? `${whole}; ${pagesWithoutText} without text.` : `${whole}.`;
}

/** Plain text for the clipboard, each sentence with where it stands. */
export function asText(claims: Claim[]): string {
  return claims
    .map((claim) => {
      const sources = claim.citations.map((c) => `${c.title}, p. ${c.page}`).join('; ');
      const doubt = claim.verdict === 'supported' ? '' : ` [${claim.verdict}]`;
      return sources ? `${claim.text} (${sources})${doubt}` : `${claim.text}${doubt}`;
    })
    .join('\n');
}
