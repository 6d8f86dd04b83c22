/** Labels that keep folders and documents here, and the acts that put them on and take them off. */
import type { Item } from '$components/Menu.svelte';
import { ipc, type KeepLabel } from '$lib/ipc';
import { session } from '$lib/state/session.svelte';
import { attempt, toasts } from '$lib/state/toasts.svelte';

const names: Record<KeepLabel, string> = { privileged: 'Privileged', neverLeaves: 'Never leaves' };

class Labels {
  private all = $state.raw<ReadonlyMap<string, KeepLabel>>(new Map());

  async load(): Promise<void> {
    const labelled = await ipc.labels();
    this.all = new Map(labelled.map(({ id, label }) => [id, label]));
  }

  of(id: string): KeepLabel | undefined {
    return this.all.get(id);
  }

  name(id: string): string | undefined {
    const label = this.of(id);
    return label && names[label];
  }

  /** Entries of a menu: each label on or off. */
  items(what: 'folder' | 'document', id: string): Item[] {
    return (Object.keys(names) as KeepLabel[]).map((label) => {
      const on = this.of(id) === label;
      return {
        label: on ? `Remove the label "${names[label]}"` : `Label "${names[label]}"`,
        testid: `label-${label}`,
        run: () => void this.put(what, id, on ? null : label),
      };
    });
  }

  reset(): void {
    this.all = new Map();
  }

  private async put(what: 'folder' | 'document', id: string, label: KeepLabel | null) {
    const done = await attempt(async () => {
      await (what === 'folder' ? ipc.labelFolder(id, label) : ipc.labelDocuments([id], label));
      await this.load();
    });
    if (!done) return;
    toasts.say(
      label ? `Labelled "${names[label]}": it cannot be sent anywhere.` : 'The label is removed.',
    );
  }
}

export const labels = new Labels();
session.onForget(() => labels.reset());
