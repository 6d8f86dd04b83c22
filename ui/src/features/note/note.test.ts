import { Editor, type JSONContent } from '@tiptap/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CabinetError, type Citation, type Claim } from '$lib/ipc';
import { Autosave } from './autosave.svelte';
import { claimsNode, parseBody, quoteNode } from './content';
import { insertBlock } from './editor';
import { stack } from './margin';
import { claimRuns, claimTitle, extensions } from './schema';

const citation: Citation = {
  documentId: 'd1',
  title: 'Discharge letter',
  page: 2,
  start: 10,
  end: 39,
  quote: 'Metformin 500 mg twice daily.',
};
const claim: Claim = {
  quoted: false,
  section: null,
  text: 'The dose was halved.',
  verdict: 'partly',
  reason: 'The cause is missing.',
  citations: [citation],
};

let editor: Editor;
function open(content: JSONContent = parseBody('')): Editor {
  editor = new Editor({
    element: document.createElement('div'),
    extensions: extensions(() => undefined),
    content,
    injectCSS: false,
  });
  return editor;
}
afterEach(() => editor?.destroy());

const paragraph = (text: string): JSONContent => ({
  type: 'paragraph',
  content: [{ type: 'text', text }],
});

describe('the note document', () => {
  it('keeps quotes and claims through the editor unchanged', () => {
    const doc = {
      type: 'doc',
      content: [quoteNode(citation), claimsNode([claim, claim]), paragraph('My own words.')],
    };
    expect(open(doc).getJSON()).toEqual(doc);
  });

  it('names the attributes as the export reads them', () => {
    expect(quoteNode(citation)).toEqual({
      type: 'citedQuote',
      attrs: {
        documentId: 'd1',
        title: 'Discharge letter',
        page: 2,
        start: 10,
        end: 39,
        verdict: 'supported',
      },
      content: [{ type: 'text', text: 'Metformin 500 mg twice daily.' }],
    });
  });

  it('quotes a page without text by its title', () => {
    expect(quoteNode({ ...citation, quote: ' ' }).content?.[0]?.text).toBe('Discharge letter');
  });

  it('survives a copy through HTML', () => {
    const doc = { type: 'doc', content: [quoteNode(citation), claimsNode([claim])] };
    const html = open(doc).getHTML();
    const again = open();
    again.commands.setContent(html, { emitUpdate: false });
    expect(again.getJSON().content?.slice(0, 2)).toEqual(doc.content);
  });

  it('keeps where a sentence from outside comes from, also through HTML, and shows it', () => {
    const origin = 'From outside: large at https://models.example.org, number 3 in the ledger';
    const doc = { type: 'doc', content: [claimsNode([{ ...claim, origin }, claim])] };
    const again = open();
    again.commands.setContent(open(doc).getHTML(), { emitUpdate: false });
    expect(again.getJSON().content?.[0]).toEqual(doc.content[0]);
    const [outside, own] = claimRuns(again.state.doc).map(
      (run) => run.mark.attrs.origin as unknown,
    );
    expect([outside, own]).toEqual([origin, null]);
    expect(again.view.dom.querySelectorAll('.claim.outside')).toHaveLength(1);
    expect(again.view.dom.querySelector('.claim.outside')?.getAttribute('title')).toContain(origin);
  });

  it('reads a damaged body as an empty page', () => {
    expect(parseBody('{"type":"nonsense"}').content).toEqual([{ type: 'paragraph' }]);
    expect(parseBody('no json').content).toEqual([{ type: 'paragraph' }]);
  });

  it('never lets document text become markup', () => {
    const evil = '<img src=x onerror=alert(1)> ![x](http://x)';
    const dom = open({ type: 'doc', content: [quoteNode({ ...citation, quote: evil })] }).view.dom;
    expect(dom.querySelector('blockquote img')).toBeNull();
    expect(dom.querySelector('blockquote p')?.textContent).toBe(evil);
  });
});

describe('insertBlock', () => {
  it('goes behind the block of the cursor and lets one write on', () => {
    const here = open({ type: 'doc', content: [paragraph('One'), paragraph('Two')] });
    here.commands.setTextSelection(2);
    insertBlock(here, quoteNode(citation));
    expect(here.getJSON().content?.map((node) => node.type)).toEqual([
      'paragraph',
      'citedQuote',
      'paragraph',
    ]);
    const end = open({ type: 'doc', content: [paragraph('One')] });
    end.commands.setTextSelection(4);
    insertBlock(end, quoteNode(citation));
    end.commands.insertContent('Next');
    expect(end.getJSON().content?.at(-1)).toEqual(paragraph('Next'));
  });

  it('takes the place of an empty line', () => {
    const here = open();
    insertBlock(here, quoteNode(citation));
    expect(here.getJSON().content?.[0]?.type).toBe('citedQuote');
  });

  it('puts what is dropped at its gap and leaves the cursor', () => {
    const here = open({ type: 'doc', content: [paragraph('One'), paragraph('Two')] });
    here.commands.setTextSelection(9);
    insertBlock(here, quoteNode(citation), 0);
    expect(here.getJSON().content?.[0]?.type).toBe('citedQuote');
    here.commands.insertContent('!');
    expect(here.getText()).toContain('Two!');
  });

  it('brings claims in with their marks', () => {
    const here = open();
    insertBlock(here, claimsNode([claim]));
    expect(claimRuns(here.state.doc).map((run) => run.text)).toEqual(['The dose was halved.']);
  });
});

describe('claim marks', () => {
  const withClaim = () =>
    open({ type: 'doc', content: [claimsNode([claim, { ...claim, text: 'Another one.' }])] });

  it('go from a sentence that is edited, and from no other', () => {
    const here = withClaim();
    here.commands.insertContentAt(5, 'big ');
    expect(claimRuns(here.state.doc).map((run) => run.text)).toEqual(['Another one.']);
  });

  it('come back when the edit is undone', () => {
    const here = withClaim();
    here.commands.insertContentAt(5, 'big ');
    here.commands.undo();
    expect(claimRuns(here.state.doc)).toHaveLength(2);
  });

  it('stay when something else is written', () => {
    const here = withClaim();
    here.commands.insertContentAt(here.state.doc.content.size, paragraph('Mine'));
    expect(claimRuns(here.state.doc)).toHaveLength(2);
  });

  it('say verdict, reason and source in words', () => {
    expect(claimTitle({ ...claim, origin: null })).toBe(
      'Partly borne out. The cause is missing. Discharge letter, p. 2',
    );
  });
});

describe('margin', () => {
  it('never lays one entry over another', () => {
    expect(stack([0, 4, 100], [20, 20, 20])).toEqual([0, 26, 100]);
  });
});

describe('autosave', () => {
  const draft = (body: string) => ({ title: 'T', body });

  it('saves once, a moment after the last change', async () => {
    vi.useFakeTimers();
    const save = vi.fn(async (_draft, version: number) => version + 1);
    const saver = new Autosave(3, save, 700);
    saver.change(draft('a'));
    await vi.advanceTimersByTimeAsync(600);
    saver.change(draft('ab'));
    await vi.advanceTimersByTimeAsync(600);
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(save.mock.calls).toEqual([[draft('ab'), 3]]);
    expect(saver.current).toBe(4);
    expect(saver.state).toBe('saved');
    vi.useRealTimers();
  });

  it('does not wait for ever while someone writes without a pause', async () => {
    vi.useFakeTimers();
    const save = vi.fn(async (_draft, version: number) => version + 1);
    const saver = new Autosave(1, save, 700, 2_000);
    for (let i = 0; i < 8; i += 1) {
      saver.change(draft(String(i)));
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(save.mock.calls.length).toBeGreaterThan(0);
    vi.useRealTimers();
  });

  it('saves what came while it was saving, from the new version', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const save = vi.fn(async (_draft, version: number) => {
      if (version === 1) await gate;
      return version + 1;
    });
    const saver = new Autosave(1, save, 0);
    saver.change(draft('a'));
    const flushing = saver.flush();
    saver.change(draft('b'));
    release();
    await flushing;
    expect(save.mock.calls.map(([d, v]) => [d.body, v])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('keeps the words on a conflict and saves them over the newer version when asked', async () => {
    const conflict = new CabinetError({ code: 'note_conflict', message: '', advice: '' });
    const save = vi.fn(async (_draft, version: number) => {
      if (version === 1) throw conflict;
      return version + 1;
    });
    const saver = new Autosave(1, save, 0);
    saver.change(draft('mine'));
    await saver.flush();
    expect(saver.state).toBe('conflict');
    await saver.keepMine(5);
    expect(save).toHaveBeenLastCalledWith(draft('mine'), 5);
    expect(saver.state).toBe('saved');
  });

  it('tries again after a failure', async () => {
    let broken = true;
    const save = async (_draft: unknown, version: number) => {
      if (broken) throw new CabinetError({ code: 'disk_full', message: '', advice: '' });
      return version + 1;
    };
    const saver = new Autosave(1, save, 0);
    saver.change(draft('a'));
    await saver.flush();
    expect(saver.state).toBe('failed');
    broken = false;
    await saver.flush();
    expect(saver.state).toBe('saved');
  });
});
