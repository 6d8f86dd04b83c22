/** The real backend: Tauri's commands, events and file drops. */
import { Channel } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { commands, type AssistantEvent } from './bindings';
import type { AppEvents, Backend, EventSink, FileDrag, Unlisten } from './contract';
import { original } from './original';

function channelTo(sink: EventSink): Channel<AssistantEvent> {
  const channel = new Channel<AssistantEvent>();
  channel.onmessage = sink;
  return channel;
}

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
      commands.keyPoints(documentId, request, channelTo(sink)),
    summarize: (documentId, style, request, sink) =>
      commands.summarize(documentId, style, request, channelTo(sink)),
    draft: (documentIds, template, request, sink) =>
      commands.draft(documentIds, template, request, channelTo(sink)),
  },
  original,
  listen: <Name extends keyof AppEvents>(name: Name, handler: (payload: AppEvents[Name]) => void) =>
    listen<AppEvents[Name]>(name, (event) => handler(event.payload)),
  onFileDrag,
};
