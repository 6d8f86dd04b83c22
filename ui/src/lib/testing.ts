/** What jsdom does not have and the window asks for. Loaded before every test. */
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, beforeEach, vi } from 'vitest';
import { resetFake } from '$lib/ipc/fake/backend';

class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
  takeRecords(): [] {
    return [];
  }
}

const box = { x: 0, y: 0, top: 0, left: 0, right: 0, bottom: 0, width: 0, height: 0 };

Object.assign(globalThis, { ResizeObserver: Observer, IntersectionObserver: Observer });
Object.assign(Element.prototype, { scrollIntoView() {} });
Object.assign(Range.prototype, {
  getClientRects: () => [],
  getBoundingClientRect: () => ({ ...box, toJSON: () => box }),
});
Object.assign(Document.prototype, { elementFromPoint: () => null });
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true;
  },
  close(this: HTMLDialogElement) {
    this.open = false;
  },
});
// Lists render what fits their height; without a layout they would render nothing.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 800 });
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 1200 });

configure({ asyncUtilTimeout: 10_000 });
window.innerWidth = 1400;

beforeEach(() => {
  resetFake();
});
afterEach(() => cleanup());

/** Waits until an expectation holds; patient, because the machine may be busy. */
export const soon = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });
