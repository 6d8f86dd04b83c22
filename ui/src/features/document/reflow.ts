/**
 * The text of a PDF page is broken where its lines are. For reading, the breaks within a paragraph
 * become spaces and a word divided at a line's end is joined. Every character is replaced by exactly
 * one other, so that all offsets stay true.
 */
export function reflow(text: string): string {
  const lines = text.split('\n');
  const full = fullLine(lines);
  let out = '';
  lines.forEach((line, i) => {
    const next = lines[i + 1];
    if (next === undefined) {
      out += line;
    } else if (!continues(line, next, full)) {
      out += `${line}\n`;
    } else if (/\p{Ll}[-\u00ad\u2010]$/u.test(line) && /^\p{Ll}/u.test(next)) {
      out += `${line.slice(0, -1)}\u200b\u200b`;
    } else {
      out += `${line} `;
    }
  });
  return out;
}

/** How long a line is that was broken because it was full. */
function fullLine(lines: string[]): number {
  const lengths = lines.map((line) => line.length).sort((a, b) => a - b);
  return lengths[Math.floor(lengths.length * 0.9)] ?? 0;
}

function continues(line: string, next: string, full: number): boolean {
  if (line.trim() === '' || next.trim() === '') return false;
  // Lists and table rows begin lines of their own.
  if (/^\s*([-–•*]|\d+[.)])\s/.test(next)) return false;
  return line.length >= full * 0.7 && full >= 40;
}
