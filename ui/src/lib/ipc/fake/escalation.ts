/** The way out, as the fake backend knows it: nothing leaves, and the answer is an echo. */
import type {
  DeclinedRow,
  EscalationView,
  KeepLabel,
  LedgerRow,
  PayloadRevision,
  PreparedPayload,
} from '../types';

export interface FakeEscalation {
  view: EscalationView;
  labels: Map<string, KeepLabel>;
  ledger: LedgerRow[];
  declined: DeclinedRow[];
  payloads: Map<string, PreparedPayload>;
}

export const freshEscalation = (): FakeEscalation => ({
  view: {
    on: false,
    courier: 'off',
    address: '',
    host: '',
    place: '',
    own: false,
    protocol: 'openAi',
    model: '',
    proxy: '',
    authority: '',
    priceIn: null,
    priceOut: null,
    folders: null,
    rule: 'never',
    hasKey: false,
    consequences: ['Nothing is sent by itself.', 'Each sending is written down for good.'],
    sent: 0,
  },
  labels: new Map(),
  ledger: [],
  declined: [],
  payloads: new Map(),
});

const name = '\\b[A-Z][a-z]+ [A-Z][a-z]+\\b';
const literal = (words: string) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Another for every other body; no more is asked of it here. */
const hashOf = (body: string) =>
  [...body]
    .reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 1e9, 7)
    .toString()
    .padStart(64, '0');

/**
 * A payload of this text: every pair of capitalised words is taken for a name, the first of them in doubt, and what was
 * added is replaced too.
 */
export function fakePayload(
  view: EscalationView,
  original: string,
  revision: PayloadRevision,
  forNote: boolean,
): PreparedPayload {
  const replacements: PreparedPayload['replacements'] = [];
  let made = '';
  let at = 0;
  const wanted = [...revision.added.map((one) => literal(one.words)), name].join('|');
  for (const found of original.matchAll(new RegExp(wanted, 'g'))) {
    const words = found[0];
    const added = revision.added.some((one) => one.words === words);
    if (revision.kept.includes(words)) continue;
    made += original.slice(at, found.index);
    const known = replacements.find((one) => one.words === words);
    const chosen = revision.called.find((one) => one.words === words);
    const pseudonym = chosen
      ? `[${chosen.called}]`
      : (known?.pseudonym ?? `[Person ${replacements.length + 1}]`);
    replacements.push({
      original: { start: found.index, end: found.index + words.length },
      replaced: { start: made.length, end: made.length + pseudonym.length },
      words,
      pseudonym,
      kind: 'person',
      doubtful: !added && (replacements.length === 0 || (known?.doubtful ?? false)),
    });
    made += pseudonym;
    at = found.index + words.length;
  }
  made += original.slice(at);
  const text = revision.edited ?? made;
  const body = JSON.stringify({ model: view.model, messages: [{ role: 'user', content: text }] });
  return {
    hash: hashOf(body),
    head: ['POST /v1/chat/completions HTTP/1.1', `host: ${view.host}`],
    body,
    address: view.address,
    place: view.place,
    own: view.own,
    model: view.model,
    bytes: body.length,
    aboutTokens: Math.ceil(body.length / 4),
    mostAnswer: 1024,
    cost: null,
    original,
    made,
    text,
    replacements,
    warnings: replacements
      .map((one) => one.words)
      .filter((words) => revision.edited?.includes(words)),
    sources: [{ title: 'A document', pages: [1] }],
    leftOut: [],
    revision,
    forNote,
  };
}
