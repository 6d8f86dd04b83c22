/** The real backend: Tauri's commands, events and file drops. */
import { Channel } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import {
  commands,
  type AssistantEvent,
  type BackupProgress as WireProgress,
  type ModelProgress as WireModelProgress,
} from './bindings';
import type { AppEvents, Backend, FileDrag, ProgressSink, Unlisten } from './contract';
import { original, pageImage } from './original';

function channelTo<T>(sink: (message: T) => void): Channel<T> {
  const channel = new Channel<T>();
  channel.onmessage = sink;
  return channel;
}

/** A share is always a number: see `types.ts` on the generator's nulls. */
const progressTo = (sink: ProgressSink) =>
  channelTo<WireProgress>(({ share, checking }) => sink({ share: share ?? 0, checking }));

async function onFileDrag(handler: (drag: FileDrag) => void): Promise<Unlisten> {
  let count: number | null = null;
  return getCurrentWebview().onDragDropEvent(({ payload }) => {
    if (payload.type === 'leave') {
      count = null;
      return handler({ type: 'leave' });
    }
    // Tauri speaks of physical pixels, the page of CSS pixels.
    const x = payload.position.x / window.devicePixelRatio;
    const y = payload.position.y / window.devicePixelRatio;
    if (payload.type === 'drop') {
      count = null;
      return handler({ type: 'drop', x, y, paths: payload.paths });
    }
    if (payload.type === 'enter') count = payload.paths.length;
    handler({ type: 'over', x, y, count });
  });
}

export const backend: Backend = {
  commands: {
    ...commands,
    keyPoints: (documentId, request, sink) =>
      commands.keyPoints(documentId, request, channelTo<AssistantEvent>(sink)),
    summarize: (documentId, style, request, sink) =>
      commands.summarize(documentId, style, request, channelTo<AssistantEvent>(sink)),
    draft: (documentIds, template, request, sink) =>
      commands.draft(documentIds, template, request, channelTo<AssistantEvent>(sink)),
    backUp: (additions, name, request, sink) =>
      commands.backUp(additions, name, request, progressTo(sink)),
    sendPayload: (hash, decision, lookedAt, request, sink) =>
      commands.sendPayload(hash, decision, lookedAt, request, channelTo<string>(sink)),
    checkBackup: (request, sink) => commands.checkBackup(request, progressTo(sink)),
    restoreBackup: (secret, byCode, sink) =>
      commands.restoreBackup(secret, byCode, progressTo(sink)),
    importModel: (path, request, sink) =>
      commands.importModel(
        path,
        request,
        channelTo<WireModelProgress>(({ done, all }) => sink({ done: done ?? 0, all: all ?? 0 })),
      ),
  },
  original,
  pageImage,
  listen: <Name extends keyof AppEvents>(name: Name, handler: (payload: AppEvents[Name]) => void) =>
    listen<AppEvents[Name]>(name, (event) => handler(event.payload)),
  onFileDrag,
};
