/** The way out: whether it is open, the payload that is being looked at, and what came back. */
import {
  CabinetError,
  ipc,
  isQuiet,
  type EscalationView,
  type OutsideAnswer,
  type PayloadRequest,
  type PayloadRevision,
  type PreparedPayload,
} from '$lib/ipc';
import { session } from './session.svelte';
import { attempt } from './toasts.svelte';

/** What a payload is asked for: about which document, folder or note, and what it is called here. */
export interface Subject {
  title: string;
  documentIds: string[];
  folderId: string | null;
  noteId: string | null;
  reasons: string[];
}

class Escalation {
  view = $state.raw<EscalationView | null>(null);
  /** Open while a question is written or a payload looked at. */
  subject = $state.raw<Subject | null>(null);
  question = $state('');
  payload = $state.raw<PreparedPayload | null>(null);
  /** Doubtful originals that the user has looked at. */
  looked = $state.raw<ReadonlySet<string>>(new Set());
  busy = $state<'preparing' | 'sending' | null>(null);
  streaming = $state('');
  answer = $state.raw<OutsideAnswer | null>(null);
  error = $state.raw<CabinetError | null>(null);
  private request = '';

  on = $derived(this.view?.on ?? false);
  doubtful = $derived([
    ...new Set((this.payload?.replacements ?? []).filter((r) => r.doubtful).map((r) => r.words)),
  ]);
  unseen = $derived(this.doubtful.filter((words) => !this.looked.has(words)).length);

  async load(): Promise<void> {
    this.view = await ipc.escalationView();
  }

  /** Opens the sheet to ask about something; nothing is prepared before there is a question. */
  begin(subject: Subject, question = ''): void {
    this.close();
    this.subject = subject;
    this.question = question;
  }

  async prepare(): Promise<void> {
    const { subject } = this;
    if (!subject || this.question.trim() === '') return;
    const request: PayloadRequest = {
      question: this.question,
      documentIds: subject.documentIds,
      folderId: subject.folderId,
      noteId: subject.noteId,
    };
    await this.make(() => ipc.preparePayload(request));
  }

  async revise(change: Partial<PayloadRevision>): Promise<void> {
    const { payload } = this;
    if (!payload) return;
    const revision = { ...payload.revision, ...change };
    await this.make(() => ipc.revisePayload(payload.hash, revision, payload.forNote));
  }

  look(words: string, seen: boolean): void {
    const looked = new Set(this.looked);
    if (seen) looked.add(words);
    else looked.delete(words);
    this.looked = looked;
  }

  /** Sends exactly what is shown, once. */
  async send(decision: 'once' | 'forThisNote'): Promise<void> {
    const { payload } = this;
    if (!payload || this.busy) return;
    const request = crypto.randomUUID();
    this.request = request;
    this.busy = 'sending';
    this.error = null;
    this.streaming = '';
    const seen = this.doubtful.filter((words) => this.looked.has(words)).length;
    try {
      const answer = await ipc.sendPayload(payload.hash, decision, seen, request, (text) => {
        if (this.request === request) this.streaming += text;
      });
      if (this.request !== request) return;
      this.answer = answer;
      this.payload = null;
      void this.load();
    } catch (thrown) {
      if (this.request === request && !isQuiet(thrown)) this.error = CabinetError.from(thrown);
    } finally {
      if (this.request === request) this.busy = null;
    }
  }

  stop(): void {
    if (this.request) void ipc.cancel(this.request).catch(() => undefined);
  }

  /** Back to the question: what was shown is not sent, which is written down, and what it said forgotten. */
  back(): void {
    const hash = this.payload?.hash;
    if (hash) void attempt(() => ipc.declinePayload(hash));
    this.payload = null;
    this.error = null;
  }

  close(): void {
    if (this.busy === 'sending') this.stop();
    this.back();
    this.request = '';
    this.subject = null;
    this.question = '';
    this.looked = new Set();
    this.busy = null;
    this.streaming = '';
    this.answer = null;
  }

  reset(): void {
    this.payload = null;
    this.request = '';
    this.close();
    this.view = null;
  }

  private async make(act: () => Promise<PreparedPayload>): Promise<void> {
    this.busy = 'preparing';
    this.error = null;
    const { subject } = this;
    try {
      const payload = await act();
      if (this.subject === subject) this.payload = payload;
    } catch (thrown) {
      if (this.subject === subject) this.error = CabinetError.from(thrown);
    } finally {
      if (this.subject === subject) this.busy = null;
    }
  }
}

export const escalation = new Escalation();
session.onForget(() => escalation.reset());
