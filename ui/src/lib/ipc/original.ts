import { invoke } from '@tauri-apps/api/core';

/** Bytes travel outside the generated bindings: raw, not as a JSON array of numbers. */
export function original(id: string): Promise<ArrayBuffer> {
  return invoke<ArrayBuffer>('original', { id });
}
