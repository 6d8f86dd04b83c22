/** Short messages at the foot of the window; the way to undo. */
import { CabinetError, isQuiet } from '$lib/ipc';

export interface Toast {
  id: number;
  text: string;
  detail?: string;
  code?: string;
  tone: 'plain' | 'error';
  action?: { label: string; run: () => void | Promise<void> };
  /** Milliseconds until it leaves; an error stays until it is closed. */
  stay: number | null;
}

export const undoTime = 30_000;

class Toasts {
  list = $state<Toast[]>([]);
  private next = 1;
  private timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
    const toast: Toast = { id: this.next++, text, tone: 'plain', stay: 6_000, ...more };
    this.list = [...this.list.slice(-3), toast];
    this.start(toast);
    return toast.id;
  }

  /** Something was done that can be taken back for half a minute. */
  undoable(text: string, undo: () => void | Promise<void>): number {
    return this.say(text, { stay: undoTime, action: { label: 'Undo', run: undo } });
  }

  error(thrown: unknown): void {
    if (isQuiet(thrown)) return;
    const error = CabinetError.from(thrown);
    this.say(error.message, {
      tone: 'error',
      detail: error.advice,
      code: error.code,
      stay: null,
    });
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  /** While the pointer rests on a toast it does not leave. */
  hold(id: number): void {
    clearTimeout(this.timers.get(id));
  }

  release(id: number): void {
    const toast = this.list.find((t) => t.id === id);
    if (toast) this.start(toast);
  }

  async act(id: number): Promise<void> {
    const toast = this.list.find((t) => t.id === id);
    this.close(id);
    try {
      await toast?.action?.run();
    } catch (thrown) {
      this.error(thrown);
    }
  }

  reset(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.list = [];
  }

  private start(toast: Toast): void {
    if (toast.stay === null) return;
    clearTimeout(this.timers.get(toast.id));
    this.timers.set(
      toast.id,
      setTimeout(() => this.close(toast.id), toast.stay),
    );
  }
}

export const toasts = new Toasts();

/** Runs an act of the user and says in words when it fails. True where it went well. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (thrown) {
    toasts.error(thrown);
    return false;
  }
}
