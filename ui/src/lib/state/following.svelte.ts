/** Folders of this machine that are followed. */
import { ipc, type Folder, type Followed } from '$lib/ipc';
import { session } from './session.svelte';
import { attempt, toasts } from './toasts.svelte';

class Following {
  all = $state.raw<Followed[]>([]);

  async load(): Promise<void> {
    this.all = await ipc.followed();
  }

  /** Those whose files go to this folder of the cabinet. */
  into(folderId: string): Followed[] {
    return this.all.filter((one) => one.folderId === folderId);
  }

  async begin(folder: Folder): Promise<void> {
    await attempt(async () => {
      if (!(await ipc.followFolder(folder.id))) return;
      await this.load();
      toasts.say(
        `Followed into ${folder.name} from now on. Settings lists what is followed and ends it.`,
      );
    });
  }

  async end(one: Followed): Promise<void> {
    if (!(await attempt(() => ipc.unfollow(one.id)))) return;
    await this.load();
    toasts.say(`${one.name} is not followed any more. Its documents stay.`);
  }

  reset(): void {
    this.all = [];
  }
}

export const following = new Following();
session.onForget(() => following.reset());
