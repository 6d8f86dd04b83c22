/** Writes a plain PDF from page texts, so that the document view has something to render. */

const width = 595;
const height = 842;
const left = 72;
const columns = 86;

/** Breaks a paragraph into lines that fit the page. */
export function wrap(paragraph: string, limit = columns): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ')) {
    if (line && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  lines.push(line);
  return lines;
}

const isHeading = (line: string, index: number): boolean =>
  index === 0 || (line.length < 60 && !/[.,:;]$/.test(line) && /^\p{Lu}/u.test(line));

function encode(text: string): string {
  return Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 63;
    const byte = code < 256 ? code : 63;
    if (char === '(' || char === ')' || char === '\\') return `\\${char}`;
    return byte > 126 ? `\\${byte.toString(8).padStart(3, '0')}` : char;
  }).join('');
}

function pageStream(text: string): string {
  const out: string[] = [];
  let y = height - 90;
  text.split('\n').forEach((paragraph, index) => {
    if (paragraph === '') {
      y -= 9;
      return;
    }
    const heading = isHeading(paragraph, index);
    const size = index === 0 ? 15 : 11;
    for (const line of wrap(paragraph)) {
      out.push(
        `BT /${heading ? 'F2' : 'F1'} ${size} Tf 1 0 0 1 ${left} ${y} Tm (${encode(line)}) Tj ET`,
      );
      y -= 16.5;
    }
    if (index === 0) y -= 4;
  });
  if (text === '') out.push('0.85 g 110 300 375 300 re f 0.7 g 150 340 120 200 re f');
  return out.join('\n');
}

export function pdfOf(pages: string[]): ArrayBuffer {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const kids = pages.map((_, i) => `${5 + i * 2} 0 R`).join(' ');
  add('<< /Type /Catalog /Pages 2 0 R >>');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  const font = (name: string) =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  add(font('Times-Roman'));
  add(font('Times-Bold'));
  for (const text of pages) {
    const stream = pageStream(text);
    const page = objects.length + 1;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents ${page + 1} 0 R ` +
        '/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>',
    );
    add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  let file = '%PDF-1.4\n';
  const offsets = objects.map((body, i) => {
    const offset = file.length;
    file += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  file += `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF`;
  return new TextEncoder().encode(file).buffer as ArrayBuffer;
}

/** The text Cabinet would have extracted: the same words, broken where the lines break. */
export function extractedText(text: string): string {
  return text
    .split('\n')
    .flatMap((paragraph) => wrap(paragraph))
    .join('\n');
}
