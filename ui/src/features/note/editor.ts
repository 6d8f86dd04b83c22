/** A TipTap editor for one note and what may be done to it from outside. */
import { Editor, type JSONContent } from '@tiptap/core';
import type { EditorView } from '@tiptap/pm/view';
import { CompleteLine } from './completion';
import { checkedMeta, extensions, type OpenSource } from './schema';

export function createEditor(
  element: HTMLElement,
  content: JSONContent,
  open: OpenSource,
  title: () => string,
  onchange: (editor: Editor) => void,
  ontransaction: (editor: Editor) => void,
): Editor {
  return new Editor({
    element,
    extensions: [...extensions(open), CompleteLine.configure({ title })],
    content,
    injectCSS: false,
    enableContentCheck: false,
    editorProps: {
      attributes: {
        'aria-label': 'Text of the note',
        'data-testid': 'note-editor',
        role: 'textbox',
        'aria-multiline': 'true',
        spellcheck: 'false',
      },
      handleDOMEvents: { focus: giveCaret },
    },
    onUpdate: ({ editor }) => onchange(editor),
    onTransaction: ({ editor }) => ontransaction(editor),
  });
}

/** WebKit gives a page that begins with a quote the focus without a caret; the next key would go nowhere. */
function giveCaret(view: EditorView): void {
  requestAnimationFrame(() => {
    const at = document.getSelection()?.anchorNode;
    if (view.hasFocus() && !(at && view.dom.contains(at))) view.focus();
  });
}

/** A place between two blocks of the page. */
export interface Gap {
  pos: number;
  /** Where the line of the caret is drawn, in viewport pixels. */
  y: number;
}

/** The gap nearest to a point: above or below the outermost block there. */
export function gapAt(editor: Editor, y: number): Gap {
  const { view, state } = editor;
  let gap: Gap | null = null;
  let last = view.dom.getBoundingClientRect().top;
  state.doc.forEach((_node, offset) => {
    const dom = view.nodeDOM(offset);
    if (!(dom instanceof HTMLElement)) return;
    const box = dom.getBoundingClientRect();
    if (gap === null && y < (box.top + box.bottom) / 2) {
      gap = { pos: offset, y: offset === 0 ? box.top - 6 : (last + box.top) / 2 };
    }
    last = box.bottom;
  });
  return gap ?? { pos: endOf(editor), y: last + 6 };
}

/** The end of the page, before an empty last line. */
function endOf(editor: Editor): number {
  const { doc } = editor.state;
  const last = doc.lastChild;
  const empty = last?.isTextblock && last.content.size === 0;
  return doc.content.size - (empty && last ? last.nodeSize : 0);
}

/** Behind the block the cursor stands in; in place of it where it is an empty line. */
function afterCursor(editor: Editor): { from: number; to: number } {
  const { $from } = editor.state.selection;
  if ($from.depth === 0) {
    const end = endOf(editor);
    return { from: end, to: end };
  }
  const from = $from.before(1);
  const block = $from.node(1);
  if (block.isTextblock && block.content.size === 0) return { from, to: from + block.nodeSize };
  const after = $from.after(1);
  return { from: after, to: after };
}

/** Puts a block at a gap or behind the cursor, and the cursor behind the block. */
export function insertBlock(editor: Editor, block: JSONContent, gap?: number): void {
  const place =
    gap === undefined ? afterCursor(editor) : { from: clamp(editor, gap), to: clamp(editor, gap) };
  editor
    .chain()
    .command(({ tr }) => {
      tr.setMeta(checkedMeta, true);
      return true;
    })
    .insertContentAt(place, block, { updateSelection: false })
    .command(({ tr }) => {
      // A quote at the very end would leave nowhere to write on.
      const end = place.from + (tr.doc.nodeAt(place.from)?.nodeSize ?? 0);
      if (end >= tr.doc.content.size) {
        const paragraph = tr.doc.type.schema.nodes.paragraph?.create();
        if (paragraph) tr.insert(tr.doc.content.size, paragraph);
      }
      return true;
    })
    .command(({ commands }) =>
      // What is let go somewhere with the pointer leaves the writing hand where it was.
      gap === undefined ? commands.setTextSelection(place.from + nodeSize(block) + 1) : true,
    )
    .run();
  const shown = editor.view.nodeDOM(place.from);
  if (shown instanceof HTMLElement) shown.scrollIntoView({ block: 'nearest' });
}

const clamp = (editor: Editor, pos: number) => Math.min(pos, editor.state.doc.content.size);

/** Size of a block of plain text runs in the editor's positions. */
function nodeSize(block: JSONContent): number {
  const text = (block.content ?? []).reduce((sum, run) => sum + (run.text?.length ?? 0), 0);
  return text + 2;
}
