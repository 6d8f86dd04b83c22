/** What stands in a note where someone types, and whether the line may be gone on with there. */
import type { Node as DocNode, ResolvedPos } from '@tiptap/pm/model';
import type { EditorState } from '@tiptap/pm/state';
import type { Typed, TypedSource } from '$lib/ipc';
import type { ClaimAttributes, QuoteAttributes } from './schema';

/** Pages that are told along; more would not fit what the small model reads at once. */
const mostSources = 6;

/** What the other side is told of a note with the caret at `pos`. */
export function typedAt(doc: DocNode, pos: number, title: string): Typed {
  const before = doc.textBetween(0, pos, '\n', (leaf) =>
    leaf.type.name === 'hardBreak' ? '\n' : '',
  );
  return { title, before, sources: citedPages(doc, pos) };
}

/** The pages that a note cites, each once: those before the caret from the nearest on, then those behind it. */
export function citedPages(doc: DocNode, caret: number): TypedSource[] {
  const above: TypedSource[][] = [];
  const below: TypedSource[][] = [];
  doc.descendants((node, pos) => {
    const cited = citedBy(node);
    if (cited.length > 0) (pos < caret ? above : below).push(cited);
  });
  const pages = new Map<string, TypedSource>();
  for (const { documentId, page } of [...above.reverse(), ...below].flat()) {
    const key = `${documentId} ${page}`;
    if (!pages.has(key)) pages.set(key, { documentId, page });
  }
  return [...pages.values()].slice(0, mostSources);
}

function citedBy(node: DocNode): TypedSource[] {
  if (node.type.name === 'citedQuote') return [node.attrs as QuoteAttributes];
  const claim = node.marks.find((mark) => mark.type.name === 'claim');
  return claim ? (claim.attrs as ClaimAttributes).citations : [];
}

/** Whether the caret stands where a line of the user's own goes on. */
export function goesOn({ selection }: EditorState): boolean {
  const { $from } = selection;
  const { parent } = $from;
  return (
    selection.empty &&
    (parent.type.name === 'paragraph' || parent.type.name === 'heading') &&
    $from.parentOffset === parent.content.size &&
    parent.textContent.replace(/\s/g, '').length >= 2 &&
    !withinQuote($from) &&
    !leansOnClaim(parent)
  );
}

function withinQuote($pos: ResolvedPos): boolean {
  for (let depth = $pos.depth; depth > 0; depth -= 1) {
    if ($pos.node(depth).type.name === 'blockquote') return true;
  }
  return false;
}

/** Whether what ends a block stands against a checked sentence without a space: that sentence is not to be extended. */
function leansOnClaim(block: DocNode): boolean {
  const runs = block.children;
  const last = runs.findLastIndex((run) => run.marks.some((mark) => mark.type.name === 'claim'));
  const [claim, next] = [runs[last], runs[last + 1]];
  if (!claim) return false;
  return !next || !(/\s$/.test(claim.textContent) || /^(\s|$)/.test(next.textContent));
}
