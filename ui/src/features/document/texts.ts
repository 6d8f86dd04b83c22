/** The page texts of one document, fetched once each. */
import { ipc } from '$lib/ipc';

export class PageTexts {
  private readonly pages = new Map<number, Promise<string>>();

  constructor(private readonly documentId: string) {}

  get(page: number): Promise<string> {
    const known = this.pages.get(page);
    if (known) return known;
    const text = ipc.pageText(this.documentId, page).then((answer) => answer.text);
    this.pages.set(page, text);
    text.catch(() => this.pages.delete(page));
    return text;
  }
}
