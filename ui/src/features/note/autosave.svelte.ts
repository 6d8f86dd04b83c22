/** Saves a note a moment after the last change, one save at a time, each from the version before. */
import { CabinetError } from '$lib/ipc';

export interface Draft {
  title: string;
  body: string;
}

type State = 'saved' | 'waiting' | 'saving' | 'conflict' | 'failed';

export class Autosave {
  state = $state<State>('saved');
  error = $state.raw<CabinetError | null>(null);
  private pending: Draft | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private since = 0;
  private running: Promise<void> | null = null;

  constructor(
    private version: number,
    private readonly save: (draft: Draft, version: number) => Promise<number>,
    private readonly delay = 700,
    private readonly longest = 5_000,
  ) {}

  get current(): number {
    return this.version;
  }

  change(draft: Draft): void {
    if (this.pending === null) this.since = Date.now();
    this.pending = draft;
    if (this.state === 'conflict') return;
    this.state = 'waiting';
    clearTimeout(this.timer);
    const waited = Date.now() - this.since;
    this.timer = setTimeout(
      () => void this.flush(),
      Math.max(0, Math.min(this.delay, this.longest - waited)),
    );
  }

  /** Saves what is waiting, if anything; resolves when nothing waits any more. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    if (this.running) await this.running;
    if (this.pending === null || this.state === 'conflict') return;
    this.running = this.once();
    await this.running;
    if (this.pending !== null && this.state === 'waiting') await this.flush();
  }

  /** After a conflict: the newer version on the other side is the one to build on. */
  async keepMine(version: number): Promise<void> {
    this.version = version;
    this.state = 'waiting';
    await this.flush();
  }

  /** What is shown now came from the other side. */
  adopt(version: number): void {
    clearTimeout(this.timer);
    this.pending = null;
    this.version = version;
    this.state = 'saved';
    this.error = null;
  }

  private async once(): Promise<void> {
    const draft = this.pending;
    if (draft === null) return;
    this.pending = null;
    this.state = 'saving';
    try {
      this.version = await this.save(draft, this.version);
      this.error = null;
      this.state = this.pending === null ? 'saved' : 'waiting';
    } catch (thrown) {
      // What could not be saved waits on, unless something newer waits already.
      this.pending ??= draft;
      this.error = CabinetError.from(thrown);
      this.state = this.error.code === 'note_conflict' ? 'conflict' : 'failed';
    } finally {
      this.running = null;
    }
  }
}
