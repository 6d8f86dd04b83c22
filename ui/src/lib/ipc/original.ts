import { invoke } from '@tauri-apps/api/core';

/** Bytes travel outside the generated bindings: raw, not as a JSON array of numbers. */
export function original(id: string): Promise<ArrayBuffer> {
  return invoke<ArrayBuffer>('original', { id });
}

/** A page of an image file, drawn by the reader and no longer than asked on any side. */
export async function pageImage(id: string, page: number, longest: number): Promise<ImageData> {
  const bytes = await invoke<ArrayBuffer>('page_image', { id, page, longest });
  const head = new DataView(bytes);
  const [width, height] = [head.getUint32(0, true), head.getUint32(4, true)];
  return new ImageData(new Uint8ClampedArray(bytes, 8), width, height);
}
