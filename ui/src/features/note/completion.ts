/**
 * How the line that is typed goes on, in grey behind the caret. It is drawn, and no part of the document
 * until it is taken; whatever else is done puts it away.
 */
import { Extension } from '@tiptap/core';
import { closeHistory } from '@tiptap/pm/history';
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { ipc } from '$lib/ipc';
import { isMac } from '$lib/keys';
import { preferences } from '$lib/state/settings.svelte';
import { goesOn, typedAt } from './typed';

/**
 * Milliseconds without a key before it is asked: long enough that fast typing asks seldom, and with the
 * model's 100 still short enough for the answer to come while the hands rest.
 */
export const pause = 120;

interface Completion {
  /** Where the caret is. */
  pos: number;
  text: string;
}

/** Whether Tab took one in this window already; until then its keycap stands beside the grey text. */
export const taught = { tab: false };

const key = new PluginKey<Completion | null>('completion');

export const CompleteLine = Extension.create<{ title: () => string }>({
  name: 'completeLine',
  // Tab and Escape mean this before anything else while something is shown.
  priority: 1000,

  addOptions() {
    return { title: () => '' };
  },

  addProseMirrorPlugins() {
    return [completion(this.options.title)];
  },
});

function completion(title: () => string): Plugin<Completion | null> {
  let asking: Asking | null = null;
  return new Plugin<Completion | null>({
    key,
    state: {
      init: () => null,
      apply: (tr, shown) => {
        const set = tr.getMeta(key) as Completion | null | undefined;
        return set === undefined ? shown && follow(shown, tr) : set;
      },
    },
    view: (view) => (asking = new Asking(view, title)),
    props: {
      decorations: (state) => drawn(state),
      handleKeyDown: (view, event) => pressed(view, event),
      handleTextInput: (_view, from, to, text) => {
        asking?.typing(from, to, text);
        return false;
      },
      handleDOMEvents: {
        blur: () => asking?.stop(),
        // WebKit would leave its caret behind the grey text.
        mousedown: () => asking?.stop(),
        compositionstart: () => asking?.compose(),
        compositionend: () => asking?.composed(),
      },
    },
  });
}

/** What is left of a completion after a change: typing what it says shortens it, anything else puts it away. */
function follow({ pos, text }: Completion, tr: Transaction): Completion | null {
  const { selection, doc } = tr;
  if (!selection.empty) return null;
  const grown = doc.content.size - tr.before.content.size;
  if (selection.from !== pos + grown) return null;
  if (!tr.docChanged) return { pos, text };
  const inserted = grown > 0 && tr.mapping.map(pos, -1) === pos;
  if (!inserted || text.length <= grown) return null;
  const typed = doc.textBetween(pos, selection.from, '\n', '\n');
  return text.startsWith(typed) ? { pos: selection.from, text: text.slice(grown) } : null;
}

function drawn(state: EditorState): DecorationSet | null {
  const shown = key.getState(state);
  if (!shown) return null;
  const draw = () => {
    const span = document.createElement('span');
    span.className = 'completion';
    span.dataset.testid = 'completion';
    span.setAttribute('aria-hidden', 'true');
    span.textContent = shown.text;
    if (!taught.tab) {
      const cap = document.createElement('kbd');
      cap.textContent = 'Tab';
      span.append(cap);
    }
    return span;
  };
  const widget = Decoration.widget(shown.pos, draw, {
    side: 1,
    key: `completion ${taught.tab} ${shown.text}`,
    ignoreSelection: true,
  });
  return DecorationSet.create(state.doc, [widget]);
}

function pressed(view: EditorView, event: KeyboardEvent): boolean {
  const shown = key.getState(view.state);
  if (!shown || view.composing) return false;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  if (plain && event.key === 'Tab') {
    taught.tab = true;
    take(view, shown.text);
    return true;
  }
  if (plain && event.key === 'Escape') {
    putAway(view);
    return true;
  }
  if (nextWord(event)) {
    take(view, /^\s*\S*/.exec(shown.text)?.[0] ?? shown.text);
    return true;
  }
  // At the end of a note the caret may have nowhere to go; the key means to leave all the same.
  if (/^(Arrow|Home|End|Page)/.test(event.key)) putAway(view);
  return false;
}

/** The key that goes on by a word in every field of the system. */
function nextWord({ key: name, ctrlKey, altKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  const held = isMac ? altKey && !ctrlKey : ctrlKey && !altKey;
  return name === 'ArrowRight' && held && !metaKey && !shiftKey;
}

/** Types text at the caret as one step that is undone alone: what comes before and after it are others. */
function take(view: EditorView, text: string): void {
  view.dispatch(closeHistory(view.state.tr.insertText(text).scrollIntoView()));
  view.dispatch(closeHistory(view.state.tr));
}

function putAway(view: EditorView): void {
  if (key.getState(view.state)) view.dispatch(view.state.tr.setMeta(key, null));
}

/** Asks how the line goes on, a moment after it was typed on, one question at a time. */
class Asking {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private request: string | null = null;
  /** What the input is about to change, until the document has changed. */
  private input: { from: number; to: number; text: string } | null = null;
  /** Whether an input method has written something since it began. */
  private wrote = false;

  constructor(
    private readonly view: EditorView,
    private readonly title: () => string,
  ) {}

  typing(from: number, to: number, text: string): void {
    this.input = { from, to, text };
  }

  update(view: EditorView, { doc, selection }: EditorState): void {
    const { state } = view;
    if (!view.editable) return this.stop();
    if (state.doc === doc && state.selection.eq(selection)) return;
    const typed = this.wasTyped(doc.content.size);
    this.input = null;
    this.dropRequest();
    if (!typed || key.getState(state)) return;
    if (view.composing) this.wrote = true;
    else this.wait();
  }

  /** Whether the document changed by what was typed and by nothing else. */
  private wasTyped(before: number): boolean {
    if (!this.input) return false;
    const { from, to, text } = this.input;
    const { doc, selection } = this.view.state;
    const end = from + text.length;
    return (
      doc.content.size - before === text.length - (to - from) &&
      selection.from === end &&
      doc.textBetween(from, end) === text
    );
  }

  compose(): void {
    this.stop();
    this.wrote = false;
  }

  composed(): void {
    if (this.wrote) this.wait();
  }

  private wait(): void {
    this.dropRequest();
    this.timer = setTimeout(() => void this.ask(), pause);
  }

  private mayAsk(): boolean {
    const { view } = this;
    return (
      preferences.value.suggest !== false &&
      view.editable &&
      view.hasFocus() &&
      !view.composing &&
      goesOn(view.state)
    );
  }

  private async ask(): Promise<void> {
    if (!this.mayAsk()) return;
    const { view } = this;
    const pos = view.state.selection.from;
    const request = crypto.randomUUID();
    this.request = request;
    const typed = typedAt(view.state.doc, pos, this.title());
    // A completion is no promise: without one, for whatever reason, the line just stands as it is.
    const text = await ipc.complete(typed, request).catch(() => null);
    // Whatever happened to the note meanwhile has put another request or none in its place.
    if (this.request !== request) return;
    this.request = null;
    if (text && this.mayAsk()) view.dispatch(view.state.tr.setMeta(key, { pos, text }));
  }

  private dropRequest(): void {
    clearTimeout(this.timer);
    if (this.request !== null) void ipc.cancel(this.request).catch(() => undefined);
    this.request = null;
  }

  /** Asks nothing and shows nothing until something is typed again. */
  stop(): void {
    this.dropRequest();
    putAway(this.view);
  }

  destroy(): void {
    this.dropRequest();
  }
}
