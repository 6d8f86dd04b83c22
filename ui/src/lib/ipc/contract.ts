/**
 * What stands behind the window: the generated commands and the few things the generator does not
 * cover. `backend.ts` is the real one; `fake/backend.ts` stands in for it in tests and while the
 * interface is developed in a plain browser.
 */
import type { commands } from './bindings';
import type { AssistantEvent, JobsView } from './types';

/** The commands that stream; their channel is made by the backend. */
type Streaming = 'keyPoints' | 'summarize' | 'draft';

export type PlainCommands = Omit<typeof commands, Streaming>;

export type EventSink = (event: AssistantEvent) => void;

type WithSink<F> = F extends (...args: [...infer Head, infer _Channel]) => infer Result
  ? (...args: [...Head, EventSink]) => Result
  : never;

export type StreamingCommands = { [Name in Streaming]: WithSink<(typeof commands)[Name]> };

/** Why the cabinet was locked. */
export type LockReason = 'idle' | 'asked';

export interface AppEvents {
  'jobs-changed': JobsView;
  'library-changed': null;
  locked: LockReason;
}

/** Files carried over the window from the desktop; positions in CSS pixels. */
export type FileDrag =
  | { type: 'over'; x: number; y: number; count: number | null }
  | { type: 'drop'; x: number; y: number; paths: string[] }
  | { type: 'leave' };

export type Unlisten = () => void;

export interface Backend {
  commands: PlainCommands & StreamingCommands;
  /** The bytes of an original, straight from the sealed store. */
  original(id: string): Promise<ArrayBuffer>;
  listen<Name extends keyof AppEvents>(
    name: Name,
    handler: (payload: AppEvents[Name]) => void,
  ): Promise<Unlisten>;
  onFileDrag(handler: (drag: FileDrag) => void): Promise<Unlisten>;
}
