/** Copying, and taking back what must not stay in the clipboard. */

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeBySelection(text);
  }
}

/** For web views that refuse the asynchronous clipboard. */
function writeBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

let clearing: ReturnType<typeof setTimeout> | undefined;

/** Copies text and clears the clipboard a minute later, as long as it still holds that text. */
export async function copyText(text: string, clearAfter = 60_000): Promise<boolean> {
  const done = await write(text);
  clearTimeout(clearing);
  if (done) {
    clearing = setTimeout(() => {
      navigator.clipboard?.readText?.().then(
        (held) => (held === text ? write('') : undefined),
        // Without leave to look, an old secret is worse than an empty clipboard.
        () => write(''),
      );
    }, clearAfter);
  }
  return done;
}
