/**
 * The one door to the other side of the window. Features call these functions; they resolve to plain
 * values and throw a `CabinetError`.
 */
import { backend } from '$backend';
import type { EventSink } from './contract';
import { CabinetError } from './error';
import type { Solid } from './types';

type Outcome<T> =
  | { status: 'ok'; data: T }
  | { status: 'error'; error: { code: string; message: string; advice: string } };

type Unwrapped<F> = F extends (...args: infer Args) => Promise<Outcome<infer T>>
  ? (...args: Args) => Promise<Solid<T>>
  : never;

type Commands = (typeof backend)['commands'];
type Ipc = { [Name in keyof Commands]: Unwrapped<Commands[Name]> };

async function unwrap<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  let settled: Outcome<T>;
  try {
    settled = await outcome;
  } catch (thrown) {
    throw CabinetError.from(thrown);
  }
  if (settled.status === 'error') throw new CabinetError(settled.error);
  return settled.data;
}

type AnyCommand = (...args: unknown[]) => Promise<Outcome<unknown>>;

/** Every command, unwrapped. */
export const ipc = Object.fromEntries(
  Object.entries(backend.commands).map(([name, command]) => [
    name,
    (...args: unknown[]) => unwrap((command as AnyCommand)(...args)),
  ]),
) as Ipc;

export const original = (id: string): Promise<ArrayBuffer> => backend.original(id);
export const pageImage = (id: string, page: number, longest: number): Promise<ImageData> =>
  backend.pageImage(id, page, longest);
export const listen = backend.listen;
export const onFileDrag = backend.onFileDrag;

export { CabinetError, isQuiet } from './error';
export type { EventSink };
export type { AppEvents, FileDrag, LockReason, Unlisten } from './contract';
export type * from './types';
