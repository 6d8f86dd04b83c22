/**
 * What stands behind the window: the generated commands and the few things the generator does not
 * cover. `backend.ts` is the real one; `fake/backend.ts` stands in for it in tests and while the
 * interface is developed in a plain browser.
 */
import type { commands } from './bindings';
import type { AssistantEvent, BackupProgress, JobsView, ModelProgress } from './types';

/** The commands that stream; their channel is made by the backend. */
type Streaming = 'keyPoints' | 'summarize' | 'draft';

/** The commands that tell how far they are, in the same way. */
type Progressing = 'backUp' | 'checkBackup' | 'restoreBackup';

/** The command that tells an answer from outside word by word. */
type Telling = 'sendPayload';

export type PlainCommands = Omit<
  typeof commands,
  Streaming | Progressing | Telling | 'importModel'
>;

export type EventSink = (event: AssistantEvent) => void;

export type TextSink = (text: string) => void;

export type ProgressSink = (progress: BackupProgress) => void;

export type ModelSink = (progress: ModelProgress) => void;

type WithSink<F, Sink> = F extends (...args: [...infer Head, infer _Channel]) => infer Result
  ? (...args: [...Head, Sink]) => Result
  : never;

export type StreamingCommands = {
  [Name in Streaming]: WithSink<(typeof commands)[Name], EventSink>;
} & { [Name in Progressing]: WithSink<(typeof commands)[Name], ProgressSink> } & {
  importModel: WithSink<(typeof commands)['importModel'], ModelSink>;
} & { [Name in Telling]: WithSink<(typeof commands)[Name], TextSink> };

/** Why the cabinet was locked. */
export type LockReason = 'idle' | 'asked' | 'sleep' | 'screen';

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
  /** A page of an image file as pixels, turned upright. */
  pageImage(id: string, page: number, longest: number): Promise<ImageData>;
  listen<Name extends keyof AppEvents>(
    name: Name,
    handler: (payload: AppEvents[Name]) => void,
  ): Promise<Unlisten>;
  onFileDrag(handler: (drag: FileDrag) => void): Promise<Unlisten>;
}
