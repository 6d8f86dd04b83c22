/** Prints a few lines on a sheet of their own; nothing is written to disk. */
export function printSheet(title: string, lines: string[]): void {
  const sheet = document.createElement('section');
  sheet.className = 'print-sheet';
  const head = document.createElement('h1');
  head.textContent = title;
  sheet.append(
    head,
    ...lines.map((line) => {
      const paragraph = document.createElement('p');
      paragraph.textContent = line;
      return paragraph;
    }),
  );
  document.body.append(sheet);
  const remove = () => sheet.remove();
  window.addEventListener('afterprint', remove, { once: true });
  window.print();
  // Some web views print without telling when they are done.
  setTimeout(remove, 60_000);
}
