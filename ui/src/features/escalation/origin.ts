/** Where the words of an answer come from; it goes with each of its sentences wherever it is put. */
import { moment } from '$lib/format';
import type { OutsideAnswer } from '$lib/ipc';
import type { NotedClaim } from '$lib/state/notes.svelte';

export function originOf({ model, endpoint, at, number }: OutsideAnswer): string {
  return `From outside: ${model} at ${endpoint}, ${moment(at)}, number ${number} in the ledger`;
}

export function withOrigin(answer: OutsideAnswer): NotedClaim[] {
  const origin = originOf(answer);
  return answer.claims.map((claim) => ({ ...claim, origin }));
}
