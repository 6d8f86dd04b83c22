/** Widths and openness of the panes. In memory alone: the web view's own storage lies on disk. */

export const limits = {
  list: { min: 208, max: 420 },
  assistant: { min: 296, max: 560 },
  split: { min: 0.28, max: 0.72 },
};

const clamp = (value: number, { min, max }: { min: number; max: number }) =>
  Math.min(max, Math.max(min, value));

class Layout {
  width = $state(typeof window === 'undefined' ? 1280 : window.innerWidth);
  listWidth = $state(264);
  assistantWidth = $state(388);
  /** Share of the middle that the left half of a split takes. */
  split = $state(0.54);
  private listWanted = $state(true);
  private assistantWanted = $state(true);
  /** Overlays are opened by hand each time. */
  private listOverlay = $state(false);
  private assistantOverlay = $state(false);
  /** How the panes stood before a split took their room. */
  private before: { list: boolean; assistant: boolean } | null = null;

  /** Below these widths the pane lies over the work instead of beside it. */
  listFloats = $derived(this.width < 800);
  assistantFloats = $derived(this.width < 1100);

  listOpen = $derived(this.listFloats ? this.listOverlay : this.listWanted);
  assistantOpen = $derived(this.assistantFloats ? this.assistantOverlay : this.assistantWanted);

  resizeList(width: number): void {
    this.listWidth = clamp(width, limits.list);
  }

  resizeAssistant(width: number): void {
    this.assistantWidth = clamp(width, limits.assistant);
  }

  resizeSplit(share: number): void {
    this.split = clamp(share, limits.split);
  }

  setList(open: boolean): void {
    if (this.listFloats) this.listOverlay = open;
    else {
      this.listWanted = open;
      if (this.before) this.before.list = open;
    }
  }

  setAssistant(open: boolean): void {
    if (this.assistantFloats) this.assistantOverlay = open;
    else {
      this.assistantWanted = open;
      if (this.before) this.before.assistant = open;
    }
  }

  /** Closes whatever lies over the work. */
  closeOverlays(): void {
    this.listOverlay = false;
    this.assistantOverlay = false;
  }

  /** A split in a narrow window needs the room of the panes; they come back after it. */
  makeRoomForSplit(): void {
    if (this.before) return;
    this.before = { list: this.listWanted, assistant: this.assistantWanted };
    if (this.width < 1500) this.listWanted = false;
    if (this.width < 1300) this.assistantWanted = false;
  }

  afterSplit(): void {
    if (!this.before) return;
    this.listWanted = this.before.list;
    this.assistantWanted = this.before.assistant;
    this.before = null;
  }
}

export const layout = new Layout();
