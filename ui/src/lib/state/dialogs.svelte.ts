/** Questions that must be answered before going on; shown by `DialogHost`. */
import { session } from './session.svelte';

export interface Confirm {
  kind: 'confirm';
  title: string;
  body: string;
  action: string;
  danger: boolean;
}

export interface Ask {
  kind: 'ask';
  title: string;
  body?: string;
  label: string;
  value: string;
  action: string;
  secret: boolean;
}

export interface Choose {
  kind: 'choose';
  title: string;
  options: { id: string; name: string; detail?: string }[];
  action: string;
}

type Question = Confirm | Ask | Choose;

class Dialogs {
  open = $state.raw<Question | null>(null);
  private answer: ((value: string | null) => void) | null = null;

  async confirm(title: string, body: string, action: string, danger = false): Promise<boolean> {
    return (await this.put({ kind: 'confirm', title, body, action, danger })) !== null;
  }

  ask(question: Omit<Ask, 'kind' | 'secret' | 'value'> & Partial<Ask>): Promise<string | null> {
    return this.put({ secret: false, value: '', ...question, kind: 'ask' });
  }

  choose(title: string, options: Choose['options'], action: string): Promise<string | null> {
    return this.put({ kind: 'choose', title, options, action });
  }

  settle(value: string | null): void {
    const answer = this.answer;
    this.answer = null;
    this.open = null;
    answer?.(value);
  }

  private put(question: Question): Promise<string | null> {
    this.settle(null);
    this.open = question;
    return new Promise((resolve) => (this.answer = resolve));
  }
}

export const dialogs = new Dialogs();
session.onForget(() => dialogs.settle(null));
