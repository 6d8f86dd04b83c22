/**
 * Stands in for the shell while the interface is developed in a plain browser and in tests. It is
 * reached through the alias `$backend` only in those two modes; a build cannot contain it.
 */
import type { Backend, FileDrag } from '../contract';
import { imports } from './commands/imports';
import { library } from './commands/library';
import { models } from './commands/models';
import { notes } from './commands/notes';
import { outside } from './commands/outside';
import { session } from './commands/session';
import { system } from './commands/system';
import { emit, find, listen } from './core';
import { pdfOf } from './pdf';

export { emit, fake, pace, resetFake } from './core';

const dragHandlers = new Set<(drag: FileDrag) => void>();

/** Lets a test carry files over the window. */
export function dragFiles(drag: FileDrag): void {
  for (const handler of dragHandlers) handler(drag);
}

export const backend: Backend = {
  commands: { ...session, ...library, ...imports, ...notes, ...system, ...models, ...outside },
  original: async (documentId) => {
    const { paper } = find(documentId);
    return paper.kind === 'pdf'
      ? pdfOf(paper.pages)
      : (new TextEncoder().encode(paper.pages.join('\n\n')).buffer as ArrayBuffer);
  },
  pageImage: async () => new ImageData(595, 842),
  listen: async (name, handler) => listen(name, handler),
  onFileDrag: async (handler) => {
    dragHandlers.add(handler);
    return () => dragHandlers.delete(handler);
  },
};

declare global {
  interface Window {
    /** Lets a person at the browser's console try what the desktop does. */
    cabinetFake?: { dragFiles: typeof dragFiles; emit: typeof emit };
  }
}
if (typeof window !== 'undefined') window.cabinetFake = { dragFiles, emit };
