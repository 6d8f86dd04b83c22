/** Runs of the assistant, one list per document, and what is streaming just now. */
import {
  ipc,
  isQuiet,
  CabinetError,
  type AssistantEvent,
  type Claim,
  type Coverage,
  type Note,
  type SummaryStyle,
} from '$lib/ipc';
import { session } from './session.svelte';

export type Work = 'keyPoints' | 'summary' | 'draft';
export const styles: { id: SummaryStyle; name: string; hint: string }[] = [
  { id: 'brief', name: 'Brief', hint: 'A few sentences on the whole document' },
  { id: 'clinical', name: 'Clinical', hint: 'Findings, diagnoses, medication, follow-up' },
  { id: 'legal', name: 'Legal', hint: 'Parties, claims, dates, sums' },
];

export class Run {
  state = $state<'working' | 'done' | 'stopped' | 'failed'>('working');
  step = $state('');
  done = $state(0);
  total = $state(0);
  /** Checked sentences so far. */
  claims = $state.raw<Claim[]>([]);
  /** Words written since the last checked sentence; not to be relied on. */
  unchecked = $state('');
  coverage = $state.raw<Coverage | null>(null);
  model = $state<string | null>(null);
  removed = $state(0);
  seconds = $state(0);
  error = $state.raw<CabinetError | null>(null);

  constructor(
    readonly request: string,
    readonly work: Work,
    readonly style: SummaryStyle,
    readonly documents: { id: string; title: string }[],
  ) {}

  take(event: AssistantEvent): void {
    if (this.state !== 'working') return;
    if (event.type === 'progress') {
      this.step = event.step;
      this.done = event.done;
      this.total = event.total;
    } else if (event.type === 'text') {
      this.unchecked += event.piece;
    } else {
      this.unchecked = '';
      this.claims = [...this.claims, event.claim];
    }
  }
}

class Assistant {
  style = $state<SummaryStyle>('brief');
  runs = $state.raw<Run[]>([]);

  of(documentId: string): Run[] {
    return this.runs.filter(
      (run) => run.work !== 'draft' && run.documents.some((d) => d.id === documentId),
    );
  }

  get drafting(): Run | undefined {
    return this.runs.find((run) => run.work === 'draft' && run.state !== 'done');
  }

  keyPoints(document: { id: string; title: string }): Promise<void> {
    const run = this.begin('keyPoints', [document]);
    return this.finish(run, async (sink) => {
      this.settle(run, await ipc.keyPoints(document.id, run.request, sink));
    });
  }

  summary(document: { id: string; title: string }): Promise<void> {
    const run = this.begin('summary', [document]);
    return this.finish(run, async (sink) => {
      this.settle(run, await ipc.summarize(document.id, run.style, run.request, sink));
    });
  }

  async draft(documents: { id: string; title: string }[]): Promise<Note | null> {
    const run = this.begin('draft', documents);
    let note: Note | null = null;
    await this.finish(run, async (sink) => {
      note = await ipc.draft(
        documents.map((document) => document.id),
        'general',
        run.request,
        sink,
      );
      run.state = 'done';
    });
    return note;
  }

  async stop(run: Run): Promise<void> {
    run.state = 'stopped';
    run.unchecked = '';
    await ipc.cancel(run.request).catch(() => undefined);
  }

  again(run: Run): Promise<void> {
    this.runs = this.runs.filter((other) => other !== run);
    const document = run.documents[0];
    if (!document) return Promise.resolve();
    if (run.work === 'keyPoints') return this.keyPoints(document);
    this.style = run.style;
    return this.summary(document);
  }

  dismiss(run: Run): void {
    this.runs = this.runs.filter((other) => other !== run);
  }

  /** Nothing may be quoted from a document that is gone. */
  forgetDocuments(ids: string[]): void {
    this.runs = this.runs.filter((run) => !run.documents.some((d) => ids.includes(d.id)));
  }

  reset(): void {
    for (const run of this.runs) run.state = 'stopped';
    this.runs = [];
    this.style = 'brief';
  }

  private begin(work: Work, documents: { id: string; title: string }[]): Run {
    const run = new Run(crypto.randomUUID(), work, this.style, documents);
    const same = (other: Run) =>
      other.work === work && work !== 'draft' && other.documents[0]?.id === documents[0]?.id;
    for (const other of this.runs)
      if (same(other) && other.state === 'working') void this.stop(other);
    this.runs = [run, ...this.runs.filter((other) => !same(other))];
    return run;
  }

  private settle(run: Run, result: Awaited<ReturnType<typeof ipc.summarize>>): void {
    if (run.state !== 'working') return;
    run.claims = result.claims;
    run.unchecked = '';
    run.coverage = result.coverage;
    run.model = result.model;
    run.removed = result.removed;
    run.seconds = result.seconds;
    run.state = 'done';
  }

  private async finish(
    run: Run,
    act: (sink: (event: AssistantEvent) => void) => Promise<void>,
  ): Promise<void> {
    try {
      await act((event) => run.take(event));
    } catch (thrown) {
      run.unchecked = '';
      if (isQuiet(thrown)) {
        run.state = 'stopped';
        return;
      }
      run.error = CabinetError.from(thrown);
      run.state = 'failed';
    }
  }
}

export const assistant = new Assistant();
session.onForget(() => assistant.reset());
