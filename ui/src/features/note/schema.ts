/**
 * The note's document: TipTap's starter nodes, a quote that knows its place in a document, and a mark
 * on sentences of the assistant that carries the verdict of their check. The same JSON is read by the
 * export in Rust.
 */
import { Mark, Node, mergeAttributes } from '@tiptap/core';
import type { Mark as DocMark, Node as DocNode } from '@tiptap/pm/model';
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import StarterKit from '@tiptap/starter-kit';
import { Placeholder } from '@tiptap/extensions';
import type { Citation, Verdict } from '$lib/ipc';

export interface QuoteAttributes {
  documentId: string;
  title: string;
  page: number;
  start: number;
  end: number;
  verdict: 'supported';
}

export interface ClaimAttributes {
  verdict: Verdict;
  reason: string | null;
  citations: Citation[];
  /** Where the words come from, when a large model elsewhere wrote them. */
  origin: string | null;
}

/** Opens the place a quote or a claim comes from. */
export type OpenSource = (place: Omit<QuoteAttributes, 'verdict'>) => void;

const kept = (name: string, fallback: unknown) => ({
  [name]: {
    default: fallback,
    parseHTML: (element: HTMLElement) => {
      const text = element.getAttribute(`data-${name.toLowerCase()}`);
      return text === null ? fallback : typeof fallback === 'number' ? Number(text) : text;
    },
    renderHTML: (attributes: Record<string, unknown>) => ({
      [`data-${name.toLowerCase()}`]: String(attributes[name]),
    }),
  },
});

export const CitedQuote = Node.create<{ open: OpenSource }>({
  name: 'citedQuote',
  group: 'block',
  content: 'text*',
  marks: '',
  // The words are those of the source: they stay as they are or go as a whole.
  atom: true,
  defining: true,
  isolating: true,

  addOptions() {
    return { open: () => undefined };
  },

  addAttributes() {
    return {
      ...kept('documentId', ''),
      ...kept('title', ''),
      ...kept('page', 1),
      ...kept('start', 0),
      ...kept('end', 0),
      ...kept('verdict', 'supported'),
    };
  },

  parseHTML() {
    return [{ tag: 'blockquote[data-documentid]', contentElement: '[data-words]', priority: 60 }];
  },

  renderHTML({ node, HTMLAttributes }) {
    return [
      'blockquote',
      mergeAttributes(HTMLAttributes, { class: 'cited' }),
      ['p', { 'data-words': '' }, 0],
      ['cite', {}, sourceName(node.attrs as QuoteAttributes)],
    ];
  },

  addNodeView() {
    return ({ node }) => {
      const attributes = node.attrs as QuoteAttributes;
      const dom = document.createElement('blockquote');
      dom.className = 'cited';
      dom.dataset.testid = 'cited-quote';
      dom.dataset.verdict = attributes.verdict;
      dom.contentEditable = 'false';
      const words = document.createElement('p');
      const chip = document.createElement('button');
      chip.type = 'button';
      chip.className = 'source';
      chip.dataset.testid = 'quote-source';
      chip.textContent = sourceName(attributes);
      chip.setAttribute('aria-label', `Open the source: ${sourceName(attributes)}`);
      chip.addEventListener('click', () => this.options.open(attributes));
      dom.append(words, chip);
      return {
        dom,
        contentDOM: words,
        stopEvent: (event) => event.target === chip,
        ignoreMutation: () => true,
      };
    };
  },
});

export const sourceName = ({ title, page }: { title: string; page: number }): string =>
  `${title}, p. ${page}`;

export const ClaimMark = Mark.create({
  name: 'claim',
  inclusive: false,
  excludes: 'claim',

  addAttributes() {
    return {
      verdict: { default: 'supported', rendered: false },
      reason: { default: null, rendered: false },
      citations: { default: [], rendered: false },
      origin: { default: null, rendered: false },
    };
  },

  parseHTML() {
    return [
      {
        tag: 'span[data-claim]',
        getAttrs: (element) => readClaim(element.getAttribute('data-claim')),
      },
    ];
  },

  renderHTML({ mark }) {
    const attributes = mark.attrs as ClaimAttributes;
    const { verdict, origin } = attributes;
    return [
      'span',
      {
        class: `claim ${verdict}${origin ? ' outside' : ''}`,
        'data-testid': 'note-claim',
        'data-verdict': verdict,
        'data-claim': JSON.stringify(attributes),
        title: claimTitle(attributes),
      },
      0,
    ];
  },

  addProseMirrorPlugins() {
    return [staleClaims()];
  },
});

function readClaim(text: string | null): ClaimAttributes | false {
  try {
    const read = JSON.parse(text ?? '') as Partial<ClaimAttributes>;
    const verdict = read.verdict ?? 'unsupported';
    const citations = Array.isArray(read.citations) ? read.citations : [];
    return { verdict, reason: read.reason ?? null, citations, origin: read.origin ?? null };
  } catch {
    return false;
  }
}

export const verdictName: Record<Verdict, string> = {
  supported: 'Borne out by its source',
  partly: 'Partly borne out',
  unsupported: 'Not borne out',
};

export function claimTitle({ verdict, reason, citations, origin }: ClaimAttributes): string {
  const sources = citations.map(sourceName).join('; ');
  return [origin, verdictName[verdict], reason?.replace(/\.$/, ''), sources]
    .filter(Boolean)
    .join('. ');
}

export interface ClaimRun {
  from: number;
  to: number;
  text: string;
  mark: DocMark;
}

/** Stretches of text under one claim mark, within one block. */
export function claimRuns(doc: DocNode): ClaimRun[] {
  const runs: ClaimRun[] = [];
  doc.descendants((node, pos) => {
    const mark = node.isText ? node.marks.find((m) => m.type.name === 'claim') : undefined;
    if (!mark) return;
    const previous = runs.at(-1);
    if (previous && previous.to === pos && previous.mark.eq(mark)) {
      previous.to = pos + node.nodeSize;
      previous.text += node.text ?? '';
    } else {
      runs.push({ from: pos, to: pos + node.nodeSize, text: node.text ?? '', mark });
    }
  });
  return runs;
}

/** Set on transactions that bring checked sentences in, so that their marks are believed. */
export const checkedMeta = 'cabinetChecked';

/**
 * A sentence that is edited is no longer the sentence that was checked: its mark goes. Undoing the
 * edit brings both back.
 */
function staleClaims(): Plugin {
  const trusted = (tr: Transaction) =>
    tr.getMeta(checkedMeta) === true ||
    tr.getMeta('history$') !== undefined ||
    tr.getMeta('uiEvent') === 'paste' ||
    tr.getMeta('preventUpdate') === true;
  return new Plugin({
    key: new PluginKey('staleClaims'),
    appendTransaction(transactions, before, after) {
      if (!transactions.some((tr) => tr.docChanged) || transactions.some(trusted)) return null;
      const known = new Set(claimRuns(before.doc).map((run) => signature(run)));
      const stale = claimRuns(after.doc).filter((run) => !known.has(signature(run)));
      if (stale.length === 0) return null;
      const tr = after.tr;
      for (const run of stale) tr.removeMark(run.from, run.to, run.mark.type);
      return tr;
    },
  });
}

const signature = (run: ClaimRun) => `${JSON.stringify(run.mark.attrs)}\u0000${run.text.trim()}`;

export function extensions(open: OpenSource) {
  return [
    StarterKit.configure({
      heading: { levels: [1, 2, 3] },
      // A link in a note could send what stands in it when it is opened.
      link: false,
      underline: false,
      dropcursor: false,
    }),
    Placeholder.configure({ placeholder: 'Write, or drag a passage here' }),
    CitedQuote.configure({ open }),
    ClaimMark,
  ];
}
