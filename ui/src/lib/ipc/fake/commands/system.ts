/** What is enforced, what was done, and backups. */
import type { Backend } from '../../contract';
import type { AuditEntry, AuditFilter } from '../../types';
import { Cancelled } from '../assistant';
import { answer, done, fake, pace, refuse, running } from '../core';

/** As the audit log's query does. */
const lets = (filter: AuditFilter) => (entry: AuditEntry) =>
  (filter.before === null || entry.number < filter.before) &&
  (filter.action === null || entry.action === filter.action) &&
  (filter.from === null || entry.at >= filter.from) &&
  (filter.until === null || entry.at < filter.until);

export const system = {
  privacy: () =>
    answer(() => ({
      checks: [
        'IPv4 socket',
        'IPv6 socket',
        'Netlink socket',
        'Raw packet socket',
        'io_uring',
        'Being traced by another program',
      ].map((name) => ({ name, refused: true, detail: 'refused by the kernel (seccomp)' })),
      home: '/home/user/.local/share/cabinet',
      bytes: 48_300_000,
      locksWithScreen: true,
      locksBeforeSleep: true,
      sent: fake.escalation.view.sent,
      neverLeft: 0,
    })),
  audit: (filter, limit) => answer(() => fake.audit.filter(lets(filter)).slice(0, limit)),
  verifyAudit: () => answer(() => fake.audit.length),
  exportAudit: () => answer(() => 'Cabinet audit log.jsonl'),
  backups: () => answer(() => fake.backups),
  backUp: (additions, name, request, sink) =>
    answer(async () => {
      running.add(request);
      for (const share of [0.3, 0.7, 1]) {
        sink({ share, checking: share === 1 });
        await new Promise((resolve) => setTimeout(resolve, pace.step * 20));
        if (!running.has(request)) throw new Cancelled();
      }
      running.delete(request);
      const row = { madeAt: Date.now(), whole: !additions, bytes: 48_000_000, fileName: name };
      fake.backups = [{ ...row, there: true }, ...fake.backups];
      const kind = additions ? 'additions' : 'whole';
      return { ...row, kind, originals: fake.documents.length, unsaved: 0 };
    }),
  checkBackup: () =>
    answer(() => ({
      fileName: 'Cabinet 2026-11-24.age',
      madeAt: Date.now(),
      kind: 'whole',
      bytes: 48_000_000,
      originals: fake.documents.length,
      unsaved: 0,
    })),
  chooseBackup: () => answer(() => 'Cabinet 2026-11-24.age'),
  previewBackup: (secret) =>
    answer(() => {
      if (secret !== fake.passphrase) refuse('wrong_passphrase', 'The passphrase is wrong.');
      return { kind: 'whole', madeAt: Date.now(), documents: 12, bytes: 48_000_000 };
    }),
  restoreBackup: (_secret, _byCode, sink) =>
    answer(async () => {
      running.add('restore');
      for (const share of [0.3, 0.7, 1]) {
        sink({ share, checking: false });
        await new Promise((resolve) => setTimeout(resolve, pace.step * 20));
        if (!running.has('restore')) throw new Cancelled();
      }
      running.delete('restore');
      const here = fake.stage === 'welcome';
      if (here) fake.stage = 'locked';
      return { folder: '/home/ada/Cabinet restored', here, originals: 12, missing: 0 };
    }),
  stopRestoring: () => done(() => running.delete('restore')),
  verify: () =>
    answer(() => ({
      documents: fake.documents.length,
      vectors: 1_204,
      damaged: [],
      repaired: [],
      atNextOpening: false,
    })),
} satisfies Partial<Backend['commands']>;
