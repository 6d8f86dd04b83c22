/**
 * pdf.js, set up for Cabinet: the legacy build for older web views, its worker and data files from
 * our own origin, no evaluation of code, no links, no forms, no scripts of the document.
 */
import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/types/src/display/api';
import { original } from '$lib/ipc';

export type { PDFDocumentProxy, PDFPageProxy };
export const { TextLayer } = pdfjs;

let worker: InstanceType<typeof pdfjs.PDFWorker> | null = null;

function sharedWorker(): InstanceType<typeof pdfjs.PDFWorker> {
  if (!worker || worker.destroyed) {
    const port = new Worker(
      new URL('pdfjs-dist/legacy/build/pdf.worker.min.mjs', import.meta.url),
      { type: 'module' },
    );
    worker = pdfjs.PDFWorker.create({ port });
  }
  return worker;
}

const data = (folder: string) => new URL(`/pdfjs/${folder}/`, location.href).href;

/** Reads data files with `fetch`, which web views also allow for an application's own scheme. */
class OwnFiles {
  private readonly urls: Record<string, string | null>;

  constructor(urls: Record<string, string | null>) {
    this.urls = urls;
  }

  async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const response = await fetch(`${this.urls[kind]}${filename}`);
    if (!response.ok) throw new Error(`A data file of the PDF reader is missing: ${filename}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

export interface OpenPdf {
  document: PDFDocumentProxy;
  close: () => void;
}

/** Opens a stored PDF; the bytes go from the sealed store to the worker and nowhere else. */
export async function openPdf(id: string): Promise<OpenPdf> {
  const bytes = await original(id);
  const task = pdfjs.getDocument({
    data: new Uint8Array(bytes),
    worker: sharedWorker(),
    cMapUrl: data('cmaps'),
    cMapPacked: true,
    standardFontDataUrl: data('standard_fonts'),
    wasmUrl: data('wasm'),
    useWorkerFetch: false,
    BinaryDataFactory: OwnFiles,
    enableXfa: false,
    stopAtErrors: false,
    // Drawing off the main thread is not dependable in every web view.
    isOffscreenCanvasSupported: false,
  });
  return { document: await task.promise, close: () => void task.destroy() };
}

/** Whether drawing ended because something else was to be drawn, or the page went away. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof pdfjs.RenderingCancelledException;
}

type TextContent = Awaited<ReturnType<PDFPageProxy['getTextContent']>>;

/**
 * The text of a page. pdf.js's own `getTextContent` loops over a stream in a way that WebKit does not
 * know yet; a reader does the same.
 */
export async function textOf(page: PDFPageProxy): Promise<TextContent> {
  const stream = page.streamTextContent() as ReadableStream<TextContent>;
  const reader = stream.getReader();
  const whole: TextContent = { items: [], styles: Object.create(null), lang: null };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return whole;
    whole.lang ??= value.lang;
    Object.assign(whole.styles, value.styles);
    whole.items.push(...value.items);
  }
}

export type RenderTask = ReturnType<PDFPageProxy['render']>;

/** Draws a page on a canvas at the screen's own resolution. */
export function draw(
  page: PDFPageProxy,
  canvas: HTMLCanvasElement,
  scale: number,
  { most = 2.5, quarters = 0 } = {},
): RenderTask {
  const density = Math.min(window.devicePixelRatio || 1, most);
  const viewport = page.getViewport({
    scale: scale * density,
    rotation: (page.rotate + 90 * quarters) % 360,
  });
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  return page.render({ canvas, viewport });
}
