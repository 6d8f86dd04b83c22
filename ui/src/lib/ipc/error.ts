import type { UiError } from './types';

/** A refusal from the other side of the window, with its stable code. */
export class CabinetError extends Error {
  readonly code: string;
  readonly advice: string;

  constructor(error: UiError) {
    super(error.message);
    this.name = 'CabinetError';
    this.code = error.code;
    this.advice = error.advice;
  }

  /** Anything thrown, made showable. What is not ours is named without its details. */
  static from(thrown: unknown): CabinetError {
    if (thrown instanceof CabinetError) return thrown;
    return new CabinetError({
      code: 'window',
      message: 'Something in the window did not work as it should.',
      advice: 'Try again. If it happens again, lock the cabinet and open it once more.',
    });
  }
}

/** Superseded and cancelled work is no error to anyone. */
export function isQuiet(thrown: unknown): boolean {
  return (
    thrown instanceof CabinetError &&
    (thrown.code === 'superseded' || thrown.code === 'cancelled' || thrown.code === 'locked')
  );
}
