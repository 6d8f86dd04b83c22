/** Which screen the window shows, and what happens when that changes. */
import { ipc, type AppState, type LockReason } from '$lib/ipc';

type Screen = 'starting' | 'welcome' | 'locked' | 'open';

class Session {
  screen = $state<Screen>('starting');
  app = $state<AppState | null>(null);
  /** Why the lock screen is shown; null at the start. */
  lockReason = $state<LockReason | null>(null);
  /** How many files the lock found on their way in; they wait for the cabinet to be opened. A count and no more. */
  filesWaiting = $state(0);
  /** Whether they wait because the user paused the import; the pause outlasts the lock. */
  importPaused = $state(false);
  private forgetters = new Set<() => void>();
  private beforeLock = new Set<() => Promise<void>>();
  private lastActivity = 0;

  /** What must be dropped from memory when the cabinet is locked. */
  onForget(forget: () => void): void {
    this.forgetters.add(forget);
  }

  /** What must be saved before the user's own lock; the idle lock cannot wait for it. */
  onBeforeLock(save: () => Promise<void>): () => void {
    this.beforeLock.add(save);
    return () => this.beforeLock.delete(save);
  }

  async load(): Promise<void> {
    this.app = await ipc.appState();
    const { stage } = this.app;
    this.screen = stage === 'open' ? 'open' : stage === 'locked' ? 'locked' : 'welcome';
  }

  enter(): void {
    this.lockReason = null;
    this.filesWaiting = 0;
    this.importPaused = false;
    this.screen = 'open';
    // The seal may have been measured again; nothing waits for it.
    this.refresh();
  }

  /** Fetches again what every screen says. */
  refresh(): void {
    ipc.appState().then(
      (app) => (this.app = app),
      () => undefined,
    );
  }

  async lock(): Promise<void> {
    await Promise.allSettled([...this.beforeLock].map((save) => save()));
    await ipc.lock();
    this.locked('asked');
  }

  locked(reason: LockReason): void {
    if (this.screen === 'locked') return;
    for (const forget of this.forgetters) forget();
    this.lockReason = reason;
    this.screen = 'locked';
  }

  /** Keeps the idle lock away; asked at most every 20 seconds. */
  activity(now = Date.now()): void {
    if (this.screen !== 'open' || now - this.lastActivity < 20_000) return;
    this.lastActivity = now;
    ipc.activity().catch(() => undefined);
  }
}

export const session = new Session();
