/** The import queue as the window knows it. */
import { ipc, type JobRow, type JobsView } from '$lib/ipc';
import { plural } from '$lib/format';
import { session } from './session.svelte';
import { attempt, toasts } from './toasts.svelte';

const none: JobsView = {
  jobs: [],
  open: 0,
  finished: 0,
  passagesDone: 0,
  passagesTotal: 0,
  trouble: null,
  secondsLeft: null,
  paused: false,
  held: false,
};

class Jobs {
  view = $state.raw<JobsView>(none);
  private waiting = new Set<{ known: Set<string>; names: Set<string>; add: (j: JobRow) => void }>();

  running = $derived(this.view.jobs.find((job) => job.state === 'running'));
  failed = $derived(this.view.jobs.filter((job) => job.state === 'failed').length);
  /** Share of the files since the queue was last empty. */
  share = $derived(
    this.view.open + this.view.finished === 0
      ? 0
      : this.view.finished / (this.view.open + this.view.finished),
  );

  /** Documents are in the cabinet; their passages are still being prepared for search by meaning. */
  preparing = $derived(this.view.passagesTotal > 0);

  take(view: JobsView): void {
    // One that was on its way when the cabinet was locked names files, and nobody may see them now.
    if (session.screen === 'locked') return;
    this.view = view;
    for (const wait of this.waiting) {
      for (const job of view.jobs) {
        const here = job.documentId && (job.state === 'added' || job.state === 'duplicate');
        if (here && !wait.known.has(job.id) && wait.names.has(job.fileName)) {
          wait.known.add(job.id);
          wait.names.delete(job.fileName);
          wait.add(job);
        }
      }
      if (wait.names.size === 0) this.waiting.delete(wait);
    }
  }

  async refresh(): Promise<void> {
    this.take(await ipc.jobs());
  }

  async add(paths: string[], folderId: string, folderName: string): Promise<void> {
    if (paths.length === 0) return;
    await attempt(async () => {
      const files = await ipc.importPaths(paths, folderId, null);
      toasts.say(
        files === 0
          ? 'There was no file in what was added.'
          : `Adding ${plural(files, 'file')} to ${folderName}.`,
      );
    });
  }

  /** Adds files and tells once for each when its document is in the cabinet. */
  async addAndTell(
    paths: string[],
    folder: { id: string; name: string },
    tell: (job: JobRow) => void,
  ): Promise<void> {
    const names = new Set(paths.map((path) => path.split(/[\\/]/).at(-1) ?? path));
    const known = new Set(this.view.jobs.map((job) => job.id));
    this.waiting.add({ known, names, add: tell });
    await this.add(paths, folder.id, folder.name);
  }

  reset(): void {
    this.waiting.clear();
    this.view = none;
  }
}

export const jobs = new Jobs();
session.onForget(() => {
  session.filesWaiting = jobs.view.open;
  session.importPaused = jobs.view.paused && !jobs.view.held;
  jobs.reset();
});
