/** The way out. */
import type { Backend } from '../../contract';
import { answer, done, fake, find, refuse } from '../core';
import { fakePayload } from '../escalation';

export const outside = {
  escalationView: () => answer(() => fake.escalation.view),
  switchEscalationOn: (switching, passphrase) =>
    done(() => {
      if (passphrase !== fake.passphrase) refuse('wrong_passphrase', 'This is not the passphrase.');
      const { address, protocol, model, folders, rule, priceIn, priceOut } = switching;
      Object.assign(fake.escalation.view, {
        on: true,
        courier: 'ready',
        address,
        host: new URL(address).host,
        place: 'this machine',
        own: true,
        protocol,
        model,
        folders,
        rule,
        priceIn,
        priceOut,
        proxy: switching.proxy ?? '',
        authority: switching.authority ?? '',
        hasKey: switching.key !== null,
      });
    }),
  switchEscalationOff: () =>
    done(() => {
      Object.assign(fake.escalation.view, { on: false, courier: 'off', hasKey: false });
    }),
  preparePayload: ({ question, documentIds, noteId }) =>
    answer(() => {
      if (documentIds.some((one) => fake.escalation.labels.has(one))) {
        refuse('kept_here', 'A document carries the label "privileged".', 'Nothing was sent.');
      }
      const first = documentIds[0];
      const excerpt = first ? (find(first).texts[0] ?? '') : 'The note.';
      const original = `Excerpts:\n\n[1]\n${excerpt}\n\nQuestion: ${question}`;
      const none = { added: [], kept: [], called: [], edited: null };
      const payload = fakePayload(fake.escalation.view, original, none, noteId !== null);
      fake.escalation.payloads.set(payload.hash, payload);
      return payload;
    }),
  revisePayload: (hash, revision, forNote) =>
    answer(() => {
      const before =
        fake.escalation.payloads.get(hash) ??
        refuse('consent', 'No request with this SHA-256 is waiting here.');
      const payload = fakePayload(fake.escalation.view, before.original, revision, forNote);
      fake.escalation.payloads.set(payload.hash, payload);
      return payload;
    }),
  declinePayload: (hash) =>
    done(() => {
      const payload = fake.escalation.payloads.get(hash);
      if (!payload) return;
      fake.escalation.payloads.delete(hash);
      const { address, model, bytes } = payload;
      fake.escalation.declined.unshift({ hash, address, model, bytes, declinedAt: Date.now() });
    }),
  declinedPayloads: () => answer(() => fake.escalation.declined),
  sendPayload: (hash, decision, lookedAt, _request, sink) =>
    answer(() => {
      const payload =
        fake.escalation.payloads.get(hash) ??
        refuse('consent', 'No request with this SHA-256 is waiting here.');
      const doubtful = new Set(payload.replacements.filter((r) => r.doubtful).map((r) => r.words));
      if (lookedAt < doubtful.size) refuse('consent', 'Not everything was looked at.');
      fake.escalation.payloads.delete(hash);
      const number = ++fake.escalation.view.sent;
      const text = 'This comes from outside.';
      sink(text);
      const came = {
        number,
        hash,
        question: 'What is it?',
        text,
        claims: [
          {
            text,
            verdict: 'unsupported' as const,
            reason: 'Nothing in these pages speaks of this.',
            citations: [],
            quoted: false,
            section: null,
          },
        ],
        whole: true,
        model: payload.model,
        endpoint: payload.address,
        at: Date.UTC(2026, 10, 29, 9, 30),
        trouble: [],
        mayBeCharged: false,
      };
      fake.escalation.ledger.unshift({
        number,
        hash,
        address: payload.address,
        model: payload.model,
        sentAt: Date.now(),
        decision: decision === 'once' ? 'once' : 'for_this_note',
        bytesSent: payload.bytes,
        bytesReceived: 40,
        outcome: 'answered',
        body: payload.body,
        answer: came,
      });
      return came;
    }),
  escalationOffer: (claims, unsupported) =>
    answer(() => {
      const { on, rule } = fake.escalation.view;
      if (!on || rule === 'never' || unsupported === 0) return null;
      const reason = `${unsupported} of ${claims} sentences are not borne out by the documents.`;
      return { rule, reasons: [reason] };
    }),
  escalationOfferAfterSearch: (question) =>
    answer(() => {
      const { on, rule } = fake.escalation.view;
      if (!on || rule === 'never' || !question.endsWith('?')) return null;
      return { rule, reasons: ['Nothing found is close to what was asked.'] };
    }),
  ledger: (text) =>
    answer(() =>
      fake.escalation.ledger.filter((row) => text === null || JSON.stringify(row).includes(text)),
    ),
  exportLedger: () => answer(() => 'What left this machine.jsonl'),
  labels: () =>
    answer(() => [...fake.escalation.labels].map(([labelled, label]) => ({ id: labelled, label }))),
  labelFolder: (folderId, label) =>
    done(() => {
      if (label) fake.escalation.labels.set(folderId, label);
      else fake.escalation.labels.delete(folderId);
    }),
  labelDocuments: (ids, label) =>
    done(() => {
      for (const one of ids) {
        if (label) fake.escalation.labels.set(one, label);
        else fake.escalation.labels.delete(one);
      }
    }),
} satisfies Partial<Backend['commands']>;
