/** Sources beside the text: one entry per sentence of the assistant, none above another. */
import type { Editor } from '@tiptap/core';
import { claimRuns, type ClaimAttributes } from './schema';

export interface Entry extends ClaimAttributes {
  key: string;
  /** Where the sentence begins, in pixels from the top of the page element. */
  wanted: number;
}

export function entriesOf(editor: Editor, top: number): Entry[] {
  return claimRuns(editor.state.doc).map((run, index) => ({
    ...(run.mark.attrs as ClaimAttributes),
    key: `${index}`,
    wanted: editor.view.coordsAtPos(run.from).top - top,
  }));
}

/** Moves entries down just as far as it takes not to overlap. */
export function stack(wanted: number[], heights: number[], gap = 6): number[] {
  let free = -Infinity;
  return wanted.map((top, i) => {
    const at = Math.max(top, free);
    free = at + (heights[i] ?? 22) + gap;
    return at;
  });
}
