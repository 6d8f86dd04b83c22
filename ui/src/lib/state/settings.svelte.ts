/** What the user set; the theme is applied to the page. */
import { ipc, type Settings } from '$lib/ipc';
import { attempt } from './toasts.svelte';

class Preferences {
  value = $state<Settings>({
    theme: 'system',
    lockAfterMinutes: 10,
    showUnsupported: false,
    suggest: true,
    recentSearches: [],
    savedSearches: [],
  });

  async load(): Promise<void> {
    this.value = await ipc.settings();
    this.apply();
  }

  async change(part: Partial<Settings>): Promise<void> {
    const before = this.value;
    this.value = { ...before, ...part };
    this.apply();
    if (!(await attempt(() => ipc.saveSettings({ ...this.value })))) {
      this.value = before;
      this.apply();
    }
  }

  private apply(): void {
    const { theme } = this.value;
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }
}

export const preferences = new Preferences();
