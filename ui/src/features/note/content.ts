/** What is put into a note, as TipTap's JSON; never as HTML. */
import type { JSONContent } from '@tiptap/core';
import type { Citation } from '$lib/ipc';
import type { NotedClaim } from '$lib/state/notes.svelte';

export function quoteNode(citation: Citation): JSONContent {
  const { documentId, title, page, start, end } = citation;
  // A page without text can still be cited; its title stands for it.
  const words = citation.quote.trim() || title;
  return {
    type: 'citedQuote',
    attrs: { documentId, title, page, start, end, verdict: 'supported' },
    content: [{ type: 'text', text: words }],
  };
}

/** Claims as one paragraph, each sentence with its own mark. */
export function claimsNode(claims: NotedClaim[]): JSONContent {
  const content = claims
    .filter((claim) => claim.text.trim() !== '')
    .flatMap((claim, index): JSONContent[] => {
      const { verdict, reason, citations, origin = null } = claim;
      const sentence: JSONContent = {
        type: 'text',
        text: claim.text.trim(),
        marks: [{ type: 'claim', attrs: { verdict, reason, citations, origin } }],
      };
      return index === 0 ? [sentence] : [{ type: 'text', text: ' ' }, sentence];
    });
  return { type: 'paragraph', ...(content.length > 0 ? { content } : {}) };
}

/** The stored body, or an empty page where it cannot be read. */
export function parseBody(body: string): JSONContent {
  try {
    const read = JSON.parse(body) as JSONContent;
    if (read && read.type === 'doc') return read;
  } catch {
    // Falls through to the empty page: the stored text itself is kept by the version history.
  }
  return { type: 'doc', content: [{ type: 'paragraph' }] };
}
