/**
 * Carrying things inside the window. Pointer events instead of the browser's own drag and drop: that
 * one is taken by file drops on some systems and cannot be driven by WebDriver. Files from the
 * desktop come through the same targets, so that every place says in the same way what will happen.
 */
import type { Citation } from '$lib/ipc';
import type { NotedClaim } from '$lib/state/notes.svelte';
import type { Attachment } from 'svelte/attachments';

export type Payload =
  | { type: 'documents'; documents: { id: string; title: string }[] }
  /** A passage; the words are fetched when they are needed. */
  | { type: 'quote'; label: string; citation: () => Promise<Citation> }
  | { type: 'claims'; label: string; claims: NotedClaim[] }
  | { type: 'files'; count: number | null; paths: string[] };

export interface DropTarget {
  /** Where it would land, in words; null where it does not belong. */
  accepts(payload: Payload): string | null;
  over?(x: number, y: number): void;
  leave?(): void;
  drop(payload: Payload, x: number, y: number): void;
}

interface Carried {
  payload: Payload;
  label: string;
  x: number;
  y: number;
  /** Where it would land now. */
  landing: string | null;
}

const targets = new WeakMap<Element, DropTarget>();
const threshold = 5;

class Drag {
  carried = $state.raw<Carried | null>(null);
  private target: DropTarget | null = null;
  private element: Element | null = null;

  move(payload: Payload, label: string, x: number, y: number): void {
    const element = targetAt(x, y, payload);
    if (element !== this.element) {
      this.unmark();
      this.element = element;
      this.target = element ? (targets.get(element) ?? null) : null;
      element?.setAttribute('data-drop-over', '');
    }
    this.target?.over?.(x, y);
    const landing = this.target?.accepts(payload) ?? null;
    this.carried = { payload, label, x, y, landing };
  }

  drop(payload: Payload, x: number, y: number): boolean {
    this.move(payload, '', x, y);
    const target = this.target;
    this.cancel();
    target?.drop(payload, x, y);
    return target !== null;
  }

  cancel(): void {
    this.unmark();
    this.carried = null;
  }

  private unmark(): void {
    this.target?.leave?.();
    this.element?.removeAttribute('data-drop-over');
    this.target = null;
    this.element = null;
  }
}

export const drag = new Drag();

/** The innermost place under the pointer that takes what is carried. */
function targetAt(x: number, y: number, payload: Payload): Element | null {
  let element: Element | null = document.elementFromPoint(x, y);
  while (element) {
    if (targets.get(element)?.accepts(payload)) return element;
    element = element.parentElement;
  }
  return null;
}

/** Makes an element a place where things can land. */
export function droppable(target: DropTarget): Attachment<HTMLElement> {
  return (element) => {
    targets.set(element, target);
    return () => targets.delete(element);
  };
}

/** What a payload is called while it is carried. */
export function labelOf(payload: Payload): string {
  if (payload.type === 'files') {
    return payload.count === null
      ? 'Files'
      : `${payload.count} ${payload.count === 1 ? 'file' : 'files'}`;
  }
  if (payload.type !== 'documents') return payload.label;
  const [first, ...rest] = payload.documents;
  return rest.length === 0 ? (first?.title ?? '') : `${rest.length + 1} documents`;
}

/** Makes an element something that can be carried; null from `make` means: not just now. */
export function draggable(make: () => Payload | null): Attachment<HTMLElement> {
  return (element) => {
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || !event.isPrimary) return;
      const control = (event.target as Element).closest('button, input, select, textarea, a');
      if (control && control !== element && element.contains(control)) return;
      begin(event, make);
    };
    element.addEventListener('pointerdown', down);
    return () => element.removeEventListener('pointerdown', down);
  };
}

function begin(start: PointerEvent, make: () => Payload | null): void {
  // Made now: pressing may already change the selection that is to be carried.
  const held = make();
  if (!held) return;
  let payload: Payload | null = null;
  let label = '';
  const stop = new AbortController();
  const options = { signal: stop.signal, capture: true };
  const end = (keepClick = true) => {
    stop.abort();
    drag.cancel();
    document.documentElement.removeAttribute('data-dragging');
    if (!keepClick) swallowClick();
  };
  window.addEventListener(
    'pointermove',
    (event) => {
      if (!payload) {
        const far = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY);
        if (far < threshold) return;
        payload = held;
        label = labelOf(payload);
        document.documentElement.setAttribute('data-dragging', '');
      }
      event.preventDefault();
      drag.move(payload, label, event.clientX, event.clientY);
    },
    options,
  );
  window.addEventListener(
    'pointerup',
    (event) => {
      if (!payload) return end();
      const carried = payload;
      const landed = drag.drop(carried, event.clientX, event.clientY);
      end(false);
      return landed;
    },
    options,
  );
  window.addEventListener('pointercancel', () => end(), options);
  // Only the window's own blur: the capture sees every field that loses the focus as well.
  window.addEventListener('blur', (event) => event.target === window && end(), options);
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || !payload) return;
      event.preventDefault();
      event.stopPropagation();
      end(false);
    },
    options,
  );
}

/** The click that follows letting go belongs to the drag, not to what lies beneath. */
function swallowClick(): void {
  const swallow = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
}
